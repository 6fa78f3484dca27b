import CordonCore

/// One call that waits for a person: what it is, what led to it, and the two answers.
package struct ApprovalPage: PageModel, Sendable {
    let approval: Approval
    let workflowName: String
    let now: Instant
    /// Whether this person may answer.
    let mayDecide: Bool
    /// Records of the run so far, each in a line.
    var evidence: [Line] = []
    var returned: ReturnedForm?

    static let approveID = "approve"
    static let editID = "edit"
    static let rejectID = "reject"

    /// One record of the run.
    struct Line: Sendable {
        let at: Instant
        let kind: RecordKind
        /// What of it is read out.
        var words: String?
    }

    package var content: PageContent {
        PageContent(
            "A call waits for a person", in: .approvals, hasFaults: returned != nil,
            [summary] + top + [call, soFar, said, forms])
    }

    private var isOpen: Bool { approval.state(at: now) == .pending && mayDecide }

    private var summary: HTML {
        guard let returned else { return .nothing }
        return isOpen ? returned.summary : returned.summaryWithoutForm
    }

    private var request: Approval.Request { approval.request }

    private var what: String { request.call.tool ?? request.call.action.rawValue }

    private var top: [HTML] {
        let words: Phrase = """
            It wants to call \(HTML.said(what)). Without an answer until \
            \(HTML.time(request.expiresAt)) it is not done.
            """
        return [
            "<h1>\(say: "May \(HTML.said(workflowName)) do this?")</h1>",
            "<p class=\"badges\">\(approval.state(at: now).badge)</p>",
            "<p>\(say: words)</p>", "<p>\(told: request.reason)</p>",
        ]
    }

    // MARK: The call

    private var call: HTML {
        let asked: HTML = "\(HTML.said(approval.askedBy.name)), \(HTML.time(approval.askedAt))"
        var facts: [(name: Phrase, value: HTML)] = [("Asked by", asked)]
        if let user = request.user { facts.append(("For", HTML.said(user))) }
        if let server = request.call.server { facts.append(("MCP server", HTML.said(server))) }
        if let record = request.call.record { facts.append(("Record", HTML.said(record))) }
        if let run = request.run { facts.append(("Run", HTML.said(run))) }
        if let target = request.call.target {
            facts.append(("Reaches somebody", HTML.say(target.reachWords)))
        }
        var parts: [HTML] = [
            HTML.facts(facts), "<h3>\(say: "Exactly these arguments")</h3>",
            HTML.exact(request.call.arguments.inReadingOrder),
        ]
        if let edited = approval.edited {
            parts.append("<h3>\(say: "Allowed with these instead")</h3>")
            parts.append(HTML.exact(edited.arguments.inReadingOrder))
        }
        if let diff = request.diff {
            parts.append("<h3>\(say: "What it would change, as the caller says")</h3>")
            parts.append(HTML.exact(diff.inReadingOrder))
        }
        return .section("call", "The call", parts)
    }

    private var soFar: HTML {
        if evidence.isEmpty { return .nothing }
        let lines = evidence.map { line -> HTML in
            let kind = HTML.say(EvidenceWords.kind(line.kind.rawValue))
            guard let words = line.words else { return "\(HTML.time(line.at)): \(kind)" }
            return "\(HTML.time(line.at)): \(kind): \(HTML.said(words))"
        }
        return .section("evidence", "What led to it", [HTML.list(lines)])
    }

    private var said: HTML {
        var lines = approval.grants.map { grant -> HTML in
            let who = HTML.said(grant.by.name)
            return "\(say: "\(who) said yes, \(HTML.time(grant.at)).") \(HTML.said(grant.value))"
        }
        if let no = approval.rejection {
            let who = HTML.said(no.by.name)
            lines.append("\(say: "\(who) said no, \(HTML.time(no.at)).") \(HTML.said(no.value))")
        }
        if let ending = approval.ending, ending.kind != .expired {
            let detail: HTML = "\(told: ending.detail)"
            let at = HTML.time(ending.at)
            let words: Phrase =
                ending.kind == .used ? "Used at \(detail), \(at)." : "Void: \(detail), \(at)."
            lines.append(HTML.say(words))
        }
        if lines.isEmpty { return .nothing }
        return .section("said", "What was said", [HTML.list(lines)])
    }

    // MARK: The answer

    private var forms: HTML {
        guard approval.state(at: now) == .pending else { return .nothing }
        guard mayDecide else {
            return HTML.paragraph(
                "Somebody else has to answer: you asked for it, or may not decide on it.")
        }
        let many: HTML =
            approval.persons > 1
            ? HTML.paragraph("\(approval.persons) people have to say yes.") : .nothing
        return .section("answer", "Your answer", [many, approve, edit, reject])
    }

    private var place: String { PagePaths.approval(approval.id) }

    /// What this person reads: nothing else is allowed with it.
    private func digest(_ scope: FormScope) -> HTML {
        scope.hidden("digest", approval.grantedDigest)
    }

    private var approve: HTML {
        let scope = FormScope(Self.approveID, returned)
        return scope.form(
            to: place + "/approve", button: "Yes, do exactly this, once", [digest(scope)])
    }

    private var edit: HTML {
        let scope = FormScope(Self.editID, returned)
        return scope.folded(
            "Yes, but with other arguments", to: place + "/approve",
            button: "Allow it with these, once",
            [
                digest(scope),
                scope.field(
                    "arguments", "The arguments to allow",
                    hint: "The workflow is told to ask again with exactly these."
                ).text(
                    scope.value("arguments", approval.grantedCall.arguments.inReadingOrder),
                    rows: 4),
            ])
    }

    private var reject: HTML {
        let scope = FormScope(Self.rejectID, returned)
        return scope.form(
            to: place + "/reject", button: "No, do not do it", tone: .stop,
            [
                scope.field("reason", "Why not?", hint: "The workflow is told.").text(
                    scope.value("reason"), rows: 2)
            ])
    }
}

extension String {
    /// The same JSON with marks of direction written as escapes: what is allowed is read in the
    /// order in which it stands.
    fileprivate var inReadingOrder: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                text += "\\u" + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Approval.State {
    var badge: HTML {
        switch self {
        case .pending: Badge(.warning, "◐", "Waits for a person").html
        case .approved: Badge(.good, "✓", "Approved, not yet carried out").html
        case .rejected: Badge(.bad, "×", "Rejected").html
        case .used: Badge(.calm, "●", "Carried out").html
        case .voided: Badge(.bad, "■", "Void").html
        case .expired: Badge(.calm, "○", "Not answered in time").html
        }
    }
}

extension GateRequest.Recipient {
    fileprivate var reachWords: Phrase {
        switch self {
        case .inside: "inside the company"
        case .outside: "outside the company"
        }
    }
}
