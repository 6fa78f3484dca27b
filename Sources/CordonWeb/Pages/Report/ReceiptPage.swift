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
                "<h1>\(say: "Report received")</h1>", top, lost,
                HTML.live(
                    "live-receipt",
                    [HTML.section("workflow", "Is it stopped?", whatIsStopped)]),
                stopNow, fallback, next,
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

    private var lost: HTML {
        if unkept.isEmpty { return .nothing }
        return """
            <div class="verdict warning">
            <p>\(say: "The report stands, but these files were not kept:")</p>
            \(HTML.list(unkept.map(HTML.said)))
            <p>\(say: "They may be empty or too large. Add them on the page of the incident.")</p>
            </div>
            """
    }

    private var whatIsStopped: [HTML] {
        switch stop {
        case .notAsked(_, let name):
            [
                HTML.paragraph(
                    """
                    No. This report has not stopped \(HTML.said(name)), because you did not ask \
                    for it. If you are in doubt, stop it: a stop can always be undone.
                    """)
            ]
        case .restarted(let name):
            [
                HTML.paragraph(
                    """
                    It was, and it runs again: those who answer for \(HTML.said(name)) have signed \
                    its restart.
                    """)
            ]
        case .notListed:
            [
                HTML.paragraph(
                    """
                    No. No workflow of this name is registered and in use, so Cordon cannot stop \
                    it. Stop it by hand if you can, and tell the people who work with it.
                    """)
            ]
        case .stopping(let halted):
            [
                badges(.stopping, halted),
                HTML.paragraph(
                    """
                    Not every place has confirmed the stop yet: treat it as running until it says \
                    “Stopped”.
                    """), proof(halted),
            ]
        case .stopped(let halted):
            [
                badges(.stopped, halted),
                HTML.paragraph("Yes. Every place where it runs has confirmed the stop."),
                proof(halted),
            ]
        }
    }

    private func badges(_ state: Workflow.State, _ halted: Halted) -> HTML {
        "<p class=\"badges\">\(state.badge) \(HTML.said(halted.name))</p>"
    }

    private func proof(_ halted: Halted) -> HTML {
        guard let containment = halted.containment else { return .nothing }
        let path = PagePaths.stopped(halted.key, containment)
        return "<p>\(HTML.link(path, "See how far the stop has come"))</p>"
    }

    private var stopNow: HTML {
        guard case .notAsked(let key, let name) = stop, mayStop else { return .nothing }
        return StopForm.atOnce(key, name, incident: reference)
    }

    private var fallback: HTML {
        switch stop {
        case .notAsked, .notListed, .restarted: HTML.nothing
        case .stopping(let halted), .stopped(let halted):
            HTML.section("fallback", "How the work goes on", FallbackText.whole(halted.fallback))
        }
    }

    private var next: HTML {
        let lines = [
            HTML.say("Your report is kept as you wrote it: nobody can change or delete it."),
            HTML.say("Somebody decides what it is: a quality issue, a near miss or an incident."),
            HTML.say(
                """
                If it is more than a quality issue, a stopped workflow restarts only when the \
                cause is found, the fault is put right, and the people who answer for it have \
                signed.
                """),
        ].map { "<li>\($0)</li>" as HTML }
        return .section(
            "next", "What happens next",
            [
                "<ol>\n\(lines)\n</ol>",
                HTML.paragraph(
                    "Please delete nothing and tidy nothing up: what you saw is evidence."),
            ])
    }
}

extension ReceiptPage.Stop {
    /// What the workflow’s own state says, so that a stop is never claimed that was not proved, nor
    /// one passed over that a watch brought about.
    init(_ sequence: ResponseSequence) {
        guard let workflow = sequence.workflow else {
            self = .notListed
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
