public import CordonAPI

/// What a workflow wants to do, as the gate is asked about it.
public struct GateQuestion: Sendable, Hashable {
    /// `generate`, `tool`, `deliver` or `decide`.
    public let action: String
    /// The tool, of a call of one.
    public let tool: String?
    /// Whom a delivery, or what a tool sends, reaches.
    public let target: Target?
    /// The record that the run is about, for a tool that is bound to it.
    public var record: String?
    /// The caller's own name for its run.
    public var run: String?
    /// The tool's arguments in one spelling: two questions are the same when every byte is.
    private let arguments: [UInt8]?

    /// Whom something reaches.
    public enum Target: String, Sendable {
        /// Nobody but people of the company.
        case inside
        /// Anybody.
        case outside
    }

    private init(
        _ action: String, tool: String? = nil, arguments: [String: JSONValue]? = nil,
        target: Target? = nil
    ) {
        self.action = action
        self.tool = tool
        self.target = target
        self.arguments = arguments.map { JSONValue.object($0).encoded(pretty: false) }
    }

    /// Asks a model for something.
    public static let generate = GateQuestion("generate")
    /// Decides about people or money by itself.
    public static let decide = GateQuestion("decide")

    /// Calls a tool with these arguments.
    public static func tool(
        _ name: String, _ arguments: [String: JSONValue] = [:], target: Target? = nil
    ) -> GateQuestion {
        GateQuestion("tool", tool: name, arguments: arguments, target: target)
    }

    /// Sends something to somebody.
    public static func deliver(to target: Target) -> GateQuestion {
        GateQuestion("deliver", target: target)
    }

    /// The question as it is sent from `point`.
    func body(from point: String) -> JSONValue {
        var members: [String: JSONValue] = ["action": .string(action), "point": .string(point)]
        if let tool { members["tool"] = .string(tool) }
        if let target { members["target"] = .string(target.rawValue) }
        if let record { members["record"] = .string(record) }
        if let run { members["run"] = .string(run) }
        // It was written by ourselves.
        if let arguments { members["arguments"] = try? JSONValue(parsing: arguments) }
        return .object(members)
    }
}
