import CordonCore

/// Whether what was reported is stopped, as its reporter is told.
struct StopVerdict: Sendable {
    let stop: ReceiptPage.Stop
    /// Whether the reader may stop, and see how far each place is.
    let hasAccount: Bool

    var section: HTML { .section("workflow", "Is it stopped?", answer) }

    private var answer: [HTML] {
        switch stop {
        case .notAsked(_, let name):
            [
                hasAccount
                    ? HTML.paragraph(
                        """
                        No. This report has not stopped \(HTML.said(name)), because you did not \
                        ask for it. If you are in doubt, stop it: a stop can always be undone.
                        """)
                    : HTML.paragraph(
                        """
                        No: a report without an account stops nothing. If harm is near, tell \
                        somebody at once who can sign in and stop \(HTML.said(name)).
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
        case .notNamed:
            [
                HTML.paragraph(
                    """
                    No. Cordon does not know which workflow this is about, so nothing is stopped. \
                    If you can name it now, add it.
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

    private func badges(_ state: Workflow.State, _ halted: ReceiptPage.Halted) -> HTML {
        "<p class=\"badges\">\(state.badge) \(HTML.said(halted.name))</p>"
    }

    private func proof(_ halted: ReceiptPage.Halted) -> HTML {
        guard hasAccount, let containment = halted.containment else { return .nothing }
        let path = PagePaths.stopped(halted.key, containment)
        return "<p>\(HTML.link(path, "See how far the stop has come"))</p>"
    }

    /// How the work goes on where it is stopped.
    var fallback: HTML {
        switch stop {
        case .notAsked, .notNamed, .notListed, .restarted: HTML.nothing
        case .stopping(let halted), .stopped(let halted):
            HTML.section(
                "fallback", "How the work goes on",
                hasAccount
                    ? FallbackText.whole(halted.fallback)
                    : [FallbackText.sentence(halted.fallback?.title)])
        }
    }
}

extension HTML {
    /// What becomes of a report, for whoever made it.
    static var afterReport: HTML {
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

    /// Names of files that came with a report and were not kept.
    static func unkept(_ unkept: [String]) -> HTML {
        if unkept.isEmpty { return .nothing }
        return """
            <div class="verdict warning">
            <p>\(say: "The report stands, but these files were not kept:")</p>
            \(HTML.list(unkept.map(HTML.said)))
            <p>\(say: "They may be empty or too large. You can add them again.")</p>
            </div>
            """
    }
}
