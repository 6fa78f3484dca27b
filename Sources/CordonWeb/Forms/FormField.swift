/// What is wrong with one field of a form that was sent.
package struct FormFault: Equatable, Sendable {
    /// The field's name, as the form sends it.
    package let field: String
    /// One sentence that says what to do.
    package let message: String

    package init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }
}

/// One answer of several that a form offers.
package struct FormOption: Sendable {
    let value: String
    let label: Phrase
    /// What helps to choose it.
    let hint: Phrase?

    package init(_ value: String, _ label: Phrase, hint: Phrase? = nil) {
        self.value = value
        self.label = label
        self.hint = hint
    }

    static let yesNoUnknown = [
        FormOption("yes", "Yes"), FormOption("no", "No"), FormOption("unknown", "I do not know"),
    ]

    static let yesNo = [FormOption("yes", "Yes"), FormOption("no", "No")]
}

/// One question of a form, tied to its label, its hint and its fault.
struct FormField {
    /// The element's id: unique on the page.
    let id: String
    /// The name under which it is sent.
    let name: String
    let label: Phrase
    var hint: Phrase?
    var isOptional = false
    var faults: [FormFault] = []
    /// What stands beside the label.
    private var mark = HTML.nothing

    init(
        id: String, name: String, label: Phrase, hint: Phrase? = nil, isOptional: Bool = false,
        faults: [FormFault] = []
    ) {
        self.id = id
        self.name = name
        self.label = label
        self.hint = hint
        self.isOptional = isOptional
        self.faults = faults
    }

    /// One line that was typed.
    struct Line {
        var type = "text"
        var autocomplete = "off"
        var value = ""
        /// Whether it holds something exact: no capital letters and no corrections of spelling.
        var isExact = false
    }

    /// What every form carries: that it is ours, and which showing of the page it stands on.
    static let token: HTML = """
        <input type="hidden" name="csrf" value="\(HTML.formToken)"/>\
        <input type="hidden" name="once" value="\(HTML.onceKey)"/>
        """

    func line(_ line: Line = Line()) -> HTML {
        let exact: HTML =
            line.isExact ? " autocapitalize=\"none\" spellcheck=\"false\"" : .nothing
        return around(
            """
            <input id="\(id)" name="\(name)" type="\(line.type)" value="\(line.value)" \
            autocomplete="\(line.autocomplete)"\(exact)\(required)\(described)/>
            """)
    }

    /// A date with a time, in the reader's zone, which is named.
    func moment(_ value: String = "") -> HTML {
        var zoned = self
        zoned.mark = "<span class=\"optional\">\(HTML.zone)</span>"
        return zoned.around(
            """
            <input id="\(id)" name="\(name)" type="datetime-local" value="\(value)"\(required)\
            \(described)/>
            """)
    }

    func date(_ value: String = "") -> HTML {
        around(
            """
            <input id="\(id)" name="\(name)" type="date" value="\(value)"\(required)\(described)/>
            """)
    }

    func number(_ value: String = "", from least: Int, to most: Int) -> HTML {
        around(
            """
            <input id="\(id)" name="\(name)" type="number" inputmode="numeric" min="\(least)" \
            max="\(most)" value="\(value)"\(required)\(described)/>
            """)
    }

    /// Files from the disk or, on a phone, from the camera.
    func files(accept: String = "", isMany: Bool = true) -> HTML {
        let many: HTML = isMany ? " multiple=\"multiple\"" : .nothing
        let accepted: HTML = accept.isEmpty ? .nothing : " accept=\"\(accept)\""
        return around(
            """
            <input id="\(id)" name="\(name)" type="file"\(many)\(accepted)\(required)\(described)/>
            """)
    }

    func text(_ value: String = "", rows: Int = 5) -> HTML {
        // A browser drops the first line end of a textarea: the one written here, not the person's.
        around(
            """
            <textarea id="\(id)" name="\(name)" rows="\(rows)"\(required)\(described)>
            \(value)</textarea>
            """)
    }

    func choice(_ options: [FormOption], selected: String = "") -> HTML {
        let lines = options.map { option -> HTML in
            let mark: HTML = option.value == selected ? " selected=\"selected\"" : .nothing
            return "<option value=\"\(option.value)\"\(mark)>\(say: option.label)</option>"
        }
        return around(
            """
            <select id="\(id)" name="\(name)"\(described)>
            \(lines)
            </select>
            """)
    }

