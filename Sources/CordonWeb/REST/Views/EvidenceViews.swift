import CordonAPI
import CordonCore
import CordonOperations

struct ReceiptsView: Codable, Sendable {
    let accepted: Int
    let duplicates: Int
    let records: [RecordReceiptView]
}

struct RecordReceiptView: Codable, Sendable {
    let id: String
    let index: UInt64
    let duplicate: Bool
}

struct EvidenceCountView: Codable, Sendable {
    let records: Int
    let indexed: Int
    let size: UInt64
}

struct RecordSummaryView: Codable, Sendable {
    let id: String
    let index: UInt64
    let workflow: String
    let kind: String
    let at: String
    let receivedAt: String
    let model: String?
    let actor: String?
    let target: String?
    let trace: String?
    let session: String?
    let status: String?
    let snippet: String?
    /// `kept`, `erased` or `expired`.
    let state: String
}

struct CoverageView: Codable, Sendable {
    let fromIndex: UInt64
    let toIndex: UInt64
    let examined: Int
    let scanned: Int
    let indexedThrough: UInt64
    let erased: Int
    let unreadable: Int
    let folding: Int
}

struct RecordPageView: Codable, Sendable {
    let items: [RecordSummaryView]
    let coverage: CoverageView
    let next: String?
}

struct RecordReadingView: Codable, Sendable {
    let version: Int
    let messages: [MessageView]
    let toolCalls: [ToolCallView]
    let retrieved: [String]
    let other: [String]

    struct MessageView: Codable, Sendable {
        let role: String
        let text: String
    }

    struct ToolCallView: Codable, Sendable {
        let name: String
        let arguments: String
        let result: String?
    }
}

struct ProofView: Codable, Sendable {
    let index: UInt64
    let leaf: String
    let hashes: [String]
    let checkpoint: String
}

struct RecordView: Codable, Sendable {
    let id: String
    let index: UInt64
    let workflow: String
    let kind: String
    let at: String
    let receivedAt: String
    let state: String
    /// The groups as they are committed to, by name; absent when the content is gone.
    let groups: [String: JSONValue]?
    let reading: RecordReadingView?
    let proof: ProofView
    let holds: [String]
    /// For what is gone: the place in the journal that says why.
    let event: UInt64?
}

struct GapStateView: Codable, Sendable {
    let workflow: String
    let kind: String
    let detail: String
    let openedAt: String
    let closedAt: String?
}

struct GapListView: Codable, Sendable {
    let items: [GapStateView]
}

struct ChangeView: Codable, Sendable {
    let at: String
    /// `model`, `system_prompt`, `tools`, `retrieval_scope`, `parameters`, or an announced aspect.
    let aspect: String
    let what: String
    let version: String?
    /// `noticed` or `pushed`.
    let origin: String
    /// The record that showed it first.
    let index: UInt64?
    /// Whether the workflow had shown nothing of the kind before.
    let first: Bool
    let by: String?
}

struct ChangeListView: Codable, Sendable {
    let items: [ChangeView]
}

struct WorkflowEvidenceView: Codable, Sendable {
    let workflow: String
    let registered: Bool
    let records: Int
    let firstAt: String?
    let lastAt: String?
    let gaps: [GapStateView]
    let holds: [String]
    let retention: String
    let retentionDays: Int
    /// How often something failed open and was used.
    let openUses: [OpenUseView]
    /// What was used outside the lane that the company has chosen, and passed.
    let shadowUses: [ShadowUseView]
}

struct OpenUseView: Codable, Sendable {
    /// `without_gate` or `without_record`.
    let kind: String
    let count: Int
    let firstAt: String?
    let lastAt: String?

    init(_ use: OpenUse) {
        kind = use.kind.rawValue
        count = use.count
        firstAt = use.firstAt?.rfc3339
        lastAt = use.lastAt?.rfc3339
    }
}

struct ShadowUseView: Codable, Sendable {
    let what: String
    let firstAt: String
    /// Told anew once a day.
    let lastAt: String

    init(_ use: SeenShadowUse) {
        what = use.what
        firstAt = use.firstAt.rfc3339
        lastAt = use.lastAt.rfc3339
    }
}

struct ShadowWorkflowView: Codable, Sendable {
    let workflow: String
    let registered: Bool
    let firstAt: String
    let lastAt: String?
    let records: Int
    /// What a registered workflow used outside the lane that the company has chosen.
    let uses: [ShadowUseView]
}

struct ShadowListView: Codable, Sendable {
    let items: [ShadowWorkflowView]
}

