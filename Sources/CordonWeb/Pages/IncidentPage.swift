package import CordonCore

/// One incident: where it stands, what is missing, what has happened.
package struct IncidentPage: Sendable {
    package let person: String
    package let number: String
    package let what: String
    package let level: LevelText
    package let kind: Kind
    package let state: Incident.State
    /// The workflow's name with its state; `nil` while the report names none that is registered.
    package let workflow: (name: String, state: Workflow.State)?
    package let steps: [Step]
    package let file: [FileLine]
    /// Empty when the restart may be done; `nil` when there is none to do, because nothing was
    /// stopped or it runs again.
    package let restartBlockers: [Blocker]?
    /// The oldest row first.
    package let timeline: [Row]

    package struct Step: Sendable {
        package let number: Int
        package let title: String
        package let state: StepStatus.State
        package let missing: [String]
        /// Why it was skipped and by whom, if it was.
        package let note: String?

        package init(
            _ number: Int, _ title: String, _ state: StepStatus.State, missing: [String] = [],
            note: String? = nil
        ) {
            self.number = number
            self.title = title
            self.state = state
            self.missing = missing
            self.note = note
        }
    }

    /// One of the eight items of the incident file.
    package struct FileLine: Sendable {
        package let number: Int
        package let title: String
        package let missing: [String]

        package init(_ number: Int, _ title: String, missing: [String]) {
            self.number = number
            self.title = title
            self.missing = missing
        }
    }

    package struct Row: Sendable {
        package let at: Instant
        package let who: String
        package let what: String

        package init(at: Instant, who: String, what: String) {
            self.at = at
            self.who = who
            self.what = what
        }
    }

    package init(
        person: String, number: String, what: String, level: LevelText, kind: Kind,
        state: Incident.State, workflow: (name: String, state: Workflow.State)?, steps: [Step],
        file: [FileLine], restartBlockers: [Blocker]?, timeline: [Row]
    ) {
        self.person = person
        self.number = number
        self.what = what
        self.level = level
        self.kind = kind
        self.state = state
        self.workflow = workflow
        self.steps = steps
        self.file = file
        self.restartBlockers = restartBlockers
        self.timeline = timeline
    }

    package var html: HTML {
        PageFrame(title: number, person: person).around([
            "<h1>\(number)</h1>", "<p class=\"prose\" dir=\"auto\">\(what)</p>", facts,
            section("steps", "Steps", "What is open here is what the level demands.", stepList),
            section("file", "Incident file", fileSentence, fileList),
            section("restart", "Restart", restartSentence, blockerList),
            section("timeline", "Timeline", "Everything that was recorded, in order.", rows),
        ])
    }

    private var facts: HTML {
        let place: HTML =
            workflow.map { "\(HTML.said($0.name)) \($0.state.badge)" } ?? "Not registered"
        let next: HTML =
            steps.first { $0.state == .open }.map { "\($0.number). \(HTML.said($0.title))" }
            ?? "None is open"
        return """
            <dl class="facts">
            <dt>State</dt><dd>\(state.badge)</dd>
            <dt>Level</dt><dd>\([level.badge, provisionalNote])</dd>
            <dt>Kind</dt><dd>\(kind.words)</dd>
            <dt>Workflow</dt><dd>\(place)</dd>
            <dt>Next step</dt><dd>\(next)</dd>
            </dl>
            """
    }

    private var provisionalNote: HTML {
        level.provisional
            ? "<p class=\"hint\">A question without an answer counts as yes until it has one.</p>"
            : .nothing
    }

    private var stepList: HTML {
        let lines = steps.map { step -> HTML in
            let note: HTML =
                step.note.map { "<p>Skipped: \(HTML.said($0))</p>" } ?? .nothing
            // What a step lacks matters only where the step is still to be done.
            let missing = step.state == .open ? step.missing : []
            return """
                <li>
                <p>\(step.state.badge) <strong>\(step.number). \(step.title)</strong></p>
                \([note, HTML.list(missing.map(HTML.said))])
                </li>
                """
        }
        return "<ol class=\"plain\">\n\(lines)\n</ol>"
    }

    private var fileSentence: HTML {
        """
        \(file.filter { $0.missing.isEmpty }.count) of \(file.count) items are complete. \
        <a href="\(PagePaths.file(number))">Open the file</a> or \
        <a href="\(PagePaths.markdown(number))">take it as Markdown</a>.
        """
    }

    private var fileList: HTML {
        let lines = file.map { item -> HTML in
            """
            <li>
            <p>\(item.missing.isEmpty.completeness) <strong>\(item.number). \(item.title)</strong></p>
            \([HTML.list(item.missing.map(HTML.said))])
            </li>
            """
        }
        return "<ol class=\"plain\">\n\(lines)\n</ol>"
    }

    private var restartSentence: HTML {
        switch restartBlockers?.count {
        case nil: "There is nothing to restart."
        case 0: "Nothing stands in the way of the restart."
        case 1: "One thing stands in the way of the restart."
        case let count?: "\(count) things stand in the way of the restart."
        }
    }

    private var blockerList: HTML { BlockerList(restartBlockers ?? []).html }

    private var rows: HTML {
        if timeline.isEmpty { return "<p>Nothing that you may see.</p>" }
        let lines = timeline.map { row -> HTML in
            """
            <li>
            <p class="hint">\(HTML.time(row.at)) · \(HTML.said(row.who))</p>
            <p class="prose" dir="auto">\(row.what)</p>
            </li>
            """
        }
        return "<ol class=\"plain\">\n\(lines)\n</ol>"
    }

    private func section(_ id: String, _ title: String, _ sentence: HTML, _ list: HTML) -> HTML {
        """
        <section aria-labelledby="\(id)">
        <h2 id="\(id)">\(title)</h2>
        \(["<p>\(sentence)</p>", list])
        </section>
        """
    }
}

/// What stands in the way, each with the step that it belongs to.
struct BlockerList {
    let blockers: [Blocker]

    init(_ blockers: [Blocker]) { self.blockers = blockers }

    var html: HTML {
        HTML.list(
            blockers.map { blocker in
                let step: HTML = blocker.step.map { "Step \($0): " } ?? .nothing
                return "\(step)\(HTML.said(blocker.message))"
            })
    }
}