    /// One of a few answers; the first one carries the field's id, so that a fault can point at it.
    func radios(_ options: [FormOption], selected: String = "") -> HTML {
        group(
            options.enumerated().map { index, option in
                choice(option, index, type: "radio", isChecked: option.value == selected)
            })
    }

    /// Any of a few answers.
    func checkboxes(_ options: [FormOption], checked: Set<String> = []) -> HTML {
        group(
            options.enumerated().map { index, option in
                choice(option, index, type: "checkbox", isChecked: checked.contains(option.value))
            })
    }

    func checkbox(_ value: String = "yes", isChecked: Bool = false) -> HTML {
        let mark: HTML = isChecked ? " checked=\"checked\"" : .nothing
        return """
            <div class="\(fieldClass)">
            <div class="choice">
            <input id="\(id)" name="\(name)" type="checkbox" value="\(value)"\(mark)\(described)/>
            <label for="\(id)">\(say: label)</label>
            </div>
            \(notes)
            </div>
            """
    }

    private func choice(
        _ option: FormOption, _ index: Int, type: String, isChecked: Bool
    ) -> HTML {
        let ownID = index == 0 ? id : "\(id)-\(option.value)"
        let mark: HTML = isChecked ? " checked=\"checked\"" : .nothing
        let note: HTML =
            option.hint.map { "<span class=\"hint\">\(say: $0)</span>" } ?? .nothing
        return """
            <div class="choice">
            <input id="\(ownID)" name="\(name)" type="\(type)" value="\(option.value)"\(mark)/>
            <label for="\(ownID)">\([HTML.say(option.label), note])</label>
            </div>
            """
    }

    private func group(_ lines: [HTML]) -> HTML {
        """
        <fieldset class="\(fieldClass)"\(described)>
        <legend>\([HTML.say(label), optionalMark])</legend>
        \(notes + lines)
        </fieldset>
        """
    }

    private func around(_ control: HTML) -> HTML {
        """
        <div class="\(fieldClass)">
        <label for="\(id)">\([HTML.say(label), mark, optionalMark])</label>
        \(notes + [control])
        </div>
        """
    }

    private var optionalMark: HTML {
        isOptional ? "<span class=\"optional\">\(say: "(optional)")</span>" : .nothing
    }

    private var required: HTML { isOptional ? .nothing : " required=\"required\"" }

    private var fault: String? { faults.first { $0.field == name }?.message }

    private var fieldClass: String { fault == nil ? "field" : "field faulty" }

    private var notes: [HTML] {
        var notes: [HTML] = []
        if let hint { notes.append("<p class=\"hint\" id=\"\(id)-hint\">\(say: hint)</p>") }
        if let fault {
            notes.append(
                """
                <p class="fault" id="\(id)-fault"><span aria-hidden="true">▲ </span>\
                <span class="unseen">\(say: "Error:") </span>\(told: fault)</p>
                """)
        }
        return notes
    }

    private var described: HTML {
        let ids = (hint == nil ? [] : ["\(id)-hint"]) + (fault == nil ? [] : ["\(id)-fault"])
        if ids.isEmpty { return .nothing }
        let invalid: HTML = fault == nil ? .nothing : " aria-invalid=\"true\""
        return " aria-describedby=\"\(ids.joined(separator: " "))\"\(invalid)"
    }
}

/// All faults at the top of the page, each a way to its field.
struct FaultSummary {
    let faults: [FormFault]
    /// The ids of the page's fields by name; a fault of something else is said without a link.
    let ids: [String: String]

    /// Focused as the page opens, so that it is read before anything else.
    var html: HTML {
        if faults.isEmpty { return .nothing }
        let lines = faults.map { fault -> HTML in
            guard let id = ids[fault.field] else { return "\(told: fault.message)" }
            return "<a href=\"#\(id)\">\(told: fault.message)</a>"
        }
        return """
            <div class="faults" role="alert" tabindex="-1" autofocus="autofocus" \
            aria-labelledby="faults-title">
            <h2 id="faults-title">\(say: "There is a problem")</h2>
            \(HTML.list(lines))
            </div>
            """
    }
}
