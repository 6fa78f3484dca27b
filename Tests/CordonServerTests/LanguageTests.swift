import CordonCore
import FoundationEssentials
import Testing

@testable import CordonWeb

/// What a page becomes for one reader: language, numbers, times.
struct LanguageTests {
    @Test(arguments: [
        (nil, Language.english), ("", .english), ("de", .german), ("de-AT, en;q=0.5", .german),
        ("en-GB,de;q=0.9", .english), ("fr, de;q=0.2, en;q=0.8", .english), ("fr", .english),
        ("de;q=0, en", .english), ("DE", .german), (";;,,q=", .english), ("fr,de", .german),
    ])
    func theBrowsersFirstWishThatWeHaveIsMet(_ header: String?, _ language: Language) {
        #expect(Language(accepted: header) == language)
    }

    @Test(arguments: [
        (0, "0", "0"), (999, "999", "999"), (1_234, "1234", "1234"),
        (12_345, "12,345", "12.345"), (1_000_000, "1,000,000", "1.000.000"),
        (-12_345, "-12,345", "-12.345"),
    ])
    func numbersHaveTheMarksOfTheLanguage(_ number: Int, _ english: String, _ german: String) {
        #expect(Language.english.text(of: number) == english)
        #expect(Language.german.text(of: number) == german)
    }

    @Test(arguments: [
        (1, "1 hour", "1 Stunde"), (0, "0 hours", "0 Stunden"), (2, "2 hours", "2 Stunden"),
    ])
    func aNumberDecidesBetweenSingularAndPlural(_ n: Int, _ english: String, _ german: String) {
        let html = HTML.say("\(n) hours")
        #expect(html.text(for: Sample.reading()) == english)
        #expect(html.text(for: Sample.reading(.german)) == german)
    }

    @Test func whatIsPutIntoATextIsEscapedAndTheTextTooInEveryLanguage() {
        let html = HTML.say("Act now: \("<b>%1&") is still stopping")
        #expect(html.text(for: Sample.reading()) == "Act now: &lt;b&gt;%1&amp; is still stopping")
        let unknown = HTML.say("“5 % < \(7)” & more")
        let text = unknown.text(for: Sample.reading(.german))
        #expect(text == "“5 % &lt; 7” &amp; more")
    }

    @Test func aSentenceOfTheRulesIsTranslatedWithItsNames() throws {
        let json = """
            {"%1 is stopping: confirm its %2.": {"de": "%1 wird gestoppt: %2 bestätigen.", "told": true},
            "Stop the workflow.": {"de": "Den Workflow stoppen."}}
            """
        let catalogue = try Catalogue(json: Array(json.utf8))
        #expect(
            catalogue.translated("refunds is stopping: confirm its targets.", to: .german)
                == "refunds wird gestoppt: targets bestätigen.")
        #expect(catalogue.translated("Stop the workflow.", to: .german) == "Den Workflow stoppen.")
        #expect(catalogue.translated("Something else.", to: .german) == "Something else.")
        #expect(catalogue.translated("Stop the workflow.", to: .english) == "Stop the workflow.")
        // Nothing stands at a place: it is another sentence.
        #expect(
            catalogue.translated(" is stopping: confirm its x.", to: .german)
                == " is stopping: confirm its x.")
    }

    @Test(arguments: [
        "[]", "{\"a\": 1}", "{\"a\": {\"xx\": \"b\"}}", "{\"a\": {\"de\": {\"one\": 1}}}",
    ])
    func whatIsNoCatalogueIsRefused(_ json: String) {
        #expect(throws: Catalogue.Fault.self) { try Catalogue(json: Array(json.utf8)) }
    }

    private static let evening = Instant(milliseconds: 1_776_463_385_000)

    @Test(arguments: [
        ("GMT", Language.english, "17 April 2026, 22:03 UTC"),
        ("Europe/Berlin", .english, "18 April 2026, 00:03 (17 April 2026, 22:03 UTC)"),
        ("Europe/Berlin", .german, "18. April 2026, 00:03 (17. April 2026, 22:03 UTC)"),
        ("America/New_York", .english, "17 April 2026, 18:03 (22:03 UTC)"),
    ])
    func timesAreToldInTheReadersZoneWithUTCBeside(
        _ zone: String, _ language: Language, _ words: String
    ) throws {
        var reading = Sample.reading(language)
        reading.zone = try #require(TimeZone(identifier: zone))
        #expect(reading.words(of: Self.evening) == words)
    }

    @Test(arguments: [
        ("2026-04-18T00:03", 1_776_463_380_000 as Int64?), ("2026-04-18", 1_776_463_200_000),
        ("2026-04-17T22:03:05Z", 1_776_463_385_000), ("2026-04-31", nil), ("yesterday", nil),
        ("", nil), ("2026-04", nil), ("2026-13-01", nil), ("2026-04-17T11:75", nil),
        ("2026-04-17T24:00", nil), ("9999999999999999-01-01", nil), ("10000-01-01", nil),
        ("1582-12-31", nil), ("2026-00-10", nil), ("2026-04-00", nil),
    ])
    func whatIsTypedIsATimeOfTheReadersZone(_ typed: String, _ at: Int64?) throws {
        var reading = Sample.reading()
        reading.zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        #expect(reading.instant(fromField: typed)?.milliseconds == at)
    }

    @Test func aMomentInASentenceOfTheRulesIsToldInWords() {
        let html: HTML = "\(told: "The watch runs until 2026-12-07T02:51:21.492Z.")"
        #expect(
            html.text(for: Sample.reading()) == "The watch runs until 7 December 2026, 02:51 UTC.")
    }

    @Test func aTimeComesBackFromItsField() throws {
        var reading = Sample.reading()
        reading.zone = try #require(TimeZone(identifier: "Asia/Kolkata"))
        let field = reading.field(of: Self.evening)
        #expect(field == "2026-04-18T03:33")
        let minute: Int64 = 60_000
        #expect(
            reading.instant(fromField: field)?.milliseconds
                == Self.evening.milliseconds / minute * minute)
    }
}
