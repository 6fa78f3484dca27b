import CordonCore

/// With which arguments, and on whose word, a tool may be called, in words.
struct ToolTerms {
    let tool: ToolAuthority

    /// Values of one argument that are written out.
    private static let valuesAtMost = 10

    var lines: [HTML] {
        let limits = tool.arguments.flatMap(limits)
        let waits = tool.needsApproval ? [HTML.say("Waits for a person’s yes.")] : []
        let terms = tool.needsApproval ? tool.approval.map(Self.terms) ?? [] : []
        let all = limits + waits + terms
        return all.isEmpty ? [HTML.say("None")] : all
    }

    private func limits(_ rule: ArgumentRule) -> [HTML] {
        let name: HTML = "<code>\(rule.name)</code>"
        var limits: [HTML] = []
        if let values = rule.oneOf { limits.append(oneOf(name, values)) }
        if let least = rule.minimum {
            limits.append("\(say: "\(name) is \(Self.number(least)) at least")")
        }
        if let most = rule.maximum {
            limits.append("\(say: "\(name) is \(Self.number(most)) at most")")
        }
        if let prefix = rule.prefix {
            limits.append("\(say: "\(name) begins with \(HTML.said(prefix))")")
        }
        if rule.ownRecord == true {
            limits.append("\(say: "\(name) is the record that the run is about")")
        }
        if let domains = rule.domains {
            let list = HTML.said(domains.prefix(Self.valuesAtMost).joined(separator: ", "))
            limits.append("\(say: "\(name) is an address at \(list)")")
        }
        return limits.isEmpty ? ["\(say: "\(name) may be anything")"] : limits
    }

    private func oneOf(_ name: HTML, _ values: [String]) -> HTML {
        let list = HTML.said(values.prefix(Self.valuesAtMost).joined(separator: ", "))
        let rest = values.count - Self.valuesAtMost
        return rest > 0
            ? HTML.say("\(name) is one of: \(list), and \(rest) more")
            : HTML.say("\(name) is one of: \(list)")
    }

    /// The terms of an approval, a paragraph each.
    static func approval(_ terms: ApprovalTerms) -> [HTML] {
        self.terms(terms).map { "<p>\($0)</p>" as HTML }
    }

    private static func terms(_ terms: ApprovalTerms) -> [HTML] {
        var lines: [HTML] = []
        if let minutes = terms.windowMinutes {
            lines.append(HTML.say("People have \(minutes) minutes for it."))
        }
        if let roles = terms.approvers {
            lines.append(HTML.say("Who may say yes: \(PolicyWords.roles(roles))"))
        }
        if let argument = terms.argument, let above = terms.above {
            let name: HTML = "<code>\(argument)</code>"
            lines.append(HTML.say("Nobody is asked up to \(number(above)) of \(name)."))
        }
        if let argument = terms.argument, let above = terms.secondAbove {
            let name: HTML = "<code>\(argument)</code>"
            lines.append(HTML.say("Two people are asked above \(number(above)) of \(name)."))
        }
        return lines
    }

    /// A bound as it was written: without a fraction where it has none.
    private static func number(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? String(number)
    }
}
