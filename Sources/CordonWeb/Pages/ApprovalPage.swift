package import CordonCore

/// One call that waits for a person: what it is, what led to it, and the two answers.
package struct ApprovalPage: Sendable {
    let person: String
    let csrf: String
    let approval: Approval
    let workflowName: String
    let now: Instant
    /// Whether this person may answer.
    let mayDecide: Bool
    /// Records of the run so far, each in a line.
    let evidence: [Line]
    let faults: [FormFault]
    /// What was sent, when it came back.
    let sent: [String: String]

    /// One record of the run.
    package struct Line: Sendable {
        let at: Instant
        let what: String

        package init(at: Instant, what: String) {
            self.at = at
            self.what = what
        }
    }

    package init(
        person: String, csrf: String, approval: Approval, workflowName: String, now: Instant,
        mayDecide: Bool, evidence: [Line] = [], faults: [FormFault] = [],
        sent: [String: String] = [:]
    ) {
        self.person = person
        self.csrf = csrf
        self.approval = approval
        self.workflowName = workflowName
        self.now = now
        self.mayDecide = mayDecide
        self.evidence = evidence
        self.faults = faults
        self.sent = sent
    }

    private static let ids = ["arguments": "edit-arguments", "reason": "reject-reason"]

    package var html: HTML {
        let frame = PageFrame(
            title: "A call waits for a person", person: person, csrf: csrf,
            hasFaults: !faults.isEmpty)
        return frame.around(
            [FaultSummary(faults: faults, ids: Self.ids).html, top, call, soFar, said, forms])
    }

    private var request: Approval.Request { approval.request }

    private var what: String { request.call.tool ?? request.call.action.rawValue }

    private var top: HTML {
        """
        <h1>May \(HTML.said(workflowName)) do this?</h1>
        <p class="badges">\(approval.state(at: now).badge)</p>
        <p>It wants to call \(HTML.said(what)). \(HTML.said(request.reason)) Without an answer \
        until \(HTML.time(request.expiresAt)) it is not done.</p>
        """
    }

    private var call: HTML {
        var facts: [(String, HTML)] = [
            ("Asked by", "\(HTML.said(approval.askedBy.name)), \(HTML.time(approval.askedAt))")
        ]
        if let user = request.user { facts.append(("For", HTML.said(user))) }
        if let record = request.call.record { facts.append(("Record", HTML.said(record))) }
        if let run = request.run { facts.append(("Run", HTML.said(run))) }
        if let target = request.call.target {
            facts.append(("Reaches somebody", "\(target.rawValue) the company"))
        }
        var parts: [HTML] = [
            """
            <dl class="facts">
            \(facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" as HTML })
            </dl>
            """,
            "<h3>Exactly these arguments</h3>", Self.exact(request.call.arguments),
        ]
        if let edited = approval.edited {
            parts += ["<h3>Allowed with these instead</h3>", Self.exact(edited.arguments)]
        }
        if let diff = request.diff {
            parts += ["<h3>What it would change, as the caller says</h3>", Self.exact(diff)]
        }
        return """
            <section aria-labelledby="call">
            <h2 id="call">The call</h2>
            \(parts)
            </section>
            """
    }

    private static func exact(_ text: String) -> HTML {
        "<pre tabindex=\"0\"><code>\(text)</code></pre>"
    }

    private var soFar: HTML {
        if evidence.isEmpty { return .nothing }
        return """
            <section aria-labelledby="evidence">
            <h2 id="evidence">What led to it</h2>
            \(HTML.list(evidence.map { "\(HTML.time($0.at)): \(HTML.said($0.what))" }))
            </section>
            """
    }

    private var said: HTML {
        var lines = approval.grants.map { grant -> HTML in
            let who = HTML.said(grant.by.name)
            return "\(who) said yes, \(HTML.time(grant.at)). \(HTML.said(grant.value))"
        }
        if let no = approval.rejection {
            lines.append(
                "\(HTML.said(no.by.name)) said no, \(HTML.time(no.at)). \(HTML.said(no.value))")
        }
        if let ending = approval.ending, ending.kind != .expired {
            let word = ending.kind == .used ? "Used at" : "Void:"
            lines.append("\(word) \(HTML.said(ending.detail)), \(HTML.time(ending.at)).")
        }
        if lines.isEmpty { return .nothing }
        return """
            <section aria-labelledby="said">
            <h2 id="said">What was said</h2>
            \(HTML.list(lines))
            </section>
            """
    }

    private var forms: HTML {
        guard approval.state(at: now) == .pending else { return .nothing }
        guard mayDecide else {
            return "<p>Somebody else has to answer: you asked for it, or may not decide on it.</p>"
        }
        let many: HTML =
            approval.persons > 1
            ? "<p>\(approval.persons) people have to say yes.</p>" : .nothing
        return """
            <section aria-labelledby="answer">
            <h2 id="answer">Your answer</h2>
            \([many, approve, edit, reject])
            </section>
            """
    }

    private var approve: HTML {
        """
        <form method="post" action="\(PagePaths.approval(approval.id))/approve">
        \(FormField.csrf(csrf))
        \(digest)
        <button type="submit">Yes, do exactly this, once</button>
        </form>
        """
    }

    /// What this person reads: nothing else is allowed with it.
    private var digest: HTML {
        "<input type=\"hidden\" name=\"digest\" value=\"\(approval.grantedDigest)\">"
    }

    private var edit: HTML {
        let opened: HTML = sent["arguments"] == nil ? .nothing : " open=\"open\""
        let field = FormField(
            id: "edit-arguments", name: "arguments", label: "The arguments to allow",
            hint: "The workflow is told to ask again with exactly these.", faults: faults
        ).text(sent["arguments"] ?? approval.grantedCall.arguments, rows: 4)
        return """
            <details\(opened)>
            <summary>Yes, but with other arguments</summary>
            <form method="post" action="\(PagePaths.approval(approval.id))/approve">
            \(FormField.csrf(csrf))
            \(digest)
            \(field)
            <button type="submit">Allow it with these, once</button>
            </form>
            </details>
            """
    }

    private var reject: HTML {
        let field = FormField(
            id: "reject-reason", name: "reason", label: "Why not?",
            hint: "The workflow is told.", faults: faults
        ).text(sent["reason"] ?? "", rows: 2)
        return """
            <form method="post" action="\(PagePaths.approval(approval.id))/reject">
            \(FormField.csrf(csrf))
            \(field)
            <button class="stop" type="submit">No, do not do it</button>
            </form>
            """
    }
}

