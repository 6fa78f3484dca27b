import HTTPTypes

/// The page of help, which anybody may read.
enum HelpPages {
    static let all: [Page] = [help]

    private static let help = Page(.get, PagePaths.help, nil) { visit in visit.page(HelpPage()) }
}

/// What to do when something looks wrong, the words, the keys, and whom to ask.
package struct HelpPage: PageModel, Sendable {
    package init() {}

    package var content: PageContent {
        PageContent(
            "Help",
            [
                "<h1>\(say: "Help")</h1>", report, stop, nearMiss, keys, languages, whom,
            ])
    }

    private var report: HTML {
        .section(
            "report", "Something looks wrong",
            [
                HTML.paragraph(
                    """
                    Report it. Say in your own words what you saw, in which workflow, and whether \
                    it has left the company. Being unsure is enough, and nobody is blamed for it.
                    """),
                HTML.paragraph(
                    """
                    You get a number and can follow what becomes of it. How serious it is will be \
                    decided by others, by questions that are the same for everybody.
                    """),
                "<p>\(HTML.link(PagePaths.report, "Report something wrong"))</p>",
            ])
    }

    private var stop: HTML {
        .section(
            "stop", "It has to stop now",
            [
                HTML.paragraph(
                    """
                    Anybody may stop a workflow, at once and without asking. Stopping can be \
                    undone, harm often cannot. The page then shows how to do the work without AI.
                    """),
                HTML.paragraph(
                    """
                    Treat it as running until the page says “Stopped”. It runs again only when the \
                    people whom the policy names have signed.
                    """),
                "<p>\(HTML.link(PagePaths.stop, "Stop a workflow"))</p>",
            ])
    }

    private var nearMiss: HTML {
        .section(
            "near-miss", "What a near miss is",
            [
                HTML.paragraph(
                    """
                    A faulty result that somebody caught before it did harm. Report it just like \
                    an incident: the next one may not be caught.
                    """),
                "<p>\(HTML.link(PagePaths.policy, "What counts as an incident"))</p>",
            ])
    }

    // MARK: Keys

    private var keys: HTML {
        let known: [(key: String, words: Phrase)] = [
            (key: "r", words: "Report something wrong"), (key: "s", words: "Stop a workflow"),
            (key: "/", words: "Go to the search field"), (key: "?", words: "Open this help"),
            (key: "j", words: "Go to the next line of a list"),
            (key: "k", words: "Go to the line before"),
            (key: "Enter", words: "Open the line that is chosen"),
        ]
        let rows = known.map { key, words -> [HTML] in ["<kbd>\(key)</kbd>", HTML.say(words)] }
        return .section(
            "keys", "Keys",
            [
                HTML.paragraph(
                    """
                    Outside of fields some keys are short ways. Speech input or a keyboard helper \
                    may press them by accident: then turn them off in this browser.
                    """),
                """
                <p><button class="quiet" type="button" data-keys="toggle">\
                \(say: "Use the keys in this browser")</button></p>
                """,
                HTML.hint("Where scripts are turned off, there are no such keys."),
                HTML.table("Keys and what they do", ["Press", "What happens"], rows),
            ])
    }

    // MARK: Further

    private var languages: HTML {
        .section(
            "languages", "Languages and times",
            [
                HTML.paragraph(
                    """
                    The pages are in English and German. They follow your browser; the link at the \
                    foot of each page changes it. What people wrote stays as they wrote it.
                    """),
                HTML.paragraph(
                    """
                    Times are told in the zone of your browser, with UTC in brackets. Without \
                    scripts they are told in UTC.
                    """),
            ])
    }

    private var whom: HTML {
        .section(
            "whom", "Whom to ask",
            [
                HTML.list([
                    HTML.say("About a workflow: its owner, who is named on its page."),
                    HTML.say(
                        "About an incident: the owner of its workflow, who is named on its page."),
                    HTML.say("About what counts and who signs: those who govern the policy."),
                    HTML.say("About your account or a lost password: an administrator of Cordon."),
                ]),
                """
                <p>\(HTML.link(PagePaths.problems, "What Cordon’s refusals mean"))</p>
                """,
            ])
    }
}
