package import CordonCore

/// Something that the workflow wants to do, as a hook's sender tells it.
package enum HookAct: Equatable, Sendable {
    /// To go on at all.
    case run
    /// To do something of which no more is known.
    case act(GateRequest)
    /// To call a tool, with the arguments as they were written.
    case call(GateRequest, arguments: [UInt8])
    /// To offer a tool to a model.
    case offer(String)

    /// A call of a tool by its name and its arguments: an object, or a text that is one.
    ///
    /// - Throws: a fault when nothing can be judged safely: no name, or an argument given twice.
    package static func call(
        _ name: String?, _ arguments: ArraySlice<UInt8>?, record: String?
    ) throws(HookFault) -> HookAct {
        guard let name, !name.isEmpty else {
            throw HookFault(.unreadable, "A call of a tool does not name the tool.")
        }
        let text = arguments.flatMap(JSONMembers.text).map { Array($0.utf8) }
        let written = text ?? arguments.map { Array($0) } ?? []
        let asked = AskedCall(
            id: nil, name: name, arguments: String(decoding: written, as: UTF8.self))
        if let twice = asked.repeatedArgument {
            throw HookFault(
                .unreadable, "The call of \(name) gives the argument \(twice) more than once.")
        }
        return .call(asked.request(record: record), arguments: written)
    }
}

/// A question that cannot be judged, with a sentence for whoever set the hook up.
package struct HookFault: Error, Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// No key, or one that is not for this.
        case unknownKey = "invalid_api_key"
        case notPermitted = "not_permitted"
        case wrongMethod = "method_not_allowed"
        /// No workflow, no flag.
        case unknown = "not_found"
        case wrongVersion = "unsupported_api_version"
        case unreadable = "unreadable"
        case tooLarge = "too_large"
        case overloaded = "overloaded"

        var status: Int {
            switch self {
            case .unknownKey: 401
            case .notPermitted: 403
            case .wrongMethod: 405
            case .unknown: 404
            case .wrongVersion, .unreadable: 400
            case .tooLarge: 413
            case .overloaded: 503
            }
        }

        /// Whether it is about a question of somebody who may ask: then a contract that can say no
        /// says it, because its sender may take an error for a yes.
        package var isAnsweredWithNo: Bool {
            switch self {
            case .unreadable, .tooLarge, .overloaded: true
            case .unknownKey, .notPermitted, .wrongMethod, .unknown, .wrongVersion: false
            }
        }
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
