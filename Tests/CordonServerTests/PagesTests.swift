import CordonCore
import Foundation
import Testing

@testable import CordonWeb

#if canImport(FoundationXML)
import FoundationXML
#endif

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
        for element in page.elements {
            #expect(!["script", "style", "iframe", "img"].contains(element.name))
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
        for name in ["title", "header", "main", "footer", "h1"] {
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
        let forms = page.all("form")
        #expect(forms.allSatisfy { $0["method"] == "post" && $0["action"] != nil })
        let tokens = page.all("input").filter { $0["name"] == "csrf" && $0["type"] == "hidden" }
        #expect(tokens.map { $0["value"] } == forms.map { _ in "csrf-token" })
    }

    /// Whatever people write, a page keeps its elements and attributes, and shows the words.
    @Test func noTextBecomesMarkup() throws {
        let payload = "\"><script>alert(1)</script>'<!--&lt;\u{202E}\u{0}"
        let hostile = Sample.pages { _ in payload }
        for (calm, hostile) in zip(Sample.pages { $0 }, hostile) {
            #expect(!hostile.text.contains("<script"), "\(hostile.fileName)")
            #expect(try Outline(hostile.text).shape == Outline(calm.text).shape)
        }
        let words = try hostile.map { try Outline($0.text).characters }.joined()
        #expect(words.contains("\"><script>alert(1)</script>'<!--&lt;\u{202E}\u{FFFD}"))
    }

    @Test func aFaultOfNoFieldIsSaidWithoutALink() throws {
        let page = SignInPage(csrf: "c", next: nil, faults: [FormFault("\"><b>", "Mend <it>.")])
        let html = page.html.text
        #expect(html.contains("<li>Mend &lt;it&gt;.</li>"))
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
        #expect(ProblemIndexPage().html.text.contains("\"\(PagePaths.problem(kind))\""))
        #expect(ProblemPage(kind).html.text.contains(text.title))
    }

    @Test func aNestedListIsMarkupAndAStringIsNot() {
        let html: HTML = "<p>\(["<b>\(1)</b>", "", "<i/>"] as [HTML])</p>\("<&>'")"
        #expect(html.text == "<p><b>1</b>\n<i/></p>&lt;&amp;&gt;&#39;")
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
        let css = String(decoding: Stylesheet.bytes, as: UTF8.self)
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

/// One page with something of everything on it.
struct Sample: Sendable, CustomTestStringConvertible {
    let fileName: String
    let text: String
    var testDescription: String { fileName }

    /// All pages and the Markdown; every text of a model goes through `say`.
    static func all(_ say: (String) -> String) -> [Sample] {
        pages(say) + [
            Sample(fileName: "IncidentFile.md", text: IncidentFileMarkdown(sheet(say)).text)
        ]
    }

    static func pages(_ say: (String) -> String) -> [Sample] {
        [
            Sample("Setup", SetupPage(csrf: "csrf-token", token: say("one-time-token"))),
            Sample("SetupFaulty", setupFaulty(say)),
            Sample("SignIn", SignInPage(csrf: "csrf-token", next: say("/incidents/INC-2026-0007"))),
            Sample("SignInFaulty", signInFaulty(say)),
            Sample("HomeEmpty", homeEmpty(say)), Sample("Home", home(say)),
            Sample("HomeReportFaulty", homeReportFaulty(say)),
            Sample("HomeStopFaulty", homeStopFaulty(say)),
            Sample("Workflow", WorkflowSample.whole(say)),
            Sample("WorkflowNew", WorkflowSample.new(say)),
            Sample("Incident", incident(say)), Sample("IncidentUnlisted", incidentUnlisted(say)),
            Sample("ReportedStopping", reported(say, .stopping(workflow: say("Summaries")))),
            Sample("ReportedStopped", reported(say, .stopped(workflow: say("Summaries")))),
            Sample("ReportedNotAsked", reported(say, .notAsked)),
            Sample("ReportedNotListed", reported(say, .notListed)),
            Sample("Problem", ProblemPage(.restartBlocked)),
            Sample("Problems", ProblemIndexPage()),
            Sample("IncidentFile", IncidentFilePage(person: say("Ana Ruiz"), sheet(say))),
            Sample("Approval", approval(say)),
            Sample("ApprovalFaulty", approvalFaulty(say)),
            Sample("Approvals", approvals(say)),
            Sample("Refused", refused(say)), Sample("Error", error(say)),
        ]
    }

    private static func setupFaulty(_ say: (String) -> String) -> SetupPage {
        SetupPage(
            csrf: "csrf-token", token: nil, login: say("ana"), name: say("Ana Ruiz"),
            faults: [
                FormFault("token", say("Enter the setup token.")),
                FormFault("password", say("Choose a password of 12 characters or more.")),
            ])
    }

    private static func signInFaulty(_ say: (String) -> String) -> SignInPage {
        let fault = FormFault("login", say("Login or password is wrong."))
        return SignInPage(csrf: "csrf-token", next: nil, login: say("ana"), faults: [fault])
    }

    private static func homeEmpty(_ say: (String) -> String) -> HomePage {
        HomePage(
            person: say("Ana Ruiz"), csrf: "csrf-token", workflows: [], incidents: [],
            mayStop: true)
    }

    private static func home(
        _ say: (String) -> String, sent: HomePage.Sent? = nil, faults: [FormFault] = []
    ) -> HomePage {
        let states = Workflow.State.allCases.map { state in
            HomePage.WorkflowLine(
                key: state.rawValue, name: say("The \(state.rawValue) workflow"), state: state,
                since: state == .running ? nil : Instant(milliseconds: 1_776_459_785_000),
                fallbackTitle: state == .stopped ? say("Summaries by hand") : nil,
                incident: state == .stopped ? say("INC-2026-0007") : nil)
        }
        return HomePage(
            person: say("Ana Ruiz"), csrf: "csrf-token", workflows: states,
            incidents: [
                .init(
                    number: say("INC-2026-0007"), what: say("A draft named another customer."),
                    kind: .nearMiss, level: LevelText(2, say("Controlled near miss")),
                    state: .open, workflow: say("Monthly summaries"), nextStep: say("Contain")),
                .init(
                    number: say("INC-2026-0008"), what: say("A price was changed.\nTwice."),
                    kind: .incident,
                    level: LevelText(3, say("Material incident"), provisional: true),
                    state: .reported, workflow: nil, nextStep: nil),
            ], mayStop: true, sent: sent, faults: faults)
    }

    private static func homeReportFaulty(_ say: (String) -> String) -> HomePage {
        home(
            say, sent: .report(workflow: "watch", what: say(""), leftCompany: "yes", stop: true),
            faults: [
                FormFault("what", say("Say what happened.")),
                FormFault("left_company", say("Choose yes, no or not known.")),
            ])
    }

    private static func homeStopFaulty(_ say: (String) -> String) -> HomePage {
        home(
            say, sent: .stop(workflow: "running", reason: say("")),
            faults: [FormFault("reason", say("Say why it is to be stopped."))])
    }

    private static func incident(_ say: (String) -> String) -> IncidentPage {
        IncidentPage(
            person: say("Ana Ruiz"), number: say("INC-2026-0007"),
            what: say("A draft named another customer.\nSeen before sending."),
            level: LevelText(2, say("Controlled near miss"), provisional: true), kind: .nearMiss,
            state: .open, workflow: (say("Monthly summaries"), .stopping),
            steps: [
                .init(1, say("Report"), .done),
                .init(2, say("Contain"), .open, missing: [say("Stop it."), say("Tell people.")]),
                .init(5, say("Escalate and notify"), .notRequired, missing: [say("Not shown")]),
                .init(6, say("Look back"), .skipped, note: say("Nothing was made yet. Ben Okoro")),
            ],
            file: [
                .init(1, say("Workflow and accountable owner"), missing: []),
                .init(4, say("Business impact"), missing: [say("The business impact.")]),
            ],
            restartBlockers: [
                Blocker("contain", say("Stop the workflow."), step: 2),
                Blocker("provisional", say("Answer question 3.")),
            ],
            timeline: [
                .init(
                    at: Instant(milliseconds: 1_776_459_785_000), who: say("Ana Ruiz"),
                    what: say("Reported"))
            ])
    }

    private static func incidentUnlisted(_ say: (String) -> String) -> IncidentPage {
        IncidentPage(
            person: say("Ana Ruiz"), number: say("INC-2026-0009"), what: say("Something odd."),
            level: LevelText(1, say("Quality issue")), kind: .declined, state: .closed,
            workflow: nil, steps: [], file: [], restartBlockers: nil, timeline: [])
    }

    private static func reported(
        _ say: (String) -> String, _ stop: ReportedPage.Stop
    ) -> ReportedPage {
        ReportedPage(
            person: say("Ana Ruiz"), reference: say("INC-2026-0007"), stop: stop,
            fallbackTitle: say("Summaries by hand"))
    }

    private static func sheet(_ say: (String) -> String) -> IncidentFileSheet {
        IncidentFileSheet(
            number: say("INC-2026-0007"), title: say("A draft named another customer."),
            level: LevelText(4, say("Critical incident")),
            items: [
                .init(
                    1, say("Workflow and accountable owner"), complete: true, missing: [],
                    lines: [say("Monthly summaries, owned by Ana Ruiz"), say("Two\nlines")]),
                .init(
                    2, say("Date, time and reporter"), complete: false,
                    missing: [say("The time at which it occurred.")], lines: []),
            ])
    }

    private static func asked(_ say: (String) -> String) -> Approval {
        let at = Instant(milliseconds: 1_776_459_785_000)
        // A text that is JSON whatever it says.
        let words = (try? Canonical.text([say("Birch")])) ?? "[]"
        guard
            let call = try? ExactCall(
                workflow: "refunds",
                request: GateRequest(
                    action: .tool, tool: say("send_refund"), target: .outside,
                    record: say("A-1007")), arguments: Array(#"{"to":\#(words)}"#.utf8)),
            var approval = Approval(
                id: "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB",
                first: .asked(
                    Approval.Request(
                        call: call, policyVersion: 1,
                        need: ApprovalNeed(reason: say("Two people have to."), persons: 2),
                        expiresAt: at.adding(hours: 24), diff: say("- 40\n+ 90"),
                        run: say("r-1"), user: say("rob"))),
                by: Person(id: "bot", name: say("bot")), at: at)
        else { preconditionFailure("the sample is a call") }
        approval.apply(
            .approvedEdited(reason: say("Not more."), call: call, persons: 2),
            by: Person(id: "ben", name: say("Ben Okoro")), at: at.adding(hours: 1))
        return approval
    }

    private static func approval(_ say: (String) -> String) -> ApprovalPage {
        let approval = asked(say)
        return ApprovalPage(
            person: say("Ana Ruiz"), csrf: "csrf-token", approval: approval,
            workflowName: say("Refunds"), now: approval.askedAt, mayDecide: true,
            evidence: [.init(at: approval.askedAt, what: say("tool call: Birch wants it back"))])
    }

    private static func approvalFaulty(_ say: (String) -> String) -> ApprovalPage {
        let approval = asked(say)
        return ApprovalPage(
            person: say("Ana Ruiz"), csrf: "csrf-token", approval: approval,
            workflowName: say("Refunds"), now: approval.askedAt, mayDecide: true,
            faults: [FormFault("arguments", say("The arguments are a JSON object."))],
            sent: ["arguments": say("{")])
    }

    private static func approvals(_ say: (String) -> String) -> ApprovalListPage {
        ApprovalListPage(
            person: say("Ana Ruiz"), csrf: "csrf-token",
            items: [.init(asked(say), workflowName: say("Refunds"))])
    }

    private static func refused(_ say: (String) -> String) -> ErrorPage {
        ErrorPage(
            Refusal(
                .restartBlocked, say("1 thing stands in the way."),
                blockers: [Blocker("cause", say("Name the failed control."), step: 7)]),
            requestID: say("r-1"))
    }

    private static func error(_ say: (String) -> String) -> ErrorPage {
        ErrorPage(
            status: 404, title: say("There is nothing here"), detail: say("No such page."),
            requestID: say("r-2"))
    }
}

extension Sample {
    fileprivate init(_ name: String, _ page: some Page) {
        self.init(fileName: name + ".html", text: page.html.text)
    }
}

/// What all pages have in common, for the samples alone.
private protocol Page { var html: HTML { get } }
extension SetupPage: Page {}
extension SignInPage: Page {}
extension HomePage: Page {}
extension IncidentPage: Page {}
extension WorkflowPage: Page {}
extension ReportedPage: Page {}
extension ProblemPage: Page {}
extension ProblemIndexPage: Page {}
extension IncidentFilePage: Page {}
extension ErrorPage: Page {}
extension ApprovalPage: Page {}
extension ApprovalListPage: Page {}

/// The elements of a page in order, read by a strict XML parser.
private final class Outline: NSObject, XMLParserDelegate {
    struct Element: CustomStringConvertible {
        let name: String
        let attributes: [String: String]
        subscript(_ attribute: String) -> String? { attributes[attribute] }
        var description: String { "\(name) \(attributes)" }
    }

    private(set) var elements: [Element] = []
    private(set) var characters = ""

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        let isWellFormed = parser.parse()
        try #require(isWellFormed, "line \(parser.lineNumber): \(text)")
    }

    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    /// What a person fills in.
    var controls: [Element] {
        elements.filter { element in
            ["select", "textarea"].contains(element.name)
                || element.name == "input" && element["type"] != "hidden"
        }
    }

    /// Names of elements and attributes, without any value.
    var shape: [String] {
        elements.map { "\($0.name) \($0.attributes.keys.sorted().joined(separator: " "))" }
    }

    func parser(
        _: XMLParser, didStartElement name: String, namespaceURI _: String?,
        qualifiedName _: String?, attributes: [String: String]
    ) {
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_: XMLParser, foundCharacters text: String) { characters += text }
}

/// The colours of one scheme by name.
private struct Palette {
    private let luminances: [String: Double]

    init(_ css: String) throws {
        var found: [String: Double] = [:]
        for match in css.matches(of: /--([a-z-]+): #([0-9a-f]{6});/) {
            let number = try #require(Int(match.output.2, radix: 16))
            // The light block comes first, and the same name stands once in each.
            found[String(match.output.1)] = Self.luminance(number)
        }
        luminances = found
    }

    func contrast(_ one: String, _ other: String) throws -> Double {
        let first = try #require(luminances[one])
        let second = try #require(luminances[other])
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    private static func luminance(_ colour: Int) -> Double {
        func part(_ shift: Int) -> Double {
            let value = Double((colour >> shift) & 0xFF) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }
}
