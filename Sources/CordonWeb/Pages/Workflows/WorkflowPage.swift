import CordonCore
import CordonOperations

/// One workflow: how it stands, who answers for it, what it may do, what it lacks, how it is
/// connected, and what can be done about it.
package struct WorkflowPage: PageModel, Sendable {
    let workflow: Workflow
    /// What production still demands.
    let gaps: [Blocker]
    /// The class of retention that is chosen, as the policy has it.
    let retention: Policy.RetentionClass?
    /// The names of related workflows by their keys, where they are registered.
    let relatedNames: [String: String]
    let points: [EnforcementPoint]
    let connections: [Connection]
    /// What was changed about it, the newest first.
    let changes: [ChangeView]
    /// How its evidence is, where that is shown.
    let capture: WorkflowEvidenceView?
    /// Its newest incidents; `nil` for who may not read them.
    let incidents: [IncidentSummaryView]?
    let rights: Rights
    /// What came out of the stop test that has just ended.
    let stopTest: StopTestNews?
    let now: Instant
    let returned: ReturnedForm?

    /// What the visitor may do with this workflow.
    struct Rights: Sendable {
        var mayAmend = false
        var mayOverride = false
        var mayStop = false
        var mayReport = false
        var mayPush = false
        var mayReadEvidence = false
    }

    enum StopTestNews: Sendable {
        case passed
        /// The places in which the stop was not proved.
        case failed([String])
    }

    /// Points and tools that a page shows of one workflow.
    static let shownAtMost = 50

    var profile: WorkflowProfile { workflow.profile }
    var key: String { workflow.key }

    package var content: PageContent {
        PageContent(
            Phrase(said: profile.name), in: .workflows, hasFaults: returned != nil, head + rest)
    }

    private var head: [HTML] {
        let purpose = profile.purpose.isEmpty ? HTML.nothing : HTML.prose(profile.purpose)
        return [
            returned?.summary ?? .nothing, "<h1>\(HTML.said(profile.name))</h1>", purpose,
            HTML.live("live-state", [state, news, stops, facts]), ways, jumps,
        ]
    }

    private var rest: [HTML] {
        let details = WorkflowDetails(page: self)
        return [
            HTML.section("readiness", "Before production", readiness),
            HTML.section("fallback", "Without the AI", details.fallback),
            HTML.section("authority", "What it may do", details.authority),
            HTML.section("care", "Who looks after it", details.care),
            HTML.section("touched", "What it touches", details.touched),
            HTML.live(
                "live-points",
                [HTML.section("points", "Where it meets Cordon", details.points)]),
            HTML.section("connect", "Connect it", details.connections),
            HTML.section("changes", "What was changed", details.changes),
            evidence(details), incidentList(details), WorkflowActs(page: self).section,
        ]
    }

    // MARK: How it stands

    private var state: HTML {
        var badges = [workflow.state.badge]
        if workflow.state != .retired {
            badges.append(
                gaps.isEmpty
                    ? Badge(.good, "✓", "Ready").html
                    : Badge(.warning, "○", "\(gaps.count) things are missing").html)
        }
        return "<p class=\"badges\">\n\(badges)\n</p>"
    }

    /// A stop test, a watch, an exception: whatever is so for a while only.
    private var news: HTML {
        var lines: [HTML] = []
        if let test = workflow.stopTest, test.isOn(at: now) {
            let who = HTML.said(test.by.name)
            lines.append(
                HTML.paragraph(
                    "\(who) is testing the stop until \(HTML.time(test.until)); nothing is wrong."))
        }
        if let watch = workflow.watch {
            let link: HTML = """
                <a href="\(PagePaths.incident(watch.incident))">\(watch.incident)</a>
                """
            let number: HTML = incidents == nil ? "\(watch.incident)" : link
            lines.append(
                HTML.paragraph(
                    """
                    It was restarted after \(number) and is watched until \
                    \(HTML.time(watch.until)).
                    """))
        }
        if let override = workflow.override {
            let until = HTML.time(override.expiresAt)
            let who = HTML.said(override.by.name)
            lines.append(
                HTML.paragraph(
                    """
                    It runs in production with gaps until \(until), by the decision of \(who): \
                    \(HTML.said(override.reason))
                    """))
        }
        if let reason = workflow.retiredReason {
            lines.append(HTML.paragraph("Retired: \(HTML.said(reason))"))
        }
        return "\([testNews] + lines)"
    }

    private var testNews: HTML {
        switch stopTest {
        case nil: return .nothing
        case .passed?:
            return """
                <div class="verdict good">
                \(HTML.paragraph("The stop test has passed: a stop takes effect everywhere."))
                </div>
                """
        case .failed(let names)?:
            let why =
                names.isEmpty
                ? HTML.paragraph("A stop came in between, or the test was over too soon.")
                : HTML.paragraph("It was not proved here:")
            let lines = [
                HTML.paragraph("The stop test has not passed."), why,
                HTML.list(names.map(HTML.said)),
            ]
            return """
                <div class="verdict bad">
                \(lines)
                </div>
                """
        }
    }

    private var stops: HTML {
        let lines = workflow.containmentsInForce.map { containment -> HTML in
            let done = containment.targets.filter { $0.confirmation != nil }.count
            let path = PagePaths.stopped(key, containment.id)
            let words: Phrase =
                containment.isProved
                ? "Stopped, proved" : "Stopping: \(done) of \(containment.targets.count) confirmed"
            return """
                <li>
                <p>\(HTML.link(path, words))</p>
                <p class="hint">\(HTML.said(containment.reason)) \
                · \(HTML.time(containment.requestedAt))</p>
                </li>
                """
        }
        if lines.isEmpty { return .nothing }
        return .section("stops", "Stops in force", ["<ul class=\"plain\">\n\(lines)\n</ul>"])
    }

    private var facts: HTML {
        let nobody = HTML.say("Nobody yet")
        let never = HTML.say("Never")
        var facts: [(name: Phrase, value: HTML)] = []
        facts.append(("Key", "<code>\(key)</code>"))
        facts.append(("Owner", profile.owner.map(HTML.said) ?? nobody))
        facts.append(("Deputy", profile.deputy.map(HTML.said) ?? nobody))
        facts.append(("Business function", HTML.said(profile.function)))
        let since = workflow.productionSince.map(HTML.time) ?? HTML.say("Not yet")
        facts.append(("In production since", since))
        facts.append(("Stop proved", workflow.stopTestedAt.map(HTML.time) ?? never))
        facts.append(("Registered", HTML.time(workflow.registeredAt)))
        return HTML.facts(facts)
    }

    private var ways: HTML {
        var ways: [HTML] = []
        if rights.mayStop, workflow.state != .retired {
            ways.append(HTML.button(PagePaths.stop(key), "Stop this workflow", tone: .stop))
        }
        if rights.mayReport {
            ways.append(
                HTML.button(PagePaths.workflowReport(key), "Report something wrong with it"))
        }
        if rights.mayAmend, workflow.state != .retired {
            ways.append(
                HTML.button(PagePaths.editWorkflow(key), "Change what is said here", tone: .quiet))
        }
        if ways.isEmpty { return .nothing }
        return "<p class=\"toolbar\">\n\(ways)\n</p>"
    }

    private var jumps: HTML {
        var places: [(id: String, title: Phrase)] = [
            ("readiness", "Before production"), ("fallback", "Without the AI"),
            ("authority", "What it may do"), ("points", "Where it meets Cordon"),
            ("connect", "Connect it"), ("changes", "What was changed"),
        ]
        if incidents != nil { places.append(("incidents", "Its incidents")) }
        let lines = places.map { "<li>\(HTML.link("#" + $0.id, $0.title))</li>" as HTML }
        return """
            <nav aria-label="\(say: "On this page")">
            <ul class="jumps">
            \(lines)
            </ul>
            </nav>
            """
    }

    // MARK: Before production

    private var readiness: [HTML] {
        if gaps.isEmpty {
            return [HTML.paragraph("Everything that production demands is there.")]
        }
        let lines = gaps.map { gap -> HTML in
            let way = rights.mayAmend && workflow.state != .retired ? link(gap.code) : .nothing
            return "\(told: gap.message) \(way)"
        }
        return [HTML.paragraph("Missing:"), HTML.list(lines), roleHint]
    }

    /// Named people count only once they hold the role.
    private var roleHint: HTML {
        let codes = Set(gaps.map(\.code))
        let isNamed =
            codes.contains(Readiness.owner.rawValue) && profile.owner != nil
            || codes.contains(Readiness.deputy.rawValue) && profile.deputy != nil
        guard isNamed else { return .nothing }
        return HTML.hint(
            """
            Somebody is named who does not yet hold the owner’s role for this workflow: an \
            administrator gives it to the account.
            """)
    }

    /// Where a gap is filled in.
    private func link(_ code: String) -> HTML {
        guard let gap = Readiness(rawValue: code) else { return .nothing }
        let part: WorkflowPart? =
            switch gap {
            case .owner: .owner
            case .deputy: .deputy
            case .fallback: .fallback
            case .reviewStandard: .reviewStandard
            case .escalationPath: .escalation
            case .authority: .authority
            case .classification: .dataClasses
            case .affectedParties: .affectedParties
            case .retention: .retention
            case .severityOwners: .severityOwners
            case .rehearsal, .stopTested: nil
            }
        guard let part else { return HTML.link("#acts", "Do it below") }
        let field = FormScope(EditWorkflowPage.formID, nil).fieldID(part.firstField)
        return HTML.link(PagePaths.editWorkflow(key) + "#" + field, "Fill it in")
    }

    // MARK: What was kept, what happened

    private func evidence(_ details: WorkflowDetails) -> HTML {
        guard let capture else { return .nothing }
        return .section("evidence", "Its evidence", details.evidence(capture))
    }

    private func incidentList(_ details: WorkflowDetails) -> HTML {
        guard let incidents else { return .nothing }
        return .section("incidents", "Its incidents", details.incidents(incidents))
    }
}
