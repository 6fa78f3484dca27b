import CordonCore

/// The receipt of a report.
package struct ReportedPage: Sendable {
    package let person: String
    /// The incident's number.
    package let reference: String
    package let stop: Stop
    package let fallbackTitle: String?

    /// What became of the workflow; only a stop that is proved is called one.
    package enum Stop: Sendable {
        /// Nor has the report stopped it unasked, as it does when it trips a watch.
        case notAsked
        /// A stop was asked for, and nothing that Cordon knows could be stopped.
        case notListed
        case stopping(workflow: String)
        case stopped(workflow: String)
    }

    package init(person: String, reference: String, stop: Stop, fallbackTitle: String? = nil) {
        self.person = person
        self.reference = reference
        self.stop = stop
        self.fallbackTitle = fallbackTitle
    }

    package var html: HTML {
        PageFrame(title: "Report received", person: person).around([
            """
            <h1>Report received</h1>
            <p>Your reference is <a href="\(PagePaths.incident(reference))">\(reference)</a>. Follow \
            it there. Thank you for saying so.</p>
            """,
            """
            <section aria-labelledby="workflow">
            <h2 id="workflow">Is the workflow stopped?</h2>
            \([whatIsStopped, fallback])
            </section>
            """,
            """
            <section aria-labelledby="next">
            <h2 id="next">What happens next</h2>
            <ol>
            <li>Your report is kept as you wrote it: nobody can change or delete it.</li>
            <li>Somebody decides what it is: a quality issue, a near miss or an incident.</li>
            <li>If it is more than a quality issue, a stopped workflow restarts only when the cause \
            is found, the fault is put right, and the people who answer for it have signed.</li>
            </ol>
            <p>Please delete nothing and tidy nothing up: what you saw is evidence.</p>
            </section>
            """,
            "<p><a href=\"\(PagePaths.home)\">Back to the home page</a></p>",
        ])
    }

    private var whatIsStopped: HTML {
        switch stop {
        case .notAsked:
            """
            <p>This report has stopped nothing, because you did not ask for it. If you are in doubt, \
            stop the workflow on the <a href="\(PagePaths.home)#workflows">home page</a>: stopping \
            can always be undone.</p>
            """
        case .notListed:
            """
            <p>No. No workflow of this name is registered and in use, so Cordon cannot stop it. Stop \
            it by hand if you can, and tell the people who work with it.</p>
            """
        case .stopping(let workflow):
            """
            <p>\(Workflow.State.stopping.badge) \(HTML.said(workflow))</p>
            <p>Not every place has confirmed the stop yet: treat it as running until it says \
            “Stopped”.</p>
            """
        case .stopped(let workflow):
            """
            <p>\(Workflow.State.stopped.badge) \(HTML.said(workflow))</p>
            <p>Yes. Every place where it runs has confirmed the stop.</p>
            """
        }
    }

    private var fallback: HTML {
        switch stop {
        case .notAsked, .notListed: .nothing
        case .stopping, .stopped:
            Self.fallback(fallbackTitle)
        }
    }

    /// How the work goes on while the workflow is stopped.
    static func fallback(_ title: String?) -> HTML {
        guard let title else {
            return "<p>No fallback is described: ask the workflow’s owner how to go on.</p>"
        }
        return "<p>Meanwhile the work goes on by: \(HTML.said(title))</p>"
    }
}
