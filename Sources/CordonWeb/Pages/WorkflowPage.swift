package import CordonCore
package import CordonOperations

/// One workflow: how it stands, what it lacks, where it meets Cordon, and how it is connected.
package struct WorkflowPage: Sendable {
    package let person: String
    package let key: String
    package let name: String
    package let purpose: String
    package let state: Workflow.State
    package let owner: String?
    package let fallback: Fallback?
    /// What production still demands, a sentence each.
    package let gaps: [String]
    /// When the stop was proved last.
    package let stopTestedAt: Instant?
    package let points: [EnforcementPoint]
    package let connections: [Connection]

    package init(
        person: String, key: String, name: String, purpose: String, state: Workflow.State,
        owner: String?, fallback: Fallback?, gaps: [String], stopTestedAt: Instant?,
        points: [EnforcementPoint], connections: [Connection]
    ) {
        self.person = person
        self.key = key
        self.name = name
        self.purpose = purpose
        self.state = state
        self.owner = owner
        self.fallback = fallback
        self.gaps = gaps
        self.stopTestedAt = stopTestedAt
        self.points = points
        self.connections = connections
    }

    package var html: HTML {
        PageFrame(title: name, person: person).around([
            "<h1>\(HTML.said(name))</h1>", "<p class=\"prose\" dir=\"auto\">\(purpose)</p>",
            facts, section("fallback", "Without the AI", fallbackContent),
            section("readiness", "Before production", gapList),
            section("points", "Where it meets Cordon", pointList),
            section("connect", "Connect it", connectionList),
        ])
    }

    private var facts: HTML {
        let owner: HTML = self.owner.map(HTML.said) ?? "Nobody yet"
        let tested: HTML = stopTestedAt.map(HTML.time) ?? "Never"
        return """
            <dl class="facts">
            <dt>Key</dt><dd><code>\(key)</code></dd>
            <dt>State</dt><dd>\(state.badge)</dd>
            <dt>Owner</dt><dd>\(owner)</dd>
            <dt>Stop proved</dt><dd>\(tested)</dd>
            </dl>
            """
    }

    private var fallbackContent: HTML {
        guard let fallback else {
            return "<p>No way of doing the work without the AI is described.</p>"
        }
        let steps = fallback.steps.map { "<li>\(HTML.said($0))</li>" as HTML }
        return """
            <p>\(HTML.said(fallback.title)): ask \(HTML.said(fallback.contact)).</p>
            <ol>
            \(steps)
            </ol>
            """
    }

    private var gapList: HTML {
        if gaps.isEmpty { return "<p>Everything that production demands is there.</p>" }
        return "<p>Missing:</p>\n\(HTML.list(gaps.map(HTML.said)))"
    }

    private var pointList: HTML {
        if points.isEmpty {
            return "<p>Nowhere since the server has started. Connect it as described below.</p>"
        }
        let lines = points.map { point -> HTML in
            let proved: HTML =
                point.stopProvedAt.map { " · stop proved \(HTML.time($0))" } ?? .nothing
            return """
                <li>
                <p>\(badge(point.kind.enforces)) <strong>\(HTML.said(point.name))</strong></p>
                <p class="hint">\(point.kind.words) · last seen \(HTML.time(point.lastSeenAt))\(proved)</p>
                </li>
                """
        }
        return "<ul class=\"plain\">\n\(lines)\n</ul>"
    }

    private var connectionList: HTML {
        let lines = connections.map { connection -> HTML in
            let met = connection.met(points)
            let seen: HTML = met.map(\.lastSeenAt).max().map(HTML.time) ?? "never"
            let proved: HTML = met.compactMap(\.stopProvedAt).max().map(HTML.time) ?? "never"
            return """
                <li>
                <h3>\(connection.title)</h3>
                <p class="badges">\(badge(connection.kind.enforces))</p>
                <p>\(connection.audience)</p>
                <p class="hint">Last seen: \(seen) · stop proved: \(proved)</p>
                <details>
                <summary>Show \(connection.title)</summary>
                <pre tabindex="0"><code>\(connection.text)</code></pre>
                </details>
                </li>
                """
        }
        return """
            <p>Run what you connected once, then test the stop: <code>cordon workflow test-stop \
            \(key)</code></p>
            <ul class="cards">
            \(lines)
            </ul>
            """
    }

    private func badge(_ enforces: Bool) -> HTML {
        enforces
            ? Badge(.good, "●", "Stops here").html : Badge(.warning, "◐", "Not contained here").html
    }

    private func section(_ id: String, _ title: String, _ content: HTML) -> HTML {
        """
        <section aria-labelledby="\(id)">
        <h2 id="\(id)">\(title)</h2>
        \([content])
        </section>
        """
    }
}

extension EnforcementPoint.Kind {
    fileprivate var words: String {
        switch self {
        case .gate: "Asks the gate before it acts"
        case .gateway: "Calls pass through Cordon"
        case .follower: "Follows the gate"
        case .hook: "A tool’s own hook asks"
        case .observer: "Only tells of what it did"
        }
    }
}
