/// House rules that a compiler cannot check, each a pure function of one file.
///
/// A rule without a line here is an opinion. Every finding begins with the path and the line.
enum HouseRules {
    /// Which modules of Cordon each of them may import: anything else is a wrong turn.
    ///
    /// SwiftPM lets an undeclared import through when the module is reachable, so this table is
    /// what keeps the rooms apart.
    static let mayImport: [String: Set<String>] = [
        "CordonLedger": [],
        "CordonCore": ["CordonLedger"],
        "CordonAPI": [],
        "CordonStore": ["CordonCore", "CordonLedger"],
        "CordonOperations": ["CordonCore", "CordonLedger", "CordonStore"],
        "CordonGateway": ["CordonCore", "CordonOperations"],
        "CordonWeb": ["CordonAPI", "CordonCore", "CordonLedger", "CordonOperations"],
        "CordonClient": ["CordonAPI"],
        "CordonTesting": ["CordonCore", "CordonLedger", "CordonOperations", "CordonStore"],
        "cordon": [
            "CordonAPI", "CordonClient", "CordonCore", "CordonGateway", "CordonLedger",
            "CordonOperations", "CordonStore", "CordonWeb",
        ],
    ]

    /// The databases are behind one door.
    static let onlyStoreMayImport: Set<String> = [
        "CPostgres", "CSQLite", "CZstd", "GRDB", "GRDBSQLite",
    ]

    static let linesAtMost = 500
    static let columnsAtMost = 100

    static func imports(_ file: SwiftFile) -> [String] {
        guard let module = file.module else { return [] }
        guard let allowed = mayImport[module] else {
            return ["\(file.path):1: \(module) has no row in the table of imports"]
        }
        return file.text.lines.enumerated().compactMap { index, line in
            guard let name = importedModule(line.code) else { return nil }
            let isOurs = name == "cordon" || name.hasPrefix("Cordon")
            let isWrong =
                (isOurs && !allowed.contains(name))
                || (onlyStoreMayImport.contains(name) && module != "CordonStore")
            return isWrong ? "\(file.path):\(index + 1): \(module) may not import \(name)" : nil
        }
    }

    static func sizes(_ file: SwiftFile) -> [String] {
        var findings: [String] = []
        let count = file.text.lines.count
        if count > linesAtMost {
            findings.append("\(file.path):\(count): \(count) lines, \(linesAtMost) at most")
        }
        for (index, line) in file.text.lines.enumerated() {
            // A string of several lines and an address cannot be broken.
            if line.width <= columnsAtMost || line.beginsInString { continue }
            if line.comment.contains("://") { continue }
            findings.append(
                "\(file.path):\(index + 1): \(line.width) columns, \(columnsAtMost) at most")
        }
        return findings
    }

    static func bannedTexts(_ file: SwiftFile) -> [String] {
        var findings: [String] = []
        for ban in Ban.all where ban.scope.contains(file.path) {
            for (index, line) in file.text.lines.enumerated() {
                let text = ban.isForComments ? line.code + " " + line.comment : line.code
                guard text.holds(ban.text), !(ban.isFineWhenSeeded && text.contains("using:"))
                else { continue }
                findings.append("\(file.path):\(index + 1): \(ban.text): \(ban.instead)")
            }
        }
        return findings
    }

    static func uncheckedSendable(_ file: SwiftFile) -> [String] {
        let lines = file.text.lines
        return lines.indices.compactMap { index in
            guard lines[index].code.holds("@unchecked Sendable") else { return nil }
            // Upwards over the head of the declaration and its attributes, then its comment.
            var above = index
            while above > 0, index - above < 4, lines[above].comment.isEmpty { above -= 1 }
            while above >= 0, !lines[above].comment.isEmpty {
                if lines[above].comment.contains("Safe to share") { return nil }
                above -= 1
            }
            return "\(file.path):\(index + 1): @unchecked Sendable: say why above it, in a"
                + " comment that begins with Safe to share"
        }
    }

    static func names(_ file: SwiftFile) -> [String] {
        var findings: [String] = []
        let fileName = file.path.split(separator: "/").last.map(String.init) ?? file.path
        if let word = emptyWord(String(fileName.prefix { $0 != "." })) {
            findings.append("\(file.path):1: a file name that says nothing: \(word)")
        }
        for (index, line) in file.text.lines.enumerated() {
            for name in declaredTypes(line.code) {
                guard let word = emptyWord(name) else { continue }
                findings.append("\(file.path):\(index + 1): \(name) says nothing: \(word)")
            }
        }
        return findings
    }

    static func queriesOutsideTheStore(_ file: SwiftFile) -> [String] {
        guard let module = file.module, module != "CordonStore" else { return [] }
        return file.text.literals.compactMap { literal in
            let text = literal.text.onOneLine
            let verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "]
            guard let verb = verbs.first(where: { text.holds($0) }) else {
                return nil
            }
            return "\(file.path):\(literal.line + 1): \(verb)…: queries live in CordonStore"
        }
    }

