import CordonCore
import Testing

struct PlainRunTests {
    @Test(arguments: [
        ("Invoice coding", "invoice coding"), ("INC-2026-0042", "inc-2026-0042"),
        ("Müller & Söhne", "ller "), ("100%_sure", "sure"), ("cafe\u{301} au lait", " au lait"),
        ("x\"yy", "yy"), ("v1.2", "v1.2"),
    ])
    func theLongestRunIsFound(words: String, run: String) {
        #expect(PlainRun(of: words)?.text == run)
    }

    @Test(arguments: ["", "日本", "é", "%%", "e\u{301}"])
    func whereNoneIsEverythingIsRead(words: String) {
        #expect(PlainRun(of: words) == nil)
    }
}
