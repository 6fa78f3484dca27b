import CordonAPI
import FoundationEssentials
import Testing

@Suite struct SnakeCaseTests {
    @Test(arguments: [
        ("affectedUsers", "affected_users"), ("title", "title"), ("", ""), ("x", "x"),
        ("requestID", "request_id"), ("myURLText", "my_url_text"), ("URLText", "u_rl_text"),
        ("timeToContainMs", "time_to_contain_ms"), ("level2Count", "level2_count"),
        ("sha256", "sha256"), ("aB", "a_b"), ("aBC", "a_bc"), ("ABc", "a_bc"),
        ("a1B2c", "a1_b_2c"), ("_hidden", "_hidden"), ("two words", "two words"),
    ])
    func namesAreSpelledForTheWire(name: String, expected: String) {
        #expect(snakeCased(name) == expected)
    }

    @Test func everyNameIsSpelledAsTheEncoderSpellsIt() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        var generator = Sequence64(state: 20_260_417)
        for _ in 0..<2_000 {
            let letters = Array("abcABCZ019_é ")
            let name = String(
                (0..<Int.random(in: 1...9, using: &generator)).compactMap { _ in
                    letters.randomElement(using: &generator)
                })
            let text = String(decoding: try encoder.encode(Named(name: name)), as: UTF8.self)
            #expect(text == "{\"\(snakeCased(name))\":1}", "\(name)")
        }
    }
}

/// An object with one property of any name.
private struct Named: Encodable {
    let name: String

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(1, forKey: Key(stringValue: name))
    }
}

/// SplitMix64, so that a failure comes back.
struct Sequence64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