/// Calls that wait for people.
package struct ApprovalListPage: Sendable {
    let person: String
    let csrf: String
    let items: [Item]

    package struct Item: Sendable {
        let id: String
        let what: String
        let expiresAt: Instant
        let workflowName: String

        package init(_ approval: Approval, workflowName: String) {
            id = approval.id
            what = approval.request.call.tool ?? approval.request.call.action.rawValue
            expiresAt = approval.request.expiresAt
            self.workflowName = workflowName
        }
    }

    package init(person: String, csrf: String, items: [Item]) {
        self.person = person
        self.csrf = csrf
        self.items = items
    }

    package var html: HTML {
        PageFrame(title: "Calls that wait for a person", person: person, csrf: csrf).around([
            "<h1>Calls that wait for a person</h1>",
            items.isEmpty
                ? "<p>No call waits. Without an answer in time, a call is not made.</p>"
                : "<ul class=\"cards\">\n\(items.map(card))\n</ul>",
        ])
    }

    private func card(_ item: Item) -> HTML {
        """
        <li>
        <h2><a href="\(PagePaths.approval(item.id))">\(HTML.said(item.what))</a></h2>
        <p>\(HTML.said(item.workflowName)), until \(HTML.time(item.expiresAt))</p>
        </li>
        """
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
