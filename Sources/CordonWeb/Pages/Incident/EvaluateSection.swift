import CordonAPI
import CordonCore

/// Step 9: a test that the faulty version fails and the repaired one passes.
extension IncidentPage {
    var evaluateStep: HTML {
        step(9, [caseList, runList], forms: [caseForm, runForm, runFileForm])
    }

    private var caseList: HTML {
        let lines = incident.cases.suffix(8).map { value -> HTML in
            "<strong>\(HTML.said(value.key))</strong>: \(HTML.said(value.description))"
        }
        let list = HTML.list(
            lines, atMost: 8, more: incident.cases.count - lines.count,
            at: PagePaths.file(incident.number) + "#item-8")
        return HTML.subsection("Test cases from this incident", [lines.isEmpty ? .nothing : list])
    }

    private var runList: HTML {
        let lines = incident.runs.suffix(5).map { run -> HTML in
            let subject = HTML.say(IncidentWords.subject(ofRun: run.subject))
            let version = HTML.said(run.version)
            let badge =
                run.failed == 0
                ? Badge(.good, "✓", "All passed").html : Badge(.bad, "▲", "Some failed").html
            let count = HTML.say("\(run.passed) of \(run.passed + run.failed) passed")
            return "\(subject), \(version): \(count) \(badge) \(HTML.stated(run.by, run.at))"
        }
        let list = HTML.list(
            lines, atMost: 5, more: incident.runs.count - lines.count,
            at: PagePaths.timeline(incident.number))
        return HTML.subsection("Runs of the tests", [lines.isEmpty ? .nothing : list])
    }

    // MARK: Forms

    /// A case, and with a version named, what it gave on the version that failed.
    private var caseForm: HTML {
        guard may(.respond) else { return .nothing }
        let scope = scope("do-case")
        return scope.folded(
            "Add a test case", to: target("cases"), button: "Add the case",
            isOpen: isAtWork(9) && incident.cases.isEmpty,
            [
                scope.field(
                    "cases/0/key", "What is the case called?",
                    hint: "A short name, such as: no-other-customer."
                ).line(.init(value: scope.value("cases/0/key"), isExact: true)),
                scope.field("cases/0/description", "What has to be true for it to pass?")
                    .text(scope.value("cases/0/description"), rows: 2),
                scope.field(
                    "version", "Which version failed?",
                    hint: "If the case was run on it already.", isOptional: true
                ).line(.init(value: scope.value("version"))),
                scope.field(
                    "results/0/passed", "Did it pass there?",
                    hint: "It should not: a case that passes on the faulty version proves nothing."
                ).radios(FormOption.yesNo, selected: scope.value("results/0/passed", "no")),
            ])
    }

    /// Cases that one form has room for; more of them come from a file.
    private static let casesInForm = 8

    private var runForm: HTML {
        guard may(.respond), !incident.cases.isEmpty else { return .nothing }
        let scope = scope("do-run")
        let head = [versionTested(scope), versionName(scope)]
        let rows = incident.cases.suffix(Self.casesInForm).enumerated().flatMap { row, value in
            resultFields(scope, row, value.key)
        }
        return scope.folded(
            "Record a run", to: target("runs"), button: "Record the run",
            isOpen: isAtWork(9), head + rows)
    }

    /// A run as the tools for tests write it down.
    private var runFileForm: HTML {
        guard may(.respond), !incident.cases.isEmpty else { return .nothing }
        let scope = scope("do-run-file")
        return scope.folded(
            "Take a run from a file", to: target("runs/file"), button: "Take the run",
            sendsFiles: true,
            [
                versionTested(scope), versionName(scope),
                scope.field(
                    "files", "The report of the run",
                    hint: """
                        JUnit, as most tools for tests write it: XML, 8 MiB at most. A test counts \
                        for the case that is called like its class, a dot and its name; like its \
                        name alone where it has no class.
                        """
                ).files(accept: ".xml,application/xml,text/xml", isMany: false),
            ])
    }

    private func versionTested(_ scope: FormScope) -> HTML {
        let hasFailed = incident.runs.contains { $0.subject == "failed" }
        let usual: EvaluationRun.Subject = hasFailed ? .fixed : .failed
        return scope.field("subject", "Which version was tested?").radios(
            IncidentWords.runSubjects, selected: scope.value("subject", usual.rawValue))
    }

    private func versionName(_ scope: FormScope) -> HTML {
        scope.field("version", "What is that version called?")
            .line(.init(value: scope.value("version")))
    }

    private func resultFields(_ scope: FormScope, _ row: Int, _ key: String) -> [HTML] {
        let name = "results/\(row)/"
        let words = HTML.said(key)
        return [
            scope.hidden(name + "key", key),
            scope.field(name + "passed", "Did \(words) pass?", isOptional: true).radios(
                FormOption.yesNo, selected: scope.value(name + "passed")),
            scope.field(
                name + "runs", "How often was it run?",
                hint: "More than once where results vary.", isOptional: true
            ).number(scope.value(name + "runs"), from: 1, to: 1_000_000),
        ]
    }
}
