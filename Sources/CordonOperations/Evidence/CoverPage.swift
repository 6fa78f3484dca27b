import CordonCore
import CordonLedger

/// The first page of a bundle, for somebody who has never heard of Cordon.
struct CoverPage {
    let text: String

    init(
        _ sequence: ResponseSequence, _ selection: ExportSelection, _ order: ExportOrder,
        madeBy: Person, at: Instant
    ) {
        let incident = sequence.incident
        var lines = [
            "Evidence of \(incident.number)",
            "",
            "What happened, in the reporter's words:",
            "  \(Self.oneLine(incident.report.what))",
            "",
            "Workflow:      \(incident.workflow ?? incident.report.unlisted ?? "not named")",
            "Reported:      \(incident.reportedAt.rfc3339) by \(incident.reporter.name)",
            "Level:         \(sequence.level) of 4 (\(sequence.kind.rawValue))",
            "State:         \(incident.state.rawValue)",
            "This bundle:   made \(at.rfc3339) by \(madeBy.name)",
        ]
        if let recipient = order.recipient {
            lines.append("Made for:      \(Self.oneLine(recipient))")
        }
        lines += [
            "",
            "What is in it",
            "  data/incident.json, data/incident.md   the incident, for programs and for people",
            "  data/journal/                          what people decided, event by event,",
            "                                         and who has looked at the evidence",
            "  data/evidence/                         what the workflow did, record by record",
            "  data/proofs/                           for each of them, the proof that the log",
            "                                         had it when the checkpoint was signed",
            "  data/attachments/, data/statements/    attached files and signed statements",
            "",
            "Which records: \(selection.recordsIncluded) of the \(selection.recordsInWindow) that "
                + "the workflow has from",
            "\(selection.from) to \(selection.to), and "
                + "\(selection.recordsOfLookbacks) that look backs have found.",
        ]
        if selection.recordsInWindow > selection.recordsIncluded {
            lines.append(
                "The others are not here: a bundle holds at most \(selection.recordsAtMost); those "
                    + "nearest to the end of the window were taken.")
        }
        if !selection.redactedGroups.isEmpty {
            lines += [
                "",
                "Kept back in every record: \(selection.redactedGroups.joined(separator: ", ")).",
                "Of these only the commitment is given, which proves that nothing was changed and",
                "shows nothing of the content. data/redactions.ndjson lists each of them.",
            ]
        }
        lines += [
            "", "All times are UTC. Nothing in this bundle has to be believed: see below.", "", "",
        ]
        text = lines.joined(separator: "\n") + BundleGuide.text
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
