import CordonCore

/// What can be done about a workflow on its page, each behind its line.
struct WorkflowActs {
    let page: WorkflowPage

    /// The ids of the forms, which are also the last part of their targets.
    enum Act: String, CaseIterable, Sendable {
        case production
        case rehearsal = "rehearsals"
        case stopTest = "stop-tests"
        case change = "changes"
        case retire

        var formID: String { "act-" + rawValue }
    }

    var section: HTML {
        let acts = self.acts
        if acts.isEmpty { return .nothing }
        return HTML.section("acts", "What you can do", acts)
    }

    private var acts: [HTML] {
        guard page.workflow.state != .retired else { return [] }
        var acts: [HTML] = []
        if page.rights.mayAmend || page.rights.mayOverride { acts.append(production) }
        if page.rights.mayAmend { acts += [rehearsal, stopTest] }
        if page.rights.mayPush { acts.append(change) }
        if page.rights.mayAmend { acts.append(retire) }
        return acts
    }

    private func scope(_ act: Act) -> FormScope { FormScope(act.formID, page.returned) }

    private func folded(
        _ act: Act, _ title: Phrase, _ button: Phrase, tone: ButtonTone = .usual, _ fields: [HTML]
    ) -> HTML {
        scope(act).folded(
            title, to: PagePaths.workflowAct(page.key, act.rawValue), button: button, tone: tone,
            fields)
    }

    // MARK: Production

    private var production: HTML {
        var fields: [HTML] = []
        if page.gaps.isEmpty {
            fields.append(HTML.hint("Everything that production demands is there."))
        } else {
            fields.append(
                HTML.hint("Refused while things are missing, unless an executive decides so."))
        }
        if page.rights.mayOverride { fields.append(exception) }
        return folded(.production, "Let it run in production", "Let it run in production", fields)
    }

    private var exception: HTML {
        let scope = self.scope(.production)
        let reason = scope.field(
            "override/reason", "Why it runs all the same",
            hint: "It stands under your name and in the quarterly review.", isOptional: true
        ).text(scope.value("override/reason"), rows: 3)
        let until = scope.field(
            "override/expires_at", "Until which day",
            hint: "The policy limits it: 30 days at most.", isOptional: true
        ).date(scope.value("override/expires_at"))
        let opened: HTML = scope.hasReturned ? " open=\"open\"" : .nothing
        return """
            <details\(opened)>
            <summary>\(say: "Let it run with what is missing, as an executive")</summary>
            \([reason, until])
            </details>
            """
    }

    // MARK: Rehearsal and stop test

    private var rehearsal: HTML {
        let scope = self.scope(.rehearsal)
        return folded(
            .rehearsal, "Record that the fallback was rehearsed", "Record the rehearsal",
            [
                scope.field(
                    "on", "When was the work done without the AI?",
                    hint: "People did it by the steps above, and it worked."
                ).date(scope.value("on"))
            ])
    }

    private var stopTest: HTML {
        let scope = self.scope(.stopTest)
        var fields = [
            HTML.hint(
                """
                For so many seconds the gate refuses whatever the workflow asks for. Let what is \
                connected run once meanwhile. The page answers when the test is over.
                """),
            scope.field("seconds", "Seconds", hint: "1 to 50.")
                .number(scope.value("seconds", "30"), from: 1, to: 50),
        ]
        if !page.profile.manualTargets.isEmpty {
            fields.append(
                scope.field(
                    "proof", "How was the stop by hand tried?",
                    hint: "For what Cordon cannot stop by itself. It stands under your name.",
                    isOptional: true
                ).text(scope.value("proof"), rows: 2))
        }
        if page.workflow.productionSince != nil {
            fields.append(
                scope.field(
                    "in_production", "Its real work may be refused meanwhile",
                    hint: "It runs in production: only its owner may test the stop now."
                ).checkbox(isChecked: scope.value("in_production") == "yes"))
        }
        return folded(.stopTest, "Test the stop", "Test the stop now", fields)
    }

    // MARK: Change and end

    private var change: HTML {
        let scope = self.scope(.change)
        let aspects = ["model", "prompt", "permission", "data", "integration", "process"]
        return folded(
            .change, "Announce a change", "Announce it",
            [
                scope.field("what", "What was changed?", hint: "In a sentence or two.")
                    .text(scope.value("what"), rows: 2),
                scope.field("aspect", "What of it?").choice(
                    aspects.map { FormOption($0, ChangeTable.aspect($0)) },
                    selected: scope.value("aspect", "process")),
                scope.field("version", "Version", isOptional: true)
                    .line(.init(value: scope.value("version"), isExact: true)),
                scope.field(
                    "at", "When did it take effect?", hint: "Now, if you leave it empty.",
                    isOptional: true
                ).moment(scope.value("at")),
            ])
    }

    private var retire: HTML {
        let scope = self.scope(.retire)
        return folded(
            .retire, "Retire it for good", "Retire it for good", tone: .stop,
            [
                HTML.hint("It can never run again; what was recorded about it stays."),
                scope.field("reason", "Why?").text(scope.value("reason"), rows: 2),
            ])
    }
}
