import ArgumentParser
import CordonAPI
import CordonCore
import CordonOperations

/// A request as JSON: the object of `--from` with what the options say on top.
enum RequestBody {
    static func json(
        from file: String? = nil, _ members: [String: JSONValue?]
    ) throws(CommandFault) -> JSONValue {
        var object = try file.map { path throws(CommandFault) in try InputFile.object(path) } ?? [:]
        for (name, value) in members {
            if let value { object[name] = value }
        }
        return .object(object)
    }

    /// An object of those members that are there; `nil` when none is.
    static func part(_ members: [String: JSONValue?]) -> JSONValue? {
        let given = members.compactMapValues(\.self)
        return given.isEmpty ? nil : .object(given)
    }
}

extension Optional<String> {
    var json: JSONValue? { map { .string($0) } }
}

extension Optional<Int> {
    var json: JSONValue? { map { .integer(Int64($0)) } }
}

extension Bool {
    /// A flag that was not given says nothing.
    var json: JSONValue? { self ? true : nil }
}

extension [String] {
    var json: JSONValue? { isEmpty ? nil : .array(map { .string($0) }) }
}

/// `name=value`.
struct Pair: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        name = String(parts[0])
        value = String(parts[1])
    }
}

extension [Pair] {
    var json: JSONValue? { json { .string($0) } }

    func json(_ value: (String) -> JSONValue) -> JSONValue? {
        guard !isEmpty else { return nil }
        return .object(Dictionary(map { ($0.name, value($0.value)) }) { _, later in later })
    }

    /// The values as whole numbers.
    func numbers(_ option: String) throws(CommandFault) -> JSONValue? {
        for pair in self where Int64(pair.value) == nil {
            throw CommandFault("\(option) \(pair.name)=\(pair.value): a whole number is expected")
        }
        return json { Int64($0).map { .integer($0) } ?? .null }
    }

    /// One object for each pair, such as `{"level": 1, "contact": "…"}`.
    func objects(_ name: String, _ value: String) -> JSONValue? {
        guard !isEmpty else { return nil }
        return .array(map { .object([name: .string($0.name), value: .string($0.value)]) })
    }
}

/// A time: `now`, a day such as `2026-05-01` (its begin in UTC), or RFC 3339.
struct TimeText: ExpressibleByArgument {
    let rfc3339: String

    init(_ instant: Instant) { rfc3339 = instant.rfc3339 }

    init?(argument: String) {
        if argument == "now" {
            self.init(Outside.real.now())
        } else if let instant = Instant(rfc3339: argument)
            ?? Instant(rfc3339: argument + "T00:00:00Z")
        {
            self.init(instant)
        } else {
            return nil
        }
    }

    var json: JSONValue? { .string(rfc3339) }
}

extension Optional<TimeText> {
    var json: JSONValue? { flatMap(\.json) }
}

extension AnswerBody: ExpressibleByArgument {}
extension KindBody: ExpressibleByArgument {}
extension MomentBody: ExpressibleByArgument {}
extension EvidenceKindBody: ExpressibleByArgument {}
extension AffectedKindBody: ExpressibleByArgument {}
extension ObligationBody: ExpressibleByArgument {}
extension LookbackMethodBody: ExpressibleByArgument {}
extension VerdictBody: ExpressibleByArgument {}
extension ConfidenceBody: ExpressibleByArgument {}
extension ActionKindBody: ExpressibleByArgument {}
extension SubjectBody: ExpressibleByArgument {}
extension GateQueryAction: ExpressibleByArgument {}
extension GateQueryTarget: ExpressibleByArgument {}
extension AuthorityMode: ExpressibleByArgument {}
extension DeliveryReach: ExpressibleByArgument {}
extension TokenScope: ExpressibleByArgument {}

extension RawRepresentable<String> {
    var json: JSONValue? { .string(rawValue) }
}

extension Optional where Wrapped: RawRepresentable<String> {
    var json: JSONValue? { map { .string($0.rawValue) } }
}
