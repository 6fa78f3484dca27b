import CordonAPI

/// What a guard knows of the gate's mind, as a plain value: no clock, no network.
struct GateMemory {
    private(set) var failsOpen: Bool
    private var revision: Int = -1
    /// What the stream has told last.
    private var news: JSONValue?
    private var leases: [GateQuestion: ContinuousClock.Instant] = [:]
    private var refusals: [GateQuestion: (revision: Int, error: GuardError)] = [:]
    /// What people have allowed: asked for again, it would be asked of them once more.
    private var approved: Set<GateQuestion> = []
    /// What holds for every question.
    private var halt: (revision: Int, error: GuardError)?

    /// Questions that are remembered.
    static let most = 1_000

    init(failsOpen: Bool) { self.failsOpen = failsOpen }

    func hasLease(for question: GateQuestion, at now: ContinuousClock.Instant) -> Bool {
        leases[question].map { $0 > now } ?? false
    }

    /// Takes in news; what is older than what is known changes nothing, and is no news.
    mutating func learn(_ state: JSONValue) -> Bool {
        guard let told = state["revision"]?.integer else { return false }
        guard told >= revision else { return false }
        if told != news?["revision"]?.integer {
            revision = told
            news = state
            leases = [:]
            refusals = refusals.filter { $0.value.revision >= told }
            if let halt, halt.revision < told { self.halt = nil }
            if let word = state["on_failure"]?.text { failsOpen = word == "open" }
        }
        return true
    }

    /// Takes in an answer to a question that was asked at `askedAt`; returns why it must not be
    /// acted upon, if so.
    mutating func take(
        _ question: GateQuestion, _ said: JSONValue, askedAt: ContinuousClock.Instant
    ) -> GuardError? {
        let told = said["revision"]?.integer ?? revision
        guard said["decision"]?.text == "allow" else { return takeRefusal(question, said, told) }
        // Decided before what was heard since: good for this once, if at all.
        guard told >= revision else { return objection(to: question) }
        revision = told
        failsOpen = said["on_failure"]?.text == "open"
        // Whoever lets this pass knows better than what the stream told before.
        if objectionOfNews(to: question) != nil { news = nil }
        halt = nil
        refusals[question] = nil
        note(question, isApproved: said["approval"]?["id"] != nil)
        if let milliseconds = said["lease_ms"]?.integer, milliseconds > 0 {
            if leases.count >= Self.most { leases = leases.filter { $0.value > askedAt } }
            // From before the question was sent: the server counts from when it decided.
            leases[question] = askedAt + .milliseconds(milliseconds)
        }
        return nil
    }

    /// Whether people had to allow it when it was allowed last.
    func isApproved(_ question: GateQuestion) -> Bool { approved.contains(question) }

    private mutating func note(_ question: GateQuestion, isApproved: Bool) {
        guard isApproved else {
            approved.remove(question)
            return
        }
        if approved.count >= Self.most { approved = [] }
        approved.insert(question)
    }

    private mutating func takeRefusal(
        _ question: GateQuestion, _ said: JSONValue, _ told: Int
    ) -> GuardError {
        leases = [:]
        let isHalted = ["stopping", "stopped"].contains(said["state"]?.text)
        let refusal = GateRefusal(said)
        let error: GuardError =
            if said["decision"]?.text == "approval" {
                .approvalRequired(refusal)
            } else if refusal.incident != nil || isHalted {
                .stopped(refusal)
            } else {
                .denied(refusal)
            }
        if told >= revision {
            revision = told
            if refusals.count >= Self.most { refusals = [:] }
            if isHalted { halt = (told, error) } else { refusals[question] = (told, error) }
        }
        return error
    }

    /// What speaks against it, as far as is known without asking.
    func objection(to question: GateQuestion) -> GuardError? {
        objectionOfNews(to: question) ?? halt?.error ?? refusals[question]?.error
    }

    private func objectionOfNews(to question: GateQuestion) -> GuardError? {
        guard let news else { return nil }
        let fallback = GateRefusal.Fallback(news["fallback"])
        for stop in news["stops"]?.items ?? [] where question.isCovered(by: stop) {
            return .stopped(GateRefusal(stop, fallback: fallback))
        }
        guard news["may_run"]?.truth == false else { return nil }
        return .denied(
            GateRefusal(
                reason: "It is \(news["state"]?.text ?? "not running").", incident: nil,
                fallback: fallback))
    }
}

extension GateQuestion {
    /// Whether a stop, as the stream tells of it, is about this.
    fileprivate func isCovered(by stop: JSONValue) -> Bool {
        switch stop["scope"]?.text {
        case "tool": action == "tool" && tool == stop["tool"]?.text
        case "outbound": action == "deliver" && target != .inside
        default: true
        }
    }
}

extension GateRefusal {
    fileprivate init(_ said: JSONValue, fallback: Fallback? = nil) {
        let incident = said["incident"]?.text ?? ""
        self.init(
            reason: said["reason"]?.text ?? "No reason was given.",
            incident: incident.isEmpty ? nil : incident,
            fallback: fallback ?? Fallback(said["fallback"]))
    }
}

extension GateRefusal.Fallback {
    fileprivate init?(_ said: JSONValue?) {
        guard let title = said?["title"]?.text else { return nil }
        self.init(
            title: title, steps: (said?["steps"]?.items ?? []).compactMap(\.text),
            contact: said?["contact"]?.text ?? "")
    }
}
