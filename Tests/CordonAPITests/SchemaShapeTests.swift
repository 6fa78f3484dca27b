import FoundationEssentials
import Testing

@testable import CordonAPI

@Suite struct SchemaShapeTests {
    @Test func aTypeBecomesAComponentWithItsPropertiesInOrder() throws {
        var set = SchemaSet(strict: false)
        #expect(try set.schema(of: Plain.self) == .component("Plain"))
        #expect(set.components.keys.sorted() == ["Plain"])
        let plain = try #require(set.components["Plain"])
        #expect(
            plain.properties.map(\.name) == [
                "title", "is_open", "level_count", "share", "size", "byte", "note",
            ])
        #expect(plain.required == ["title", "is_open", "level_count", "share", "size", "byte"])
        #expect(
            plain.json == [
                "type": "object",
                "required": ["title", "is_open", "level_count", "share", "size", "byte"],
                "properties": [
                    "title": ["type": "string"], "is_open": ["type": "boolean"],
                    "level_count": ["type": "integer", "format": "int64"],
                    "share": ["type": "number"],
                    "size": ["type": "integer", "format": "int64"],
                    "byte": ["type": "integer", "minimum": 0, "maximum": 255],
                    "note": ["type": ["string", "null"]],
                ],
            ])
    }

    @Test func aStrictSetRefusesTheUnknownAndBoundsTheRest() throws {
        var set = SchemaSet(strict: true)
        _ = try set.schema(of: Collections.self)
        #expect(
            set.components["Collections"]?.json == [
                "type": "object", "additionalProperties": false,
                "required": ["names", "counts", "any", "matrix"],
                "properties": [
                    "names": [
                        "type": "array", "maxItems": 1_000,
                        "items": ["type": "string", "maxLength": 4_000],
                    ],
                    "counts": [
                        "type": "object", "maxProperties": 1_000,
                        "additionalProperties": ["type": "integer", "format": "int64"],
                    ],
                    "any": .object([:]),
                    "matrix": [
                        "type": "array", "maxItems": 1_000,
                        "items": [
                            "type": "array", "maxItems": 1_000,
                            "items": ["type": ["number", "null"]],
                        ],
                    ],
                    "more": [
                        "type": ["array", "null"], "maxItems": 1_000,
                        "items": ["type": "string", "maxLength": 4_000],
                    ],
                ],
            ])
    }

    @Test func nestedTypesAndEnumsBecomeComponentsOfTheirOwn() throws {
        var set = SchemaSet(strict: false)
        #expect(try set.schema(of: [Outer].self) == .array(of: .component("Outer")))
        #expect(
            set.components.keys.sorted() == ["KeyPage", "Lane", "Level", "Outer", "OuterInner"])
        #expect(
            set.components["Lane"]?.json == ["type": "string", "enum": ["block_all", "approved"]])
        #expect(set.components["Level"]?.json == ["type": "integer", "enum": [1, 2]])
        let outer = try #require(set.components["Outer"]?.json)
        let lane: JSONValue = ["$ref": "#/components/schemas/Lane"]
        #expect(
            outer.properties == [
                "inner": ["$ref": "#/components/schemas/OuterInner"],
                "again": ["$ref": "#/components/schemas/OuterInner"],
                "lane": ["anyOf": [lane, ["type": "null"]]],
                "levels": [
                    "type": "object",
                    "additionalProperties": ["$ref": "#/components/schemas/Level"],
                ],
                "page": ["$ref": "#/components/schemas/KeyPage"],
            ])
    }

    @Test func aTypeThatHoldsItselfIsReadOnce() throws {
        var set = SchemaSet(strict: false)
        _ = try set.schema(of: Tree.self)
        let tree: JSONValue = ["$ref": "#/components/schemas/Tree"]
        #expect(
            set.components["Tree"]?.json.properties == [
                "children": ["type": "array", "items": tree],
                "named": ["type": "object", "additionalProperties": tree],
            ])
    }

    @Test func anIdentifierIsItsText() throws {
        var set = SchemaSet(strict: true)
        #expect(try set.schema(of: Key.self) == .string(maxLength: 4_000))
        #expect(try set.schema(of: Set<String>.self).kind == .array)
        #expect(set.components.isEmpty)
    }

    @Test func aTypeWithDefaultsNeedsNothing() throws {
        var set = SchemaSet(strict: true)
        _ = try set.schema(of: Lenient.self)
        #expect(set.components["Lenient"]?.required == [])
        #expect(set.components["Lenient"]?.properties.map(\.name) == ["limit", "after"])
        _ = try set.schema(of: Nothing.self)
        #expect(
            set.components["Nothing"]?.json == ["type": "object", "additionalProperties": false])
    }

    @Test func aNameThatTheDecoderWouldNotFindAgainIsRefused() {
        var set = SchemaSet(strict: true)
        #expect(throws: SchemaError.self) { try set.schema(of: Acronym.self) }
        do {
            _ = try set.schema(of: Acronym.self)
        } catch {
            #expect(
                error.description
                    == "requestID: comes back from request_id as requestId; name it requestId")
        }
        #expect(set.components.isEmpty)
    }

    @Test func theDecoderFindsExactlyTheNamesThatComeBack() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var generator = Sequence64(state: 7)
        for _ in 0..<2_000 {
            let letters = Array("abAB1__é")
            let name = String(
                (0..<Int.random(in: 1...9, using: &generator)).compactMap { _ in
                    letters.randomElement(using: &generator)
                })
            let read = try decoder.decode(Names.self, from: Data("{\"\(name)\":1}".utf8))
            #expect(read.names == [camelCased(name)], "\(name)")
        }
    }

    @Test func twoTypesOfOneNameAreRefused() throws {
        var set = SchemaSet(strict: true)
        _ = try set.schema(of: Outer.Inner.self)
        let error = #expect(throws: SchemaError.self) { try set.schema(of: OuterInner.self) }
        #expect(error?.description == "OuterInner: is the name of two types")
    }

    @Test func whatCannotBeReadSaysSo() {
        var set = SchemaSet(strict: true)
        #expect(throws: SchemaError.self) { try set.schema(of: [Int: String].self) }
        #expect(throws: SchemaError.self) { try set.schema(of: Either.self) }
        #expect(throws: SchemaError.self) { try set.schema(of: Picky.self) }
        #expect(throws: SchemaError.self) { try set.schema(of: Endless.self) }
    }
}

