/// Why something was not done, in words for whoever asked, with everything that stands in the way.
///
/// The kind is the problem type that outsiders rely on; it is mapped to a status, an exit code and
/// a page in one place each.
package struct Refusal: Error, Equatable, Sendable {
    package let kind: Kind
    package let detail: String
    /// Every obstacle, so that nobody has to find them one by one.
    package let blockers: [Blocker]

    package init(_ kind: Kind, _ detail: String, blockers: [Blocker] = []) {
        self.kind = kind
        self.detail = detail
        self.blockers = blockers
    }

    /// The problem types: raw values are names that outsiders rely on.
    package enum Kind: String, CaseIterable, Sendable {
        case workflowStopped = "workflow-stopped"
        case notProductionReady = "not-production-ready"
        case restartBlocked = "restart-blocked"
        case belowFloor = "below-floor"
        case secondPersonRequired = "second-person-required"
        case alreadySigned = "already-signed"
        case fixerCannotSignAlone = "fixer-cannot-sign-alone"
        case signatureVoid = "signature-void"
        case fileIncomplete = "file-incomplete"
        case onHold = "on-hold"
        case outsideAuthority = "outside-authority"
        case approvalRequired = "approval-required"
        case policyInvalid = "policy-invalid"
        case versionConflict = "version-conflict"
        case preconditionRequired = "precondition-required"
        case idempotencyMismatch = "idempotency-mismatch"
        case tooLarge = "too-large"
        case notPermitted = "not-permitted"
        case notSignedIn = "not-signed-in"
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case unsupportedMediaType = "unsupported-media-type"
        case invalidInput = "invalid-input"
        case wrongState = "wrong-state"
        case tooManyAttempts = "too-many-attempts"
        case overloaded
        case storageFull = "storage-full"
        case internalFault = "internal-fault"
    }
}

/// One thing that is missing or in the way.
package struct Blocker: Codable, Equatable, Sendable {
    /// A stable name for programs.
    package let code: String
    /// One sentence that says what to do.
    package let message: String
    /// The step of the response sequence that it belongs to, if any.
    package let step: Int?
    /// Where in the input it is, as a JSON pointer, if it is about the input.
    package let pointer: String?

    package init(_ code: String, _ message: String, step: Int? = nil, pointer: String? = nil) {
        self.code = code
        self.message = message
        self.step = step
        self.pointer = pointer
    }
}
