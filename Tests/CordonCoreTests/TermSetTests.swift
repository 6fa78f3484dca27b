import Testing

@testable import CordonCore

/// Which lists of terms can be searched for, and what is said of those that cannot.
@Suite struct TermSetTests {
    private static func problems(
        _ read: () throws(TermSetError) -> TermSet
    ) -> [TermSetError.Problem] {
        do {
            _ = try read()
            return []
        } catch {
            return error.problems
        }
    }

    private static func reason(_ line: String) -> TermSetError.Reason? {
        problems { () throws(TermSetError) in try TermSet(lines: line) }.first?.reason
    }

    @Test func linesAreTermsAndBlankOnesAreNone() throws {
        let set = try TermSet(lines: "\u{FEFF}Alder Kmior\r\n\r\n  Ørsted\t\n\nO'Brien")
        #expect(set.terms.map(\.text) == ["Alder Kmior", "Ørsted", "O'Brien"])
        #expect(set.terms.map(\.originals[0].line) == [1, 3, 5])
        #expect(set.terms[2].folded == Array(" obrien ".utf8))
    }

    @Test func whatFoldsAlikeIsOneTermThatRemembersEachLine() throws {
        let set = try TermSet(lines: "O'Brien\nAlder\nOBRIEN\nO\u{2019}Brien's")
        #expect(set.terms.count == 2)
        #expect(set.terms[0].originals.map(\.line) == [1, 3, 4])
        #expect(set.terms[0].originals.map(\.text) == ["O'Brien", "OBRIEN", "O\u{2019}Brien's"])
    }

    @Test(
        arguments: [
            ("a", .tooShort), ("a's", .tooShort), ("ab", nil), ("é", .tooShort), ("田", nil),
            ("--", .nothingToFind), ("\u{200B}", .nothingToFind),
            (String(repeating: "a", count: 199), nil), (String(repeating: "é", count: 200), nil),
            (String(repeating: "a", count: 201), .tooLong(201)),
            ("**", .noLiteral), ("##", .noLiteral), ("a*", .noLiteral), ("a#b#", .noLiteral),
            ("*", .noLiteral), ("a* *b", .noLiteral), ("ab*", nil), ("#ab", nil),
            ("a *b #", .noLiteral),
            ("DE## #### *", nil), ("acct_#####", nil),
            (String(repeating: "#", count: 198) + "ab", nil),
            (String(repeating: "#", count: 199) + "ab", .tooLong(201)), ("", .noTerms),
        ] as [(String, TermSetError.Reason?)])
    func everyLimitHoldsExactly(_ line: String, _ reason: TermSetError.Reason?) {
        #expect(Self.reason(line) == reason)
    }

    @Test func tenThousandTermsAreTheMost() throws {
        let lines = (0..<10_000).map { "name \($0)" }
        #expect(try TermSet(lines: lines.joined(separator: "\n")).terms.count == 10_000)
        // The same again is no further term.
        let twice = (lines + lines).joined(separator: "\n")
        #expect(try TermSet(lines: twice).terms.count == 10_000)
        let more = (lines + ["one more", "and more"]).joined(separator: "\n")
        let problems = Self.problems { () throws(TermSetError) in try TermSet(lines: more) }
        #expect(problems == [.init(line: 10_001, text: "one more", reason: .tooMany(10_002))])
    }

    @Test func everyBadLineIsNamedAtOnce() {
        let problems = Self.problems { () throws(TermSetError) in
            try TermSet(lines: "Alder\nx\n\n!!\n*a*")
        }
        #expect(
            problems.map(\.message) == [
                "Line 2: “x” is shorter than 2 letters or digits.",
                "Line 4: “!!” has no letter and no digit to look for.",
                "Line 5: “*a*” needs 2 letters or digits in a row without a wildcard.",
            ])
    }

    @Test func everyProblemHasItsSentence() {
        let reasons: [TermSetError.Reason] = [
            .nothingToFind, .tooShort, .tooLong(300), .noLiteral, .noTerms, .tooMany(10_001),
            .columnMissing, .quoteNotClosed,
        ]
        let messages = reasons.map {
            TermSetError.Problem(line: 7, text: String(repeating: "x", count: 300), reason: $0)
                .message
        }
        #expect(Set(messages).count == reasons.count)
        #expect(
            messages.allSatisfy {
                $0.hasPrefix("Line 7: ") && $0.hasSuffix(".") || $0.hasSuffix("”")
            })
        #expect(messages.allSatisfy { $0.count < 160 })
    }

    @Test func wildcardsAreLettersOfNoNameWhenNotAskedFor() throws {
        let set = try TermSet(lines: "Suite #4 Ltd\nA*B", wildcards: false)
        #expect(set.terms.map(\.hasWildcards) == [false, false])
        #expect(set.terms[0].folded == Array(" suite 4 ltd ".utf8))
        let patterns = try TermSet(lines: "Suite #4 Ltd")
        #expect(patterns.terms[0].hasWildcards)
        #expect(patterns.terms[0].folded == nil)
    }

    @Test func aGermanNameIsAlsoFoundSpelledOut() throws {
        let set = try TermSet(lines: "Müller\nMu\u{308}ller\nMueller\nMøller\nNovák")
        #expect(set.terms.map(\.patterns.count) == [2, 1, 2, 1])
        #expect(set.terms[0].patterns[1].tokens == Array(" mueller ".utf8))
    }

    @Test(
        arguments: [
            ("Alder,1\nKmior,2", nil, false, ["Alder", "Kmior"]),
            ("name,id\nAlder,1", nil, true, ["Alder"]),
            ("id,Name\n1,Alder\n2,\"Kmior, Ltd\"\n3\n4,", "name", false, ["Alder", "Kmior, Ltd"]),
            ("id;name\r\n1;\"Al\"\"der\"\r\n2;Kmior", "NAME", true, ["Al\"der", "Kmior"]),
            ("id\tname\n1\tAlder, Ltd", "name", false, ["Alder, Ltd"]),
            (
                "\u{FEFF}\"name\"\n\"Alder\nKmior\"\nØrsted", "name", false,
                ["Alder\nKmior", "Ørsted"]
            ),
            ("Alder", nil, false, ["Alder"]), ("Al\"der\n", nil, false, ["Al\"der"]),
        ] as [(String, String?, Bool, [String])])
    func aColumnOfSeparatedValuesIsAList(
        _ text: String, _ column: String?, _ hasHeader: Bool, _ terms: [String]
    ) throws {
        let set = try TermSet(csv: text, column: column, hasHeader: hasHeader)
        #expect(set.terms.map(\.text) == terms)
    }

    @Test func aRowIsNamedByTheLineItBeginsOn() {
        let rows = "name\n\"Alder\nKmior\"\nx\n"
        let problems = Self.problems { () throws(TermSetError) in
            try TermSet(csv: rows, column: "name")
        }
        #expect(problems == [.init(line: 4, text: "x", reason: .tooShort)])
    }

    @Test(arguments: [
        ("id,name\n1,Alder", "names", 1, TermSetError.Reason.columnMissing),
        ("", "name", 1, .columnMissing), ("name\nAlder\n\"Kmior\nLtd", "name", 3, .quoteNotClosed),
        ("name\n", "name", 1, .noTerms),
    ])
    func aTableThatCannotBeReadIsRefused(
        _ text: String, _ column: String, _ line: Int, _ reason: TermSetError.Reason
    ) {
        let problems = Self.problems { () throws(TermSetError) in
            try TermSet(csv: text, column: column)
        }
        #expect(problems.map(\.line) == [line])
        #expect(problems.map(\.reason) == [reason])
    }
}
