import Testing

struct SwiftTextTests {
    @Test(arguments: [
        ("a // b", "a "),
        ("a /* b /* c */ d */ e", "a  e"),
        ("f(\"x // y\") // z", "f(\"\") "),
        ("f(\"x \\(g(\"y\", (1))) z\", b)", "f(\" g(\"\", (1))\", b)"),
        ("f(#\"a \"b\" \\(c)\"#)", "f(\"\")"),
        ("f(#\"a \\#(c) b\"#)", "f(\" c\")"),
        ("f(\"a \\\" b\")", "f(\"\")"),
        ("#if DEBUG", "#if DEBUG"),
    ])
    func codeIsToldApart(_ source: String, _ code: String) {
        #expect(SwiftText(source).lines.map(\.code) == [code])
    }

    @Test func aStringOfSeveralLinesIsOneLiteral() {
        let text = SwiftText("let a = \"\"\"\n  one \"two\"\n  \\(three) // four\n  \"\"\" + b\n")
        #expect(text.literals.map(\.text) == ["\n  one \"two\"\n  \\() // four\n  "])
        #expect(text.literals.map(\.line) == [0])
        #expect(text.lines.map(\.code) == ["let a = \"", "", " three", "\" + b"])
        #expect(text.lines.map(\.beginsInString) == [false, true, true, true])
        #expect(text.lines.map(\.comment).joined().isEmpty)
    }

    @Test func linesAreCountedAsAnEditorDoes() {
        #expect(SwiftText("a\nb\n").lines.count == 2)
        #expect(SwiftText("a\nb").lines.count == 2)
        #expect(SwiftText("é👩‍💻\n").lines.map(\.width) == [2])
    }

    @Test func aQuotationMarkInARegexHidesOneLineAtMost() {
        let text = SwiftText("let r = /\"/\nlet now = Date()\n")
        #expect(text.lines.last?.code == "let now = Date()")
    }
}
