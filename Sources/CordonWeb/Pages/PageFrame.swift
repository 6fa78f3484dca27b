/// What every page has around its content.
///
/// Landmarks, the link past the header, and help that always stands in the same place.
struct PageFrame {
    let title: String
    /// The person who is signed in, if any.
    var person: String?
    /// With it, the person can sign out here.
    var csrf: String?
    /// Whether a form came back: said first in the title, where a screen reader begins.
    var hasFaults = false

    func around(_ content: [HTML]) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>\(hasFaults ? "Error: " : "")\(title) – Cordon</title>
        <link rel="stylesheet" href="\(PagePaths.stylesheet)"/>
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
        \([brand, whoIsHere])
        </header>
        <main id="content" tabindex="-1">
        \(content)
        </main>
        <footer>
        <nav aria-label="Help">
        <a href="\(PagePaths.problems)">What Cordon’s refusals mean</a>
        </nav>
        </footer>
        </body>
        </html>

        """
    }

    private var brand: HTML {
        """
        <nav aria-label="Main">
        <a class="brand" href="\(PagePaths.home)">Cordon</a>
        </nav>
        """
    }

    private var whoIsHere: HTML {
        guard let person else { return .nothing }
        let name: HTML = "<p>Signed in as \(HTML.said(person))</p>"
        guard let csrf else { return name }
        return """
            \(name)
            <form method="post" action="\(PagePaths.signOut)">
            \(FormField.csrf(csrf))
            <button class="quiet" type="submit">Sign out</button>
            </form>
            """
    }
}

/// `1 incident`, `2 incidents`.
func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}
