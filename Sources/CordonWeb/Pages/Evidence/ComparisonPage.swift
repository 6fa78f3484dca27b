import CordonCore

/// Two records beside each other: what differs in what came out, or in what went in.
package struct ComparisonPage: PageModel, Sendable {
    let id: String
    /// The other record's id, as it was typed.
    let with: String
    let part: Part
    /// `nil` when the other one was not named, or cannot be read.
    let other: Side?
    let side: Side
    let difference: Outcome?
    let faults: [FormFault]

    /// What of the records is compared.
    enum Part: String, CaseIterable, Sendable {
        case output, input

        var label: Phrase {
            switch self {
            case .output: "What came out"
            case .input: "What went in"
            }
        }

        var groups: Set<GroupName> {
            switch self {
            case .output: [.output, .tools, .delivery]
            case .input: [.system, .input, .retrieved]
            }
        }
    }

    /// One of the two.
    struct Side: Sendable {
        let id: String
        let kind: String
        let workflow: String
        let model: String?
        let at: String
    }

    enum Outcome: Sendable {
        case difference(TextDifference)
        /// One of them has more lines than can be compared.
        case tooLong
        /// The content of one of them is gone.
        case gone
    }

    package var content: PageContent {
        PageContent(
            "Compare two records", in: .evidence, hasFaults: !faults.isEmpty,
            [
                FaultSummary(faults: faults, ids: ["with": "compare-with"]).html,
                "<h1>\(say: "Compare two records")</h1>", EvidenceTab.row(nil),
                Self.form(id, with: with, part: part, faults: faults), sides, outcome,
            ])
    }

    // MARK: Form

    /// The form that leads here, on the page of a record.
    static func section(_ id: String) -> HTML {
        .section(
            "compare", "Compare it with another record",
            [form(id, with: "", part: .output, faults: [])])
    }

    private static func form(
        _ id: String, with: String, part: Part, faults: [FormFault]
    ) -> HTML {
        let fields: [HTML] = [
            FormField(
                id: "compare-with", name: "with", label: "Id of the other record",
                hint: "It stands on the other record’s page.", faults: faults
            ).line(.init(value: with, isExact: true)),
            FormField(id: "compare-part", name: "part", label: "What to compare").choice(
                Part.allCases.map { FormOption($0.rawValue, $0.label) }, selected: part.rawValue),
        ]
        return """
            <form class="filters" method="get" action="\(PagePaths.comparison(id))" \
            aria-label="\(say: "Compare two records")">
            \(fields)
            <button type="submit">\(say: "Compare")</button>
            </form>
            """
    }

    // MARK: What differs

    private var sides: HTML {
        guard let other else {
            return "<p>\(HTML.link(PagePaths.record(side.id), "Back to the record"))</p>"
        }
        return HTML.table(
            "The two records", ["Record", "Workflow", "Model", "When"],
            [row("First", side), row("Second", other)])
    }

    private func row(_ name: Phrase, _ side: Side) -> [HTML] {
        [
            """
            \(say: name): <a href="\(PagePaths.record(side.id))">\
            \(say: EvidenceWords.kind(side.kind))</a>
            """,
            HTML.said(side.workflow), HTML.said(side.model ?? "–"), HTML.time(side.at),
        ]
    }

    private var outcome: HTML {
        guard let difference else { return .nothing }
        let words: HTML =
            switch difference {
            case .difference(let lines): lines.html
            case .tooLong:
                HTML.paragraph(
                    """
                    One of the texts has more than \(TextDifference.linesAtMost) lines: too long \
                    to compare here. Take both as JSON and compare them with a tool of your own.
                    """)
            case .gone:
                HTML.paragraph("The content of one of them is gone: there is nothing to compare.")
            }
        return .section("difference", part.label, [words])
    }
}

extension ComparisonPage.Side {
    init(_ record: RecordView) {
        self.init(
            id: record.id, kind: record.kind, workflow: record.workflow,
            model: JSONPlace(record.groups?[GroupName.envelope.rawValue])["model"].text,
            at: record.at)
    }
}

extension ComparisonPage.Outcome {
    /// Compares two records by their words.
    init(_ first: RecordView, _ second: RecordView, _ part: ComparisonPage.Part) {
        guard let old = first.groups, let new = second.groups else {
            self = .gone
            return
        }
        let difference = TextDifference(
            from: RecordConversation(old, limit: .max).text(of: part.groups),
            to: RecordConversation(new, limit: .max).text(of: part.groups))
        self = difference.map(Self.difference) ?? .tooLong
    }
}
