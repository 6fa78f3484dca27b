import Testing

/// The house rules, held against every file of the checkout.
struct TidyTests {
    @Test(arguments: [
        SourceRule("imports go one way", HouseRules.imports),
        SourceRule("files and lines stay short", HouseRules.sizes),
        SourceRule("what is banned is absent", HouseRules.bannedTexts),
        SourceRule("unchecked sharing is argued for", HouseRules.uncheckedSendable),
        SourceRule("names say something", HouseRules.names),
        SourceRule("queries live in the store", HouseRules.queriesOutsideTheStore),
        SourceRule("answered writes are durable", HouseRules.durability),
        SourceRule("the journal only grows", HouseRules.rewrittenJournal),
    ])
    func everySwiftFileKeepsTheRule(_ rule: SourceRule) throws {
        let files = try Checkout.swiftFiles.get()
        try #require(files.contains { $0.path == "Package.swift" })
        expectNone(files.flatMap(rule.check))
    }

    @Test func everyMarkdownFileHasOneTitle() throws {
        let paths = try Checkout.paths(endingIn: ".md")
        expectNone(
            try paths.flatMap { path in
                HouseRules.markdownTitles(path: path, text: try Checkout.read(path))
            })
    }

    @Test(arguments: [".md", ".swift", ".sh", ".py", ".yaml", ".toml"])
    func nothingNamesAPlaceOnOneMachine(_ ending: String) throws {
        let paths = try Checkout.paths(endingIn: ending)
        expectNone(
            try paths.flatMap { path in
                HouseRules.machinePaths(path: path, text: try Checkout.read(path))
            })
    }

    @Test func gitKeepsNoFileOverOneMegabyte() throws {
        // A copy without a repository tracks nothing.
        let tracked = try Checkout.trackedSizes() ?? []
        expectNone(
            tracked.filter { $0.size > 1_000_000 }.map { "\($0.path): \($0.size) bytes" })
    }

    private func expectNone(_ findings: [String]) {
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }
}

struct SourceRule: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var check: @Sendable (SwiftFile) -> [String]

    init(_ name: String, _ check: @escaping @Sendable (SwiftFile) -> [String]) {
        testDescription = name
        self.check = check
    }
}
