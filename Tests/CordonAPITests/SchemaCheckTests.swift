import CordonAPI
import Testing

@Suite struct SchemaCheckTests {
    @Test func whatFitsHasNoViolations() throws {
        #expect(try violations("login_name", "kim") == [])
        #expect(try violations("due_at", nil) == [])
    }

    /// Each bound just met, and just missed.
    @Test(
        arguments: [
            ("login_name", "ab", nil),
            ("login_name", "a", "must have at least 2 characters, has 1"),
            ("login_name", .string(String(repeating: "a", count: 64)), nil),
            (
                "login_name", .string(String(repeating: "a", count: 65)),
                "must have at most 64 characters, has 65"
            ),
            ("login_name", "aB", "must match the pattern ^[a-z]+$"),
            ("login_name", "ab\n", "must match the pattern ^[a-z]+$"),
            ("login_name", 7, "must be a string, is a number"),
            ("login_name", nil, "must be a string, is null"),
            ("due_at", "2026-02-28T10:00:00Z", nil),
            (
                "due_at", "2026-02-30T10:00:00Z",
                "must be a date and time with offset, such as 2026-01-31T09:30:00Z"
            ),
            ("due_at", false, "must be a string or null, is false"),
            ("page", "https://example.com/?a=%20", nil),
            ("page", "example", "must be a URI with a scheme, such as https://example.com/page"),
            ("level", 1, nil), ("level", 4, nil), ("level", .number(2), nil),
            ("level", 0, "must be at least 1, is 0"), ("level", 5, "must be at most 4, is 5"),
            ("level", 1.5, "must be an integer, is a number"),
            ("level", .number(1e30), "must be an integer, is a number"),
            ("level", "1", "must be an integer, is a string"),
            ("share", 0, nil), ("share", 0.5, nil), ("share", 0.51, "must be at most 0.5, is 0.51"),
            ("tags", ["a"], nil), ("tags", ["a", "b", "c"], nil),
            ("tags", [], "must have at least 1 item, has 0"),
            ("tags", ["a", "b", "c", "d"], "must have at most 3 items, has 4"),
            ("tags", .object([:]), "must be an array, is an object"),
            ("notes", ["a": "12345"], nil), ("notes", ["a": "1", "b": "2"], nil),
            ("notes", ["a": "1", "b": "2", "c": "3"], "must have at most 2 properties, has 3"),
            ("notes", [], "must be an object, is an array"),
            ("state", "open", nil), ("state", "ajar", "must be one of: open, closed"),
            ("free", [1, "x", ["a": nil]], nil), ("free", nil, nil),
            ("free", ["a": 1, "b": 2], "must have at most 1 property, has 2"),
        ] as [(String, JSONValue, String?)])
    func everyBoundIsKept(name: String, value: JSONValue, message: String?) throws {
        let expected = message.map { [SchemaViolation(pointer: "/" + name, message: $0)] } ?? []
        #expect(try violations(name, value) == expected)
    }

    @Test(
        arguments: [
            (
                "tags", ["a", "b", "a"], "/tags/2",
                "must differ from the other items, equals item 0"
            ),
            ("tags", ["a", "abcdef"], "/tags/1", "must have at most 5 characters, has 6"),
            ("tags", ["a", "B"], "/tags/1", "must match the pattern ^[a-z]+$"),
            (
                "notes", ["a/b~c": "123456"], "/notes/a~1b~0c",
                "must have at most 5 characters, has 6"
            ),
            ("login_nam", 1, "/login_nam", "is not known; did you mean login_name?"),
            ("dueAt", 1, "/dueAt", "is not known; did you mean due_at?"),
            ("levle", 1, "/levle", "is not known; did you mean level?"),
            ("colour", 1, "/colour", "is not known; remove it"),
            ("login_name", "a\u{0}", "/login_name", "must not contain the character U+0000"),
            ("free", [["a": "\u{0}"]], "/free/0/a", "must not contain the character U+0000"),
            (
                "free", ["a\u{0}": 1], "/free/a\u{0}",
                "must not have the character U+0000 in its name"
            ),
        ] as [(String, JSONValue, String, String)])
    func aViolationSaysWhereAndWhat(
        name: String, value: JSONValue, pointer: String, message: String
    ) throws {
        let found = try violations(name, value)
        #expect(found.contains(SchemaViolation(pointer: pointer, message: message)), "\(found)")
    }

