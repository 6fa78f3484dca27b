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

/// One question of a form, tied to its label, its hint and its fault.
struct FormField {
    /// The element's id: unique on the page.
    let id: String
    /// The name under which it is sent.
    let name: String
    let label: String
    var hint: String?
    var faults: [FormFault] = []

    /// One line that was typed.
    struct Line {
        var type = "text"
        var autocomplete = "off"
        var value = ""
        /// Whether it holds something exact: no capital letters and no corrections of spelling.
        var isExact = false
    }

    static func csrf(_ token: String) -> HTML {
        "<input type=\"hidden\" name=\"csrf\" value=\"\(token)\"/>"
    }

    func line(_ line: Line) -> HTML {
        let exact: HTML =
            line.isExact ? " autocapitalize=\"none\" spellcheck=\"false\"" : .nothing
        return around(
            """
            <input id="\(id)" name="\(name)" type="\(line.type)" value="\(line.value)" \
            autocomplete="\(line.autocomplete)"\(exact) required="required"\(described)/>
            """)
    }

    func text(_ value: String, rows: Int = 5) -> HTML {
        // A browser drops the first line end of a textarea: the one written here, not the person's.
        around(
            """
            <textarea id="\(id)" name="\(name)" rows="\(rows)" required="required"\(described)>
            \(value)</textarea>
            """)
    }

    func choice(_ options: [(value: String, label: String)], selected: String) -> HTML {
        let lines = options.map { option -> HTML in
            let mark: HTML = option.value == selected ? " selected=\"selected\"" : .nothing
            return "<option value=\"\(option.value)\"\(mark)>\(option.label)</option>"
        }
        return around(
            """
            <select id="\(id)" name="\(name)"\(described)>
            \(lines)
            </select>
            """)
    }

    /// One of a few answers; the first one carries the field's id, so that a fault can point at it.
    func radios(_ options: [(value: String, label: String)], selected: String) -> HTML {
        let lines = options.enumerated().map { index, option -> HTML in
            let ownID = index == 0 ? id : "\(id)-\(option.value)"
            let mark: HTML = option.value == selected ? " checked=\"checked\"" : .nothing
            return """
                <div class="choice">
                <input id="\(ownID)" name="\(name)" type="radio" value="\(option.value)"\(mark)/>
                <label for="\(ownID)">\(option.label)</label>
                </div>
                """
        }
        return """
            <fieldset class="\(fieldClass)"\(described)>
            <legend>\(label)</legend>
            \(notes + lines)
            </fieldset>
            """
    }

    func checkbox(_ value: String, isChecked: Bool) -> HTML {
        let mark: HTML = isChecked ? " checked=\"checked\"" : .nothing
        return """
            <div class="\(fieldClass)">
            <div class="choice">
            <input id="\(id)" name="\(name)" type="checkbox" value="\(value)"\(mark)\(described)/>
            <label for="\(id)">\(label)</label>
            </div>
            \(notes)
            </div>
            """
    }

    private func around(_ control: HTML) -> HTML {
        """
        <div class="\(fieldClass)">
        <label for="\(id)">\(label)</label>
        \(notes + [control])
        </div>
        """
    }

    private var fault: String? { faults.first { $0.field == name }?.message }

    private var fieldClass: String { fault == nil ? "field" : "field faulty" }

    private var notes: [HTML] {
        var notes: [HTML] = []
        if let hint { notes.append("<p class=\"hint\" id=\"\(id)-hint\">\(hint)</p>") }
        if let fault {
            notes.append(
                """
                <p class="fault" id="\(id)-fault"><span aria-hidden="true">▲ </span>\
                <span class="unseen">Error: </span>\(fault)</p>
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
            guard let id = ids[fault.field] else { return "\(fault.message)" }
            return "<a href=\"#\(id)\">\(fault.message)</a>"
        }
        return """
            <div class="faults" role="alert" tabindex="-1" autofocus="autofocus" \
            aria-labelledby="faults-title">
            <h2 id="faults-title">There is a problem</h2>
            \(HTML.list(lines))
            </div>
            """
    }
}
