/// A page as it is before anybody in particular reads it: a pure function of the page's model.
package struct PageContent: Sendable {
    package let title: Phrase
    /// The part of the house that it belongs to, marked in the menu.
    let section: PageSection?
    /// Whether a form came back: said first in the title, where a screen reader begins.
    let hasFaults: Bool
    let parts: [HTML]

    init(
        _ title: Phrase, in section: PageSection? = nil, hasFaults: Bool = false, _ parts: [HTML]
    ) {
        self.title = title
        self.section = section
        self.hasFaults = hasFaults
        self.parts = parts
    }
}

/// A page's model.
package protocol PageModel: Sendable {
    var content: PageContent { get }
}

extension HTML {
    /// A part of a page under its own heading, which is also where links to it lead.
    static func section(_ id: String, _ title: Phrase, _ parts: [HTML]) -> HTML {
        """
        <section aria-labelledby="\(id)">
        <h2 id="\(id)">\(say: title)</h2>
        \(parts)
        </section>
        """
    }

    /// A part of a page that the script keeps up to date; `id` is unique on the page.
    static func live(_ id: String, _ parts: [HTML]) -> HTML {
        """
        <div id="\(id)" data-live="live">
        \(parts)
        </div>
        """
    }

    static func facts(_ facts: [(name: Phrase, value: HTML)]) -> HTML {
        """
        <dl class="facts">
        \(facts.map { "<dt>\(say: $0.name)</dt><dd>\($0.value)</dd>" as HTML })
        </dl>
        """
    }

    /// A table that scrolls by itself where the page is narrow.
    static func table(_ caption: Phrase, _ head: [Phrase], _ rows: [[HTML]]) -> HTML {
        let names = head.map { "<th scope=\"col\">\(say: $0)</th>" as HTML }
        let lines = rows.map { cells -> HTML in
            let first: HTML = cells.first.map { "<th scope=\"row\">\($0)</th>" } ?? .nothing
            return """
                <tr>
                \([first] + cells.dropFirst().map { "<td>\($0)</td>" as HTML })
                </tr>
                """
        }
        return """
            <div class="wide" role="region" aria-label="\(say: caption)" tabindex="0">
            <table>
            <caption>\(say: caption)</caption>
            <thead>
            <tr>
            \(names)
            </tr>
            </thead>
            <tbody>
            \(lines)
            </tbody>
            </table>
            </div>
            """
    }

    static func link(_ path: String, _ words: Phrase) -> HTML {
        "<a href=\"\(path)\">\(say: words)</a>"
    }

    /// A link that looks like a button.
    static func button(_ path: String, _ words: Phrase, tone: ButtonTone = .usual) -> HTML {
        let kind: HTML =
            switch tone {
            case .usual: "button"
            case .stop: "button stop"
            case .quiet: "button quiet"
            }
        return "<a class=\"\(kind)\" href=\"\(path)\">\(say: words)</a>"
    }

    static func paragraph(_ words: Phrase) -> HTML { "<p>\(say: words)</p>" }

    static func hint(_ words: Phrase) -> HTML { "<p class=\"hint\">\(say: words)</p>" }

    /// What a person or an AI wrote, with its line ends.
    static func prose(_ words: String) -> HTML { "<p class=\"prose\" dir=\"auto\">\(words)</p>" }

    /// Exactly these characters.
    static func exact(_ text: String) -> HTML {
        "<pre tabindex=\"0\"><code>\(text)</code></pre>"
    }
}
