import Testing

@testable import CordonCore

/// What counts as the same name, and what does not.
@Suite struct FoldingTests {
    private static func folded(_ text: String) -> String {
        String(decoding: Folding.fold(text), as: UTF8.self)
    }

    @Test(arguments: [
        ("", " "), (" ", " "), ("...", " "), ("Alder", " alder "), (" Alder\n", " alder "),
        ("Alder  Kmior", " alder kmior "), ("Room 101", " room 101 "),
        ("Alder\r\nKmior", " alder kmior "), ("Alder\tKmior", " alder kmior "),
        ("Alder-Kmior", " alder kmior "), ("Alder/Kmior", " alder kmior "),
        ("acct_00123", " acct 00123 "), ("«Alder» (Kmior)", " alder kmior "),
        ("**Alder** | Kmior", " alder kmior "), ("a@b.example", " a b example "),
        ("AT&T", " at t "), ("100%", " 100 "), ("C:\\temp", " c temp "),
    ])
    func aFoldedTextIsWordsBetweenSingleSpaces(_ text: String, _ folded: String) {
        #expect(Self.folded(text) == folded)
    }

    @Test(arguments: [
        "\u{20}", "\u{A0}", "\u{1680}", "\u{2000}", "\u{2003}", "\u{2007}", "\u{2009}", "\u{200A}",
        "\u{2028}", "\u{2029}", "\u{202F}", "\u{205F}", "\u{3000}", "\n", "\t", "\u{B}", "\u{C}",
        "\r", "\u{85}", "-", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2212}",
        "\u{FE63}", "\u{FF0D}", "/", "\u{2044}", "_", ",", ";", ":", "·", "•", "…", "\u{2800}", "|",
        "\u{FFFD}", "\u{E000}", "😀", "👩🏽‍💻",
    ])
    func everySeparatorIsOneSpace(_ separator: String) {
        #expect(Self.folded("Alder\(separator)Kmior") == " alder kmior ")
        #expect(Self.folded("Alder \(separator)\(separator) Kmior") == " alder kmior ")
    }

    @Test(arguments: [
        "\u{AD}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{34F}", "\u{61C}",
        "\u{200E}", "\u{202E}", "\u{2066}", "\u{FE0F}", "\u{E0041}", "\u{E0100}", "\u{180E}",
        "\u{115F}", "\u{3164}", "\u{FFA0}", "\u{0}", "\u{7F}", "\u{301}", "\u{20DD}", "\u{336}",
        "¨",
    ])
    func whatIsInvisibleOrAMarkVanishes(_ text: String) {
        #expect(Self.folded("Al\(text)der") == " alder ")
        #expect(Self.folded("\(text)Alder\(text) \(text)Kmior\(text)") == " alder kmior ")
    }

    @Test(arguments: [
        ("Straße", "STRASSE"), ("STRAẞE", "strasse"), ("Łukasz", "lukasz"), ("Ørsted", "ORSTED"),
        ("Đorđe", "dorde"), ("Æther", "aether"), ("Œuvre", "oeuvre"), ("Þór", "thor"),
        ("Guðrún", "gudrun"), ("Işık", "isik"), ("İstanbul", "istanbul"),
        ("Núñez", "Nu\u{301}n\u{303}ez"),
        ("Ångström", "A\u{30A}NGSTRO\u{308}M"), ("Nguyễn", "nguyen"), ("ﬁnance", "finance"),
        ("ŉ", "n"), ("Ǆ", "dz"), ("Şahin", "Șahin"), ("Əliyev", "eliyev"), ("µ", "μ"),
    ])
    func caseAndMarksDoNotCount(_ one: String, _ other: String) {
        #expect(Self.folded(one) == Self.folded(other))
    }

    @Test(arguments: [
        ("N\u{43E}vak", "Novak"), ("\u{410}\u{435}r\u{43E}", "Aero"), ("Ｎｏｖáｋ", "Novak"),
        ("𝐍𝐨𝐯𝐚𝐤", "Novak"), ("𝒩𝓸𝔳𝕒𝗄", "Novak"), ("Ⓝⓞⓥⓐⓚ", "Novak"), ("🅽🅾🆅🅰🅺", "Novak"),
        ("ɴᴏᴠᴀᴋ", "Novak"), ("Νovak", "Novak"), ("Noνak", "Novak"), ("Mσller", "Moller"),
        ("Straβe", "Strasse"), ("Ivanоv", "Ivanov"), ("Іvanov", "Ivanov"), ("Αnna", "Anna"),
        ("ꓢmith", "Smith"), ("Տmith", "Smith"), ("acct ١٢٣", "acct 123"), ("№ 7", "no 7"),
        ("acct １２₃", "acct 123"), ("νancy", "vancy"), ("Luluυ", "Luluu"), ("Henry Ⅷ", "Henry VIII"),
    ])
    func aLookAlikeIsTheLetterItLooksLike(_ disguised: String, _ plain: String) {
        #expect(Self.folded(disguised) == Self.folded(plain))
    }

    @Test(arguments: [
        ("Вор", "ВОР"), ("Щукин", "ЩУКИН"), ("Йорк", "И\u{306}орк"), ("Νίκος", "ΝΙΚΟΣ"),
        ("Ηρώ", "ηρω"), ("Ωνάσης", "ΩΝΑΣΗΣ"), ("Սարգսյան", "ՍԱՐԳՍՅԱՆ"), ("Ꭰꭱ", "ꭰᎡ"),
        ("ยิ่ง", "ยิง"), ("שָׁלוֹם", "שלום"), ("علي", "علی"), ("مُحَمَّد", "محـمد"), ("ﷴ", "محمد"),
    ])
    func otherScriptsFoldTheirOwnCaseAndMarks(_ one: String, _ other: String) {
        #expect(Self.folded(one) == Self.folded(other))
    }

    @Test(arguments: [
        ("O'Brien", "OBrien"), ("O\u{2019}Brien", "OBrien"), ("O\u{2018}Brien", "OBrien"),
        ("O\u{2BC}Brien", "OBrien"), ("O\u{FF07}Brien", "OBrien"), ("O`Brien", "OBrien"),
        ("O\u{B4}Brien", "OBrien"), ("O\u{2032}Brien", "OBrien"), ("O''Brien", "OBrien"),
        ("O\\'Brien", "OBrien"), ("Alder's", "Alder"), ("Alder\u{2019}s", "Alder"),
        ("ALDER'S", "Alder"), ("Alder\u{2BC}ѕ.", "Alder"), ("'Alder's'", "Alder"),
        ("\u{2018}Alder\u{2019}s\u{2019}", "Alder"), ("Jones'", "Jones"),
        ("Jones\u{2019} car", "Jones car"), ("'Alder Kmior'", "Alder Kmior"),
        ("Alder's\u{200B} Kmior", "Alder Kmior"), ("Alder's\nKmior", "Alder Kmior"),
        ("'s-Hertogenbosch", "s Hertogenbosch"), ("O'Shea", "oshea"), ("D'Souza's", "dsouza"),
    ])
    func apostrophesAndPossessivesDoNotCount(_ one: String, _ other: String) {
        #expect(Self.folded(one) == Self.folded(other))
    }

    @Test(arguments: [
        ("Alder S.A.", "Alder SA"), ("Alder G.m.b.H.", "Alder GmbH"),
        ("J.R.R. Tolkien", "JRR Tolkien"),
        ("Plan A.Kmior", "Plan A Kmior"), ("Inc. A", "Inc A"), ("a.bc", "a bc"), ("é.a", "e a"),
        ("v1.2", "v1 2"), (".a.", "a"),
    ])
    func initialsAreOneWord(_ one: String, _ other: String) {
        #expect(Self.folded(one) == Self.folded(other))
    }

    @Test(arguments: [
        ("Acme™", "Acme"), ("Acme® Ltd", "Acme Ltd"), ("Kmior¹", "Kmior"), ("Kmior①,", "Kmior"),
        ("½ Kmior", "1 2 kmior"), ("🇩🇪Kmior🇩🇪", "Kmior"),
    ])
    func aMarkBehindANameIsNoPartOfIt(_ one: String, _ other: String) {
        #expect(Self.folded(one) == Self.folded(other))
    }

    @Test(arguments: [
        ("M\\u00fcller", "Muller"), ("M\\u00FCller", "Muller"), ("\\ud835\\udc0dovak", "Novak"),
        ("Alder\\nKmior", "Alder Kmior"), ("Alder\\\\nKmior", "Alder Kmior"),
        ("C:\\nancy", "C nancy"), ("M&uuml;ller", "Muller"), ("M&#252;ller", "Muller"),
        ("M&#xFC;ller", "Muller"), ("O&#39;Brien", "OBrien"), ("O&rsquo;Brien", "OBrien"),
        ("Alder&nbsp;Kmior", "Alder Kmior"), ("Smith &amp; Co", "Smith & Co"),
        ("Stra&szlig;e", "strasse"), ("AT&T; more", "AT T more"), ("M%C3%BCller", "Muller"),
        ("Alder%20Kmior", "Alder Kmior"), ("Alder+Kmior", "Alder Kmior"), ("50%41", "50 41"),
        ("%C3", " c3 "), ("%C3%2", " c3 2 "), ("\\ud835", "\u{FFFD}"), ("\\ud835\\u0041", " a "),
        ("\\u12", " u12 "), ("&#x110000;", " "), ("&;", " "), ("&#;", " "), ("\\", " "), ("&", " "),
    ])
    func aLetterMayBeWrittenByItsNumberOrName(_ one: String, _ other: String) {
        #expect(Self.folded(one) == Self.folded(other))
    }

    @Test(arguments: [
        ("田中さん", " 田 中 さ ん "), ("田中\n太郎", " 田 中 太 郎 "), ("김철수는", " 김 철 수 는 "),
        ("\u{1100}\u{1175}\u{11B7}", " 김 "), ("\u{1100}\u{1175}", " 기 "), ("ｶﾞ", " カ \u{3099} "),
        ("ガ", " カ \u{3099} "), ("Acme田", " acme 田 "), ("豈", " 豈 "), ("\u{2F00}", " 一 "),
    ])
    func scriptsWithoutSpacesAreWordsOfOneCharacter(_ text: String, _ folded: String) {
        #expect(Self.folded(text).unicodeScalars.elementsEqual(folded.unicodeScalars))
    }

    @Test func differentNamesStayDifferent() {
        let names = [
            "Alder", "Elder", "Older", "Aldera", "Al der", "Alder 1", "Alder l", "Mo", "M0", "Rn",
            "M", "Ivan", "Иван", "田中", "中田", "Müller", "Mueller", "Smith & Co", "Smith and Co",
        ]
        #expect(Set(names.map(Self.folded)).count == names.count)
    }

    @Test(arguments: [
        ("Σoφία", "Σοφία"), ("Ивaнoв", "Иванов"), ("Ωνάσηs", "Ωνάσηѕ"), ("Νίκoς", "ΝΊΚΟΣ"),
    ])
    func aStrayLatinLetterInANameOfAnotherScriptDoesNotCount(_ one: String, _ other: String) {
        #expect(Self.folded(one) == Self.folded(other))
    }

    @Test func whatAScalarFoldsToIsFolded() {
        var all = String.UnicodeScalarView()
        for value in UInt32(0)..<0x3_2000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            all.append(scalar)
            all.append(" ")
        }
        let once = Folding.fold(String(all))
        var twice: [UInt8] = []
        Folding.fold(once, into: &twice)
        #expect(once == twice)
    }

    @Test func everyLetterFoldsAsItsOtherCase() {
        for value in UInt32(0x80)..<0x1_F000 {
            guard let scalar = Unicode.Scalar(value), scalar.properties.isCased else { continue }
            let upper = scalar.properties.uppercaseMapping
            let cases = scalar.properties.lowercaseMapping + String(scalar) + upper
            // Letters that are newer than the tables fold to themselves.
            let isKnown = cases.unicodeScalars.allSatisfy { ($0.properties.age?.major ?? 99) <= 14 }
            guard isKnown else { continue }
            let folded = Folding.fold(String(scalar))
            let code = String(value, radix: 16)
            #expect(folded == Folding.fold(scalar.properties.lowercaseMapping), "\(code)")
            #expect(folded == Folding.fold(upper), "\(code)")
        }
    }

    @Test func anyBytesAreFoldedAndKeepTheirShape() {
        var chance = SplitMix64(seed: 4)
        let pieces: [[UInt8]] = [
            Array("Al".utf8), Array("'s".utf8), [0x20], [0xC3], [0xC3, 0xBC], [0xEF, 0xB7, 0xBA],
            [0xF0, 0x9D], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xFF], Array("\\u".utf8), [0x26],
            Array("00fc".utf8), [0x25], [0xE4, 0xBD, 0xA0], [0xE1, 0x84, 0x80], [0xE1, 0x85, 0xB5],
        ]
        for _ in 0..<3_000 {
            let text = (0..<chance.roll(12)).flatMap { _ in
                chance.chance(80) ? chance.pick(pieces) : [UInt8(chance.roll(256))]
            }
            var folded: [UInt8] = [1, 2, 3]
            Folding.fold(text, into: &folded)
            #expect(folded.first == 0x20 && folded.last == 0x20)
            #expect(!zip(folded, folded.dropFirst()).contains { $0 == 0x20 && $1 == 0x20 })
            #expect(String(validating: folded, as: UTF8.self) != nil)
            #expect(FoldedText(text).bytes == folded)
        }
    }

    @Test func aTextThatGrowsIsFoldedWhole() {
        let long = String(repeating: "\u{FDFA}", count: 5_000)
        let one = Folding.fold("\u{FDFA}")
        #expect(Folding.fold(long).count > 150_000)
        #expect(Folding.fold(long).starts(with: one.dropLast()))
        var folded = Array("kept".utf8)
        Array(long.utf8).withUnsafeBufferPointer { Folding.append($0, to: &folded) }
        #expect(folded == Array("kept".utf8) + Folding.fold(long))
    }

    @Test(arguments: [
        ("to Alder Kmior's desk", "Alder Kmior", ["Alder Kmior"]),
        ("Alder\nKmior, ALDER–KMIOR", "alder kmior", ["Alder\nKmior", "ALDER–KMIOR"]),
        ("O\u{2019}Brien's", "OBrien", ["O\u{2019}Brien"]),
        ("Noval\u{301}", "noval", ["Noval\u{301}"]),
        ("Nu\u{301}n\u{303}ez.", "Núñez", ["Nu\u{301}n\u{303}ez"]),
        ("Al\u{200D}der", "Alder", ["Al\u{200D}der"]),
        ("die STRASSE, die Straße", "Straße", ["STRASSE", "Straße"]), ("Aldera", "Alder", []),
        ("M&uuml;ller sagt", "Müller", ["M&uuml;ller"]), ("田中さん", "田中", ["田中"]),
        ("a b a b a", "a b a", ["a b a", "a b a"]), ("Jones\u{2019} car", "jones", ["Jones"]),
        ("", "Alder", []), ("Alder", "", []),
    ])
    func aHitIsShownInTheOriginal(_ text: String, _ term: String, _ shown: [String]) {
        let places = FoldedText(text.utf8).places(of: Folding.fold(term))
        let bytes = Array(text.utf8)
        let texts = places.map { String(decoding: bytes[$0], as: UTF8.self) }
        #expect(texts.map { Array($0.utf8) } == shown.map { Array($0.utf8) })
    }
}
