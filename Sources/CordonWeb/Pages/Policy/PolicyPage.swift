import CordonCore

/// What counts as an incident, as the policy says it, for everybody to read.
package struct PolicyPage: PageModel, Sendable {
    let policy: Policy
    let version: Int
    /// The version in force, which may be a newer one.
    let inForce: Int
    /// The newest first.
    let history: [Version]
    let mayChange: Bool

    /// One version as it was imported.
    struct Version: Sendable {
        let number: Int
        let at: Instant
        let by: String
        let reason: String
    }

    package var content: PageContent {
        let tables = PolicyTables(policy)
        return PageContent(
            "What counts as an incident", in: .policy,
            [
                "<h1>\(say: "What counts as an incident")</h1>", standing, change, places,
                short, words, tables.questions, tables.flags, tables.levels, tables.types,
                tables.steps, tables.causes, tables.readiness, tables.retention, tables.lane,
                tables.numbers, versions,
            ])
    }

    // MARK: Which version

    private var standing: HTML {
        let entry = history.first { $0.number == version }
        let title: HTML = "<strong>\(told: policy.title)</strong>"
        let line =
            entry.map { entry in
                HTML.say(
                    """
                    \(title), version \(String(version)), since \(HTML.time(entry.at)), imported \
                    by \(HTML.said(entry.by)):
                    """)
            } ?? HTML.say("\(title), version \(String(version)).")
        let reason: HTML = entry.map { Self.reason($0) } ?? .nothing
        let older: HTML =
            version == inForce
            ? .nothing
            : """
            <div class="notice" role="note">
            <p>\(say: "This is not the version in force.") \
            \(HTML.link(PagePaths.policy, "Show the one in force"))</p>
            </div>
            """
        return """
            \([older])
            <p>\([line, reason])</p>
            """
    }

    /// What Cordon says of its own import is ours; what people say is theirs.
    private static func reason(_ version: Version) -> HTML {
        version.by == Person.cordon.name ? "\(told: version.reason)" : HTML.said(version.reason)
    }

    private var change: HTML {
        guard mayChange else { return .nothing }
        return "<p>\(HTML.button(PagePaths.policyChange, "Change the policy", tone: .quiet))</p>"
    }

    private var places: HTML {
        let links: [HTML] = [
            HTML.link("#words", "Words"), HTML.link("#questions", "Seven questions"),
            HTML.link("#levels", "Four levels"), HTML.link("#types", "Types of incident"),
            HTML.link("#steps", "Twelve steps"), HTML.link("#causes", "Causes"),
            HTML.link("#readiness", "Before production"),
            HTML.link("#retention", "Keeping records"),
            HTML.link("#lane", "How far we go with AI"),
            history.isEmpty ? .nothing : HTML.link("#versions", "Versions"),
        ].filter { !$0.isEmpty }
        return """
            <nav class="places" aria-label="\(say: "On this page")">
            \(HTML.list(links))
            </nav>
            """
    }

    // MARK: In short

    private var short: HTML {
        let rule = policy.promotion
        let promoted = HTML.say(
            """
            \(rule.repeats) quality issues of the same kind in one workflow within \(rule.days) \
            days count as level \(rule.level).
            """)
        return .section(
            "short", "In short",
            [
                HTML.paragraph(
                    """
                    Not every wrong result is an incident. An everyday mistake of little weight \
                    that normal review finds is a quality issue: it is corrected and noted.
                    """),
                HTML.paragraph(
                    """
                    What was caught before it did harm is a near miss. It counts as much as an \
                    incident: next time nobody may be looking.
                    """),
                "<p>\(promoted)</p>",
                HTML.paragraph(
                    """
                    Are you unsure? Report it. Nothing has to be certain, and what it is will be \
                    decided by others.
                    """),
            ])
    }

    private var words: HTML {
        var meanings: [(name: Phrase, value: HTML)] = []
        for definition in policy.definitions {
            meanings.append(
                (name: Phrase(told: definition.term), value: "\(told: definition.meaning)"))
        }
        return .section("words", "Words and what they mean", [HTML.facts(meanings)])
    }

    // MARK: Versions

    /// Versions on the page.
    private static let shownAtMost = 20

    private var versions: HTML {
        if history.isEmpty { return .nothing }
        let lines = history.prefix(Self.shownAtMost).map { entry -> HTML in
            let path = PagePaths.asking(
                PagePaths.policy, [(name: "version", value: "\(entry.number)")])
            return """
                \(HTML.link(path, "Version \(String(entry.number))")), \(HTML.time(entry.at)), \
                \(HTML.said(entry.by)): \(Self.reason(entry))
                """
        }
        return .section(
            "versions", "Versions",
            [
                HTML.paragraph(
                    "Each incident keeps the version that was in force when it was reported."),
                HTML.list(lines),
            ])
    }
}
