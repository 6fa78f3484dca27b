import CordonAPI
import Testing

@Suite struct RuleTests {
    @Test func rulesBecomePartOfTheSchema() throws {
        var set = SchemaSet(strict: true)
        _ = try set.schema(of: Bounded.self)
        #expect(
            set.components["Bounded"]?.json.properties == [
                "login_name": [
                    "type": "string", "description": "Small letters.", "minLength": 2,
                    "maxLength": 64, "pattern": "^[a-z]+$", "examples": ["kim"],
                ],
                "due_at": ["type": ["string", "null"], "format": "date-time", "maxLength": 4_000],
                "page": ["type": "string", "format": "uri", "maxLength": 4_000],
                "level": ["type": "integer", "format": "int64", "minimum": 1, "maximum": 4],
                "share": ["type": "number", "minimum": 0, "maximum": 0.5],
                "tags": [
                    "type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true,
                    "items": ["type": "string", "maxLength": 5, "pattern": "^[a-z]+$"],
                ],
                "notes": [
                    "type": "object", "maxProperties": 2,
                    "additionalProperties": ["type": "string", "maxLength": 5],
                ],
                "state": [
                    "$ref": "#/components/schemas/State", "description": "Where it stands.",
                ],
                "free": ["maxProperties": 1],
            ])
        #expect(set.unusedRules == [])
    }

    @Test func aRuleForNoPropertyIsNoticed() throws {
        struct Slip: Codable, Ruled {
            var name: String
            static let rules = ["name": Rule(maxLength: 1), "nmae": Rule(maxLength: 2)]
        }
        var set = SchemaSet(strict: true)
        _ = try set.schema(of: Slip.self)
        #expect(set.unusedRules == ["RuleTestsSlip.nmae"])
    }

    @Test func aRuleThatDoesNotFitIsRefused() {
        struct LongNumber: Codable, Ruled {
            var count: Int
            static let rules = ["count": Rule(maxLength: 1)]
        }
        struct LongItems: Codable, Ruled {
            var counts: [Int]
            static let rules = ["counts": Rule(itemMaxLength: 1)]
        }
        struct NoItems: Codable, Ruled {
            var name: String
            static let rules = ["name": Rule(itemPattern: "^a$")]
        }
        struct LongCase: Codable, Ruled {
            var state: State
            static let rules = ["state": Rule(maxLength: 1)]
        }
        struct BrokenPattern: Codable, Ruled {
            var name: String
            static let rules = ["name": Rule(pattern: "^[a-z$")]
        }
        struct WrongExample: Codable, Ruled {
            var name: String
            static let rules = ["name": Rule(maxLength: 2, example: "abc")]
        }
        let expected: [(any Decodable.Type, String)] = [
            (LongNumber.self, "LongNumber.count: cannot have maxLength"),
            (LongItems.self, "LongItems.counts: cannot have an item's maxLength"),
            (NoItems.self, "NoItems.name: cannot have itemMaxLength or itemPattern"),
            (LongCase.self, "LongCase.state: cannot have maxLength"),
            (BrokenPattern.self, "BrokenPattern.name: ^[a-z$"),
            (
                WrongExample.self,
                "WrongExample.name: the example must have at most 2 characters, has 3"
            ),
        ]
        for (type, message) in expected {
            var set = SchemaSet(strict: true)
            let error = #expect(throws: SchemaError.self) { try set.schema(of: type) }
            #expect(
                error?.description.hasPrefix("RuleTests" + message) == true,
                "\(type): \(error as Any)")
        }
    }
}

/// Every kind of rule once; the table of violations is about it.
struct Bounded: Codable, Ruled {
    var loginName: String
    var dueAt: String?
    var page: String
    var level: Int
    var share: Double
    var tags: [String]
    var notes: [String: String]
    var state: State
    var free: JSONValue

    static let rules: [String: Rule] = [
        "loginName": Rule(
            description: "Small letters.", minLength: 2, maxLength: 64, pattern: "^[a-z]+$",
            example: "kim"),
        "dueAt": Rule(format: "date-time"), "page": Rule(format: "uri"),
        "level": Rule(minimum: 1, maximum: 4), "share": Rule(minimum: 0, maximum: 0.5),
        "tags": Rule(
            minItems: 1, maxItems: 3, uniqueItems: true, itemMaxLength: 5, itemPattern: "^[a-z]+$"),
        "notes": Rule(maxProperties: 2, itemMaxLength: 5),
        "state": Rule(description: "Where it stands."), "free": Rule(maxProperties: 1),
    ]
}

enum State: String, Codable, CaseIterable { case open, closed }
