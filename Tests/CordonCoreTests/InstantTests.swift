import CordonCore
import Testing

struct InstantTests {
    @Test func everyMillisecondSurvivesTheText() {
        for offset in 0..<20_000 {
            let instant = Instant(milliseconds: 1_776_459_785_120 + Int64(offset) * 7)
            #expect(Instant(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test(arguments: [
        ("2026-04-17T21:03:05Z", 1_776_459_785_000), ("2026-04-17T21:03:05.12Z", 1_776_459_785_120),
        ("2026-04-17T23:03:05.1209+02:00", 1_776_459_785_120),
        ("1969-12-31T23:59:59.999Z", -1), ("1970-01-01T00:00:00.000Z", 0),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
        ("2000-03-01T00:00:00.001Z", 951_868_800_001),
        ("2100-12-31T00:00:00.000Z", 4_133_894_400_000),
        ("1583-01-01T00:00:00.000Z", -12_212_553_600_000),
    ])
    func aTimeIsReadInAnyOffsetAndPrecision(text: String, milliseconds: Int64) {
        #expect(Instant(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "today", "2026-04-17", "2026-04-17T21:03:05", "2026-04-17T21:03:05.Z"])
    func whatIsNoTimeIsNotRead(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test func aTimeIsWrittenWithMilliseconds() {
        #expect(Instant(milliseconds: 1_776_459_785_120).rfc3339 == "2026-04-17T21:03:05.120Z")
        #expect(Instant(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
    }
}
