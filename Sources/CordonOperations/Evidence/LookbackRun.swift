package import CordonCore
package import CordonStore

/// A look back that a machine carries out: every record of a window is compared with a set of
/// names, and what was and was not examined is stated.
package struct LookbackRun: Codable, Equatable, Sendable {
    package let id: String
    package let incident: String
    package let startedBy: Person
    package let startedAt: Instant
    package let from: Instant
    package let to: Instant
    /// Keys of the workflows whose records are examined.
    package let workflows: [String]
    /// Whether what went in is examined too, not only what came out.
    package let isEverything: Bool
    /// How many different terms there are, and SHA-256 over their folded forms, a line each.
    package let terms: Int
    package let termsDigest: String
    /// The terms themselves, sealed: they are names of people.
    package internal(set) var list: SealedText
    package let shorterBecause: String?
    /// The size of the log when it began: later records are outside.
    package let logSize: UInt64
    package var state = State.running
    /// Everything below is examined.
    package var cursor: UInt64 = 0
    package var examined = 0
    package var erased = 0
    package var unreadable = 0
    /// Records in which something was found.
    package var found = 0
    package var firstIndex: UInt64?
    package var lastIndex: UInt64?
    package var finishedAt: Instant?
    /// SHA-256 of the signed statement, which is evidence of the incident.
    package var statement: String?
    /// What it broke off with, for the operator.
    package var fault: String?

    package enum State: String, Codable, CaseIterable, Sendable {
        case running, cancelled, failed, finished
    }

    /// What the list is sealed for.
    var listOwner: String { Self.listOwner(id) }

    static func listOwner(_ id: String) -> String { "lookback/\(id)" }

    var window: ClosedRange<Int64> {
        from.milliseconds...max(from.milliseconds, to.milliseconds)
    }

    func stored() throws -> StoredRun {
        StoredRun(
            id: id, incident: incident, state: state.rawValue, body: try Canonical.text(self))
    }

    init(_ stored: StoredRun) throws {
        self = try Canonical.read(LookbackRun.self, from: stored.body.utf8)
    }

    init(
        id: String, incident: String, startedBy: Person, startedAt: Instant, from: Instant,
        to: Instant, workflows: [String], isEverything: Bool, set: TermSet, list: SealedText,
        shorterBecause: String?, logSize: UInt64
    ) {
        self.id = id
        self.incident = incident
        self.startedBy = startedBy
        self.startedAt = startedAt
        self.from = from
        self.to = to
        self.workflows = workflows
        self.isEverything = isEverything
        terms = set.terms.count
        termsDigest = Self.digest(set)
        self.list = list
        self.shorterBecause = shorterBecause
        self.logSize = logSize
    }

    /// Over the folded forms in their order, so that whoever has the list can make it again.
    static func digest(_ set: TermSet) -> String {
        var lines: [UInt8] = []
        for term in set.terms {
            lines += term.spellings.first ?? Array(term.text.utf8)
            lines.append(UInt8(ascii: "\n"))
        }
        return Hex.sha256(lines)
    }
}

/// What a look back states about itself, signed by the key of the log.
struct CoverageStatement: Encodable {
    let type = "cordon.coverage/v1"
    let incident: String
    let lookback: String
    let logOrigin: String
    let logSize: UInt64
    let logRoot: String
    let fromIndex: UInt64?
    let toIndex: UInt64?
    let windowFrom: String
    let windowTo: String
    let workflows: [String]
    let examinedText: String
    let terms: Int
    let termsSHA256: String
    let foldingVersion: Int
    let readingVersion: Int
    let examined: Int
    let erased: Int
    let unreadable: Int
    let found: Int
    let startedAt: String
    let finishedAt: String
    let startedBy: String

    static let payloadType = "application/vnd.cordon.coverage+json"

    private enum CodingKeys: String, CodingKey {
        case type, incident, lookback, workflows, terms, examined, erased, unreadable, found
        case logOrigin = "log_origin"
        case logSize = "log_size"
        case logRoot = "log_root"
        case fromIndex = "from_index"
        case toIndex = "to_index"
        case windowFrom = "window_from"
        case windowTo = "window_to"
        case examinedText = "examined_text"
        case termsSHA256 = "terms_sha256"
        case foldingVersion = "folding_version"
        case readingVersion = "reading_version"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case startedBy = "started_by"
    }

    init(_ run: LookbackRun, origin: String, root: String, finishedAt: Instant) {
        incident = run.incident
        lookback = run.id
        logOrigin = origin
        logSize = run.logSize
        logRoot = root
        fromIndex = run.firstIndex
        toIndex = run.lastIndex
        windowFrom = run.from.rfc3339
        windowTo = run.to.rfc3339
        workflows = run.workflows
        examinedText = run.isEverything ? "everything" : "output"
        terms = run.terms
        termsSHA256 = run.termsDigest
        foldingVersion = Folding.version
        readingVersion = EvidenceReading.version
        examined = run.examined
        erased = run.erased
        unreadable = run.unreadable
        found = run.found
        startedAt = run.startedAt.rfc3339
        self.finishedAt = finishedAt.rfc3339
        startedBy = run.startedBy.name
    }
}
