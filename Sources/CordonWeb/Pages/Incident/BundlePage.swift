import CordonCore

/// The bundle for outsiders, with what of it is kept back.
package struct BundlePage: PageModel, Sendable {
    let number: String
    let returned: ReturnedForm?

    static let formID = "bundle"

    package var content: PageContent {
        let incident: HTML = "<a href=\"\(PagePaths.incident(number))\">\(HTML.said(number))</a>"
        return PageContent(
            "Bundle for outsiders", in: .incidents, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Bundle for outsiders")</h1>",
                "<p>\(incident)</p>",
                HTML.paragraph(
                    """
                    A ZIP file with the file, the evidence and its proofs, which anybody can check \
                    without Cordon. What is kept back is left out with its reason; its commitment \
                    stays in the bundle, so that nobody can put something else in its place later.
                    """),
                HTML.paragraph(
                    """
                    What people wrote into the file, and what they attached to it, is in the \
                    bundle whole: only the records of the workflow can be kept back in part.
                    """), form,
            ])
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return scope.form(
            to: PagePaths.bundlePage(number), button: "Take the bundle (ZIP)", givesFile: true,
            [
                scope.field(
                    "recipient", "For whom is the bundle?", hint: "It is kept who got one.",
                    isOptional: true
                ).line(.init(value: scope.value("recipient"))),
                scope.field(
                    "redact", "What is kept back?",
                    hint: "Of every record. Who, when and which workflow are always in it.",
                    isOptional: true
                ).checkboxes(
                    GroupName.allCases.filter { $0 != .envelope }.map {
                        FormOption($0.rawValue, EvidenceWords.group($0.rawValue))
                    }, checked: scope.values("redact")),
                scope.field("reason", "Why is it kept back?", isOptional: true)
                    .line(.init(value: scope.value("reason"))),
                scope.field(
                    "from", "Records from", hint: "A day before the event when nothing is said.",
                    isOptional: true
                ).moment(scope.value("from")),
                scope.field(
                    "to", "Records until", hint: "An hour after the report when nothing is said.",
                    isOptional: true
                ).moment(scope.value("to")),
            ])
    }
}
