package import CordonAPI
package import FoundationEssentials

/// How often a workflow went on because nobody could be asked, until that has been told.
///
/// A plain value: it becomes a note in the evidence, by which Cordon counts it and tells of it.
package struct PassedOpen: Sendable, Equatable {
    private struct Time: Equatable {
        let at: Date
        let action: String
        let reason: String

        var json: JSONValue {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            return .object([
                "at": .string(at.formatted(style)), "action": .string(action),
                "reason": .string(String(reason.prefix(500))),
            ])
        }
    }

    private var count = 0
    private var first: Time?
    private var last: Time?

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func note(_ action: String, because reason: String, at now: Date) {
        let time = Time(at: now, action: action, reason: reason)
        count += 1
        first = first ?? time
        last = time
    }

    /// Takes in what came before, and could not be told.
    package mutating func add(before other: PassedOpen) {
        count += other.count
        first = other.first ?? first
        last = last ?? other.last
    }

    /// The body of `POST /evidence` that tells it.
    package func evidence(of workflow: String, at point: String) -> JSONValue {
        var said: [String: JSONValue] = ["count": .integer(Int64(count))]
        said["first"] = first?.json
        said["last"] = last?.json
        let record: [String: JSONValue] = [
            "workflow": .string(workflow), "kind": .string("note"), "actor": .string(point),
            "note": .object(["went_on_without_gate": .object(said)]),
        ]
        return .object(["records": .array([.object(record)])])
    }
}
