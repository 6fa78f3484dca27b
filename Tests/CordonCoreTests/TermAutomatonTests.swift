import Testing

@testable import CordonCore

/// That nothing which is there is missed, and nothing is found which is not.
@Suite struct TermAutomatonTests {
    private struct Hit: Hashable {
        var term: Int
        var end: Int
    }

    private static func hits(
        _ set: TermSet, in text: String, tableSizeAtMost: Int = TermAutomaton.tableSizeAtMost
    ) -> [Hit] {
        var hits: [Hit] = []
        TermAutomaton(set, tableSizeAtMost: tableSizeAtMost).scan(Folding.fold(text)) {
            hits.append(Hit(term: $0, end: $1))
        }
        return hits
    }

    private static func finds(_ term: String, in text: String) throws -> Bool {
        !hits(try TermSet(lines: term), in: text).isEmpty
    }

    private static func composed(_ text: String, _ old: Character, _ new: String) -> String {
        guard let place = text.firstIndex(of: old) else { return text }
        return text.replacingCharacters(at: place, with: new)
    }

    /// The forms in which the generator of the benchmark writes a name.
    private static func forms(_ name: String) -> [String] {
        [
            name, name.uppercased(), name.lowercased(), name + "'s", name + "\u{2019}s",
            decomposed(name), composed(name, " ", "\n"), composed(name, " ", "-"),
            composed(name, " ", "\u{A0}"), composed(name, "o", "\u{43E}"),
            composed(name, " ", "  "),
        ]
    }

    private static func decomposed(_ name: String) -> String {
        let marks: [Character: String] = [
            "ü": "u\u{308}", "é": "e\u{301}", "ø": "ø", "Š": "S\u{30C}", "Å": "A\u{30A}",
            "Ö": "O\u{308}", "á": "a\u{301}", "Ç": "C\u{327}",
        ]
        return name.map { marks[$0] ?? String($0) }.joined()
    }

    @Test(arguments: [
        "Grün Gabor Foods Ltd", "O'Brien Oxyor Press AB", "Łukasz Łabcor Solar GmbH",
        "Saint-Clair Sfoor Marine SA", "D'Angelo Dootor Dental Co", "Møller Mecor Capital Inc",
        "Öztürk Öaaaor Supply Bros", "Çelik Çabror Brewing LLC", "Åkerman Åddor Textiles Group",
        "Šimek Šoeor Robotics Holdings", "Novák Nfecor Hardware Ltd",
    ])
    func aNameIsFoundInEveryFormItIsWrittenIn(_ name: String) throws {
        let automaton = TermAutomaton(try TermSet(lines: "Nobody Else\n\(name)"))
        for form in Self.forms(name) {
            for text in [form, "to \(form), and", "\(form).", "(\(form)) \(form)"] {
                var found: [Int] = []
                automaton.scan(Folding.fold(text)) { term, _ in found.append(term) }
                #expect(!found.isEmpty && found.allSatisfy { $0 == 1 }, "\(text)")
            }
            for text in ["x\(form)", "\(form)x", String(form.dropFirst(2))] {
                var count = 0
                automaton.scan(Folding.fold(text)) { _, _ in count += 1 }
                #expect(count == 0, "\(text)")
            }
        }
    }

