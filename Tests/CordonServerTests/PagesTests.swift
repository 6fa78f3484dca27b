import CordonCore
import Foundation
import Testing

@testable import CordonWeb

/// The pages against their golden files, rewritten with `CORDON_GOLDEN=write`.
struct PagesTests {
    @Test(arguments: Sample.all { $0 })
    func everyPageIsAsItsGoldenFile(_ sample: Sample) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = folder.appending(components: "Golden", sample.fileName)
        if ProcessInfo.processInfo.environment["CORDON_GOLDEN"] == "write" {
            try Data(sample.text.utf8).write(to: file)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(sample.text == golden, "\(sample.fileName) has changed")
    }

    @Test(arguments: Sample.pages { $0 })
    func everyPageIsWellFormedAndSelfContained(_ sample: Sample) throws {
        let page = try Outline(sample.text)
        #expect(page.all("script").compactMap { $0["src"] } == [PagePaths.script])
        for element in page.elements {
            #expect(!["style", "iframe", "img"].contains(element.name))
            for (name, value) in element.attributes {
                #expect(name != "style" && !name.hasPrefix("on"), "\(element.name) \(name)")
                guard ["href", "src", "action"].contains(name) else { continue }
                let stays = value.hasPrefix("#") || value.hasPrefix("/") && !value.hasPrefix("//")
                #expect(stays, "\(value)")
            }
        }
    }

