import CordonCore

/// The quality tracker: small faults that everyday review caught, and the line that adds one.
package struct QualityListPage: PageModel, Sendable {
    let page: ListedPage
    let now: Instant
    let terms: Terms
    let reviews: [CollectiveReview]
    let mayTriage: Bool
    /// The number of what was just entered.
    var added: String?
    var returned: ReturnedForm?

    /// When what repeats becomes more, by the policy in force.
    struct Terms: Equatable, Sendable {
        /// How many alike in one workflow are too many.
        let repeats: Int
        /// Days within which they count.
        let days: Int
        /// What the newest of them becomes.
        let level: Int
        /// How many failures of one control raise a collective review.
        let failures: Int
        /// Days within which those count.
        let failureDays: Int
        /// What must all be answered with no, or it is more than a quality issue.
        let questions: [Policy.Question]

        init(_ policy: Policy) {
            questions = policy.questions.filter { $0.floor != nil || $0.together != nil }
            repeats = policy.promotion.repeats
            days = policy.promotion.days
            level = policy.promotion.level
            failures = policy.recurrence.failures
            failureDays = policy.recurrence.days
        }
    }

    /// A control that failed again, with the incidents it failed in.
    struct CollectiveReview: Sendable {
        let control: String
        let incidents: [String]
    }

    /// Incidents of one collective review that are named here, the newest; its own page has more.
    private static let linksAtMost = 10

    static let formID = "enter"
    /// The box that says no to every question.
    static let allNo = "all_no"

    package var content: PageContent {
        PageContent(
            "Quality", in: .quality, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Quality")</h1>",
                HTML.paragraph(
                    """
                    Everyday mistakes inside the company that normal review caught. They are put \
                    right and kept here, and are no incidents unless they grow.
                    """),
                said, entry, list, promotion, collective,
            ])
    }

    private var said: HTML {
        guard let added, page.items.contains(where: { $0.number == added }) else {
            return .nothing
        }
        let link: HTML = "<a href=\"\(PagePaths.incident(added))\">\(added)</a>"
        return "<p role=\"status\">\(say: "\(link) is on the list now.")</p>"
    }

    // MARK: Adding one

    private var entry: HTML {
        let scope = FormScope(Self.formID, returned)
        let note: Phrase =
            mayTriage
            ? "With the box ticked it is entered as a quality issue at once, with these answers."
            : "It is sent as a report; whoever does triage decides whether it belongs here."
        return .section(
            "entry", "Enter one in a line",
            [
                scope.form(
                    to: PagePaths.quality, button: "Enter it",
                    [
                        scope.field("workflow", "Workflow", hint: "Its key, or what you call it.")
                            .line(.init(value: scope.value("workflow"))),
                        scope.field("what", "What was wrong?").line(
                            .init(value: scope.value("what"))),
                        HTML.paragraph("Any yes to one of these makes it more than that:"),
                        HTML.list(terms.questions.map { "\(told: $0.text)" as HTML }),
                        scope.field(Self.allNo, "The answer to each of them is no", hint: note)
                            .checkbox(isChecked: scope.value(Self.allNo) == "yes"),
                    ])
            ])
    }

    // MARK: What is there

    private var list: HTML {
        if page.items.isEmpty {
            return .section(
                "issues", "Quality issues",
                [
                    HTML.paragraph(
                        """
                        None is entered. What is only corrected, and never entered, cannot be seen \
                        to repeat.
                        """)
                ])
        }
        let table = ListTable(
            caption: "Quality issues, newest first",
            head: ["Number", "What was reported", "Workflow", "State", "Reported", "Next step"],
            rows: page.items.map(cells)
        ).html
        let next = NextPage(
            next: page.next, path: PagePaths.quality, words: "Older quality issues"
        ).html
        return .section("issues", "Quality issues", [table, next])
    }

    private func cells(_ incident: ListedIncident) -> [HTML] {
        let age = incident.age(at: now)
        let next: HTML = incident.nextStep.map { step -> HTML in "\(told: step)" } ?? "–"
        return [
            incident.link, HTML.said(incident.what), incident.place, incident.state.badge,
            HTML.say("\(age) ago"), next,
        ]
    }

    private var promotion: HTML {
        let times = String(terms.repeats)
        let level = String(terms.level)
        return .section(
            "promotion", "When one becomes more than that",
            [
                HTML.paragraph("Open it and raise its level as soon as one of these is true:"),
                HTML.list([
                    HTML.say("it had, or could have had, material impact,"),
                    HTML.say("it left the company, or somebody outside was affected,"),
                    HTML.say("sensitive information was in it,"),
                    HTML.say("the AI did something that it was not allowed to do,"),
                    HTML.say("a control failed that should have caught it."),
                ]),
                HTML.paragraph(
                    """
                    What repeats is promoted by itself: when \(times) of one workflow are alike \
                    within \(terms.days) days, the newest becomes level \(level).
                    """),
            ])
    }

    private var collective: HTML {
        let lines = reviews.map { review -> HTML in
            let links = review.incidents.suffix(Self.linksAtMost).map { number -> HTML in
                "<a href=\"\(PagePaths.incident(number))\">\(number)</a>"
            }
            return "<li>\(told: review.control) <span class=\"badges\">\(links)</span></li>"
        }
        let found: HTML =
            lines.isEmpty
            ? HTML.paragraph("No control has failed so often.")
            : "<ul class=\"plain\">\n\(lines)\n</ul>"
        let times = String(terms.failures)
        return .section(
            "collective", "Collective reviews",
            [
                HTML.paragraph(
                    """
                    A control that fails \(times) times within \(terms.failureDays) days, in \
                    whatever workflow and at whatever level, is looked at as a whole.
                    """),
                found,
            ])
    }
}