    @Test func everythingMissingIsNamedAtOnce() throws {
        var set = SchemaSet(strict: true)
        let schema = try set.schema(of: Bounded.self)
        let found = set.violations(of: ["colour": 1], against: schema)
        #expect(
            found.map { $0.pointer + " " + $0.message } == [
                "/login_name is missing", "/page is missing", "/level is missing",
                "/share is missing", "/tags is missing", "/notes is missing", "/state is missing",
                "/free is missing", "/colour is not known; remove it",
            ])
        #expect(
            set.violations(of: [], against: schema) == [
                SchemaViolation(pointer: "", message: "must be an object, is an array")
            ])
    }

    @Test func lengthIsCountedInUnicodeScalars() {
        let set = SchemaSet(strict: true)
        let schema = JSONSchema.string(maxLength: 2)
        #expect(set.violations(of: "e\u{301}", against: schema) == [])
        #expect(set.violations(of: "👩‍💻", against: schema).count == 1)
        #expect(set.violations(of: "😀😀", against: schema) == [])
    }

    @Test func aPatternIsUnanchoredUnlessItSaysOtherwise() {
        let set = SchemaSet(strict: true)
        #expect(set.violations(of: "xay", against: .string(pattern: "a")) == [])
        #expect(set.violations(of: "x\na", against: .string(pattern: "^a$")).count == 1)
        #expect(set.violations(of: "a", against: .string(pattern: "[")).count == 1)
    }

    @Test func nestingIsLimited() {
        let set = SchemaSet(strict: true)
        var value: JSONValue = 1
        for _ in 0..<64 { value = [value] }
        #expect(set.violations(of: value, against: JSONSchema()) == [])
        let tooDeep = set.violations(of: ["a": value], against: JSONSchema())
        #expect(
            tooDeep == [
                SchemaViolation(
                    pointer: "/a" + String(repeating: "/0", count: 63),
                    message: "is nested deeper than 64 levels; make it flatter")
            ])
    }

    @Test func violationsAreLimited() {
        let set = SchemaSet(strict: true)
        let numbers = JSONValue.array(Array(repeating: 1, count: 200))
        #expect(set.violations(of: numbers, against: .array(of: .string())).count == 50)
        let names = (0..<200).map { (String($0), JSONValue.null) }
        var closed = JSONSchema(.object)
        closed.additionalProperties = .closed
        let members = JSONValue.object(Dictionary(uniqueKeysWithValues: names))
        #expect(set.violations(of: members, against: closed).count == 50)
    }

    @Test func aLongNameDoesNotMakeALongAnswer() {
        let set = SchemaSet(strict: true)
        let long = String(repeating: "a", count: 100_000)
        let value: JSONValue = ["b": .object([long: ["\u{0}", "\u{0}"]])]
        let found = set.violations(of: value, against: JSONSchema())
        #expect(found.map(\.pointer) == ["/b", "/b"])
        var closed = JSONSchema(.object)
        closed.additionalProperties = .closed
        #expect(
            set.violations(of: .object([long: 1]), against: closed) == [
                SchemaViolation(
                    pointer: "",
                    message: "has a property with a name of 100000 characters; remove it")
            ])
    }

    @Test func answersMayHaveMoreFields() throws {
        var set = SchemaSet(strict: false)
        let schema = try set.schema(of: Bounded.self)
        let found = set.violations(of: ["colour": 1], against: schema)
        #expect(!found.contains { $0.pointer == "/colour" })
    }

    @Test func aSchemaThatIsNotKnownLetsNothingPass() {
        let set = SchemaSet(strict: true)
        #expect(set.violations(of: 1, against: .component("Nobody")).count == 1)
    }

    /// The violations of a value that fits but for one property.
    private func violations(_ name: String, _ value: JSONValue) throws -> [SchemaViolation] {
        var members: [String: JSONValue] = [
            "login_name": "kim", "page": "urn:a", "level": 2, "share": 0.25, "tags": ["a"],
            "notes": .object([:]), "state": "closed", "free": 1,
        ]
        members[name] = value
        var set = SchemaSet(strict: true)
        let schema = try set.schema(of: Bounded.self)
        return set.violations(of: .object(members), against: schema)
    }
}
