/// What retention would delete now, workflow by workflow, and the button that does it.
package struct RetentionPage: PageModel, Sendable {
    let workflows: [RetentionDueView]
    let mayErase: Bool
    /// What a run has just come to.
    let run: Run?
    let returned: ReturnedForm?

    struct Run: Equatable, Sendable {
        let deleted: Int
        let unreadable: Int
    }

    static let running = "run-retention"

    /// Rows of the table.
    private static let shownAtMost = 50

    package var content: PageContent {
        PageContent(
            "Retention", in: .evidence, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Retention")</h1>",
                EvidenceTab.row(.retention), outcome,
                HTML.paragraph(
                    """
                    Each workflow keeps its evidence for as long as its class in the policy says. \
                    What is older and not held is deleted by itself, every hour.
                    """),
                table, form,
            ])
    }

    private var outcome: HTML {
        guard let run else { return .nothing }
        let command: HTML = "<code>cordon fsck</code>"
        let damaged: HTML =
            run.unreadable == 0
            ? .nothing
            : HTML.paragraph(
                """
                \(run.unreadable) records were due and are damaged: they stay. An administrator \
                finds them with \(command).
                """)
        return """
            <div role="status">
            \([HTML.paragraph("\(run.deleted) records were deleted."), damaged])
            </div>
            """
    }

    private var table: HTML {
        let due = workflows.filter { $0.due > 0 }
        if due.isEmpty {
            return HTML.paragraph("Nothing is due: no record is older than its workflow keeps it.")
        }
        let rows = due.prefix(Self.shownAtMost).map { line -> [HTML] in
            let path = PagePaths.workflow(line.workflow)
            return [
                "<a href=\"\(path)\">\(HTML.said(line.workflow))</a>",
                HTML.said(line.retention), HTML.say("for \(line.days) days"),
                "\(line.due)", "\(line.held)",
                line.oldest.map { HTML.time($0) } ?? "–",
            ]
        }
        let others = workflows.count - rows.count
        let rest: HTML =
            others == 0 ? .nothing : HTML.hint("\(others) more workflows are not in this table.")
        let table = HTML.table(
            "What would be deleted now",
            ["Workflow", "Class", "Kept", "Due", "Of these held", "The oldest"], rows)
        return "\([table, rest])"
    }

    private var form: HTML {
        guard mayErase, workflows.contains(where: { $0.due > $0.held }) else { return .nothing }
        return FormScope(Self.running, returned).folded(
            "Delete it now", to: PagePaths.evidenceRetention + "/run",
            button: "Delete what is due", tone: .stop,
            [
                HTML.paragraph(
                    """
                    What is deleted cannot be brought back. It would happen by itself within the \
                    hour.
                    """)
            ])
    }
}
