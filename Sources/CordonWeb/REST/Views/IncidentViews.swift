import CordonAPI
import CordonCore
import CordonOperations

/// What a list shows.
struct IncidentSummaryView: Codable, Sendable {
    let number: String
    let workflow: String?
    let kind: String
    let level: Int
    let provisional: Bool
    let state: String
    let what: String
    let reportedAt: String
    let nextStep: String?
    let fileComplete: Int
}

struct IncidentListView: Codable, Sendable {
    let items: [IncidentSummaryView]
    let next: String?
}

struct IncidentView: Codable, Sendable, Versioned {
    let number: String
    let version: Int
    let workflow: String?
    let unlisted: String?
    let kind: String
    let level: Int
    let levelTitle: String
    let declaredLevel: Int?
    let potentialLevel: Int?
    let provisional: Bool
    let floor: FloorView
    let state: String
    let policyVersion: Int
    let what: String
    let leftCompany: String
    let contact: String?
    let discovered: String?
    let reporter: String
    let reportedAt: String
    let occurredAt: String?
    let detectedAt: String?
    let awareAt: String?
    let declaredAt: String?
    let containedAt: String?
    let restartedAt: String?
    let closedAt: String?
    let times: [TimeView]
    let triage: TriageView?
    let answers: [String: String]
    let flags: [String: String]
    let measures: [String: Int]
    let type: String?
    let secondaryTypes: [String]
    let typeNote: String?
    let lowering: LoweringView?
    let containments: [ContainmentReferenceView]
    let fallback: FallbackNoteView?
    let holds: [HoldView]
    let evidence: [EvidenceView]
    let gaps: [EvidenceGapView]
    let impact: ImpactView?
    let affected: [AffectedView]
    let notifications: [NotificationView]
    let lookbacks: [LookbackView]
    let cause: CauseView?
    let actions: [ActionView]
    let cases: [CaseBody]
    let runs: [RunView]
    let skips: [SkipView]
    let signatures: [SignatureView]
    let evidenceHash: String
    let restarts: [RestartRecordView]
    let review: ReviewView?
    let exception: ExceptionView?
    let promotedBecause: [String]
    let collectiveReviews: [String: [String]]
    let steps: [StepView]
    let nextStep: StepView?
    let file: FileView
}

struct FloorView: Codable, Sendable {
    let confirmed: Int
    let provisional: Int
    let reasons: [String]
    let requirements: [String]
    let openQuestions: [Int]
}

struct TimeView: Codable, Sendable {
    let moment: String
    let time: String
    let source: String
    let by: String
    let at: String
}

struct TriageView: Codable, Sendable {
    let kind: String
    let reason: String
    let by: String
    let at: String
}

struct LoweringView: Codable, Sendable {
    let level: Int
    let reason: String
    let proposedBy: String
    let at: String
}

struct ContainmentReferenceView: Codable, Sendable {
    let workflow: String
    let containment: String
    let proved: Bool
}

struct FallbackNoteView: Codable, Sendable {
    let activated: Bool
    let note: String
    let told: [String]
    let by: String
    let at: String
}

struct HoldView: Codable, Sendable {
    let workflow: String
    let from: String
}

struct EvidenceView: Codable, Sendable {
    let id: String
    let kind: String
    let name: String
    let mediaType: String
    let size: Int
    let sha256: String
    let note: String?
    let by: String
    let at: String
}

struct EvidenceGapView: Codable, Sendable {
    let kind: String
    let why: String
    let by: String
    let at: String
}

struct ImpactView: Codable, Sendable {
    let description: String
    let actedUpon: String
    let reversible: String
    let leftCompany: String
    let functions: [String]
    let by: String
    let at: String
}

struct AffectedView: Codable, Sendable {
    let id: String
    let kind: String
    let reference: String
    let description: String
    let correction: String?
    let correctedBy: String?
    let correctedAt: String?
}

struct NotificationView: Codable, Sendable {
    let duty: String
    let decision: String
    let reason: String
    let dueAt: String?
    let by: String
    let at: String
}

