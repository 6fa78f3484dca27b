import CordonAPI
import CordonCore
import CordonOperations

/// One look back that Cordon carries out: how far it is, and what it has found.
package struct LookbackSearchPage: PageModel, Sendable {
    let number: String
    let run: LookbackRunView
    /// Whether verdicts may be given: it is finished, and nobody has concluded it.
    let isOpen: Bool
    let mayRespond: Bool
    /// Where this page of hits begins; `nil` for the first one.
    var after: String?
    var returned: ReturnedForm?

    /// Hits of one page.
    static let hitsAtMost = 20

    package var content: PageContent {
        PageContent(
            "Look back of incident \(number)", in: .incidents, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Look back of incident \(number)")</h1>",
                HTML.live("live-search", [standing]), control, coverage, hits, ways,
            ])
    }

    private var state: LookbackRun.State? { LookbackRun.State(rawValue: run.state) }

    private var standing: HTML {
        let badge: HTML = "<p class=\"badges\">\(IncidentWords.searchBadge(run.state))</p>"
        let all = Int(clamping: run.progress.size)
        let through = min(all, Int(clamping: run.progress.through))
        let label = HTML.say("\(through) of \(all) entries of the log looked through")
        let bar: HTML = """
            <p><progress aria-hidden="true" max="\(max(1, all))" value="\(through)"></progress> \
            \(label)</p>
            """
        let broken: HTML =
            run.fault == nil
            ? .nothing
            : HTML.paragraph("It broke off. Let it go on, or ask an administrator for the reason.")
        return "\([badge, bar, broken])"
    }

    private var control: HTML {
        guard mayRespond else { return .nothing }
        let path = PagePaths.lookback(number, run.id)
        switch state {
        case .running?:
            return FormScope("do-cancel", returned).form(
                to: path + "/cancel", button: "Stop the search", tone: .quiet, [])
        case .cancelled?, .failed?:
            return FormScope("do-resume", returned).form(
                to: path + "/resume", button: "Let it go on", [])
        case .finished?, nil: return .nothing
        }
    }

    // MARK: What was looked through

    private var coverage: HTML {
        let workflows = HTML.allOf(run.workflows.prefix(20).map(HTML.said))
        let from = HTML.time(run.from)
        let to = HTML.time(run.to)
        let what: Phrase =
            run.everything ? "Everything, what went in as well" : "What came out"
        var facts: [(name: Phrase, value: HTML)] = [
            ("Records of", workflows), ("From when until when", HTML.say("from \(from) to \(to)")),
            ("Looked at", HTML.say(what)),
            ("Names and patterns", HTML.say("\(run.terms)")),
            ("Begun by", HTML.stated(run.startedBy, run.startedAt)),
            ("Records examined", HTML.say("\(run.examined)")),
            ("Erased before, so not examined", HTML.say("\(run.erased)")),
            ("Damaged, so not examined", HTML.say("\(run.unreadable)")),
            ("Records in which something was found", HTML.say("\(run.found)")),
        ]
        if let at = run.finishedAt { facts.append(("Finished", HTML.time(at))) }
        var parts: [HTML] = [HTML.facts(facts)]
        if let statement = run.statement {
            let digest: HTML = "<code>\(statement)</code>"
            let place = HTML.link(PagePaths.attachments(number), "evidence of the incident")
            parts.append(
                HTML.hint(
                    """
                    Cordon has signed a statement of what was examined; it is among the \(place), \
                    SHA-256 \(digest).
                    """))
        }
        return HTML.section("coverage", "What was looked through", parts)
    }

    // MARK: Hits

    private var hits: HTML {
        if run.hits.isEmpty {
            let words: Phrase =
                switch state {
                case .finished?: "Nothing was found. That is a result too: conclude the look back."
                case .running?: "Nothing has been found so far."
                case .cancelled?, .failed?, nil: "Nothing had been found when it ended."
                }
            return HTML.section("hits", "What was found", [HTML.paragraph(words)])
        }
        let note: HTML =
            isOpen
            ? HTML.paragraph("Give a verdict on each. What is affected is put right in step 8.")
            : HTML.hint("Verdicts are given when the search is finished, until it is concluded.")
        let items = run.hits.map { "<li id=\"hit-\($0.id)\">\(hit($0))</li>" as HTML }
        let list: HTML = "<ol class=\"plain\">\n\(items)\n</ol>"
        return HTML.section("hits", "What was found", [note, list])
    }

    private func hit(_ hit: LookbackHitView) -> HTML {
        let record: HTML = "<a href=\"\(PagePaths.record(hit.id))\">\(HTML.time(hit.at))</a>"
        let terms = HTML.allOf(hit.terms.prefix(10).map(HTML.said))
        let badge = hit.verdict.map(IncidentWords.verdictBadge) ?? .nothing
        let head: HTML = "<p>\(say: "Record of \(record), with \(terms)") \(badge)</p>"
        let snippet = hit.snippet.map { HTML.prose(String($0.prefix(400))) } ?? .nothing
        return "\([head, snippet, verdictForm(hit)])"
    }

    /// Three buttons, one for each verdict.
    private func verdictForm(_ hit: LookbackHitView) -> HTML {
        guard isOpen, mayRespond else { return .nothing }
        let scope = FormScope("do-verdict-\(hit.id)", returned)
        let buttons = IncidentWords.verdicts.map { option -> HTML in
            """
            <button class="quiet" type="submit" name="verdict" value="\(option.value)">\
            \(say: option.label)</button>
            """
        }
        let fields = [
            FormField.token, scope.hidden("record", hit.id), scope.hidden("after", after ?? ""),
            scope.field("description", "In words", isOptional: true)
                .line(.init(value: scope.value("description"))),
        ]
        let path = PagePaths.lookback(number, run.id) + "/verdicts"
        return """
            <form id="\(scope.id)" class="inline" method="post" action="\(path)">
            \(fields + buttons)
            </form>
            """
    }

    private var ways: HTML {
        var links = [HTML.link(PagePaths.incident(number, .lookBack), "Back to the incident")]
        if after != nil {
            links.append(HTML.link(PagePaths.lookback(number, run.id), "The first of them"))
        }
        if let next = run.next {
            let path = PagePaths.lookback(number, run.id) + "?after=" + Paths.segment(next)
            links.append(HTML.link(path, "Those after"))
        }
        return "<p class=\"toolbar\">\n\(links)\n</p>"
    }
}
