import CordonCore
import CordonStore

/// One event as its committed body holds it, of whatever stream.
struct FsckEntry {
    enum Event {
        case workflow(String, WorkflowEvent)
        case incident(String, IncidentEvent)
        case account(String, AccountEvent)
        case policy(PolicyEvent)
        case signIn
        case evidence(String, EvidenceEvent)
        case hold(String, HoldEvent)
        case erasure(String, ErasureEvent)
        case approval(String, ApprovalEvent)
    }

    let index: UInt64
    let at: Instant
    let actor: Person
    let stream: String
    let cause: String
    let kind: String
    let event: Event

    struct Unreadable: Error { let message: String }

    /// Reads a body; the stream that the row names saves reading it twice.
    init(_ body: [UInt8], likelyStream: String?) throws(Unreadable) {
        if let likelyStream, let entry = Self.read(body, stream: likelyStream),
            entry.stream.utf8.elementsEqual(likelyStream.utf8)
        {
            self = entry
            return
        }
        let head: JournalEntry<EventName>
        do {
            head = try Canonical.read(JournalEntry<EventName>.self, from: body)
        } catch {
            throw Unreadable(message: "The body cannot be read as an event of the journal.")
        }
        guard let entry = Self.read(body, stream: head.stream) else {
            throw Unreadable(
                message: "This Cordon cannot read the event \(head.event.name) of \(head.stream).")
        }
        self = entry
    }

    private static func read(_ body: [UInt8], stream: String) -> FsckEntry? {
        let parts = stream.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts.count == 2 ? String(parts[1]) : ""
        return switch parts.first {
        case "workflow": read(body, WorkflowEvent.self) { .workflow(key, $0) }
        case "incident": read(body, IncidentEvent.self) { .incident(key, $0) }
        case "account": read(body, AccountEvent.self) { .account(key, $0) }
        case "policy" where parts.count == 1: read(body, PolicyEvent.self) { .policy($0) }
        case "sign-in" where parts.count == 1: read(body, SignInEvent.self) { _ in .signIn }
        case "evidence": read(body, EvidenceEvent.self) { .evidence(key, $0) }
        case "hold": read(body, HoldEvent.self) { .hold(key, $0) }
        case "erasure": read(body, ErasureEvent.self) { .erasure(key, $0) }
        case "approval": read(body, ApprovalEvent.self) { .approval(key, $0) }
        default: nil
        }
    }

    private static func read<Body: Codable & Sendable>(
        _ body: [UInt8], _ type: Body.Type, _ event: (Body) -> Event
    ) -> FsckEntry? {
        // Why it cannot be read does not matter: the caller reads the head and names the event.
        guard let entry = try? Canonical.read(JournalEntry<Body>.self, from: body) else {
            return nil
        }
        return FsckEntry(
            index: entry.index, at: entry.at, actor: entry.actor, stream: entry.stream,
            cause: entry.cause, kind: eventName(entry.event), event: event(entry.event))
    }

    private init(
        index: UInt64, at: Instant, actor: Person, stream: String, cause: String, kind: String,
        event: Event
    ) {
        self.index = index
        self.at = at
        self.actor = actor
        self.stream = stream
        self.cause = cause
        self.kind = kind
        self.event = event
    }
}

/// The name of an event that is not known otherwise: the one key of its object.
private struct EventName: Codable, Sendable {
    let name: String

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Key.self).allKeys
        name = keys.map(\.stringValue).sorted().joined(separator: ", ")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

/// What the journal's events make, built by the same code that built it the first time.
struct FsckReplay {
    /// Something with the index of the last event that changed it.
    struct Replayed<Value> {
        var value: Value
        var revision: UInt64
    }

    struct Failure: Hashable {
        let control: String
        let incident: String
    }

    private(set) var workflows: [String: Replayed<Workflow>] = [:]
    private(set) var incidents: [String: Replayed<Incident>] = [:]
    private(set) var accounts: [String: Replayed<Account>] = [:]
    /// The digests of the policies, by version.
    private(set) var policies: [Int: String] = [:]
    /// Every control that did not do its work, with when its incident was reported.
    private(set) var failures: [Failure: Instant] = [:]
    private(set) var approvals: [String: Approval] = [:]
    private(set) var evidence = FsckEvidenceReplay()
    /// Streams of which an event cannot be read: what they make is not known.
    private var lost: Set<String> = []

