import CordonCore

/// A report that was made without an account, for whoever has its address: where it stands, and a
/// way to add to it.
package struct FollowedReportPage: PageModel, Sendable {
    /// The incident's number.
    let reference: String
    let state: Incident.State
    let stop: ReceiptPage.Stop
    /// What came with the report and since, oldest first.
    let added: [Added]
    /// Where this page is, on this server and as a whole address.
    let path: String
    let address: String
    /// Files that were sent and were not kept.
    let unkept: [String]
    let returned: ReturnedForm?

    struct Added: Sendable {
        let name: String
        let at: Instant
    }

    static let formID = "add"

    package var content: PageContent {
        let verdict = StopVerdict(stop: stop, hasAccount: false)
        return PageContent(
            "Your report", hasFaults: returned != nil,
            [
                summary, "<h1>\(say: "Your report")</h1>", top, HTML.unkept(unkept), ended,
                isOver ? .nothing : "\([verdict.section, verdict.fallback])", more,
                isOver ? .nothing : HTML.afterReport,
            ])
    }

    /// Whether nobody works on it any more.
    private var isOver: Bool { state == .closed || state == .declined }

    private var summary: HTML {
        guard let returned else { return .nothing }
        return state == .closed ? returned.summaryWithoutForm : returned.summary
    }

    private var ended: HTML {
        switch state {
        case .closed: HTML.paragraph("It was looked into, and the matter is closed.")
        case .declined:
            HTML.paragraph(
                "It was looked at, and those who answer for it decided that it is no incident.")
        default: .nothing
        }
    }

    private var top: HTML {
        let number = HTML.said(reference)
        return """
            <p>\(say: "Your reference is \(number). Thank you for saying so.")</p>
            <p class="badges">\(state.badge)</p>
            <p>\(say: "This is the address of your report. Keep it where nobody else finds it: it is the only way back, and whoever has it can read this page.")</p>
            \(HTML.exact(address))
            """
    }

    private var more: HTML {
        let lines = added.map { one -> HTML in
            "\(HTML.said(one.name)), \(HTML.time(one.at))"
        }
        let list: HTML =
            lines.isEmpty ? HTML.hint("You have added nothing so far.") : HTML.list(lines)
        return .section(
            "more", "What you have added", [list] + (state == .closed ? [closed, lost] : [form]))
    }

    private var closed: HTML {
        HTML.paragraph(
            "It is closed, and nothing can be added to it. Report it again if it goes on.")
    }

    /// What was typed while it was closed, to be copied.
    private var lost: HTML {
        guard let text = returned?.fields["text"], !text.isEmpty else { return .nothing }
        return HTML.exact(text)
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return scope.form(
            to: path, button: "Add it", sendsFiles: true,
            [
                scope.field(
                    "text", "What else should be known?",
                    hint:
                        "What you have seen since, or remembered.",
                    isOptional: true
                ).text(scope.value("text")),
                scope.field(
                    "files", "Photos or files",
                    hint: "\(Page.anonymousFileLimit >> 20) MB together at most.", isOptional: true
                ).files(),
            ])
    }
}

extension FollowedReportPage {
    init(
        _ sequence: ResponseSequence, path: String, address: String, unkept: [String],
        returned: ReturnedForm?
    ) {
        let incident = sequence.incident
        self.init(
            reference: incident.number, state: incident.state,
            stop: ReceiptPage.Stop(sequence),
            added: incident.evidence.filter { $0.by.id == incident.reporter.id }.map {
                Added(name: $0.value.name, at: $0.at)
            }, path: path, address: address, unkept: unkept, returned: returned)
    }
}
