import CordonCore

/// Steps 10 and 11: who signs on which evidence, the restart, and the watch after it.
extension IncidentPage {
    var restartStep: HTML {
        step(10, [obstacles, signatureList, restartList], forms: [signForm, restartForm])
    }

    private var blockers: [Blocker] {
        restart.blockers.map { Blocker($0.code, $0.message, step: $0.step) }
    }

    /// Whether nothing is missing but signatures.
    private var isReadyToSign: Bool {
        restart.blockers.allSatisfy { ["signature", "fixer_alone"].contains($0.code) }
    }

    private var obstacles: HTML {
        if isRestarted || isClosed { return .nothing }
        if incident.containments.isEmpty {
            return HTML.paragraph("This incident has stopped nothing: there is nothing to restart.")
        }
        let all = blockers
        if all.isEmpty {
            return HTML.paragraph("Nothing stands in the way of the restart.")
        }
        let lines = BlockerList(Array(all.prefix(10))).lines
        let list = HTML.list(
            lines, atMost: 10, more: all.count - lines.count,
            at: PagePaths.file(incident.number))
        let words = HTML.paragraph("\(all.count) things stand in the way of the restart:")
        return "\([words, list])"
    }

    private var signatureList: HTML {
        let needed = restart.requiredSignatures.map { needed -> HTML in
            let roles = HTML.anyOf(needed.anyOf.map { HTML.say(IncidentWords.role($0)) })
            guard let by = needed.signedBy, let at = needed.signedAt else {
                return "\(Badge(.warning, "○", "Not signed yet").html) \(roles)"
            }
            return "\(Badge(.good, "✓", "Signed").html) \(roles) \(HTML.stated(by, at))"
        }
        let given = incident.signatures.suffix(6).map { signature -> HTML in
            let badge =
                signature.valid
                ? Badge(.good, "✓", "It counts").html : Badge(.calm, "×", "Void").html
            let role = HTML.say(IncidentWords.role(signature.role))
            return """
                \(badge) \(role) \(HTML.said(signature.statement)) \
                \(HTML.stated(signature.by, signature.at))
                """
        }
        let isNeeded = !incident.containments.isEmpty
        let parts = [
            HTML.subsection("Who has to sign", [isNeeded ? HTML.list(needed) : .nothing]),
            HTML.subsection("Signatures", [HTML.list(given)]),
        ]
        return "\(parts)"
    }

    private var restartList: HTML {
        let lines = incident.restarts.suffix(5).map { restart -> HTML in
            let conditions = HTML.said(restart.conditions)
            return "\(say: "Restarted. \(conditions)") \(HTML.stated(restart.by, restart.at))"
        }
        return HTML.list(lines)
    }

    // MARK: Forms

    private var signForm: HTML {
        guard may(.sign), isReadyToSign, !isRestarted, !incident.containments.isEmpty,
            !visitor.hasSigned, !visitor.signingRoles.isEmpty
        else { return .nothing }
        let scope = scope("do-sign")
        let roles = visitor.signingRoles.map {
            FormOption($0.rawValue, IncidentWords.role($0.rawValue))
        }
        let hash: HTML = "<code>\(String(restart.evidenceHash.prefix(16)))</code>"
        return scope.folded(
            "Sign the restart", to: target("signatures"), button: "I sign: it is safe to go on",
            isOpen: isAtWork(10),
            [
                HTML.paragraph(
                    """
                    You sign all that the incident’s page holds, but signatures and restarts: the \
                    report, the stops, the evidence, the answers, the cause, what was mended and \
                    what was tested. Its fingerprint begins with \(hash). If any of it changes, \
                    your signature is void.
                    """),
                scope.hidden("evidence_hash", restart.evidenceHash),
                scope.field("role", "As what do you sign?").radios(
                    roles, selected: scope.value("role", roles.first?.value ?? "")),
                scope.field("statement", "What do you want to say?", isOptional: true)
                    .text(scope.value("statement"), rows: 2),
            ])
    }

    private var restartForm: HTML {
        guard may(.restart), restart.allowed else { return .nothing }
        let scope = scope("do-restart")
        let hours = incident.kind == Kind.declined.rawValue ? 0 : choices.watchHours
        let watches = Watch.Kind.allCases.enumerated().flatMap { row, kind in
            watchFields(scope, row, kind)
        }
        let terms = [
            scope.field(
                "conditions", "On which conditions?",
                hint: "For example: every draft is read by two people for a week.",
                isOptional: true
            ).text(scope.value("conditions"), rows: 2),
            scope.field(
                "watch_hours", "For how many hours is it watched?", hint: "No fewer than \(hours)."
            ).number(scope.value("watch_hours", "\(hours)"), from: hours, to: 8_760),
            HTML.paragraph("It stops itself again when one of these happens:"),
        ]
        return scope.folded(
            "Restart the workflow", to: target("restart"), button: "Restart it now",
            isOpen: isAtWork(10), terms + watches)
    }

    /// The conditions that are usual are ticked.
    private func watchFields(_ scope: FormScope, _ row: Int, _ kind: Watch.Kind) -> [HTML] {
        let name = "watch/\(row)/"
        let usual = kind == .deniedAction ? "" : kind.rawValue
        return [
            scope.field(name + "kind", IncidentWords.watch(kind.rawValue)).checkbox(
                kind.rawValue, isChecked: scope.value(name + "kind", usual) == kind.rawValue),
            scope.field(
                name + "threshold", "How often, before it stops?",
                hint: "Once, if left open.", isOptional: true
            ).number(scope.value(name + "threshold"), from: 1, to: 1_000_000),
        ]
    }

    // MARK: Watch

    var watchStep: HTML { step(11, [watchFacts], always: [stopAgain]) }

    private var watchFacts: HTML {
        guard let restart = incident.restarts.last else { return .nothing }
        guard let watch = restart.watch else {
            return HTML.paragraph("The workflow was restarted without a watch.")
        }
        let lines = watch.conditions.map { condition -> HTML in
            let words = HTML.say(IncidentWords.watch(condition.kind))
            if condition.threshold == 1 { return words }
            return HTML.say("\(words) (\(condition.threshold) times)")
        }
        let until = HTML.time(watch.until)
        let words = HTML.paragraph(
            "The watch lasts until \(until). The workflow stops itself when:")
        return "\([words, HTML.list(lines)])"
    }

    private var stopAgain: HTML {
        guard may(.stop), isRestarted, let workflow else { return .nothing }
        let path = PagePaths.stop(workflow.key, for: incident.number)
        return "<p>\(HTML.button(path, "Stop it again", tone: .stop))</p>"
    }
}
