import CordonCore

/// A workflow's description as the fields of a form.
///
/// Most fields are named as the operation names their places. Tools stand in three lists and the
/// people of a level in one field each, because lines are easier to fill in than rows.
struct WorkflowForm: Sendable {
    let fields: [String: String]

    init(_ fields: [String: String]) { self.fields = fields }

    init(_ profile: WorkflowProfile) {
        var fields: [String: String] = [
            "name": profile.name, "purpose": profile.purpose, "function": profile.function,
            "owner": profile.owner ?? "", "deputy": profile.deputy ?? "",
            "data_classes": Self.lines(profile.dataClasses),
            "affected_parties": Self.lines(profile.affectedParties),
            "retention": profile.retention ?? "", "related": Self.lines(profile.related),
        ]
        for (row, contact) in profile.escalation.enumerated() {
            fields["escalation/\(row)/function"] = contact.function
            fields["escalation/\(row)/contact"] = contact.contact
        }
        for (row, target) in profile.manualTargets.enumerated() {
            fields["manual_targets/\(row)/name"] = target.name
            fields["manual_targets/\(row)/instruction"] = target.instruction
            fields["manual_targets/\(row)/contact"] = target.contact
        }
        for owner in profile.severityOwners {
            let name = "severity_owners/\(owner.level)"
            let line = Self.lines([owner.contact])
            fields[name] = fields[name].map { "\($0)\n\(line)" } ?? line
        }
        self.fields = fields.merging(Self.fields(of: profile)) { _, new in new }
            .merging(Self.fields(of: profile.gateway ?? .usual)) { _, new in new }
    }

    /// The terms of the gateway; what is as usual says nothing.
    static func fields(of terms: GatewayTerms) -> [String: String] {
        var fields: [String: String] = [
            "gateway/models": lines(terms.models), "gateway/mcp_servers": lines(terms.mcpServers),
            "gateway/record": terms.record?.rawValue ?? "",
            "gateway/on_stop": terms.onStop == .cut ? "" : terms.onStop.rawValue,
            "gateway/on_failure": terms.onFailure == .closed ? "" : terms.onFailure.rawValue,
            "gateway/on_tool_change":
                terms.onToolChange == .journal ? "" : terms.onToolChange.rawValue,
        ]
        for (front, upstream) in terms.upstreams { fields["gateway/upstreams/\(front)"] = upstream }
        return fields
    }

    /// The fallback, the review standard and the authority, where they are described.
    private static func fields(of profile: WorkflowProfile) -> [String: String] {
        var fields: [String: String] = [:]
        if let fallback = profile.fallback {
            fields["fallback/title"] = fallback.title
            fields["fallback/steps"] = lines(fallback.steps)
            fields["fallback/contact"] = fallback.contact
            fields["fallback/capacity"] = fallback.capacity
        }
        if let standard = profile.reviewStandard {
            fields["review_standard/checks"] = lines(standard.checks)
            fields["review_standard/share_percent"] = String(standard.sharePercent)
        }
        if let authority = profile.authority {
            fields["authority/mode"] = authority.mode.rawValue
            fields["authority/delivers"] = authority.delivers.rawValue
            fields["authority/delivery_needs_approval"] =
                authority.deliveryNeedsApproval ? "yes" : ""
            fields["authority/decides"] = authority.decides ? "yes" : ""
            fields["authority/forbids"] = lines(authority.forbids ?? [])
            for list in ToolList.allCases {
                fields[list.field] = lines(authority.tools.filter(list.holds).map(\.name))
            }
        }
        return fields
    }

    /// A line each; an item that has line ends of its own stays one item.
    private static func lines(_ items: [String]) -> String {
        items.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
            .joined(separator: "\n")
    }

    // MARK: Tools and levels

    /// What a tool of the form does when it is called.
    enum ToolList: String, CaseIterable, Sendable {
        case reads = "tools_read"
        case writes = "tools_write"
        /// Changes something, once a person has said yes.
        case asks = "tools_ask"

