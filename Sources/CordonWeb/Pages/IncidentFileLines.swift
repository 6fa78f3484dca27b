import CordonCore
import CordonOperations

extension IncidentFileSheet {
    init(_ sequence: ResponseSequence) {
        let incident = sequence.incident
        let recorded = FileLines(sequence)
        self.init(
            number: incident.number, title: String(incident.report.what.prefix(200)),
            level: LevelText(sequence),
            items: sequence.file.map { item in
                Item(
                    item.number, item.title, complete: item.isComplete, missing: item.missing,
                    lines: recorded.of(item.number))
            })
    }
}

/// What was recorded for each of the eight items, a sentence each.
///
/// Words of people come last: whatever direction they are written in, ours are read before them.
private struct FileLines {
    let sequence: ResponseSequence
    private var incident: Incident { sequence.incident }

    init(_ sequence: ResponseSequence) { self.sequence = sequence }

    func of(_ number: Int) -> [String] {
        switch number {
        case 1: owner
        case 2: who
        case 3: material
        case 4: impact
        case 5: actions
        case 6: cause
        case 7: restart
        case 8: updates
        default: []
        }
    }

    private var owner: [String] {
        guard let workflow = sequence.workflow else {
            return [incident.report.unlisted.map { "Reported as: \($0)" }].compactMap(\.self)
        }
        let profile = workflow.profile
        return ["\(workflow.key): \(profile.name)"]
            + [profile.owner.map { "Accountable owner: \($0)" }].compactMap(\.self)
            + [profile.deputy.map { "Deputy: \($0)" }].compactMap(\.self)
    }

    private var who: [String] {
        ["Reported by \(incident.reporter.name): \(incident.report.what)"]
            + incident.times.map {
                "\($0.value.moment.rawValue): \($0.value.time.rfc3339) (\($0.value.source))"
            }
            + incident.affected.map { "\($0.kind.rawValue): \($0.reference)" }
            + incident.lookbacks.compactMap { lookback in
                lookback.conclusion.map {
                    "Look back over \(lookback.days) days, \($0.examined) examined: \($0.text)"
                }
            }
    }

    private var material: [String] {
        incident.evidence.map {
            "\($0.value.kind.rawValue): \($0.value.size) bytes, SHA-256 \($0.value.sha256), "
                + $0.value.name
        } + incident.gaps.map { "\($0.value.kind.rawValue): not to be had, \($0.value.why)" }
    }

    private var impact: [String] {
        guard let impact = incident.impact?.value else { return [] }
        return [
            impact.description, "Acted upon: \(impact.actedUpon.rawValue)",
            "Reversible: \(impact.reversible.rawValue)",
            "Left the company: \(impact.leftCompany.rawValue)",
        ]
    }

    private var actions: [String] {
        incident.containments.map {
            "\($0.workflow): \($0.proved ? "stopped, proved" : "stopping")"
        } + [incident.fallback.map { "Fallback: \($0.value.note)" }].compactMap(\.self)
            + incident.affected.compactMap { record in
                record.correction.map { "\(record.reference): \($0.value)" }
            }
            + incident.actions.map(words)
    }

    private func words(_ action: CordonCore.Action) -> String {
        let named = "\(action.title), \(action.owner)"
        return action.done.map { "done: \(named), \($0.evidence)" } ?? "open: \(named)"
    }

    private var cause: [String] {
        guard let cause = incident.cause?.value else { return [] }
        return ["\(cause.failureClass): \(cause.description)"]
            + cause.controls.map { "\($0.control): \($0.state.rawValue). \($0.note)" }
    }

    private var restart: [String] {
        incident.signatures.map {
            "\($0.role.rawValue), \($0.at.rfc3339)\($0.voidedAt == nil ? "" : ", void"): "
                + $0.by.name
        }
            + incident.restarts.map {
                "Restarted \($0.at.rfc3339), on evidence \($0.evidenceHash), by \($0.by.name)"
            }
    }

    private var updates: [String] {
        incident.cases.map { "Evaluation case \($0.value.key): \($0.value.description)" }
            + (incident.review?.value.updates ?? []).map {
                "\($0.kind.rawValue): \($0.description)"
            }
            + [incident.review.map { "Control change: \($0.value.controlChange)" }].compactMap(
                \.self)
    }
}
