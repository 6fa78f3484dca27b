import CordonCore
import Testing

/// The note in which a caller says that it went on without the gate.
@Suite struct OpenUseTests {
    private func read(_ json: String) throws -> OpenUse? { try OpenUse(note: Array(json.utf8)) }

    @Test func aNoteThatSaysNothingOfItIsJustANote() throws {
        #expect(try read(#"{"text":"went_on_without_gate"}"#) == nil)
        #expect(try read("[]") == nil)
        #expect(try read(#"{"other":{"went_on_without_gate":{"count":0}}}"#) == nil)
    }

    @Test func itSaysHowOftenAndWhen() throws {
        let use = try read(
            #"{"went_on_without_gate":{"count":3,"first":{"at":"2026-04-17T09:00:00Z"},"#
                + #""last":{"at":"2026-04-17T09:05:00Z","reason":"gone"}}}"#)
        #expect(
            use
                == OpenUse(
                    .withoutGate, count: 3, firstAt: Instant(rfc3339: "2026-04-17T09:00:00Z"),
                    lastAt: Instant(rfc3339: "2026-04-17T09:05:00Z")))
        #expect(try read(#"{"went_on_without_gate":{"count":1,"first":7}}"#)?.firstAt == nil)
    }

    @Test(arguments: [
        ("0", false), ("1", true), ("1000000000", true), ("1000000001", false), ("-1", false),
        ("1.5", false), (#""3""#, false), ("null", false),
        ("99999999999999999999999999", false),
    ])
    func theCountHasBounds(_ count: String, _ holds: Bool) {
        let json = #"{"went_on_without_gate":{"count":\#(count)}}"#
        if holds {
            #expect(throws: Never.self) { try read(json) }
        } else {
            #expect(throws: Refusal.self) { try read(json) }
        }
    }

    @Test(arguments: ["3", "null", "[]", "{}", #""often""#])
    func whatIsNoObjectWithACountIsRefused(_ value: String) {
        #expect(throws: Refusal.self) { try read(#"{"went_on_without_gate":\#(value)}"#) }
    }

    @Test func severalAddUp() {
        let early = Instant(milliseconds: 1_000)
        let late = Instant(milliseconds: 9_000)
        var sum = OpenUse(.withoutGate, count: 2, firstAt: late, lastAt: late)
        sum.add(OpenUse(.withoutGate, count: 3, firstAt: early, lastAt: early))
        sum.add(OpenUse(.withoutGate))
        #expect(sum == OpenUse(.withoutGate, count: 6, firstAt: early, lastAt: late))
    }
}
