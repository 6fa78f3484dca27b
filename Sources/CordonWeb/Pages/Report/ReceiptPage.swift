import CordonCore

/// The receipt of a report: where it can be followed, whether the workflow is stopped, and what
/// happens next.
package struct ReceiptPage: PageModel, Sendable {
    /// The incident's number.
    let reference: String
    let stop: Stop
    /// Files that came with the report and were not kept.
    let unkept: [String]
    let mayStop: Bool

    /// What became of the workflow; only a stop that is proved is called one.
    enum Stop: Sendable {
        /// Nor has the report stopped it unasked, as it does when it trips a watch.
        case notAsked(key: String, name: String)
        /// The report says nothing of which it is.
        case notNamed
        /// Nothing that Cordon knows could be stopped.
        case notListed
        /// It was stopped, and runs again since the incident's restart.
        case restarted(name: String)
        case stopping(Halted)
        case stopped(Halted)
    }

    /// A workflow that is stopped, or on its way to it.
    struct Halted: Sendable {
        let key: String
        let name: String
        /// The stop that its proof is about.
        let containment: String?
        let fallback: Fallback?
    }

    package var content: PageContent {
        PageContent(
            "Report received",
            [
                "<h1>\(say: "Report received")</h1>", top, HTML.unkept(unkept),
                HTML.live(
                    "live-receipt",
                    [StopVerdict(stop: stop, hasAccount: true).section]),
                stopNow, StopVerdict(stop: stop, hasAccount: true).fallback, HTML.afterReport,
                "<p>\(HTML.link(PagePaths.home, "Back to the home page"))</p>",
            ])
    }

    private var top: HTML {
        let link: HTML = "<a href=\"\(PagePaths.incident(reference))\">\(reference)</a>"
        let more = HTML.link(PagePaths.incident(reference), "Follow it, or add more")
        return """
            <p>\(say: "Your reference is \(link). Thank you for saying so.")</p>
            <p>\(more)</p>
            """
    }

    private var stopNow: HTML {
        guard case .notAsked(let key, let name) = stop, mayStop else { return .nothing }
        return StopForm.atOnce(key, name, incident: reference)
    }
}

extension ReceiptPage.Stop {
    /// What the workflow’s own state says, so that a stop is never claimed that was not proved, nor
    /// one passed over that a watch brought about.
    init(_ sequence: ResponseSequence) {
        guard let workflow = sequence.workflow else {
            self = sequence.incident.report.unlisted == nil ? .notNamed : .notListed
            return
        }
        let own = sequence.incident.containments.last { $0.workflow == workflow.key }?.containment
        let halted = ReceiptPage.Halted(
            key: workflow.key, name: workflow.profile.name,
            containment: own ?? workflow.containmentsInForce.first { $0.scope == .whole }?.id,
            fallback: workflow.profile.fallback)
        self =
            switch workflow.state {
            case .stopping: .stopping(halted)
            case .stopped: .stopped(halted)
            case .draft, .running, .watch:
                own != nil && sequence.incident.isRestarted
                    ? .restarted(name: workflow.profile.name)
                    : .notAsked(key: workflow.key, name: workflow.profile.name)
            case .retired: .notListed
            }
    }
}
