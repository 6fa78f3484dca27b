/// A form that came back with faults, and what was typed into it.
package struct ReturnedForm: Sendable {
    /// The form's id on its page.
    package let id: String
    package let fields: [String: String]
    package let faults: [FormFault]

    package init(id: String, fields: [String: String], faults: [FormFault]) {
        self.id = id
        self.fields = fields
        self.faults = faults
    }
}

/// One form of a page: where it is sent, and what stands in its fields.
///
/// A field's name is the place of its value in the operation's JSON without the first slash:
/// `reason`, `lowering/level`, `controls/0/control`.
struct FormScope {
    /// The form's id; its fields' ids begin with it.
    let id: String
    private let sent: [String: String]?
    let faults: [FormFault]

    /// `returned` is the form of the page that came back, which may be another one than this.
    init(_ id: String, _ returned: ReturnedForm?) {
        self.id = id
        let isThis = returned?.id == id
        sent = isThis ? returned?.fields : nil
        faults = isThis ? returned?.faults ?? [] : []
    }

    /// Whether this is the form that came back.
    var hasReturned: Bool { sent != nil }

    func field(
        _ name: String, _ label: Phrase, hint: Phrase? = nil, isOptional: Bool = false
    ) -> FormField {
        FormField(
            id: fieldID(name), name: name, label: label, hint: hint, isOptional: isOptional,
            faults: faults)
    }

    func fieldID(_ name: String) -> String {
        id + "-" + name.replacing("/", with: "-").replacing("_", with: "-")
    }

    /// What was typed, or `usual` when the form has not come back.
    func value(_ name: String, _ usual: String = "") -> String {
        sent.map { $0[name] ?? "" } ?? usual
    }

    /// Which boxes were ticked, each on a line of the value.
    func values(_ name: String, _ usual: Set<String> = []) -> Set<String> {
        guard let sent else { return usual }
        return Set((sent[name] ?? "").split(separator: "\n").map(String.init))
    }

    /// A value that the person does not see.
    func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\"/>"
    }

    /// The form with its button.
    func form(
        to action: String, button: Phrase, tone: ButtonTone = .usual, sendsFiles: Bool = false,
        givesFile: Bool = false, _ fields: [HTML]
    ) -> HTML {
        let encoding: HTML = sendsFiles ? " enctype=\"multipart/form-data\"" : .nothing
        // The page stays where its form's answer is a file, and so does the button.
        let stays: HTML = givesFile ? " data-stays=\"stays\"" : .nothing
        return """
            <form id="\(id)" method="post" action="\(action)"\([encoding, stays])>
            \([FormField.token] + fields)
            <button\(tone.mark) type="submit">\(say: button)</button>
            </form>
            """
    }

    /// The form behind a line that opens it; open at once when it came back.
    func folded(
        _ title: Phrase, to action: String, button: Phrase, tone: ButtonTone = .usual,
        sendsFiles: Bool = false, isOpen: Bool = false, _ fields: [HTML]
    ) -> HTML {
        let opened: HTML = hasReturned || isOpen ? " open=\"open\"" : .nothing
        return """
            <details class="act"\(opened)>
            <summary>\(say: title)</summary>
            \(form(to: action, button: button, tone: tone, sendsFiles: sendsFiles, fields))
            </details>
            """
    }
}

/// How much a button stands out.
enum ButtonTone {
    case usual, stop, quiet

    var mark: HTML {
        switch self {
        case .usual: .nothing
        case .stop: " class=\"stop\""
        case .quiet: " class=\"quiet\""
        }
    }
}

extension ReturnedForm {
    /// The faults at the top of the page, each a way to its field.
    var summary: HTML {
        let scope = FormScope(id, self)
        // A fault below a field, of one line of many, leads to the field.
        let known = Set(fields.keys)
        var ids: [String: String] = [:]
        for fault in faults {
            var name = fault.field
            while !name.isEmpty, !known.contains(name) {
                name = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
            }
            ids[fault.field] = name.isEmpty ? id : scope.fieldID(name)
        }
        return FaultSummary(faults: faults, ids: ids).html
    }
}