struct LookbackView: Codable, Sendable {
    let id: String
    let from: String
    let to: String
    let days: Int
    let population: String
    let populationCount: Int
    let method: String
    let sampleSize: Int?
    let sampleSeed: String?
    let shorterBecause: String?
    let findings: [FindingView]
    let conclusion: String?
    let examined: Int?
    let concludedBy: String?
    let concludedAt: String?
}

struct FindingView: Codable, Sendable {
    let id: String
    let reference: String
    let description: String
    let verdict: String
}

struct CauseView: Codable, Sendable {
    let failureClass: String
    let contributing: [String]
    let description: String
    let controls: [ControlFindingView]
    let changedBefore: String
    let reproduction: String
    let confidence: String
    let considered: [String: String]
    let by: String
    let at: String
}

struct ControlFindingView: Codable, Sendable {
    let control: String
    let state: String
    let note: String
}

struct ActionView: Codable, Sendable {
    let id: String
    let title: String
    let kind: String
    let control: String?
    let owner: String
    let dueAt: String
    let beforeRestart: Bool
    let doneAt: String?
    let doneBy: String?
    let evidence: String?
}

struct RunView: Codable, Sendable {
    let id: String
    let version: String
    let subject: String
    let passed: Int
    let failed: Int
    let results: [ResultView]
    let by: String
    let at: String
}

struct ResultView: Codable, Sendable {
    let key: String
    let passed: Bool
    let runs: Int
    let passes: Int
}

struct SkipView: Codable, Sendable {
    let step: Int
    let reason: String
    let by: String
    let at: String
}

struct SignatureView: Codable, Sendable {
    let id: String
    let role: String
    let by: String
    let at: String
    let evidenceHash: String
    let statement: String
    let valid: Bool
    let voidedAt: String?
}

struct RestartRecordView: Codable, Sendable {
    let by: String
    let at: String
    let evidenceHash: String
    let conditions: String
    let watch: WatchView?
}

struct ReviewView: Codable, Sendable {
    let controlChange: String
    let updates: [UpdateView]
    let recurrence: [String]
    let effectivenessDueAt: [String]
    let by: String
    let at: String
}

struct UpdateView: Codable, Sendable {
    let kind: String
    let description: String
}

struct ExceptionView: Codable, Sendable {
    let reason: String
    let by: String
    let at: String
}

struct StepView: Codable, Sendable {
    let number: Int
    let key: String
    let title: String
    let instruction: String
    /// `done`, `open`, `skipped` or `not_required`.
    let state: String
    let missing: [String]
}

struct FileView: Codable, Sendable {
    let complete: Int
    let items: [FileItemView]
}

struct FileItemView: Codable, Sendable {
    let number: Int
    let title: String
    let complete: Bool
    let missing: [String]
}

struct BlockerView: Codable, Sendable {
    let code: String
    let message: String
    let step: Int?
}

struct RestartView: Codable, Sendable {
    let allowed: Bool
    let level: Int
    let blockers: [BlockerView]
    let requiredSignatures: [RequiredSignatureView]
    let evidenceHash: String
}

struct RequiredSignatureView: Codable, Sendable {
    /// One of these roles is enough.
    let anyOf: [String]
    let signedBy: String?
    let signedAt: String?
}

struct ReportView: Codable, Sendable {
    let incident: String
    let receipt: ReceiptView
    let containment: ContainmentView?
}

struct ReceiptView: Codable, Sendable {
    let reference: String
    let receivedAt: String
    let workflow: String?
    /// The state of the workflow now, if it is registered.
    let workflowState: String?
    let next: String
}

struct TimelineView: Codable, Sendable {
    let items: [TimelineItemView]
    let next: String?
}

struct TimelineItemView: Codable, Sendable {
    let index: UInt64
    let at: String
    let kind: String
    let actor: String
    let cause: String
    let leaf: String
    let event: JSONValue
}

struct CollectiveReviewsView: Codable, Sendable {
    let items: [CollectiveReviewView]
}

struct CollectiveReviewView: Codable, Sendable {
    let control: String
    let incidents: [String]
    let raisedIn: String
}
