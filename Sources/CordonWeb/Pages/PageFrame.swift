package import CordonCore

/// Who looks at a page.
package struct Reader: Sendable {
    /// The account's login.
    package let login: String
    package let permissions: Set<Permission>

    package init(login: String, permissions: Set<Permission>) {
        self.login = login
        self.permissions = permissions
    }
}

/// What every page has around its content.
///
/// Landmarks, the link past the header, the two ways out of an emergency, and help that always
/// stands in the same place.
package struct PageFrame: Sendable {
    /// `nil` for somebody who is not signed in.
    let reader: Reader?
    let reading: Reading
    /// The path of this page, to come back to.
    let path: String

    package init(reader: Reader?, reading: Reading, path: String = PagePaths.home) {
        self.reader = reader
        self.reading = reading
        self.path = path
    }

    /// The whole document.
    package func text(around content: PageContent) -> String {
        html(around: content).text(for: reading)
    }

    func html(around content: PageContent) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="\(reading.language.rawValue)">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>\([content.hasFaults ? "\(say: "Error:") " : "", HTML.say(content.title)]) – Cordon</title>
        <link rel="stylesheet" href="\(PagePaths.stylesheet)"/>
        <link rel="icon" href="\(PagePaths.icon)" type="image/svg+xml"/>
        <script src="\(PagePaths.script)" defer="defer"></script>
        </head>
        <body>
        <a class="skip" href="#content">\(say: "Skip to the content")</a>
        \([header, menus(content.section)])
        <main id="content" tabindex="-1">
        \(content.parts)
        </main>
        \(footer)
        </body>
        </html>

        """
    }

    private func may(_ permission: Permission) -> Bool {
        reader?.permissions.contains(permission) == true
    }

    // MARK: Header

    private var header: HTML {
        """
        <header>
        <a class="brand" href="\(PagePaths.home)">Cordon</a>
        \([search, ways])
        </header>
        """
    }

    private var search: HTML {
        guard may(.readWorkflows) else { return .nothing }
        return """
            <form class="search" role="search" method="get" action="\(PagePaths.search)">
            <label class="unseen" for="search">\(say: "Search")</label>
            <input id="search" name="q" type="search" autocomplete="off" \
            placeholder="\(say: "Search")" data-key="/"/>
            <button class="quiet" type="submit">\(say: "Find")</button>
            </form>
            """
    }

    /// On every page, in the same place.
    private var ways: HTML {
        var ways: [HTML] = []
        if may(.report) {
            ways.append(
                """
                <a class="button" href="\(PagePaths.report)" data-key="r">\
                \(say: "Report something wrong")</a>
                """)
        }
        if may(.stop) {
            ways.append(
                """
                <a class="button stop" href="\(PagePaths.stop)" data-key="s">\
                \(say: "Stop a workflow")</a>
                """)
        }
        if ways.isEmpty { return .nothing }
        return """
            <nav class="ways" aria-label="\(say: "In an emergency")">
            \(ways)
            </nav>
            """
    }

    // MARK: Menu

    /// The same list twice: beside the page where there is room, folded where there is none.
    ///
    /// The stylesheet shows one of them.
    private func menus(_ current: PageSection?) -> HTML {
        let sections = PageSection.allCases.filter { may($0.permission) }
        if sections.isEmpty { return .nothing }
        let lines = sections.map { section -> HTML in
            let mark: HTML = section == current ? " aria-current=\"page\"" : .nothing
            return "<li><a href=\"\(section.path)\"\(mark)>\(say: section.title)</a></li>"
        }
        return """
            <nav class="beside" aria-label="\(say: "Main menu")">
            <ul>
            \(lines)
            </ul>
            </nav>
            <details class="folded">
            <summary>\(say: "Menu")</summary>
            <nav aria-label="\(say: "Main menu, folded")">
            <ul>
            \(lines)
            </ul>
            </nav>
            </details>
            """
    }

    // MARK: Footer

    private var footer: HTML {
        """
        <footer>
        \([account, help, languages])
        </footer>
        """
    }

    private var account: HTML {
        guard let reader else { return .nothing }
        let account: HTML = "<a href=\"\(PagePaths.account)\">\(HTML.said(reader.login))</a>"
        return """
            <form method="post" action="\(PagePaths.signOut)">
            \(FormField.token)
            <p>\(say: "Signed in as \(account)")</p>
            <button class="quiet" type="submit">\(say: "Sign out")</button>
            </form>
            """
    }

    private var help: HTML {
        """
        <nav aria-label="\(say: "Help")">
        <a href="\(PagePaths.help)" data-key="?">\(say: "Help")</a>
        <a href="\(PagePaths.problems)">\(say: "What Cordon’s refusals mean")</a>
        </nav>
        """
    }

    private var languages: HTML {
        let others = Language.allCases.filter { $0 != reading.language }
        let links = others.map { language -> HTML in
            """
            <a lang="\(language.rawValue)" hreflang="\(language.rawValue)" \
            href="\(PagePaths.language(language, back: path))">\(language.name)</a>
            """
        }
        return """
            <nav aria-label="\(say: "Language")">
            \(links)
            </nav>
            """
    }
}
