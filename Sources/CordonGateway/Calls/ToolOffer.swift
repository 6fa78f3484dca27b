import CordonCore

/// What an answer offers to whoever has asked for tools.
enum ToolOffer: Sendable {
    /// A list as it goes on, its tools in order.
    case tools(OfferedTools)
    /// No answer, or an error.
    case nothing
    /// A result that Cordon cannot read, or that another might read otherwise.
    case unreadable

    /// Reads an answer to `tools/list`.
    ///
    /// What names a member twice is unreadable: Cordon would judge one, and the client take the
    /// other.
    init(_ message: [UInt8]) {
        guard let members = JSONMembers(message[...]), members.repeatedName == nil,
            JSONMembers.repeatedName(in: message[...]) == nil
        else {
            self = .unreadable
            return
        }
        guard let result = members["result"] else {
            let isHidden = members.members.contains { $0.name.lowercased() == "result" }
            self = isHidden ? .unreadable : .nothing
            return
        }
        guard JSONMembers(result)?.repeatedName == nil, let list = try? MCPToolList(result) else {
            self = .unreadable
            return
        }
        let told =
            Array(message[..<result.startIndex]) + list.sorted + Array(message[result.endIndex...])
        self = .tools(OfferedTools(answer: told, pins: list.pins))
    }
}

/// A list of tools as it goes on, and what it pins, by the tools' names.
struct OfferedTools: Sendable {
    let answer: [UInt8]
    let pins: [String: MCPToolPin]
}
