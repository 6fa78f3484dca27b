import CordonCore

/// A level with its word, as the policy of its day names it.
package struct LevelText: Equatable, Sendable {
    package let number: Int
    package let title: String
    /// Whether an open question may still change it.
    package let provisional: Bool

    package init(_ number: Int, _ title: String, provisional: Bool = false) {
        self.number = number
        self.title = title
        self.provisional = provisional
    }

    init(_ sequence: ResponseSequence) {
        self.init(
            sequence.level, sequence.terms?.title ?? "", provisional: sequence.isProvisional)
    }

    /// The same in English, for what leaves Cordon as a file.
    var plain: String {
        let name = title.isEmpty ? "Level \(number)" : "Level \(number): \(title)"
        return provisional ? name + ", provisional" : name
    }

    /// `title` is a text of the policy, so it is told rather than said.
    var words: Phrase {
        let name: HTML = "\(told: title)"
        return switch (title.isEmpty, provisional) {
        case (true, false): "Level \(number)"
        case (true, true): "Level \(number), provisional"
        case (false, false): "Level \(number): \(name)"
        case (false, true): "Level \(number): \(name), provisional"
        }
    }

    var badge: HTML {
        switch number {
        case ...1: Badge(.calm, "○", words).html
        case 2: Badge(.warning, "◐", words).html
        case 3: Badge(.bad, "▲", words).html
        default: Badge(.bad, "■", words).html
        }
    }
}

/// A state as word, shape and colour, so that none of them has to be seen.
struct Badge {
    enum Tone: String { case good, warning, bad, calm }

    let tone: Tone
    let shape: String
    let word: Phrase

    init(_ tone: Tone, _ shape: String, _ word: Phrase) {
        self.tone = tone
        self.shape = shape
        self.word = word
    }

    var html: HTML {
        """
        <span class="badge \(tone.rawValue)"><span aria-hidden="true">\(shape)</span> \
        \(say: word)</span>
        """
    }
}

extension Workflow.State {
    var badge: HTML {
        switch self {
        case .draft: Badge(.calm, "○", "Draft").html
        case .running: Badge(.good, "●", "Running").html
        case .watch: Badge(.warning, "◐", "Running, on watch").html
        case .stopping: Badge(.bad, "▲", "Stopping").html
        case .stopped: Badge(.bad, "■", "Stopped").html
        case .retired: Badge(.calm, "×", "Retired").html
        }
    }
}

extension Incident.State {
    var badge: HTML {
        switch self {
        case .reported: Badge(.bad, "▲", "Reported, not yet triaged").html
        case .open: Badge(.bad, "■", "Open").html
        case .watch: Badge(.warning, "◐", "Restarted, on watch").html
        case .restarted: Badge(.good, "●", "Restarted").html
        case .declined: Badge(.calm, "×", "Declined").html
        case .closed: Badge(.calm, "○", "Closed").html
        }
    }
}

extension Kind {
    var words: Phrase {
        switch self {
        case .qualityIssue: "Quality issue"
        case .nearMiss: "Near miss"
        case .incident: "Incident"
        case .declined: "Not an incident"
        }
    }
}

extension StepStatus.State {
    var badge: HTML {
        switch self {
        case .done: Badge(.good, "✓", "Done").html
        case .open: Badge(.warning, "○", "Open").html
        case .skipped: Badge(.warning, "◇", "Skipped").html
        case .notRequired: Badge(.calm, "–", "Not required").html
        }
    }
}

extension Bool {
    /// Whether an item of the incident file is there.
    var completeness: HTML {
        self ? Badge(.good, "✓", "Complete").html : Badge(.warning, "○", "Missing").html
    }
}
