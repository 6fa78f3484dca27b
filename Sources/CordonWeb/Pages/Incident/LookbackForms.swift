import CordonAPI
import CordonCore

/// The forms of step 6.
extension IncidentPage {
    var searchForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-search")
        let first = [
            scope.field(
                "terms", "Which names or values must not stand there?",
                hint: """
                    One a line, up to 10,000. * stands for the rest of a word, # for one digit. \
                    The list is kept sealed.
                    """, isOptional: true
            ).text(scope.value("terms"), rows: 5),
            scope.field(
                "list", "Or a file with the list (CSV)",
                hint: "Its first column is read, unless another one is named.", isOptional: true
            ).files(accept: ".csv,text/csv,text/plain", isMany: false),
            scope.field("column", "Which column?", isOptional: true)
                .line(.init(value: scope.value("column"))),
        ]
        let days = window(
            scope, hint: "Left open: \(choices.lookbackDays) days back, until now.",
            isOptional: true)
        let last = [
            scope.field("everything", "Look at what went in too, not only at what came out")
                .checkbox(isChecked: scope.value("everything") == "yes"),
            shorterField(scope),
        ]
        return scope.folded(
            "Let Cordon search the records", to: target("lookbacks/search"),
            button: "Begin the search", sendsFiles: true,
            isOpen: isAtWork(6) && incident.lookbacks.isEmpty && searches.isEmpty,
            first + days + last)
    }

    var lookbackForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-lookback")
        let days = window(
            scope, hint: "No fewer than \(choices.lookbackDays) days.", isOptional: false)
        let rest = [
            scope.field("population", "What is looked through, and where was it taken from?")
                .text(scope.value("population"), rows: 2),
            scope.field("population_count", "How many are there?")
                .number(scope.value("population_count"), from: 0, to: 1_000_000_000),
            scope.field("method", "How many of them are looked at?").radios(
                IncidentWords.methods, selected: scope.value("method", "all")),
            scope.field("sample_size", "For a sample: how many?", isOptional: true)
                .number(scope.value("sample_size"), from: 1, to: 1_000_000_000),
            scope.field(
                "sample_seed", "For a sample: how can it be drawn again?",
                hint: "A number or a rule, such as: every tenth, from the third on.",
                isOptional: true
            ).line(.init(value: scope.value("sample_seed"))),
            shorterField(scope),
        ]
        return scope.folded(
            "Look back by hand", to: target("lookbacks"), button: "Begin the look back",
            days + rest)
    }

    private func window(_ scope: FormScope, hint: Phrase, isOptional: Bool) -> [HTML] {
        [
            scope.field("from", "From when?", hint: hint, isOptional: isOptional)
                .moment(scope.value("from")),
            scope.field("to", "Until when?", isOptional: isOptional).moment(scope.value("to")),
        ]
    }

    private func shorterField(_ scope: FormScope) -> HTML {
        scope.field(
            "shorter_because", "If it is shorter than the policy asks: why?", isOptional: true
        ).line(.init(value: scope.value("shorter_because")))
    }

    // MARK: What is open

    /// Findings and conclusions of the look backs that nobody has concluded.
    var openLookbackForms: [HTML] {
        guard may(.respond) else { return [] }
        let open = incident.lookbacks.filter { $0.conclusion == nil }
        return open.prefix(3).flatMap { [findingForm($0), conclusionForm($0)] }
    }

    private func findingForm(_ lookback: LookbackView) -> HTML {
        let scope = scope("do-finding-\(lookback.id)")
        return scope.folded(
            "Add a finding", to: target("lookbacks/\(Paths.segment(lookback.id))/findings"),
            button: "Add it",
            [
                scope.field(
                    "reference", "Which result?", hint: "So that everybody finds it again."
                ).line(.init(value: scope.value("reference"))),
                scope.field("verdict", "What did you find?").radios(
                    IncidentWords.verdicts, selected: scope.value("verdict")),
                scope.field("description", "In words", isOptional: true)
                    .text(scope.value("description"), rows: 2),
            ])
    }

    private func conclusionForm(_ lookback: LookbackView) -> HTML {
        let scope = scope("do-conclude-\(lookback.id)")
        let needed =
            lookback.method == Lookback.Method.sample.rawValue
            ? lookback.sampleSize ?? 0 : lookback.populationCount
        let hint: Phrase = "To be looked at: \(needed)."
        let path = "lookbacks/\(Paths.segment(lookback.id))/conclusion"
        return scope.folded(
            "Conclude the look back", to: target(path), button: "Conclude it",
            isOpen: isAtWork(6),
            [
                scope.field("examined", "How many were looked at?", hint: hint)
                    .number(scope.value("examined", "\(needed)"), from: 0, to: 1_000_000_000),
                scope.field(
                    "conclusion", "What was found?",
                    hint: "Also when it is nothing: say so in a sentence."
                ).text(scope.value("conclusion"), rows: 3),
            ])
    }
}