struct PlacedHoldView: Codable, Sendable {
    let id: String
    let workflow: String
    let from: String
    let to: String?
    let reason: String
    let incident: String?
    let gaps: [String]
    /// `active`, `release_proposed` or `released`.
    let state: String
    let placedBy: String
    let placedAt: String
    let proposedBy: String?
    let releaseReason: String?
    let releasedBy: String?
    let releasedAt: String?

    init(_ hold: Hold) {
        id = hold.id
        workflow = hold.terms.workflow
        from = hold.terms.from.rfc3339
        to = hold.terms.to?.rfc3339
        reason = hold.terms.reason
        incident = hold.terms.incident
        gaps = hold.terms.gaps
        state = hold.state.rawValue
        placedBy = hold.placedBy.name
        placedAt = hold.placedAt.rfc3339
        proposedBy = hold.proposal?.by.name
        releaseReason = hold.proposal?.value
        releasedBy = hold.releasedBy?.name
        releasedAt = hold.releasedAt?.rfc3339
    }
}

struct HoldListView: Codable, Sendable {
    let items: [PlacedHoldView]
    let next: String?
}

struct ErasureView: Codable, Sendable {
    let id: String
    let state: String
    let records: Int
    let erased: Int
    let basis: String
    let reason: String
    let proposedBy: String
    let proposedAt: String
    let approvedBy: String?
    let executedAt: String?
    let refusals: [String]
    /// What an erasure cannot reach.
    let note: String

    init(_ erasure: Erasure) {
        id = erasure.id
        state = erasure.state.rawValue
        records = erasure.request.indices.count
        erased = erasure.erased
        basis = erasure.request.basis
        reason = erasure.request.reason
        proposedBy = erasure.proposedBy.name
        proposedAt = erasure.proposedAt.rfc3339
        approvedBy = erasure.approvedBy?.name
        executedAt = erasure.executedAt?.rfc3339
        refusals = erasure.refusals.map(\.value)
        note =
            "Backups that were made before keep the content until they are removed; bundles that "
            + "were handed out are not reached."
    }
}

struct ErasureListView: Codable, Sendable {
    let items: [ErasureView]
    let next: String?
}

struct RetentionView: Codable, Sendable {
    let items: [RetentionDueView]
}

struct RetentionDueView: Codable, Sendable {
    let workflow: String
    let retention: String
    let days: Int
    let due: Int
    let held: Int
    let oldest: String?
}

struct RetentionRunView: Codable, Sendable {
    let deleted: [String: Int]
    /// Due and damaged: they stay.
    let unreadable: Int
}

struct LookbackRunView: Codable, Sendable {
    let id: String
    let incident: String
    let state: String
    let from: String
    let to: String
    let workflows: [String]
    let everything: Bool
    let terms: Int
    let termsSha256: String
    let progress: ProgressView
    let examined: Int
    let erased: Int
    let unreadable: Int
    let found: Int
    let fromIndex: UInt64?
    let toIndex: UInt64?
    let folding: Int
    let startedBy: String
    let startedAt: String
    let finishedAt: String?
    /// SHA-256 of the signed statement, an attachment of the incident.
    let statement: String?
    let fault: String?
    let hits: [LookbackHitView]
    let next: String?

    struct ProgressView: Codable, Sendable {
        let through: UInt64
        let size: UInt64
    }

    init(_ run: LookbackRun, hits: [LookbackHitView] = [], next: String? = nil) {
        id = run.id
        incident = run.incident
        state = run.state.rawValue
        from = run.from.rfc3339
        to = run.to.rfc3339
        workflows = run.workflows
        everything = run.isEverything
        terms = run.terms
        termsSha256 = run.termsDigest
        progress = ProgressView(through: run.cursor, size: run.logSize)
        examined = run.examined
        erased = run.erased
        unreadable = run.unreadable
        found = run.found
        fromIndex = run.firstIndex
        toIndex = run.lastIndex
        folding = Folding.version
        startedBy = run.startedBy.name
        startedAt = run.startedAt.rfc3339
        finishedAt = run.finishedAt?.rfc3339
        statement = run.statement
        fault = run.fault
        self.hits = hits
        self.next = next
    }
}

struct LookbackHitView: Codable, Sendable {
    let id: String
    let index: UInt64
    let at: String
    let trace: String?
    let terms: [String]
    let snippet: String?
    let verdict: String?
}

struct LookbackRunListView: Codable, Sendable {
    let items: [LookbackRunView]
}
