/// The form that imports the next version of the policy.
package struct PolicyChangePage: PageModel, Sendable {
    /// The text in force.
    let yaml: String
    /// The version in force.
    let version: Int
    let returned: ReturnedForm?

    static let formID = "import-policy"

    /// A fault of the file with the line that it is about.
    struct LineFault: Equatable, Sendable {
        let number: Int
        /// What stands on the line.
        let text: String
        let reason: String

        /// Reads the form in which the rules name it, `policy:12:3: reason`; `nil` for anything
        /// else.
        init?(_ message: String, in lines: [Substring]) {
            let parts = message.split(separator: ":", maxSplits: 3)
            guard parts.count == 4, parts[0] == "policy", let number = Int(parts[1]), number > 0,
                Int(parts[2]) != nil
            else { return nil }
            self.number = number
            text = lines.indices.contains(number - 1) ? String(lines[number - 1].prefix(200)) : ""
            reason = String(parts[3].drop { $0 == " " })
        }
    }

    private var scope: FormScope { FormScope(Self.formID, returned) }

    private var sent: String { scope.value("yaml", yaml) }

    private var lineFaults: [LineFault] {
        let lines = sent.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return (returned?.faults ?? []).compactMap { LineFault($0.message, in: lines) }
    }

    /// What is wrong besides; the lines have their table.
    private var summary: HTML {
        guard let returned else { return .nothing }
        let others = returned.faults.filter { LineFault($0.message, in: []) == nil }
        return ReturnedForm(id: returned.id, fields: returned.fields, faults: others).summary
    }

    package var content: PageContent {
        PageContent(
            "Change the policy", in: .policy, hasFaults: returned != nil,
            [
                summary, "<h1>\(say: "Change the policy")</h1>",
                HTML.paragraph(
                    """
                    Change the words and the numbers, and import the whole text as the next \
                    version. Nothing is taken over unless all of it holds together.
                    """),
                HTML.paragraph(
                    """
                    Incidents that are open keep the version of their day. The gate follows the \
                    new one at once.
                    """),
                faultTable, meanwhile, form,
                "<p>\(HTML.link(PagePaths.policy, "Back to the policy"))</p>",
            ])
    }

    private var faultTable: HTML {
        let faults = lineFaults
        if faults.isEmpty { return .nothing }
        let rows = faults.map { fault -> [HTML] in
            ["\(fault.number)", "<code>\(fault.text)</code>", "\(told: fault.reason)"]
        }
        return .section(
            "faults", "What does not hold together",
            [HTML.table("Faults by line", ["Line", "What stands there", "What to do"], rows)])
    }

    /// Somebody else was faster: what differs has to be seen before anything is overwritten.
    private var meanwhile: HTML {
        let seen = scope.value("version", String(version))
        guard seen != String(version) else { return .nothing }
        let difference = TextDifference(from: yaml, to: sent)
        return .section(
            "meanwhile", "The policy was changed meanwhile",
            [
                HTML.paragraph(
                    """
                    Version \(String(version)) is in force now. Compare it with your text, which \
                    replaces it when you import it again.
                    """),
                difference?.html
                    ?? HTML.paragraph("The texts are too long to be compared here."),
            ])
    }

    private var form: HTML {
        scope.form(
            to: PagePaths.policyChange, button: "Import as the next version",
            [
                scope.hidden("version", String(version)),
                scope.field(
                    "yaml", "The whole policy", hint: "Keys on the left stay as they are."
                ).text(sent, rows: 30),
                scope.field("reason", "Why is it changed?", hint: "Everybody can read this.")
                    .text(scope.value("reason"), rows: 3),
            ])
    }
}
