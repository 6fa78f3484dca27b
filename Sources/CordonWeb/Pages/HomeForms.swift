import CordonCore

/// The two forms of the home page.
struct HomeForms {
    let page: HomePage

    static let reportIDs = [
        "workflow": "report-workflow", "what": "report-what",
        "left_company": "report-left-company", "stop": "report-stop",
    ]

    static func reasonID(_ index: Int) -> String { "stop-\(index + 1)-reason" }

    /// Four questions at most, and none of them asks for a judgement.
    var report: HTML {
        """
        <section aria-labelledby="report">
        <h2 id="report">Report something wrong</h2>
        <p>You did right to look here. Nothing has to be certain.</p>
        <form method="post" action="\(PagePaths.report)">
        \(FormField.csrf(page.csrf))
        \(reportQuestions)
        <button type="submit">Send the report</button>
        </form>
        </section>
        """
    }

    private var reportQuestions: [HTML] {
        var key = ""
        var what = ""
        var left = "unknown"
        var stops = false
        var faults: [FormFault] = []
        if case .report(let sentKey, let sentWhat, let sentLeft, let sentStop) = page.sent {
            (key, what, left, stops, faults) = (sentKey, sentWhat, sentLeft, sentStop, page.faults)
        }
        func field(_ name: String, _ label: String, _ hint: String? = nil) -> FormField {
            FormField(
                id: Self.reportIDs[name] ?? name, name: name, label: label, hint: hint,
                faults: faults)
        }
        let listed = page.workflows.map { (value: $0.key, label: $0.name) }
        var questions = [
            field("workflow", "Which workflow?", "If it is not listed, name it below.")
                .choice([(value: "", label: "Not listed, or not known")] + listed, selected: key),
            field("what", "What happened?", "What you saw, where and when, in your own words.")
                .text(what),
            field("left_company", "Has it left the company, or affected anybody?").radios(
                [
                    (value: "yes", label: "Yes"), (value: "no", label: "No"),
                    (value: "unknown", label: "I do not know"),
                ], selected: left),
        ]
        if page.mayStop {
            questions.append(
                field("stop", "Stop the workflow now", "Stopping can always be undone.")
                    .checkbox("yes", isChecked: stops))
        }
        return questions
    }

    /// Nothing for what does not run.
    func stop(_ index: Int) -> HTML {
        let workflow = page.workflows[index]
        switch workflow.state {
        case .stopping, .stopped, .retired: return .nothing
        case .draft, .running, .watch: break
        }
        var reason = ""
        var faults: [FormFault] = []
        var opened: HTML = .nothing
        if case .stop(workflow.key, let sentReason) = page.sent {
            (reason, faults, opened) = (sentReason, page.faults, " open=\"open\"")
        }
        let question = FormField(
            id: Self.reasonID(index), name: "reason", label: "Why?",
            hint: "A few words are enough.", faults: faults
        ).text(reason, rows: 2)
        return """
            <details\(opened)>
            <summary>Stop \(HTML.said(workflow.name))</summary>
            <form method="post" action="\(PagePaths.stop)">
            \(FormField.csrf(page.csrf))
            <input type="hidden" name="workflow" value="\(workflow.key)"/>
            \(question)
            <button class="stop" type="submit">Stop \(HTML.said(workflow.name)) now</button>
            </form>
            </details>
            """
    }
}