    mutating func lose(_ stream: String) { lost.insert(stream) }

    func isLost(_ stream: String) -> Bool { lost.contains(stream) }

    /// Whether nothing of the journal was lost, so that what is not in here is nowhere.
    var isWhole: Bool { lost.isEmpty }

    /// Takes in one event.
    ///
    /// - Returns: why it cannot stand where it stands, or `nil`.
    mutating func apply(_ entry: FsckEntry) -> String? {
        switch entry.event {
        case .workflow(let key, let event): apply(event, to: key, entry)
        case .incident(let number, let event): apply(event, to: number, entry)
        case .account(let id, let event): apply(event, to: id, entry)
        case .policy(.imported(let version, let digest, _)): apply(version, digest)
        case .signIn: nil
        case .evidence(let key, let event): evidence.apply(event, to: key, entry)
        case .hold(let id, let event):
            evidence.apply(event, to: id, entry) ? nil : unbegun(entry)
        case .erasure(let id, let event):
            evidence.apply(event, to: id, entry) ? nil : unbegun(entry)
        case .approval(let id, let event): apply(event, to: id, entry)
        }
    }

    private mutating func apply(
        _ event: WorkflowEvent, to key: String, _ entry: FsckEntry
    ) -> String? {
        if workflows[key] != nil {
            workflows[key]?.value.apply(event, at: entry.at)
            workflows[key]?.revision = entry.index
            return nil
        }
        guard let workflow = Workflow(first: event, at: entry.at), workflow.key == key else {
            return unbegun(entry)
        }
        workflows[key] = Replayed(value: workflow, revision: entry.index)
        return nil
    }

    private mutating func apply(
        _ event: IncidentEvent, to number: String, _ entry: FsckEntry
    ) -> String? {
        if incidents[number] != nil {
            incidents[number]?.value.apply(event, by: entry.actor, at: entry.at)
            incidents[number]?.revision = entry.index
        } else {
            guard let incident = Incident(first: event, by: entry.actor, at: entry.at),
                incident.number == number
            else { return unbegun(entry) }
            incidents[number] = Replayed(value: incident, revision: entry.index)
        }
        noteFailures(of: number)
        return nil
    }

    /// What is once noted stays, even when a later cause names other controls.
    private mutating func noteFailures(of number: String) {
        guard let incident = incidents[number]?.value, let cause = incident.cause?.value,
            !incident.isDeclined
        else { return }
        for control in cause.faulted {
            failures[Failure(control: control, incident: number)] = incident.reportedAt
        }
    }

    private mutating func apply(
        _ event: AccountEvent, to id: String, _ entry: FsckEntry
    ) -> String? {
        if accounts[id] != nil {
            accounts[id]?.value.apply(event, at: entry.at)
            accounts[id]?.revision = entry.index
            return nil
        }
        guard let account = Account(id: id, first: event) else { return unbegun(entry) }
        accounts[id] = Replayed(value: account, revision: entry.index)
        return nil
    }

    private mutating func apply(
        _ event: ApprovalEvent, to id: String, _ entry: FsckEntry
    ) -> String? {
        if approvals[id] != nil {
            approvals[id]?.apply(event, by: entry.actor, at: entry.at)
            return nil
        }
        guard let approval = Approval(id: id, first: event, by: entry.actor, at: entry.at) else {
            return unbegun(entry)
        }
        approvals[id] = approval
        return nil
    }

    private mutating func apply(_ version: Int, _ digest: String) -> String? {
        if policies[version] != nil { return "The policy version \(version) was imported before." }
        policies[version] = digest
        return nil
    }

    /// An event that cannot be the first, of something that has none: its beginning is missing.
    private mutating func unbegun(_ entry: FsckEntry) -> String? {
        if lost.insert(entry.stream).inserted {
            return "\(entry.kind) cannot be the first event of \(entry.stream)."
        }
        return nil
    }
}
