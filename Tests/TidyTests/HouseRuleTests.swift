import Testing

/// Each rule on a sample small enough to see why it answers as it does.
struct HouseRuleTests {
    @Test(arguments: [
        ("CordonCore", "import CordonLedger", true),
        ("CordonCore", "package import CordonStore", false),
        ("CordonWeb", "@testable import CordonStore", false),
        ("CordonWeb", "import struct CordonStore.Row", false),
        ("CordonWeb", "// import CordonStore", true),
        ("CordonWeb", "let text = \"import CordonStore\"", true),
        ("CordonOperations", "import GRDB", false),
        ("CordonOperations", "import CSQLite", false),
        ("CordonStore", "internal import GRDB", true),
        ("CordonStore", "import CPostgres", true),
        ("cordon", "import CordonStore", true),
        ("cordon", "import CordonTesting", false),
        ("CordonElsewhere", "import Crypto", false),
    ])
    func anImportOutsideTheTableIsFound(_ module: String, _ line: String, _ isFine: Bool) {
        let file = SwiftFile(path: "Sources/\(module)/File.swift", text: SwiftText(line + "\n"))
        #expect(HouseRules.imports(file).isEmpty == isFine)
    }

    @Test func aTestMayImportAnything() {
        #expect(HouseRules.imports(test("import CordonStore")).isEmpty)
    }

