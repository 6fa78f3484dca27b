import Testing

@testable import CordonWeb

/// Two texts compared line by line.
struct TextDifferenceTests {
    private func lines(_ first: String, _ second: String) throws -> [TextDifference.Line] {
        try #require(TextDifference(from: first, to: second)).lines
    }

    @Test func theSameTextHasNoDifference() throws {
        let difference = try #require(TextDifference(from: "a\nb\n", to: "a\nb\n"))
        #expect(difference.isSame)
        #expect(difference.lines == [.same("a"), .same("b"), .same("")])
        #expect(difference.pieces() == [.skipped(3)])
        #expect(try #require(TextDifference(from: "", to: "")).lines.isEmpty)
    }

    @Test func aChangedLineIsRemovedAndAdded() throws {
        #expect(
            try lines("a\nb\nc", "a\nB\nc")
                == [.same("a"), .removed("b"), .added("B"), .same("c")])
    }

    @Test func anEmptyTextHasNoLines() throws {
        #expect(try lines("", "a\nb") == [.added("a"), .added("b")])
        #expect(try lines("a\nb", "") == [.removed("a"), .removed("b")])
    }

    @Test func theLongestCommonSequenceStays() throws {
        #expect(
            try lines("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc").filter {
                if case .same = $0 { return true }
                return false
            }.count == 4)
        #expect(
            try lines("x\na\nb", "a\nb\ny")
                == [.removed("x"), .same("a"), .same("b"), .added("y")])
    }

    @Test(arguments: ["a\r\nb", "a\rb", "a\nb", "a\u{2028}b"])
    func everyEndOfALineIsOne(_ text: String) throws {
        #expect(try lines(text, "a\nb") == [.same("a"), .same("b")])
    }

    /// Swift takes both spellings for the same text; evidence does not.
    @Test func whatOnlyLooksAlikeDiffers() throws {
        #expect(
            try lines("caf\u{E9}", "cafe\u{301}") == [.removed("caf\u{E9}"), .added("cafe\u{301}")])
    }

    @Test func whatIsFarFromAChangeIsCounted() throws {
        let old = (1...20).map(String.init).joined(separator: "\n")
        let new = old.replacing("\n10\n", with: "\nten\n")
        let difference = try #require(TextDifference(from: old, to: new))
        #expect(difference.removed == 1)
        #expect(difference.added == 1)
        #expect(
            difference.pieces(context: 1) == [
                .skipped(8), .line(.same("9")), .line(.removed("10")), .line(.added("ten")),
                .line(.same("11")), .skipped(9),
            ])
    }

    /// Applying what was found to the first text gives the second, whatever they are.
    @Test(arguments: UInt64(1)...40)
    func theDifferenceLeadsFromOneToTheOther(_ seed: UInt64) throws {
        var chance = SplitMix64(seed: seed)
        func text() -> String {
            (0..<Int.random(in: 0...30, using: &chance))
                .map { _ in ["a", "b", "c", ""][Int.random(in: 0...3, using: &chance)] }
                .joined(separator: "\n")
        }
        let (first, second) = (text(), text())
        let found = try lines(first, second)
        let kept = found.compactMap { line -> String? in
            switch line {
            case .same(let text), .removed(let text): text
            case .added: nil
            }
        }
        let made = found.compactMap { line -> String? in
            switch line {
            case .same(let text), .added(let text): text
            case .removed: nil
            }
        }
        #expect(kept.joined(separator: "\n") == first)
        #expect(made.joined(separator: "\n") == second)
    }

    @Test func tooManyLinesAreNotCompared() throws {
        let most = String(repeating: "a\n", count: TextDifference.linesAtMost - 1) + "a"
        #expect(TextDifference(from: most, to: "a") != nil)
        #expect(TextDifference(from: most + "\nb", to: "a") == nil)
        #expect(TextDifference(from: "a", to: most + "\nb") == nil)
    }
}
