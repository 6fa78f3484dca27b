import CordonAPI
import Testing

@Suite struct TextFormatTests {
    @Test(arguments: [
        "2026-01-31T09:30:00Z", "2026-01-31T09:30:00.1Z", "2026-01-31T09:30:00.123456789Z",
        "2024-02-29T23:59:59+14:00", "2000-02-29T00:00:00-00:30", "0000-01-01T00:00:00Z",
    ])
    func aDateAndTimeWithOffsetIsOne(text: String) {
        #expect(isMet("date-time", by: text))
    }

    @Test(arguments: [
        "", "2026-01-31", "2026-01-31T09:30:00", "2026-01-31 09:30:00Z", "2026-01-31T09:30Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:60:00Z",
        "2026-12-31T23:59:60Z", "2026-01-31T09:30:00.Z", "2026-01-31T09:30:00.1234567890Z",
        "2026-01-31T09:30:00+24:00", "2026-01-31T09:30:00+01:60", "2026-01-31T09:30:00+0100",
        "2026-01-31t09:30:00z", "2026-01-31T09:30:00Z ", "２026-01-31T09:30:00Z",
        "2026-01-31T09:30:00.5",
    ])
    func anythingElseIsNoDateAndTime(text: String) {
        #expect(!isMet("date-time", by: text))
    }

    @Test(arguments: [
        "https://example.com", "http://[::1]:8080/a?b=c#d", "urn:cordon:1", "mailto:a@example.com",
        "a+b-c.1:%C3%A9",
    ])
    func aURIHasAScheme(text: String) {
        #expect(isMet("uri", by: text))
    }

    @Test(arguments: [
        "", "example.com", ":a", "https:", "1a:b", "a b:c", "https://exa mple", "https://é",
        "https://a/%2", "https://a/%zz", "/path", "https://a/<b>",
    ])
    func aReferenceOrALineOfTextIsNoURI(text: String) {
        #expect(!isMet("uri", by: text))
    }

    @Test func aFormatThatIsNotKnownOnlyDescribes() {
        #expect(isMet("email", by: "nobody"))
    }

    private func isMet(_ format: String, by text: String) -> Bool {
        SchemaSet(strict: true).violations(of: .string(text), against: .string(format: format))
            .isEmpty
    }
}
