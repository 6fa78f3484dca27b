import CordonCore

/// A call of a tool that a model asks for, which the caller would carry out.
struct AskedCall: Equatable, Sendable {
    let id: String?
    let name: String
    /// The arguments as the model wrote them: JSON in a text, or an object.
    let arguments: String

    /// An argument that is named twice, so that the tool might take another than was judged.
    var repeatedArgument: String? { JSONMembers.repeatedName(in: Array(arguments.utf8)[...]) }

    /// The question to the gate; arguments that are no object pass no rule.
    ///
    /// `record` is the one that the run is about, as its caller says; `offered` are the provider's
    /// own tools that the model was offered.
    func request(record: String?, offered: [String] = []) -> GateRequest {
        GateRequest(
            action: .tool, tool: offeredName(among: offered),
            arguments: GateArgument.named(in: JSONTree(Array(arguments.utf8))), record: record)
    }

    /// The computer was offered under a longer name first, and is called by the shorter one.
    private func offeredName(among offered: [String]) -> String {
        let longer = "computer_use_preview"
        let isOffered = name == "computer" && offered.contains(longer) && !offered.contains(name)
        return isOffered ? longer : name
    }

    /// What stands in the answer instead of a call that was denied, for the model and for people.
    static func explanation(_ denied: [(call: AskedCall, reason: String)]) -> String {
        let lines = denied.map { "Cordon did not let \($0.call.name) be called: \($0.reason)" }
        return lines.joined(separator: "\n")
            + "\nSay what could not be done, and hand it to a person."
    }
}

/// What the gate said of the calls that one answer asks for.
struct Verdicts: Sendable {
    var allowed: [AskedCall]
    var denied: [(call: AskedCall, reason: String)]
    /// Who allowed what, for the record.
    var notes: [String] = []

    /// What the record says of the decisions; `nil` when there was nothing to decide.
    var said: String? {
        let lines = (denied.isEmpty ? [] : [explanation]) + notes
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    var explanation: String { AskedCall.explanation(denied) }
}

extension JSONTree {
    /// An object that nobody wrote yet.
    static func new(_ members: [(String, JSONTree)]) -> JSONTree {
        .object(members.map { Member(name: $0.0, value: $0.1) }, written: [])
    }

    static func new(_ items: [JSONTree]) -> JSONTree { .array(items, written: []) }

    static func new(_ number: Int) -> JSONTree { .number(String(number)) }

    /// The same with one member put in the place of that of its name, or behind the others.
    func with(_ name: String, _ value: JSONTree) -> JSONTree {
        var members = members
        if let place = members.firstIndex(where: { $0.name == name }) {
            members[place].value = value
        } else {
            members.append(Member(name: name, value: value))
        }
        return .object(members, written: [])
    }

    /// As it was written, where somebody has; else without space.
    var bytes: [UInt8] {
        var json = JSONText()
        writeAsWritten(into: &json)
        return json.bytes
    }

    private func writeAsWritten(into json: inout JSONText) {
        switch self {
        case .object(_, let written) where !written.isEmpty: json.raw(written)
        case .array(_, let written) where !written.isEmpty: json.raw(written)
        case .object(let members, _):
            json.beginObject()
            for member in members {
                json.key(member.name)
                member.value.writeAsWritten(into: &json)
            }
            json.endObject()
        case .array(let items, _):
            json.beginArray()
            for item in items { item.writeAsWritten(into: &json) }
            json.endArray()
        case .string, .number, .bool, .null: write(into: &json)
        }
    }

    var integer: Int? {
        if case .number(let digits) = self { return Int(digits) }
        return nil
    }
}
