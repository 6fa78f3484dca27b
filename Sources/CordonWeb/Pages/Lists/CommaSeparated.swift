import CordonCore

/// A table for spreadsheets, by RFC 4180: lines end in CR and LF.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and runs it, even
/// when an AI or a stranger wrote it; such a cell begins with an apostrophe here.
struct CommaSeparated: Sendable {
    private(set) var text = ""

    static let mediaType = "text/csv; charset=utf-8; header=present"

    mutating func append(_ cells: [String]) {
        text += cells.map(Self.cell).joined(separator: ",") + "\r\n"
    }

    static func cell(_ words: String) -> String {
        let isFormula = words.unicodeScalars.first.map { beginners.contains($0) } ?? false
        let harmless = isFormula ? "'" + words : words
        guard harmless.unicodeScalars.contains(where: { special.contains($0) }) else {
            return harmless
        }
        // By scalars: a quote with an accent on it is a quote to a spreadsheet all the same.
        var quoted = "\""
        for scalar in harmless.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        quoted.unicodeScalars.append("\"")
        return quoted
    }

    /// Tab and line ends too: programs skip them before they look for a formula.
    private static let beginners: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n"]
    private static let special: Set<Unicode.Scalar> = [",", "\"", "\r", "\n"]
}

extension CommaSeparated {
    /// A list of incidents with a line of names.
    init(_ incidents: [ListedIncident]) {
        append([
            "number", "reported_at", "kind", "level", "provisional", "state", "workflow",
            "workflow_name", "what", "next_step", "file_complete",
        ])
        for incident in incidents {
            append([
                incident.number, incident.reportedAt.rfc3339, incident.kind.rawValue,
                String(incident.level.number), String(incident.level.provisional),
                incident.state.rawValue, incident.workflow ?? "", incident.workflowName ?? "",
                incident.what, incident.nextStep ?? "", String(incident.fileComplete),
            ])
        }
    }
}
