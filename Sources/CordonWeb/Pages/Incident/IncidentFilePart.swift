import CordonCore

/// The incident file, the bundle for outsiders, and what was changed before it happened.
extension IncidentPage {
    var filePart: HTML {
        HTML.section(
            IncidentPart.file.rawValue, "Incident file",
            [HTML.paragraph("\(fileCount)."), itemList, fileWays, bundleForm])
    }

    private var itemList: HTML {
        let lines = incident.file.items.map { item -> HTML in
            let title: HTML = "\(told: item.title)"
            let missing = item.missing.prefix(3).map { "\(told: $0)" as HTML }
            let list = HTML.list(
                missing, atMost: 3, more: item.missing.count - missing.count,
                at: PagePaths.file(incident.number) + "#item-\(item.number)")
            return """
                <li>
                <p>\(item.complete.completeness) \(say: "\(item.number). \(title)")</p>
                \([missing.isEmpty ? .nothing : list])
                </li>
                """
        }
        return "<ol class=\"plain\">\n\(lines)\n</ol>"
    }

    private var fileWays: HTML {
        let read = HTML.link(PagePaths.file(incident.number), "Read or print the file")
        let markdown = HTML.link(PagePaths.markdown(incident.number), "Take it as Markdown")
        return "<p>\(read) · \(markdown)</p>"
    }

    /// Asked for, so that who gets it is kept with it.
    private var bundleForm: HTML {
        guard visitor.permissions.contains(.exportEvidence) else { return .nothing }
        let field = FormField(
            id: "bundle-recipient", name: "recipient", label: "For whom is the bundle?",
            hint: "It is kept who got one.", isOptional: true)
        let words = HTML.paragraph(
            """
            A ZIP file with the file, the evidence and its proofs, which anybody can check without \
            Cordon.
            """)
        return """
            <h3>\(say: "Bundle for outsiders")</h3>
            \(words)
            <form class="filters" method="get" action="\(PagePaths.bundle(incident.number))">
            \(field.line())
            <button class="quiet" type="submit">\(say: "Take the bundle (ZIP)")</button>
            </form>
            <p>\(HTML.link(PagePaths.bundlePage(incident.number), "Keep parts of it back first"))</p>
            """
    }

    // MARK: Changes

    var changesPart: HTML {
        let newest = changes.suffix(10).map(change)
        let content: HTML =
            if workflow == nil {
                HTML.paragraph("Changes are known once the incident has its workflow.")
            } else if newest.isEmpty {
                HTML.paragraph(
                    "No change of the workflow is known from the time before it happened.")
            } else {
                HTML.list(
                    newest, atMost: 10, more: changes.count - newest.count,
                    at: PagePaths.workflow(workflow?.key ?? ""))
            }
        return HTML.section(IncidentPart.changes.rawValue, "Changes before it", [content])
    }

    private func change(_ change: ChangeView) -> HTML {
        let aspect = HTML.say(IncidentWords.aspect(change.aspect))
        let what = HTML.said(String(change.what.prefix(200)))
        let version = change.version.map { HTML.said($0) } ?? .nothing
        let at = HTML.time(change.at)
        guard let by = change.by else {
            return change.first
                ? HTML.say("\(aspect): \(what) \(version). First seen \(at).")
                : HTML.say("\(aspect): \(what) \(version). Noticed \(at).")
        }
        return HTML.say("\(aspect): \(what) \(version). Announced by \(HTML.said(by)), \(at).")
    }
}
