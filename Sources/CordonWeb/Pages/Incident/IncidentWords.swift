import CordonCore
import CordonOperations

/// The names that an incident's facts have in the interface for programs, in words for people.
enum IncidentWords {
    /// One of the five times.
    static func moment(_ name: String) -> Phrase {
        guard let moment = Moment(rawValue: name) else { return Phrase(said: name) }
        return switch moment {
        case .occurred: "It happened"
        case .detected: "Somebody noticed it"
        case .reported: "It was reported"
        case .aware: "The company knew of it"
        case .declared: "It was declared to be what it is"
        }
    }

    static var moments: [FormOption] {
        Moment.allCases.map { FormOption($0.rawValue, moment($0.rawValue)) }
    }

    static var kinds: [FormOption] {
        [
            FormOption(
                Kind.qualityIssue.rawValue, Kind.qualityIssue.words,
                hint: "An everyday mistake of little weight, caught inside."),
            FormOption(
                Kind.nearMiss.rawValue, Kind.nearMiss.words,
                hint: "It could have done harm, and was caught before it did."),
            FormOption(
                Kind.incident.rawValue, Kind.incident.words,
                hint: "Somebody or something was really affected."),
            FormOption(
                Kind.declined.rawValue, Kind.declined.words,
                hint: "Looked at, and nothing was wrong."),
        ]
    }

    /// What somebody answered.
    static func answer(_ name: String) -> Phrase {
        switch name {
        case "yes": "Yes"
        case "no": "No"
        default: "Not known"
        }
    }

    static func evidence(_ name: String) -> Phrase {
        guard let kind = EvidenceKind(rawValue: name) else { return Phrase(said: name) }
        return switch kind {
        case .input: "What went in"
        case .prompt: "What was asked of the AI"
        case .output: "What came out"
        case .retrievedDocument: "A document that was looked up"
        case .toolCall: "A call of a tool"
        case .approval: "An approval"
        case .delivery: "What was sent, and to whom"
        case .modelVersion: "The model and its version"
        case .configuration: "Settings"
        case .change: "A change that came before"
        case .screenshot: "A picture of the screen"
        case .log: "A log"
        case .note: "A note"
        case .other: "Something else"
        }
    }

    /// In the order in which the incident file asks for them.
    static var evidenceKinds: [FormOption] {
        let order: [EvidenceKind] = [
            .output, .input, .prompt, .screenshot, .toolCall, .approval, .modelVersion,
            .retrievedDocument, .delivery, .configuration, .change, .log, .note, .other,
        ]
        return order.map { FormOption($0.rawValue, evidence($0.rawValue)) }
    }

    static func affected(_ name: String) -> Phrase {
        guard let kind = AffectedRecord.Kind(rawValue: name) else { return Phrase(said: name) }
        return switch kind {
        case .person: "A person"
        case .organisation: "An organisation"
        case .record: "A record"
        case .output: "A result of the AI"
        case .action: "An action of the AI"
        }
    }

    static var affectedKinds: [FormOption] {
        AffectedRecord.Kind.allCases.map { FormOption($0.rawValue, affected($0.rawValue)) }
    }

    /// Whether a duty to notify applies.
    static func decision(_ name: String) -> Phrase {
        guard let decision = Obligation.Decision(rawValue: name) else { return Phrase(said: name) }
        return switch decision {
        case .applies: "It applies: we have to tell them"
        case .doesNotApply: "It does not apply"
        case .pending: "Not decided yet"
        }
    }

    static var decisions: [FormOption] {
        Obligation.Decision.allCases.map { FormOption($0.rawValue, decision($0.rawValue)) }
    }

    // MARK: Look back

    static func method(_ name: String) -> Phrase {
        name == Lookback.Method.sample.rawValue ? "A sample" : "Every one of them"
    }

    static var methods: [FormOption] {
        Lookback.Method.allCases.map { FormOption($0.rawValue, method($0.rawValue)) }
    }

    static func verdict(_ name: String) -> Phrase {
        guard let verdict = Lookback.Verdict(rawValue: name) else { return Phrase(said: name) }
        return switch verdict {
        case .affected: "Affected"
        case .unaffected: "Clean"
        case .unclear: "Unsure"
        }
    }

    static var verdicts: [FormOption] {
        let order: [Lookback.Verdict] = [.unaffected, .affected, .unclear]
        return order.map { FormOption($0.rawValue, verdict($0.rawValue)) }
    }

    static func verdictBadge(_ name: String) -> HTML {
        switch Lookback.Verdict(rawValue: name) {
        case .affected?: Badge(.bad, "▲", verdict(name)).html
        case .unaffected?: Badge(.good, "✓", verdict(name)).html
        case .unclear?, nil: Badge(.warning, "◐", verdict(name)).html
        }
    }

    static func searchBadge(_ name: String) -> HTML {
        switch LookbackRun.State(rawValue: name) {
        case .running?: Badge(.warning, "◐", "Going on").html
        case .cancelled?: Badge(.calm, "■", "Stopped by somebody").html
        case .failed?: Badge(.bad, "▲", "Broken off").html
        case .finished?: Badge(.good, "✓", "Finished").html
        case nil: Badge(.calm, "○", Phrase(said: name)).html
        }
    }
}