        var field: String { "authority/" + rawValue }

        func holds(_ tool: ToolAuthority) -> Bool {
            switch self {
            case .reads: tool.access == .read
            case .writes: tool.access == .write && !tool.needsApproval
            case .asks: tool.access == .write && tool.needsApproval
            }
        }
    }

    private var tools: [(name: String, list: ToolList)] {
        ToolList.allCases.flatMap { list in
            Self.items(fields[list.field] ?? "").map { (name: $0, list: list) }
        }
    }

    private static let levelPrefix = "severity_owners/"

    private var severityOwners: [(level: Int, contact: String)] {
        let levels = fields.keys.compactMap { name -> Int? in
            name.hasPrefix(Self.levelPrefix)
                ? Int(name.dropFirst(Self.levelPrefix.count)) : nil
        }
        return levels.sorted().flatMap { level in
            Self.items(fields["\(Self.levelPrefix)\(level)"] ?? "").map {
                (level: level, contact: $0)
            }
        }
    }

    private static func items(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { FormJSON.trimmed($0) }.filter { !$0.isEmpty }
    }

    // MARK: For the operation

    /// The same as the operation takes it.
    var asOperation: [String: String] {
        let own = Set(ToolList.allCases.map(\.field))
        var named = fields.filter {
            !$0.key.hasPrefix(Self.levelPrefix) && !own.contains($0.key)
        }
        for (row, owner) in severityOwners.enumerated() {
            named["severity_owners/\(row)/level"] = String(owner.level)
            named["severity_owners/\(row)/contact"] = owner.contact
        }
        for (row, tool) in tools.enumerated() {
            named["authority/tools/\(row)/name"] = tool.name
            named["authority/tools/\(row)/access"] = tool.list == .reads ? "read" : "write"
            named["authority/tools/\(row)/needs_approval"] = tool.list == .asks ? "yes" : ""
        }
        return named
    }

    /// What the operation finds wrong, each at the field of the form that it is about.
    func placed(_ faults: [FormFault]) -> [FormFault] {
        faults.map { FormFault(place(of: $0.field), Self.friendly($0)) }
    }

    private func place(of field: String) -> String {
        let parts = field.split(separator: "/")
        let row = parts.lazy.compactMap { Int($0) }.first
        if field.hasPrefix("authority/tools") {
            let tools = self.tools
            let list = row.flatMap { tools.indices.contains($0) ? tools[$0].list : nil }
            return (list ?? .writes).field
        }
        let owners = severityOwners
        if field.hasPrefix(Self.levelPrefix), let row, owners.indices.contains(row) {
            return Self.levelPrefix + String(owners[row].level)
        }
        // A line of many is at fault: the field that holds the lines is.
        if fields[field] == nil, let last = parts.last, Int(last) != nil {
            let whole = parts.dropLast().joined(separator: "/")
            if fields[whole] != nil { return whole }
        }
        return field
    }

    /// What to write, in place of a pattern.
    private static func friendly(_ fault: FormFault) -> String {
        guard fault.message.contains("must match the pattern") else { return fault.message }
        if fault.field == "owner" || fault.field == "deputy" {
            return "Write the person’s login: small letters, digits, dots, hyphens, underscores."
        }
        return "Use small letters, digits and single hyphens, as in client-services."
    }
}

// MARK: - Changing

extension WorkflowForm {
    /// The fields of one part that say something; rows without a word are left out.
    func part(_ part: WorkflowPart) -> [String: String] {
        let prefix = part.rawValue + "/"
        var own: [String: String] = [:]
        for (name, value) in fields where name == part.rawValue || name.hasPrefix(prefix) {
            let text = FormJSON.trimmed(value)
            if !text.isEmpty { own[name] = text }
        }
        return part.isRows ? Self.closedUp(own, prefix) : own
    }

