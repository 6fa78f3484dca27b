package import CordonCore

/// What one kind of refusal is called, what it means and what to do: for answers and for pages.
package struct ProblemText: Equatable, Sendable {
    package let kind: Refusal.Kind
    /// The HTTP status.
    package let status: Int
    package let title: String
    package let meaning: String
    package let remedy: String

    package static func of(_ kind: Refusal.Kind) -> ProblemText {
        switch kind {
        case .workflowStopped: workflowStopped
        case .notProductionReady: notProductionReady
        case .restartBlocked: restartBlocked
        case .belowFloor: belowFloor
        case .secondPersonRequired: secondPersonRequired
        case .alreadySigned: alreadySigned
        case .fixerCannotSignAlone: fixerCannotSignAlone
        case .signatureVoid: signatureVoid
        case .fileIncomplete: fileIncomplete
        case .onHold: onHold
        case .outsideAuthority: outsideAuthority
        case .approvalRequired: approvalRequired
        case .policyInvalid: policyInvalid
        case .versionConflict: versionConflict
        case .preconditionRequired: preconditionRequired
        case .idempotencyMismatch: idempotencyMismatch
        case .tooLarge: tooLarge
        case .notPermitted: notPermitted
        case .notSignedIn: notSignedIn
        case .notFound: notFound
        case .methodNotAllowed: methodNotAllowed
        case .unsupportedMediaType: unsupportedMediaType
        case .invalidInput: invalidInput
        case .wrongState: wrongState
        case .tooManyAttempts: tooManyAttempts
        case .overloaded: overloaded
        case .storageFull: storageFull
        case .internalFault: internalFault
        }
    }
}

extension ProblemText {
    private static let workflowStopped = ProblemText(
        kind: .workflowStopped, status: 423, title: "The workflow is stopped",
        meaning: """
            Somebody stopped the workflow, or the part of it that was asked for, because of an \
            incident. Until it is restarted nothing may be made, called or sent through it.
            """,
        remedy: """
            Do the work by the workflow’s fallback. The incident that is named says what is \
            missing before the restart; asking again does not help before that.
            """)

    private static let notProductionReady = ProblemText(
        kind: .notProductionReady, status: 409, title: "The workflow is not ready for production",
        meaning: """
            Something is missing that must exist before anything goes wrong: an owner, a \
            fallback, a tested stop and the like.
            """,
        remedy: """
            Add what the list names, then try again. If it cannot wait, an executive may override \
            it with a reason and an end date.
            """)

    private static let restartBlocked = ProblemText(
        kind: .restartBlocked, status: 409, title: "Something stands in the way of the restart",
        meaning: """
            A stopped workflow runs again only when the steps that its level demands are done and \
            the right people have signed.
            """,
        remedy: """
            Go through the list: each entry names one thing that is missing and the step where it \
            is done.
            """)

    private static let belowFloor = ProblemText(
        kind: .belowFloor, status: 409, title: "The level is below the floor",
        meaning: """
            The answers to the questions set a lowest level, and the level that was asked for \
            lies below it.
            """,
        remedy: """
            Keep at least the level that is named. If an answer was wrong, correct the answer: \
            the floor follows.
            """)

    private static let secondPersonRequired = ProblemText(
        kind: .secondPersonRequired, status: 409, title: "A second person is needed",
        meaning: """
            Nobody decides this alone: the one who proposes it and the one who confirms it must \
            be two people.
            """,
        remedy: """
            Ask somebody else who may decide it to do the confirming.
            """)

    private static let alreadySigned = ProblemText(
        kind: .alreadySigned, status: 409, title: "It is signed already",
        meaning: """
            You have signed, or somebody has signed in the same role. Each required signature \
            comes from another person.
            """,
        remedy: """
            If a signature is still missing, ask a person who holds the missing role.
            """)

    private static let fixerCannotSignAlone = ProblemText(
        kind: .fixerCannotSignAlone, status: 409, title: "Whoever fixed it cannot sign alone",
        meaning: """
            You carried out the fix, and yours would be the only signature on the restart.
            """,
        remedy: """
            Ask another person who holds a signing role to look at the evidence and sign.
            """)

    private static let signatureVoid = ProblemText(
        kind: .signatureVoid, status: 409, title: "The signature does not match the evidence",
        meaning: """
            A signature holds for the evidence that the signer saw. The evidence is different \
            now.
            """,
        remedy: """
            Read the evidence again as it stands, then sign that.
            """)

    private static let fileIncomplete = ProblemText(
        kind: .fileIncomplete, status: 409, title: "The incident file is not complete",
        meaning: """
            At this level an incident closes only when all eight items of its file are complete.
            """,
        remedy: """
            Add what the list names. If something can never be had, an executive may sign an \
            exception that says why.
            """)

    private static let onHold = ProblemText(
        kind: .onHold, status: 409, title: "It is held as evidence",
        meaning: """
            What was asked for would change or remove something that an incident still needs.
            """,
        remedy: """
            Leave it as it is. The hold ends with the incident that is named.
            """)

    private static let outsideAuthority = ProblemText(
        kind: .outsideAuthority, status: 403, title: "The workflow has no authority for this",
        meaning: """
            The workflow tried to do something that its owner has not allowed: another tool, \
            other values, or a delivery to the wrong side.
            """,
        remedy: """
            Do not try another way around it. If the workflow should be allowed to do it, its \
            owner changes its authority.
            """)

