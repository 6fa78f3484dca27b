import CordonAPI
import FoundationEssentials
import Testing

@Suite struct JSONValueDecoderTests {
    @Test func aTypeIsDecodedAsFromItsText() throws {
        let text = #"""
            {"full_name":"Kim","is_open":true,"level":2,"share":1,"ratio":0.5,"byte":255,
             "tags":["a","b"],"counts":{"aB":1,"c_d":2},"state":"closed","note":null,
             "parts":[{"part_name":"x"},{"part_name":"y","note":"z"}],
             "by_name":{"k_1":{"part_name":"x"}},"free":{"aB":[1.5,null]},"grid":[[1,null],[]]}
            """#
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let expected = try decoder.decode(Whole.self, from: Data(text.utf8))
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(try value.decoded(as: Whole.self) == expected)
        #expect(expected.counts == ["aB": 1, "c_d": 2])
        #expect(expected.free == ["aB": [1.5, nil]])
    }

    @Test(
        arguments: [
            ["part_name": 1], ["part_name": nil], .object([:]), [], nil, "x",
            ["part_name": "x", "note": false],
        ] as [JSONValue])
    func whatDoesNotFitIsRefused(value: JSONValue) {
        #expect(throws: DecodingError.self) { try value.decoded(as: Part.self) }
    }

    @Test func anIntegerMustFit() throws {
        #expect(try JSONValue.number(2).decoded(as: Int.self) == 2)
        #expect(try JSONValue.integer(255).decoded(as: UInt8.self) == 255)
        #expect(throws: DecodingError.self) { try JSONValue.integer(256).decoded(as: UInt8.self) }
        #expect(throws: DecodingError.self) { try JSONValue.number(0.5).decoded(as: Int.self) }
        #expect(throws: DecodingError.self) { try JSONValue.number(1e300).decoded(as: Int.self) }
    }

    @Test func whatHasNoViolationsCanBeDecoded() throws {
        var set = SchemaSet(strict: true)
        let schema = try set.schema(of: Part.self)
        let value: JSONValue = ["part_name": "x", "note": nil]
        #expect(set.violations(of: value, against: schema) == [])
        #expect(try value.decoded() == Part(partName: "x", note: nil))
    }
}

private struct Part: Codable, Equatable {
    var partName: String
    var note: String?
}

private struct Whole: Codable, Equatable {
    var fullName: String
    var isOpen: Bool
    var level: Int
    var share: Double
    var ratio: Float
    var byte: UInt8
    var tags: Set<String>
    var counts: [String: Int]
    var state: State
    var note: String?
    var parts: [Part]
    var byName: [String: Part]?
    var free: JSONValue
    var grid: [[Int?]]
}
