/// What one record of evidence is about; the raw values are stored and exchanged.
package enum RecordKind: String, Codable, CaseIterable, Sendable {
    /// One question to a model and its answer.
    case modelExchange = "model_exchange"
    /// One call of a tool, with its arguments and its result.
    case toolCall = "tool_call"
    /// Documents that were looked up for the model.
    case retrieval
    /// A person let something pass, or did not.
    case approval
    /// Something reached somebody.
    case delivery
    /// Something about the workflow was changed.
    case change
    /// Whatever else happened.
    case note

    /// The number under which the kind is stored in a row; never reused.
    package var code: Int {
        switch self {
        case .modelExchange: 1
        case .toolCall: 2
        case .retrieval: 3
        case .approval: 4
        case .delivery: 5
        case .change: 6
        case .note: 7
        }
    }

    package init?(code: Int) {
        guard let kind = RecordKind.allCases.first(where: { $0.code == code }) else { return nil }
        self = kind
    }
}

/// Which part of a record a group of fields holds.
///
/// Each group has a nonce and a commitment of its own, so that it can be shown or kept back alone.
/// The raw values are committed to and never change.
package enum GroupName: String, Codable, CaseIterable, Sendable {
    /// Who, when, which workflow, which model: what a list shows.
    case envelope
    /// The standing instruction to the model.
    case system
    /// What was asked, and what went in with it.
    case input
    /// Documents that were looked up.
    case retrieved
    /// What came out.
    case output
    /// Tools that were offered, calls, arguments and results.
    case tools
    case parameters
    case approval
    case delivery
    case change
    case note
    /// Whatever else the sender said, by its own names.
    case attributes
}