    private static let approvalRequired = ProblemText(
        kind: .approvalRequired, status: 409, title: "A person has to approve this first",
        meaning: """
            The workflow may do this only after a person has looked at this very action.
            """,
        remedy: """
            Have the action approved by a person who may, then send it again.
            """)

    private static let policyInvalid = ProblemText(
        kind: .policyInvalid, status: 422, title: "The policy does not hold together",
        meaning: """
            The file was read to its end and has faults. Nothing of it was taken over; the policy \
            in force is unchanged.
            """,
        remedy: """
            Mend every place that the list names, then import the file again.
            """)

    private static let versionConflict = ProblemText(
        kind: .versionConflict, status: 412, title: "Somebody else changed it meanwhile",
        meaning: """
            What you read is not what is there now, so your change might have overwritten \
            another.
            """,
        remedy: """
            Read it again, see what has changed, and send your change with the new ETag.
            """)

    private static let preconditionRequired = ProblemText(
        kind: .preconditionRequired, status: 428, title: "Say which version you changed",
        meaning: """
            A change of this sort must say which version it was made from, so that it overwrites \
            nothing unseen.
            """,
        remedy: """
            Read the resource and send its ETag in If-Match.
            """)

    private static let idempotencyMismatch = ProblemText(
        kind: .idempotencyMismatch, status: 422, title: "The Idempotency-Key is taken",
        meaning: """
            The key was used before with a different content. A key stands for one request only.
            """,
        remedy: """
            Use a new key for a new request, and the old key only to repeat the same one.
            """)

    private static let tooLarge = ProblemText(
        kind: .tooLarge, status: 413, title: "It is too large",
        meaning: """
            What was sent is larger than what is accepted here. Nothing of it was kept.
            """,
        remedy: """
            Send less, or send it in parts. For a large piece of evidence, record where it is \
            kept and its hash.
            """)

    private static let notPermitted = ProblemText(
        kind: .notPermitted, status: 403, title: "You may not do this",
        meaning: """
            You are signed in, but none of your roles allows this here.
            """,
        remedy: """
            Ask a person who holds the role, or an administrator if you should hold it. Reporting \
            is open to everybody who is signed in.
            """)

    private static let notSignedIn = ProblemText(
        kind: .notSignedIn, status: 401, title: "You are not signed in",
        meaning: """
            The request came without a valid session or token, or the session has ended.
            """,
        remedy: """
            Sign in, or send a token that is valid, and try again.
            """)

    private static let notFound = ProblemText(
        kind: .notFound, status: 404, title: "There is nothing here",
        meaning: """
            Nothing has this name, or you may not see it.
            """,
        remedy: """
            Check the address or the number. Names are exact, small and capital letters included.
            """)

    private static let methodNotAllowed = ProblemText(
        kind: .methodNotAllowed, status: 405, title: "This cannot be done here",
        meaning: """
            The address exists, but not with this HTTP method.
            """,
        remedy: """
            Use one of the methods that the Allow header of the answer names.
            """)

    private static let unsupportedMediaType = ProblemText(
        kind: .unsupportedMediaType, status: 415, title: "The format is not accepted",
        meaning: """
            The Content-Type of the request is none that is read here.
            """,
        remedy: """
            Send one of the formats that the detail names, mostly application/json.
            """)

    private static let invalidInput = ProblemText(
        kind: .invalidInput, status: 400, title: "Something in the input is wrong",
        meaning: """
            The input could not be taken as it was sent. Nothing of it was kept.
            """,
        remedy: """
            Correct every field that the list names, then send it again.
            """)

    private static let wrongState = ProblemText(
        kind: .wrongState, status: 409, title: "It is not at that point",
        meaning: """
            The act does not fit the state that the workflow or the incident is in now, for \
            example because it is closed.
            """,
        remedy: """
            Look at where it stands; the detail says what has to happen first.
            """)

    private static let tooManyAttempts = ProblemText(
        kind: .tooManyAttempts, status: 429, title: "Too many attempts",
        meaning: """
            There were many failures in a short time, so further attempts have to wait, even \
            right ones.
            """,
        remedy: """
            Wait as long as the answer says, then try once more. Check the login before you do.
            """)

    private static let overloaded = ProblemText(
        kind: .overloaded, status: 503, title: "Cordon is busy",
        meaning: """
            More arrives than can be recorded safely at this moment. What was refused was not \
            done.
            """,
        remedy: """
            Try again in a few seconds, with the same Idempotency-Key if there is one.
            """)

    private static let storageFull = ProblemText(
        kind: .storageFull, status: 507, title: "There is no room left to record",
        meaning: """
            What cannot be recorded is not allowed, and the server has no room left. What was \
            refused was not done.
            """,
        remedy: """
            The operator has to make room or enlarge the disk. Do the work by the workflow’s \
            fallback until then.
            """)

    private static let internalFault = ProblemText(
        kind: .internalFault, status: 500, title: "Cordon has made a mistake",
        meaning: """
            Something failed inside Cordon. The operator’s log holds the cause under the number \
            of the request.
            """,
        remedy: """
            Try once more. If it happens again, give the operator the number of the request.
            """)
}