    @Test func namesThatShareAWordAreBothFound() throws {
        let set = try TermSet(lines: "Alder Kmior\nKmior Foods\nKmior\nFoods Ltd Group\nFoods")
        let hits = Self.hits(set, in: "Alder Kmior Foods Ltd")
        // " alder kmior foods ltd ": offsets behind each last byte.
        #expect(
            Set(hits) == [
                Hit(term: 0, end: 12), Hit(term: 2, end: 12), Hit(term: 1, end: 18),
                Hit(term: 4, end: 18),
            ])
        #expect(hits.map(\.end) == [12, 12, 18, 18])
    }

    @Test func aNameThatRepeatsItsOwnBeginningIsFoundEachTime() throws {
        let hits = Self.hits(try TermSet(lines: "ba ba"), in: "ba ba ba, ba")
        #expect(hits.map(\.end) == [6, 9, 12])
    }

    @Test func noHitReachesIntoTheNextText() throws {
        let automaton = TermAutomaton(try TermSet(lines: "Alder Kmior\nAl *\nfoo"))
        var text: [UInt8] = []
        for part in ["foo Alder", "Kmior Al", "", "foo"] {
            Array(part.utf8).withUnsafeBufferPointer { Folding.append($0, to: &text) }
        }
        var found: [Int] = []
        automaton.scan(text) { term, _ in found.append(term) }
        #expect(found == [2, 2])
    }

    @Test(arguments: [
        ("DE## #### *", "IBAN DE89 3704 0044", true), ("DE## #### *", "de89-3704-x", true),
        ("DE## #### *", "DE89 3704", false), ("DE## #### *", "DE8 3704 0044", false),
        ("DE## #### *", "xDE89 3704 0044", false), ("DE## #### *", "DE89 37045 0044", false),
        ("acct_#####", "see acct_00123.", true), ("acct_#####", "ACCT-00123", true),
        ("acct_#####", "acct_0012", false), ("acct_#####", "acct_001234", false),
        ("acct_#####", "acct_0012a", false), ("acct_#####", "acct_١٢٣٤٥", true),
        ("Kmi*", "Kmior", true), ("Kmi*", "kmi", true), ("Kmi*", "akmi", false),
        ("Kmi*", "Kmi or", true), ("Kmi* or", "Kmiab or", true), ("Kmi* or", "Kmi a or", false),
        ("*ior", "Kmior", true), ("*ior", "ior", true), ("*ior", "iora", false),
        ("Km*or", "Kmior", true), ("Km*or", "Kmor", true), ("Km*or", "Kmoror", true),
        ("Km*or", "Km or", false), ("Km*or", "Kmora", false), ("a*ab*b", "aabab", true),
        ("a*ab*b", "aab", false), ("a*ab*b", "xaabb", false), ("*a#ab*", "za7abz", true),
        ("*a#ab*", "zaxabz", false), ("#*#ab", "1x2ab", true), ("#*#ab", "12ab", true),
        ("#*#ab", "1ab", false), ("* Kmior *", "the Kmior desk", true),
        ("* Kmior *", "Kmior desk", false),
        ("Müll*", "Muellers", true), ("Müll*", "Müllerin", true), ("*Alder", "d'Alder", true),
        ("ab*ba ab", "abba ab", true), ("ab*ab*ab", "ababab", true), ("ab*ab*ab", "abab", false),
    ])
    func aPatternMatchesWithinItsWords(_ pattern: String, _ text: String, _ isFound: Bool) throws {
        #expect(try Self.finds(pattern, in: text) == isFound)
    }

    @Test(arguments: [
        ("Alder Kmior\nacct_##", "at Alder\nKmior's: ACCT-12", ["0 Alder\nKmior", "1 ACCT-12"]),
        ("*ab*", "xababx", ["0 xababx"]),
        ("Müller", "Mueller & Müller", ["0 Mueller", "0 Müller"]),
        ("ab cd\ncd", "ab cd", ["0 ab cd", "1 cd"]),
    ])
    func aPlaceIsShownInTheOriginal(_ terms: String, _ text: String, _ shown: [String]) throws {
        let automaton = TermAutomaton(try TermSet(lines: terms))
        let bytes = Array(text.utf8)
        let places = automaton.places(in: bytes).map {
            "\($0.term) \(String(decoding: bytes[$0.range], as: UTF8.self))"
        }
        #expect(places == shown)
    }

    @Test func randomTextsAgreeWithANaiveSearch() throws {
        var chance = SplitMix64(seed: 11)
        for round in 0..<300 {
            let letters = Array("abß-о1".prefix(2 + chance.roll(5)))
            func word(_ atMost: Int) -> String {
                String((0...chance.roll(atMost)).map { _ in chance.pick(letters) })
            }
            let lines = (0...chance.roll(30)).map { _ in
                (0...chance.roll(3)).map { _ in word(3) }.joined(separator: " ")
            }.filter { TermPattern($0, wildcards: true).size >= 2 }
            guard !lines.isEmpty else { continue }
            let set = try TermSet(lines: lines.joined(separator: "\n"))
            let text = (0...chance.roll(200)).map { _ in word(4) }.joined(separator: " ")
            let expected = Self.naive(set, Folding.fold(text))
            #expect(Set(Self.hits(set, in: text)) == expected, "round \(round)")
            // With room for hardly any state, all the work is done by comparing.
            let tight = Self.hits(set, in: text, tableSizeAtMost: 256)
            #expect(Set(tight) == expected, "round \(round), tight")
            #expect(tight.count == expected.count)
        }
    }

    @Test func randomPatternsAgreeWithANaiveSearch() throws {
        var chance = SplitMix64(seed: 12)
        for round in 0..<400 {
            let letters = Array("ab1*# ")
            let lines = (0..<8).map { _ in
                String((0...chance.roll(9)).map { _ in chance.pick(letters) })
            }.filter { line in
                let pattern = TermPattern(line, wildcards: true)
                return TermPattern.literalSize(pattern.tokens[pattern.longestLiteral]) >= 2
            }
            guard !lines.isEmpty else { continue }
            let set = try TermSet(lines: lines.joined(separator: "\n"))
            let text = String((0..<60).map { _ in chance.pick(Array("aabb1 ")) })
            let folded = Folding.fold(text)
            let found = Set(Self.hits(set, in: text))
            for (index, term) in set.terms.enumerated() {
                let ends = folded.indices.contains { start in
                    Self.matches(term.patterns[0].tokens[...], folded[start...])
                }
                #expect(found.contains { $0.term == index } == ends, "round \(round): \(term.text)")
            }
        }
    }

    @Test func aLargeSetStaysWithinItsTable() throws {
        let lines = (0..<3_000).map { "Company number \($0) of a very long name" }
        let set = try TermSet(lines: lines.joined(separator: "\n"))
        let automaton = TermAutomaton(set, tableSizeAtMost: 1 << 20)
        #expect(automaton.states.next.count * 4 <= 1 << 20)
        var found: [Int] = []
        automaton.scan(Folding.fold("Company number 2718 of a very long name, not 3000")) {
            term, _ in
            found.append(term)
        }
        #expect(found == [2_718])
    }

    private static func naive(_ set: TermSet, _ text: [UInt8]) -> Set<Hit> {
        var hits: Set<Hit> = []
        for (index, term) in set.terms.enumerated() {
            for start in text.indices
            where term.patterns.contains(where: { text[start...].starts(with: $0.tokens) }) {
                for pattern in term.patterns where text[start...].starts(with: pattern.tokens) {
                    hits.insert(Hit(term: index, end: start + pattern.tokens.count - 1))
                }
            }
        }
        return hits
    }

    /// Whether the tokens match at the beginning of a text: every way is tried.
    private static func matches(_ tokens: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let token = tokens.first else { return true }
        let byte = text.first
        switch token {
        case TermPattern.run:
            if matches(tokens.dropFirst(), text) { return true }
            return byte != nil && byte != 0x20 && matches(tokens, text.dropFirst())
        case TermPattern.word:
            guard byte != nil, byte != 0x20 else { return false }
            return matches([TermPattern.run] + tokens.dropFirst(), text.dropFirst())
        case TermPattern.digit:
            guard let byte, (0x30...0x39).contains(byte) else { return false }
            return matches(tokens.dropFirst(), text.dropFirst())
        default:
            return byte == token && matches(tokens.dropFirst(), text.dropFirst())
        }
    }
}

extension String {
    fileprivate func replacingCharacters(at place: Index, with text: String) -> String {
        self[..<place] + text + self[index(after: place)...]
    }
}