    /// The rows numbered anew, without those that are empty.
    private static func closedUp(_ rows: [String: String], _ prefix: String) -> [String: String] {
        func row(_ name: String) -> Int? {
            Int(name.dropFirst(prefix.count).prefix { $0 != "/" })
        }
        let order = Set(rows.keys.compactMap(row)).sorted()
        var closed: [String: String] = [:]
        for (name, value) in rows {
            guard let old = row(name), let new = order.firstIndex(of: old) else { continue }
            let rest = name.dropFirst(prefix.count).drop { $0 != "/" }
            closed["\(prefix)\(new)\(rest)"] = value
        }
        return closed
    }

    /// Tells one content of a part from another, so that a form knows what it began with.
    func digest(_ part: WorkflowPart) -> String {
        let lines = self.part(part).sorted { $0.key < $1.key }.map { "\($0.key)\u{1}\($0.value)" }
        return String(Hex.sha256(Array(lines.joined(separator: "\u{2}").utf8)).prefix(16))
    }

    /// Where the form keeps what a part was when it was shown.
    static func base(_ part: WorkflowPart) -> String { "base/" + part.rawValue }

    /// Where the form of a merge keeps whose words are taken.
    static func choice(_ part: WorkflowPart) -> String { "choice/" + part.rawValue }

    /// The parts that the form asks about.
    var parts: [WorkflowPart] {
        (fields["parts"] ?? "").split(separator: " ").compactMap {
            WorkflowPart(rawValue: String($0))
        }
    }

    /// The parts that are not what they were when the form was shown.
    var changed: [WorkflowPart] {
        parts.filter { digest($0) != fields[Self.base($0)] }
    }

    /// The fields of these parts alone.
    func only(_ parts: [WorkflowPart]) -> WorkflowForm {
        var own: [String: String] = [:]
        for part in parts { own.merge(self.part(part)) { _, new in new } }
        return WorkflowForm(own)
    }

    /// The same with every part that the form does not ask about as it stands in `other`.
    func completed(by other: WorkflowForm) -> WorkflowForm {
        let asked = Set(parts)
        let missing = WorkflowPart.allCases.filter { !asked.contains($0) }
        var whole = fields.merging(other.only(missing).fields) { _, new in new }
        whole["parts"] = WorkflowPart.allCases.map(\.rawValue).joined(separator: " ")
        for part in missing { whole[Self.base(part)] = other.digest(part) }
        return WorkflowForm(whole)
    }

    /// Whether it is the form of a merge.
    var isMerging: Bool { fields["merging"] == "yes" }

    /// Parts of a merge for which nobody has chosen yet.
    var undecided: [WorkflowPart] {
        isMerging
            ? parts.filter { !["theirs", "yours"].contains(fields[Self.choice($0)] ?? "") } : []
    }

    /// A merge without the parts in which the other person's words stay.
    var decided: WorkflowForm {
        guard isMerging else { return self }
        let mine = parts.filter { fields[Self.choice($0)] == "yours" }
        var kept = only(mine).fields
        kept["version"] = fields["version"]
        kept["parts"] = mine.map(\.rawValue).joined(separator: " ")
        for part in mine { kept[Self.base(part)] = fields[Self.base(part)] }
        return WorkflowForm(kept)
    }
}

extension Authority {
    /// The same with the limits and terms of `before` for whatever both name: a form says nothing
    /// of them.
    func keepingTerms(of before: Authority?) -> Authority {
        guard let before else { return self }
        var kept = self
        kept.deliveryApproval = before.deliveryApproval
        kept.tools = tools.map { tool in
            guard let known = before.tools.first(where: { $0.name == tool.name }) else {
                return tool
            }
            var tool = tool
            tool.arguments = known.arguments
            tool.approval = known.approval
            if tool.access == .read {
                tool.needsApproval = known.access == .read && known.needsApproval
            }
            return tool
        }
        return kept
    }
}
