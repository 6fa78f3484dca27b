import CordonAPI
import FoundationEssentials
import Testing

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), ("true", true), ("false", false), ("0", 0), ("-7", -7),
            ("1.5", 1.5), ("9223372036854775807", .integer(.max)), ("1e300", .number(1e300)),
            ("\"\"", ""), ("\"a\\u0000b\"", "a\u{0}b"), ("[]", []), ("{}", .object([:])),
            ("[1,[\"x\",null],{\"a\":{}}]", [1, ["x", nil], ["a": .object([:])]]),
        ] as [(String, JSONValue)])
    func everyKindOfValueGoesRound(text: String, value: JSONValue) throws {
        let decoded = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(decoded == value)
        let encoded = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: encoded) == value)
    }

    @Test func aWholeNumberIsAnIntegerHoweverItIsSpelled() throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data("1.0".utf8)) == 1)
    }

    @Test func aNumberBeyondEveryDoubleIsRefused() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(JSONValue.self, from: Data("[1e999]".utf8))
        }
    }

    @Test func theNamesInsideAreLeftAlone() throws {
        struct Call: Codable, Equatable {
            var toolArguments: JSONValue
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        let text = #"{"tool_arguments":{"a_b":[{"cD":1}],"eF":{"g_h":2}}}"#
        let call = try decoder.decode(Call.self, from: Data(text.utf8))
        #expect(call.toolArguments == ["a_b": [["cD": 1]], "eF": ["g_h": 2]])
        #expect(String(decoding: try encoder.encode(call), as: UTF8.self) == text)
    }
}