private struct Plain: Codable {
    var title: String
    var isOpen: Bool
    var levelCount: Int
    var share: Double
    var size: Int64
    var byte: UInt8
    var note: String?
}

private struct Collections: Codable {
    var names: [String]
    var counts: [String: Int]
    var any: JSONValue
    var matrix: [[Double?]]
    var more: [String]?
}

private enum Lane: String, Codable, CaseIterable {
    case blockAll = "block_all"
    case approved
}

private enum Level: Int, Codable, CaseIterable { case one = 1, two }

private struct Page<Item: Codable>: Codable {
    var items: [Item]
}

private struct Outer: Codable {
    struct Inner: Codable { var name: String }

    var inner: Inner
    var again: Inner
    var lane: Lane?
    var levels: [String: Level]
    var page: Page<Key>
}

private struct OuterInner: Codable { var name: String }

private struct Tree: Codable {
    var children: [Tree]
    var named: [String: Tree]
}

private struct Key: RawRepresentable, Codable {
    var rawValue: String
}

private struct Nothing: Codable {}

private struct Acronym: Codable { var requestID: String }

private struct Lenient: Decodable {
    var limit: Int
    var after: String?

    enum CodingKeys: CodingKey { case limit, after }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit) ?? 25
        after =
            container.contains(.after) ? try container.decode(String.self, forKey: .after) : nil
    }
}

private enum Either: Codable { case left(String), right(Int) }

private struct Picky: Decodable {
    init(from decoder: any Decoder) throws {
        guard try decoder.singleValueContainer().decode(String.self) == "only this" else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not this"))
        }
    }
}

private final class Endless: Decodable {
    var next: Endless
}

private struct Names: Decodable {
    let names: [String]

    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
    }
}

extension JSONValue {
    /// A member of an object.
    subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var properties: JSONValue? { self["properties"] }
}
