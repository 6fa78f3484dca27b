/// That a workflow went on although something that ought to have been there was not.
package struct OpenUse: Codable, Equatable, Sendable {
    package let kind: Kind
    /// How often, from the first time to the last.
    package private(set) var count: Int
    package private(set) var firstAt: Instant?
    package private(set) var lastAt: Instant?

    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// Nobody could be asked, and the workflow's terms fail open.
        case withoutGate = "without_gate"
        /// A call passed the gateway, and its record could not be kept.
        case withoutRecord = "without_record"
    }

    package init(_ kind: Kind, count: Int = 1, firstAt: Instant? = nil, lastAt: Instant? = nil) {
        self.kind = kind
        self.count = count
        self.firstAt = firstAt
        self.lastAt = lastAt
    }

    /// Takes in another of the same kind.
    package mutating func add(_ other: OpenUse) {
        count += other.count
        firstAt = [firstAt, other.firstAt].compactMap(\.self).min()
        lastAt = [lastAt, other.lastAt].compactMap(\.self).max()
    }
}

extension OpenUse {
    /// The member of a note in which a caller of the gate says how often it went on without it:
    /// `{"count": 3, "first": {"at": …}, "last": {"at": …}}`.
    package static let noteMember = "went_on_without_gate"
    /// What one note may count.
    package static let countAtMost = 1_000_000_000

    /// Reads it from a note's content; `nil` when the note says nothing of the kind.
    package init?(note json: [UInt8]) throws(Refusal) {
        guard let said = JSONMembers(json[...])?[Self.noteMember] else { return nil }
        let members = JSONMembers(said)
        guard let digits = members?["count"],
            let count = Int(String(decoding: digits, as: UTF8.self)),
            (1...Self.countAtMost).contains(count)
        else {
            throw Refusal(
                .invalidInput,
                "\(Self.noteMember) is an object whose `count` says how often, a whole number from "
                    + "1 to \(Self.countAtMost).")
        }
        func time(_ name: String) -> Instant? {
            members?[name].flatMap { JSONMembers($0)?.text("at") }.flatMap(Instant.init(rfc3339:))
        }
        self.init(.withoutGate, count: count, firstAt: time("first"), lastAt: time("last"))
    }

    /// What it was, for people.
    package var sentence: String {
        let times = count == 1 ? "once" : "\(count) times"
        let span = lastAt.map { ", the last time at \($0.rfc3339)" } ?? ""
        return switch kind {
        case .withoutGate:
            "The workflow went on \(times) without the gate's answer\(span), because it fails open."
        case .withoutRecord:
            "Calls passed the gateway \(times) without being recorded\(span)."
        }
    }
}