    @Test(arguments: Sample.pages { $0 })
    func everyPageCanBeReadWithoutSeeingIt(_ sample: Sample) throws {
        let page = try Outline(sample.text)
        for name in ["head", "header", "main", "footer", "h1"] {
            #expect(page.all(name).count == 1, "one \(name)")
        }
        #expect(page.all("html").first?["lang"] == "en")
        #expect(page.all("a").first?["href"] == "#content")
        let headings = page.elements.compactMap { element in
            element.name.hasPrefix("h") ? Int(element.name.dropFirst()) : nil
        }
        let isBroken = zip(headings, headings.dropFirst()).contains { $1 > $0 + 1 }
        #expect(!isBroken, "\(headings)")

        let ids = page.elements.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count, "an id stands twice")
        for element in page.elements {
            let linked = element["href"].flatMap { $0.hasPrefix("#") ? $0.dropFirst() : nil }
            var named = linked.map { [String($0)] } ?? []
            for name in ["aria-describedby", "aria-labelledby", "for"] {
                named += (element[name] ?? "").split(separator: " ").map(String.init)
            }
            #expect(named.allSatisfy(ids.contains), "\(named) leads nowhere")
        }
        let labelled = Set(page.all("label").compactMap { $0["for"] })
        for control in page.controls {
            #expect(control["id"].map(labelled.contains) == true, "no label for \(control)")
        }
    }

    @Test(arguments: Sample.pages { $0 })
    func everyFormCarriesItsToken(_ sample: Sample) throws {
        let page = try Outline(sample.text)
        let forms = page.all("form").filter { $0["method"] == "post" }
        let questions = page.all("form").filter { $0["method"] != "post" }
        #expect(questions.allSatisfy { $0["method"] == "get" })
        #expect(page.all("form").allSatisfy { $0["action"] != nil })
        let tokens = page.all("input").filter { $0["name"] == "csrf" && $0["type"] == "hidden" }
        #expect(tokens.map { $0["value"] } == forms.map { _ in "csrf-token" })
    }

    /// Whatever people write, a page keeps its elements and attributes, and shows the words.
    @Test func noTextBecomesMarkup() throws {
        let payload = "\"><script>alert(1)</script>'<!--&lt;\u{202E}\u{0}"
        let hostile = Sample.pages { _ in payload }
        for (calm, hostile) in zip(Sample.pages { $0 }, hostile) {
            #expect(!hostile.text.contains("<script>"), "\(hostile.fileName)")
            #expect(try Outline(hostile.text).shape == Outline(calm.text).shape)
        }
        let words = try hostile.map { try Outline($0.text).characters }.joined()
        #expect(words.contains("\"><script>alert(1)</script>'<!--&lt;\u{202E}\u{FFFD}"))
    }

    @Test func aFaultOfNoFieldLeadsToTheForm() throws {
        let fault = FormFault("\"><b>", "Mend <it>.")
        let returned = ReturnedForm(id: "another", fields: [:], faults: [fault])
        let html = Sample("", SignInPage(next: nil, returned: returned)).text
        #expect(html.contains(">Mend &lt;it&gt;.</a></li>"))
        #expect(!html.contains("<b>"))
    }

    @Test(arguments: [
        ("/incidents/INC-2026-0007?a=b", "/incidents/INC-2026-0007?a=b"), ("/", "/"),
        ("", "/"), ("incidents", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"), ("/ /", "/"), ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"), ("/caf\u{E9}", "/"),
    ])
    func signingInLeadsNowhereElse(_ asked: String, _ led: String) {
        #expect(PagePaths.own(asked) == led)
    }

    @Test(arguments: Refusal.Kind.allCases)
    func everyRefusalIsExplained(_ kind: Refusal.Kind) {
        let text = ProblemText.of(kind)
        #expect(text.kind == kind)
        #expect((400...599).contains(text.status))
        for words in [text.title, text.meaning, text.remedy] { #expect(!words.isEmpty) }
        #expect(!text.title.hasSuffix(".") && text.meaning.hasSuffix("."))
        let index = Sample("", ProblemIndexPage()).text
        #expect(index.contains("\"\(PagePaths.problem(kind))\""))
        #expect(Sample("", ProblemPage(kind)).text.contains(text.title))
    }

    /// Every text of ours on every page is there in every language.
    @Test(arguments: Sample.pages { $0 })
    func everyTextIsTranslated(_ sample: Sample) {
        let keys = Set(sample.phrases.filter { $0.origin == .page }.map(\.key))
        let missing = keys.filter { !Catalogue.shipped.knows($0, in: .german) }.sorted()
        #expect(missing == [])
    }

    @Test(arguments: Sample.pages { $0 })
    func aTranslatedPageHasTheSameShape(_ sample: Sample) throws {
        let german = sample.text(for: Sample.reading(.german))
        let page = try Outline(german)
        #expect(page.all("html").first?["lang"] == "de")
        #expect(try page.shape == Outline(sample.text).shape)
    }

    /// Over the wire a page has to be small: 60 KB, whatever is on it.
    @Test(arguments: Sample.pages { $0 })
    func noPageIsHeavy(_ sample: Sample) { #expect(sample.text.utf8.count <= 60_000) }

    @Test func aNestedListIsMarkupAndAStringIsNot() {
        let html: HTML = "<p>\(["<b>\(1)</b>", "", "<i/>"] as [HTML])</p>\("<&>'")"
        let text = html.text(for: Sample.reading())
        #expect(text == "<p><b>1</b>\n<i/></p>&lt;&amp;&gt;&#39;")
    }

    @Test(arguments: [
        ("# a\n- b", "- \\# a\\\n  \\- b\n"), ("1. x 2. y", "- 1\\. x 2. y\n"),
        ("<script>", "- \\<script\\>\n"), ("![a](http://b)", "- !\\[a\\](http\\://b)\n"),
        ("    code", "- code\n"), ("a\\\n\nb", "- a\\\\\\\n  b\n"), ("", "- –\n"),
        ("see www.b.c", "- see www\\.b.c\n"), ("```x", "- \\`\\`\\`x\n"), ("a.b", "- a.b\n"),
    ])
    func noTextBecomesMarkdown(_ text: String, _ item: String) {
        #expect(Markdown.item(text) == item)
    }

    /// WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for the edges of fields.
    @Test(arguments: [false, true])
    func theColoursCanBeToldApart(isDark: Bool) throws {
        let css = String(decoding: PackageResources.style_css, as: UTF8.self)
        let parts = css.components(separatedBy: "prefers-color-scheme: dark")
        let colours = try Palette(isDark ? parts[1] : parts[0])
        let grounds = ["page", "panel"]
        for text in ["text", "quiet", "link", "bad"] {
            for ground in grounds { #expect(try colours.contrast(text, ground) >= 4.5) }
        }
        for tone in ["good", "warning", "bad", "calm"] {
            #expect(try colours.contrast(tone, "\(tone)-ground") >= 4.5)
        }
        for button in ["action", "stop"] {
            #expect(try colours.contrast("on-\(button)", button) >= 4.5)
            for ground in grounds { #expect(try colours.contrast(button, ground) >= 3) }
        }
        for ground in grounds { #expect(try colours.contrast("line", ground) >= 3) }
    }
}
