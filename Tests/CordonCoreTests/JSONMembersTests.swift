import Testing

@testable import CordonCore

@Suite struct JSONMembersTests {
    private static func members(_ text: String) -> JSONMembers? {
        JSONMembers(Array(text.utf8)[...])
    }

    private static func canonical(_ text: String) -> String? {
        JSONScan.canonical(Array(text.utf8)[...]).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func valuesAreKeptAsTheyWereWritten() throws {
        let bytes = Array(#"xx { "\u0061" : 1.50, "b" : { "c" : [1 , 2] } } yy"#.utf8)
        let members = try #require(JSONMembers(bytes[2..<(bytes.count - 2)]))
        #expect(members.members.map(\.name) == ["a", "b"])
        #expect(members["a"].map { String(decoding: $0, as: UTF8.self) } == "1.50")
        let inner = try #require(members["b"])
        #expect(bytes[inner.indices] == inner)
        #expect(String(decoding: inner, as: UTF8.self) == #"{ "c" : [1 , 2] }"#)
        #expect(members["c"] == nil)
    }

    @Test(arguments: [
        "", "[]", "1", "null", "{", "}", #"{"a"}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#,
        #"{"a":{}"#, #"{"a":{}"b":1}"#, #"{"a":1}}"#, #"{"a":1} x"#, #"{a:1}"#,
    ])
    func whatIsNoObjectHasNoMembers(_ text: String) {
        #expect(JSONMembersTests.members(text) == nil)
    }

    @Test(arguments: [(198, true), (199, false), (1_000_000, false)])
    func namesAreLookedForAsDeepAsIsRead(_ depth: Int, _ isFound: Bool) {
        let text = String(repeating: "[", count: depth) + #"{"a":1,"a":2}"#
        #expect(JSONMembers.repeatedName(in: Array(text.utf8)[...]) == (isFound ? "a" : nil))
        let hooked = String(repeating: #"{"a":"#, count: depth)
        #expect(JSONMembers.repeatedName(in: Array(hooked.utf8)[...]) == nil)
    }

    @Test func textsAreReadAndNothingElseIsOne() throws {
        let members = try #require(
            JSONMembersTests.members(#"{"t":"a\"\u00e9","e":"","n":1,"b":true,"o":{},"z":null}"#))
        #expect(members.text("t") == "a\"é")
        #expect(members.text("e") == "")
        for name in ["n", "b", "o", "z", "absent"] { #expect(members.text(name) == nil) }
    }

    @Test(arguments: [
        (#"{}"#, nil), (#"{"a":1,"b":2}"#, nil), (#"{"a":1,"a":1}"#, "a"),
        (#"{"a":1,"\u0061":1}"#, "a"), (#"{"a":1,"A":1}"#, "A"), (#"{"a":{"b":1,"b":1}}"#, nil),
    ])
    func aRepeatedNameIsFoundWhateverItsSpelling(_ text: String, _ expected: String?) {
        #expect(JSONMembersTests.members(text)?.repeatedName == expected)
    }

    @Test(arguments: [
        ("1", nil), (#""a""#, nil), ("[]", nil), (#"{"a":1,"A":1}"#, nil),
        (#"[{"a":1},{"a":1}]"#, nil), (#"{"a":{"a":{"a":1}}}"#, nil),
        (#" [1,{"a":[{"b":1,"c":"{","b":2}]}]"#, "b"), (#"{"x":[],"y":{},"x":1}"#, "x"),
        (#"{"a":1,"\u0061":1}"#, "a"), (#"{"\u0061":1,"b":1,"a":1}"#, "a"),
        (#"{"b":1,"\u0061":1,"b":1}"#, "b"), (#"{"e\u0301":1,"é":1}"#, "é"),
        (#"{"K":1,"\u212a":1}"#, "K"), (#"{"":1,"a":1,"":1}"#, ""), (#"{"ab":1,"a":1,"b":1}"#, nil),
    ])
    func aRepeatedNameIsFoundAtAnyDepth(_ text: String, _ expected: String?) {
        #expect(JSONMembers.repeatedName(in: Array(text.utf8)[...]) == expected)
    }

    @Test(arguments: [2, 15, 16, 17, 18, 100])
    func aRepeatedNameIsFoundAmongMany(_ count: Int) {
        let names = (0..<count).map { "n\($0)" }
        func repeated(_ names: [String]) -> String? {
            let text = names.map { #""\#($0)":1"# }.joined(separator: ",")
            return JSONMembers.repeatedName(in: Array("{\(text)}".utf8)[...])
        }
        #expect(repeated(names) == nil)
        for name in [names[0], names[count / 2], names[count - 1]] {
            #expect(repeated(names + [name]) == name)
        }
    }

    @Test(arguments: [
        ("1.50", "1.50"), (" null ", "null"), (#""\u0041\/\n\u001f""#, #""A/\n\u001f""#),
        (#"{"b" : 1, "a" : [ 1 , { } , [ ] ] }"#, #"{"a":[1,{},[]],"b":1}"#),
        (#"{"a":1,"A":2,"":3,"\u00e9":4,"z":5}"#, #"{"":3,"A":2,"a":1,"z":5,"é":4}"#),
        (#"{"b":1,"a":2,"b":3}"#, #"{"a":2,"b":1,"b":3}"#),
        (#""\ud83d\ude00""#, #""😀""#), (#""\ud800\u0041""#, #""\ud800\u0041""#),
        (#""\ude00\ud83d""#, #""\ude00\ud83d""#), (#""\\ud800""#, #""\\ud800""#),
        (#""\uD83D""#, #""\uD83D""#), (#""\"\\""#, #""\"\\""#), ("[]", "[]"), ("{}", "{}"),
    ])
    func everySpellingHasOneThatIsCanonical(_ text: String, _ expected: String) {
        #expect(JSONMembersTests.canonical(text) == expected)
        #expect(JSONMembersTests.canonical(expected) == expected)
    }

    @Test(arguments: ["", "{", "[1", "1 2", #"{"a":1,}"#, "nul"])
    func whatIsNoJSONHasNoCanonicalSpelling(_ text: String) {
        #expect(JSONMembersTests.canonical(text) == nil)
    }

    /// Two values that differ never have one spelling, so what was agreed to is what is done.
    @Test func differentValuesHaveDifferentSpellings() {
        let texts = [
            "1", "1.0", "\"1\"", "true", "null", "[]", "{}", "[1]", "[[1]]", "\"\"", "\"a\"",
            #"{"a":1}"#, #"{"a":"1"}"#, #"{"a":1,"a":2}"#, #"{"a":2,"a":1}"#, #""\ud800""#,
            #""\ud801""#, #""\ufffd""#, #""\\ud800""#, #"["a","b"]"#, #"["a,b"]"#, #"["b","a"]"#,
            "\"\u{E9}\"", "\"e\u{301}\"",
        ]
        let spellings = texts.compactMap { JSONScan.canonical(Array($0.utf8)[...]) }
        #expect(spellings.count == texts.count)
        #expect(Set(spellings).count == texts.count)
    }
}
