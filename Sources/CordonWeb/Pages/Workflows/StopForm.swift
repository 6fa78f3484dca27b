import CordonCore

/// The forms that stop a workflow.
///
/// Unlike other forms they carry no name of their showing: a stop that is pressed again on an old
/// page stops again, whatever became of the first one. Stopping twice does no harm.
enum StopForm {
    /// One press: the whole workflow, now.
    static func atOnce(_ key: String, _ name: String, incident: String? = nil) -> HTML {
        let reason: HTML = """
            <input type="hidden" name="reason" \
            value="\(say: "Stopped in the browser: something looks wrong.")"/>
            """
        let named: HTML =
            incident.map {
                "<input type=\"hidden\" name=\"incident\" value=\"\($0)\"/>" as HTML
            } ?? .nothing
        return form(nil, key, "Stop \(HTML.said(name)) now", [reason, named])
    }

    /// The form with its button; `id` is where links to the form lead.
    static func form(
        _ id: String?, _ key: String, _ button: Phrase, _ fields: [HTML]
    ) -> HTML {
        let mark: HTML = id.map { " id=\"\($0)\"" as HTML } ?? .nothing
        let token: HTML = """
            <input type="hidden" name="csrf" value="\(HTML.formToken)"/>
            """
        return """
            <form\(mark) method="post" action="\(PagePaths.stop(key))">
            \([token] + fields)
            <button class="stop" type="submit">\(say: button)</button>
            </form>
            """
    }
}