    @Test func aLongFileAndALongLineAreFound() {
        let line = "let x = 1\n"
        #expect(HouseRules.sizes(core(String(repeating: line, count: 500))).isEmpty)
        #expect(
            HouseRules.sizes(core(String(repeating: line, count: 501)))
                == ["Sources/CordonCore/File.swift:501: 501 lines, 500 at most"])
        let wide = String(repeating: "a", count: 100)
        #expect(HouseRules.sizes(core(wide)).isEmpty)
        #expect(
            HouseRules.sizes(core("\n" + wide + "a"))
                == ["Sources/CordonCore/File.swift:2: 101 columns, 100 at most"])
        #expect(HouseRules.sizes(core("// \(wide)")).count == 1)
        #expect(HouseRules.sizes(core("// https://example.com/\(wide)")).isEmpty)
        #expect(HouseRules.sizes(core("let x = \"\"\"\n    \(wide)\n    \"\"\"")).isEmpty)
    }

    @Test(arguments: [
        ("let x = try! f()", false),
        ("let x = y as! Z", false),
        ("let x = y as? Z", true),
        ("Task.detached { }", false),
        ("nonisolated(unsafe) var x = 1", false),
        ("let now = Date()", false),
        ("let now = isoDate()", true),
        ("let id = UUID().uuidString", false),
        ("let n = Int.random(in: 1...6)", false),
        ("let n = Int.random(in: 1...6, using: &generator)", true),
        ("let n = list.shuffled()", false),
        ("fatalError(\"no\")", false),
        ("print(x)", false),
        ("let x = fingerprint(x)", true),
        ("// Date() is never called here.", true),
        ("let text = \"Date()\"", true),
        ("let text = \"\\(Date())\"", false),
        ("// TO" + "DO: later", false),
        ("let x = 1  // FIX" + "ME", false),
    ])
    func aBannedTextIsFoundInCodeOnly(_ line: String, _ isFine: Bool) {
        #expect(HouseRules.bannedTexts(core(line)).isEmpty == isFine)
    }

    @Test func theClockAndChanceComeInWhereTheServerIsBuilt() {
        let lines = "let now = Date()\nlet id = UUID()\nprint(Int.random(in: 1...6))\n"
        let root = SwiftFile(path: "Sources/cordon/Outside.swift", text: SwiftText(lines))
        #expect(HouseRules.bannedTexts(root).isEmpty)
        #expect(HouseRules.bannedTexts(test(lines)).isEmpty)
        #expect(HouseRules.bannedTexts(core(lines)).count == 4)
    }

    @Test func uncheckedSharingNeedsItsReason() {
        let type = "final class Box: @unchecked Sendable {}\n"
        #expect(HouseRules.uncheckedSendable(core(type)).count == 1)
        #expect(HouseRules.uncheckedSendable(core("// Fine.\n" + type)).count == 1)
        #expect(
            HouseRules.uncheckedSendable(
                core("/// A box.\n///\n/// Safe to share: one thread.\n@frozen\n" + type)
            ).isEmpty)
        #expect(
            HouseRules.uncheckedSendable(
                core("// Safe to share: one thread.\nlet x = 1\n\nlet y = 2\nlet z = 3\n" + type)
            ).count == 1)
    }

    @Test(arguments: [
        ("struct IncidentManager {}", false),
        ("enum PageHelpers {}", false),
        ("actor CommonClock {}", false),
        ("protocol StoreImpl {}", false),
        ("struct WorkflowInfo {}", false),
        ("typealias EvidenceData = Int", false),
        ("struct DataClass {}", true),
        ("struct Implied {}", true),
        ("class func dataHelper() {}", true),
        ("// A struct Helper would say nothing.", true),
    ])
    func anEmptyTypeNameIsFound(_ line: String, _ isFine: Bool) {
        #expect(HouseRules.names(core(line)).isEmpty == isFine)
    }

    @Test(arguments: [
        ("StringUtils", false), ("Helpers", false), ("HTTPInfo", false), ("DataClass", true),
        ("Database", true),
    ])
    func anEmptyFileNameIsFound(_ name: String, _ isFine: Bool) {
        let file = SwiftFile(path: "Sources/CordonCore/\(name).swift", text: SwiftText(""))
        #expect(HouseRules.names(file).isEmpty == isFine)
    }

    @Test(arguments: [
        ("let q = \"SELECT key FROM workflow\"", false),
        ("let q = \"SELECT 1\"", false),
        ("let q = \"\"\"\n    UPDATE workflow\n    SET x = 1\n    \"\"\"", false),
        ("let q = \"DELETE FROM \\(table)\"", false),
        ("// SELECT key FROM workflow", true),
        ("let text = \"Select one\"", true),
        ("let text = \"SELECT\"", true),
    ])
    func aQueryOutsideTheStoreIsFound(_ code: String, _ isFine: Bool) {
        #expect(HouseRules.queriesOutsideTheStore(core(code)).isEmpty == isFine)
        #expect(HouseRules.queriesOutsideTheStore(store(code)).isEmpty)
    }

    @Test(arguments: [
        ("PRAGMA synchronous = FULL", true),
        ("PRAGMA synchronous", true),
        ("PRAGMA synchronous = NORMAL", false),
        ("PRAGMA synchronous(OFF)", false),
        ("SET synchronous_commit TO on", true),
        ("SET synchronous_commit = 'off'", false),
        ("SET synchronous_commit TO local", false),
        ("a synchronous answer", true),
    ])
    func aWeakenedDurabilityIsFound(_ query: String, _ isFine: Bool) {
        #expect(HouseRules.durability(store("let q = \"\(query)\"")).isEmpty == isFine)
    }

    @Test(arguments: [
        ("INSERT INTO journal VALUES (1)", true),
        ("DELETE FROM journal WHERE idx = 1", false),
        ("update journal_content set body = NULL", false),
        ("TRUNCATE checkpoint", false),
        ("INSERT OR REPLACE INTO checkpoint VALUES (1)", false),
        ("DROP TABLE IF EXISTS journal", false),
        ("DELETE FROM journal_reader", true),
        ("DELETE FROM incident WHERE note = 'journal'", true),
        ("CREATE TRIGGER t BEFORE UPDATE ON journal", true),
    ])
    func aRewrittenJournalIsFound(_ query: String, _ isFine: Bool) {
        #expect(HouseRules.rewrittenJournal(store("let q = \"\(query)\"")).isEmpty == isFine)
    }

    @Test(arguments: [
        ("# One\n\n## Part\n", true),
        ("Text alone\n", false),
        ("# One\n# Two\n", false),
        ("# One\n```\n# a comment in a script\n```\n", true),
    ])
    func aMarkdownFileWithoutOneTitleIsFound(_ text: String, _ isFine: Bool) {
        #expect(HouseRules.markdownTitles(path: "a.md", text: text).isEmpty == isFine)
    }

    @Test(arguments: [
        ("see @work@main", false), ("`@root@x`", false), ("src@root@x", true),
        ("https:@@example.com@home@work@day", true), ("@tmp@bash_jobs@1", false), ("@tmp@x", true),
    ])
    func aPlaceOnOneMachineIsFound(_ line: String, _ isFine: Bool) {
        // Written with another sign, as this file is read by the same rule.
        let text = line.replacing("@", with: "/")
        #expect(HouseRules.machinePaths(path: "a.md", text: text).isEmpty == isFine)
    }

    private func core(_ text: String) -> SwiftFile {
        SwiftFile(path: "Sources/CordonCore/File.swift", text: SwiftText(text))
    }

    private func store(_ text: String) -> SwiftFile {
        SwiftFile(path: "Sources/CordonStore/File.swift", text: SwiftText(text))
    }

    private func test(_ text: String) -> SwiftFile {
        SwiftFile(path: "Tests/CordonCoreTests/FileTests.swift", text: SwiftText(text))
    }
}
