import CordonCore

/// The names that evidence has in the interface for programs, in words for people.
enum EvidenceWords {
    /// What a record is about.
    static func kind(_ name: String) -> Phrase {
        guard let kind = RecordKind(rawValue: name) else { return Phrase(said: name) }
        return switch kind {
        case .modelExchange: "Question to a model and its answer"
        case .toolCall: "Call of a tool"
        case .retrieval: "Documents looked up"
        case .approval: "Decision of a person"
        case .delivery: "Something sent to somebody"
        case .change: "Change of the workflow"
        case .note: "Note"
        }
    }

    static var kinds: [FormOption] {
        [FormOption("", "Any")]
            + RecordKind.allCases.map { FormOption($0.rawValue, kind($0.rawValue)) }
    }

    /// A part of a record.
    static func group(_ name: String) -> Phrase {
        guard let group = GroupName(rawValue: name) else { return Phrase(said: name) }
        return switch group {
        case .envelope: "Cover sheet"
        case .system: "Standing instruction"
        case .input: "What went in"
        case .retrieved: "Documents that were looked up"
        case .output: "What came out"
        case .tools: "Tools"
        case .parameters: "Settings of the model"
        case .approval: "Decision of a person"
        case .delivery: "What was sent"
        case .change: "What was changed"
        case .note: "Note"
        case .attributes: "What else the sender said"
        }
    }

    /// What the evidence lacks.
    static func gap(_ name: String) -> Phrase {
        guard let gap = Shortfall(rawValue: name) else { return Phrase(said: name) }
        return switch gap {
        case .contentMissing: "What was asked or answered is missing"
        case .byReference: "Only the address of the content was sent"
        case .truncated: "The sender cut something off"
        case .dropped: "Records never arrived"
        case .clockSkew: "The sender’s clock is wrong"
        case .silence: "Nothing arrives any more"
        case .withoutGate: "It went on without the gate’s answer"
        }
    }

    /// What to do about it.
    static func remedy(_ name: String) -> Phrase {
        guard let gap = Shortfall(rawValue: name) else { return Phrase(said: "") }
        return switch gap {
        case .contentMissing:
            "Let the sender send the content too; the page of the workflow shows how to connect it."
        case .byReference:
            "Let the sender send the content itself, or keep what the address leads to."
        case .truncated: "Raise the sender’s own limit for the length of texts."
        case .dropped:
            "Look at the sender’s log and its network; what it still has can be sent again."
        case .clockSkew: "Set the clock of the sender’s machine by a time server."
        case .silence: "Find out whether the workflow rests or its sender has failed."
        case .withoutGate: "Find out what it did meanwhile, and let it fail closed if it acts."
        }
    }

    /// Whether a record is still there; nothing for one that simply is.
    static func state(_ name: String) -> HTML {
        switch name {
        case "erased": Badge(.calm, "×", "Erased").html
        case "expired": Badge(.calm, "×", "Deleted when its time was over").html
        default: .nothing
        }
    }
}
