/// Step 6: what was looked through for the same mistake, by Cordon or by hand.
extension IncidentPage {
    var lookBackStep: HTML {
        step(
            6, live: "live-look-back", [searchList, lookbackList],
            forms: [searchForm] + openLookbackForms + [lookbackForm])
    }

    private var searchList: HTML {
        let lines = searches.suffix(5).map { run -> HTML in
            let path = PagePaths.lookback(incident.number, run.id)
            let badge = IncidentWords.searchBadge(run.state)
            let link = HTML.link(path, "\(run.terms) names or patterns")
            let found = HTML.say("Found in \(run.found) records")
            return """
                \(say: "Searched for: \(link)") \(badge) \(found). \
                \(HTML.stated(run.startedBy, run.startedAt))
                """
        }
        return HTML.subsection("Searched by Cordon", [HTML.list(lines)])
    }

    private var lookbackList: HTML {
        HTML.subsection("Looked through", incident.lookbacks.suffix(3).map(lookback))
    }

    private func lookback(_ lookback: LookbackView) -> HTML {
        let from = HTML.time(lookback.from)
        let to = HTML.time(lookback.to)
        var facts: [(name: Phrase, value: HTML)] = [
            ("From when until when", HTML.say("from \(from) to \(to), \(lookback.days) days")),
            ("What is looked through", HTML.said(lookback.population)),
            ("How many there are", HTML.say("\(lookback.populationCount)")),
            ("Looked at", HTML.say(IncidentWords.method(lookback.method))),
        ]
        if let size = lookback.sampleSize {
            let seed = HTML.said(lookback.sampleSeed ?? "")
            facts.append(("The sample", HTML.say("\(size), drawn with the seed \(seed)")))
        }
        if let why = lookback.shorterBecause { facts.append(("Why shorter", HTML.said(why))) }
        let findings = lookback.findings.suffix(5).map(finding)
        let list = HTML.list(
            findings, atMost: 5, more: lookback.findings.count - findings.count,
            at: PagePaths.timeline(incident.number))
        return "\([HTML.facts(facts), findings.isEmpty ? .nothing : list, conclusion(lookback)])"
    }

    private func finding(_ finding: FindingView) -> HTML {
        let badge = IncidentWords.verdictBadge(finding.verdict)
        return "\(HTML.said(finding.reference)) \(badge) \(HTML.said(finding.description))"
    }

    private func conclusion(_ lookback: LookbackView) -> HTML {
        guard let words = lookback.conclusion else {
            return HTML.paragraph("Not concluded yet.")
        }
        let examined = HTML.say("Concluded; examined: \(lookback.examined ?? 0).")
        let by = HTML.stated(lookback.concludedBy ?? "", lookback.concludedAt ?? "")
        return "\([HTML.prose(words), "<p>\(examined) \(by)</p>"])"
    }
}