    /// What was answered must be on the disk, in both engines.
    static func durability(_ file: SwiftFile) -> [String] {
        findings(file) { text in
            guard text.contains("synchronous") else { return nil }
            let setting = /synchronous(_commit)?\s*(?:=|\(|\s[Tt][Oo]\s)\s*'?(\w+)/
            for match in text.matches(of: setting) {
                let safe = match.output.1 == nil ? "full" : "on"
                if match.output.2.lowercased() != safe {
                    return "\(match.output.0): an answered write must survive a power cut"
                }
            }
            return nil
        }
    }

    /// The record only grows: erasure is a journal entry of its own, never a change of an old one.
    static func rewrittenJournal(_ file: SwiftFile) -> [String] {
        guard file.module == "CordonStore" else { return [] }
        return findings(file) { text in
            guard text.contains("journal") || text.contains("checkpoint") else { return nil }
            let change =
                /(?:DELETE FROM|UPDATE|TRUNCATE(?: TABLE)?|REPLACE INTO|DROP TABLE(?: IF EXISTS)?)/
                .ignoresCase()
            for match in text.matches(of: change) {
                let rest = text[match.range.upperBound...].drop { $0 == " " || $0 == "\"" }
                let table = rest.prefix { $0.isLetter || $0 == "_" }.lowercased()
                if ["journal", "journal_content", "checkpoint"].contains(table) {
                    return "\(match.output) \(table): the record only grows"
                }
            }
            return nil
        }
    }

    /// One title: a file with none has no name in a list, one with two is two files.
    static func markdownTitles(path: String, text: String) -> [String] {
        var titles = 0
        var isInFence = false
        for line in text.split(separator: "\n") {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isInFence.toggle() }
            if !isInFence, line.hasPrefix("# ") { titles += 1 }
        }
        return titles == 1 ? [] : ["\(path):1: \(titles) titles, exactly one is wanted"]
    }

    /// A path of the machine where something was written helps nobody elsewhere.
    static func machinePaths(path: String, text: String) -> [String] {
        let places = ["work", "root", "tmp/bash_jobs"].map { "/\($0)/" }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .compactMap { index, line in
                guard let place = places.first(where: { line.holds($0) }) else { return nil }
                return "\(path):\(index + 1): \(place) is a place on one machine"
            }
    }

    private static func findings(
        _ file: SwiftFile, _ check: (String) -> String?
    ) -> [String] {
        guard file.module != nil else { return [] }
        return file.text.literals.compactMap { literal in
            check(literal.text.onOneLine).map { "\(file.path):\(literal.line + 1): \($0)" }
        }
    }
}

/// The module of an import declaration, whatever stands before or after the keyword.
private func importedModule(_ code: String) -> String? {
    guard code.contains("import ") else { return nil }
    let words = code.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count else {
        return nil
    }
    let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    guard words[..<keyword].allSatisfy({ $0.hasPrefix("@") || access.contains($0) }) else {
        return nil
    }
    let kinds: Set<Substring> = [
        "actor", "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
    ]
    let target = kinds.contains(words[keyword + 1]) ? keyword + 2 : keyword + 1
    guard target < words.count else { return nil }
    return String(words[target].prefix { $0 != "." && $0 != ";" })
}

private func declaredTypes(_ code: String) -> [String] {
    let keywords: Set<Substring> = ["actor", "class", "enum", "protocol", "struct", "typealias"]
    let words = code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    return zip(words, words.dropFirst()).compactMap { keyword, name in
        // `class func` declares no type, and types begin with a capital.
        guard keywords.contains(keyword), name.first?.isUppercase == true else { return nil }
        return String(name)
    }
}

/// The word in a name that says nothing, if there is one.
private func emptyWord(_ name: String) -> String? {
    let words = name.camelCaseWords
    let never: Set<String> = [
        "Manager", "Managers", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities",
        "Common", "Impl", "Wrapper", "Processor",
    ]
    if let word = words.first(where: never.contains) { return word }
    return words.last.flatMap { ["Data", "Info"].contains($0) ? $0 : nil }
}

extension String {
    /// `HTTPRequestLog` is `HTTP`, `Request`, `Log`.
    fileprivate var camelCaseWords: [String] {
        let characters = Array(self)
        var words: [String] = []
        for (index, character) in characters.enumerated() {
            let before = index > 0 ? characters[index - 1] : nil
            let after = index + 1 < characters.count ? characters[index + 1] : nil
            let begins =
                character.isUppercase
                && (before?.isUppercase != true || after?.isLowercase == true)
            if begins || words.isEmpty {
                words.append(String(character))
            } else {
                words[words.count - 1].append(character)
            }
        }
        return words
    }

    fileprivate var onOneLine: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension StringProtocol {
    /// Whether the text stands here as itself, not as the end or the beginning of a longer name.
    fileprivate func holds(_ text: String) -> Bool {
        guard contains(text) else { return false }
        func isPartOfName(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        return ranges(of: text).contains { range in
            let before = self[..<range.lowerBound].last
            let after = self[range.upperBound...].first
            let first = text.first
            let startsFreely =
                first == "."
                || (first == "/"
                    ? !(isPartOfName(before) || before == "." || before == "/")
                    : !(isPartOfName(first) && isPartOfName(before)))
            return startsFreely && !(isPartOfName(text.last) && isPartOfName(after))
        }
    }
}
