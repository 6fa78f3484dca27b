import CordonAPI
import FoundationEssentials
import Testing

@Suite struct JSONSyntaxTests {
    @Test(
        arguments: [
            ("null", nil), (" true ", true), ("\r\n\t[ ]", []), ("{ }", .object([:])),
            ("0", 0), ("-0", 0), ("10", 10), ("1.0", 1), ("1e2", 100), ("1.5E-1", 0.15),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
            (#""a\"\\\/\b\f\n\r\té""#, "a\"\\/\u{8}\u{c}\n\r\té"),
            (#""\u00e9\u0000\ud83d\ude00😀""#, "é\u{0}😀😀"),
            (#"{"a":[1,{"b":null}],"":"x"}"#, ["a": [1, ["b": nil]], "": "x"]),
        ] as [(String, JSONValue)])
    func aTextIsRead(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) == expected)
    }

    @Test(arguments: [
        ("", "a value is expected at byte 0"), ("nul", "a value is expected at byte 0"),
        ("[1,]", "a value is expected at byte 3"), ("[1 2]", "a comma or ] is expected at byte 3"),
        ("[1", "a comma or ] is expected at byte 2"), ("{a:1}", "a name is expected at byte 1"),
        (#"{"a" 1}"#, "a colon is expected at byte 5"),
        (#"{"a":1"#, "a comma or } is expected at byte 6"),
        (#"{"a":1,}"#, "a name is expected at byte 7"),
        (#"{"a":1,"\u0061":2}"#, "a name is given twice at byte 7"),
        ("1 2", "there is more after the value at byte 2"),
        ("01", "there is more after the value at byte 1"), ("-", "a digit is expected at byte 1"),
        ("1.", "a digit is expected at byte 2"), (".5", "a value is expected at byte 0"),
        ("1e+", "a digit is expected at byte 3"), ("[1e999]", "a number is too large at byte 1"),
        ("NaN", "a value is expected at byte 0"), ("'a'", "a value is expected at byte 0"),
        ("\"a", "a text has no end at byte 2"), (#""\"#, "a text has no end at byte 2"),
        ("\"a\nb\"", "a control character must be escaped at byte 2"),
        (#""\x""#, "this cannot be escaped at byte 2"),
        (#""\u12g4""#, "a hexadecimal digit is expected at byte 5"),
        (#""\ud83d""#, "half a surrogate pair stands alone at byte 7"),
        (#""\ud83d\u0041""#, "half a surrogate pair stands alone at byte 13"),
        (#""\ude00""#, "half a surrogate pair stands alone at byte 7"),
        ("\u{feff}1", "a value is expected at byte 0"),
        ("// a\n1", "a value is expected at byte 0"),
    ])
    func anythingElseIsRefusedWhereItBreaks(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: Array(text.utf8))
        }
        #expect(error?.description == message)
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe9]] {
            #expect(throws: JSONSyntaxError.self) {
                try JSONValue(parsing: [0x22] + bytes + [0x22])
            }
        }
    }

    @Test func nestingEndsSomewhere() throws {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: deep) }
        #expect(error?.offset == 512)
    }

    /// What the encoder writes comes back, and no broken text makes the parser trap.
    @Test func randomValuesGoRoundAndRandomDamageIsSurvived() throws {
        var generator = Sequence64(state: 42)
        for _ in 0..<300 {
            let value = Self.value(depth: 4, using: &generator)
            var bytes = [UInt8](try JSONEncoder().encode(value))
            #expect(try JSONValue(parsing: bytes) == value)
            for _ in 0..<3 {
                let place = bytes.indices.randomElement(using: &generator) ?? 0
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            // Only a trap would be a failure: some damage leaves valid JSON.
            _ = try? JSONValue(parsing: bytes)
            _ = try? JSONValue(parsing: Array(bytes.prefix(bytes.count / 2)))
        }
    }

    private static func value(depth: Int, using generator: inout Sequence64) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .number(Double.random(in: 0..<1, using: &generator) + 0.5e-9)
        case 4, 5:
            let letters = Array("a\"\\/\n\u{0}é😀\u{2028}")
            let count = Int.random(in: 0...5, using: &generator)
            return .string(
                String((0..<count).compactMap { _ in letters.randomElement(using: &generator) }))
        case 6:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in value(depth: depth - 1, using: &generator) })
        default:
            let count = Int.random(in: 0...4, using: &generator)
            let members = (0..<count).map {
                ("name_\($0)", value(depth: depth - 1, using: &generator))
            }
            return .object(Dictionary(uniqueKeysWithValues: members))
        }
    }
}
