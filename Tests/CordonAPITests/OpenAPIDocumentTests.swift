import FoundationEssentials
import Testing

@testable import CordonAPI

@Suite struct OpenAPIDocumentTests {
    @Test func theDocumentHasItsParts() throws {
        let document = try Self.document().value()
        #expect(document["openapi"] == "3.1.0")
        #expect(document["info"]?["title"] == "Example")
        #expect(document["tags"] == [["name": "gate"], ["name": "things"]])
        #expect(document["security"] == [["bearer": []], ["session": []]])
        let schemes = document["components"]?["securitySchemes"]
        #expect(schemes?["bearer"]?["scheme"] == "bearer")
        #expect(schemes?["session"]?["name"] == "cordon_session")
        let problem = document["components"]?["schemas"]?["Problem"]
        #expect(problem?["required"] == ["type", "title", "status"])
        #expect(problem?["additionalProperties"] == nil)
        #expect(problem?.properties?["request_id"]?["type"] == "string")
    }

    @Test func anOperationSaysWhoMayCallItAndWhatItAnswers() throws {
        let paths = try #require(try Self.document().value()["paths"])
        let operation = try #require(paths["/api/v1/things/{key}"]?["post"])
        #expect(operation["operationId"] == "changeThing")
        #expect(operation["x-cordon-permission"] == "workflows.change")
        #expect(operation["security"] == nil)
        #expect(
            operation["parameters"] == [
                [
                    "name": "key", "in": "path", "required": true, "description": "Its key.",
                    "schema": ["type": "string", "maxLength": 64],
                ],
                [
                    "name": "If-Match", "in": "header", "required": false,
                    "description": "Its version.", "schema": ["type": "string"],
                ],
            ])
        let ok = operation["responses"]?["200"]
        #expect(ok?["description"] == "The thing.")
        #expect(ok?["headers"]?["ETag"]?["schema"] == ["type": "string"])
        #expect(
            ok?["content"] == [
                "application/json": ["schema": ["$ref": "#/components/schemas/Thing"]],
                "text/markdown": .object([:]),
            ])
        let problem: JSONValue = ["schema": ["$ref": "#/components/schemas/Problem"]]
        #expect(
            operation["responses"]?["409"] == [
                "description": "Problems: `version-conflict`, `on-hold`.",
                "content": ["application/problem+json": problem],
                "x-cordon-problems": ["version-conflict", "on-hold"],
            ])
        let open = try #require(paths["/healthz"]?["get"])
        #expect(open["security"] == [])
        #expect(open["x-cordon-permission"] == nil)
        #expect(open["responses"]?["204"] == ["description": "It is alive."])
    }

    @Test func whatDiffersBetweenRequestsAndAnswersHasTwoNames() throws {
        let document = try Self.document().value()
        let schemas = try #require(document["components"]?["schemas"])
        guard case .object(let named) = schemas else { return }
        #expect(
            named.keys.sorted() == ["Part", "PartInput", "Problem", "State", "Thing", "ThingInput"])
        #expect(
            schemas["ThingInput"]?.properties?["parts"]?["items"] == [
                "$ref": "#/components/schemas/PartInput"
            ])
        #expect(schemas["ThingInput"]?["additionalProperties"] == false)
        #expect(schemas["Thing"]?["additionalProperties"] == nil)
        let body = document["paths"]?["/api/v1/things/{key}"]?["post"]?["requestBody"]
        #expect(
            body == [
                "required": true,
                "content": [
                    "application/json": ["schema": ["$ref": "#/components/schemas/ThingInput"]]
                ],
            ])
    }

    @Test func theSameOperationsGiveTheSameBytes() throws {
        let first = try Self.document().json()
        #expect(try Self.document().json() == first)
        var turned = try Self.document()
        turned.operations.reverse()
        #expect(try turned.json() == first)
        let read = try JSONDecoder().decode(JSONValue.self, from: Data(first))
        #expect(try read == Self.document().value())
    }

    @Test func operationsThatContradictThemselvesAreRefused() throws {
        let good = try Self.document()
        let cases: [(String, (inout OperationDescription) -> Void)] = [
            ("changeThing: is the name of two operations", { $0.path = "/other/{key}" }),
            (
                "other: is the second post of /api/v1/things/{key}",
                { $0.operationID = "other" }
            ),
            (
                "other: /things and its path parameters [\"key\"] differ",
                {
                    $0.operationID = "other"
                    $0.path = "/things"
                }
            ),
            (
                "other: needs the component Nobody",
                {
                    $0.operationID = "other"
                    $0.path = "/other/{key}"
                    $0.requestBodies = [.init(schema: .array(of: .component("Nobody")))]
                }
            ),
            (
                "other: answers nothing",
                {
                    $0.operationID = "other"
                    $0.path = "/other/{key}"
                    $0.responses = []
                    $0.problems = []
                }
            ),
        ]
        for (message, change) in cases {
            var document = good
            var operation = try #require(document.operations.first)
            change(&operation)
            document.operations.append(operation)
            let error = #expect(throws: SchemaError.self) { try document.json() }
            #expect(error?.description == message)
        }
    }

    private static func document() throws -> OpenAPIDocument {
        var requests = SchemaSet(strict: true)
        var responses = SchemaSet(strict: false)
        let input = try requests.schema(of: Thing.self)
        let output = try responses.schema(of: Thing.self)
        let key = ParameterDescription(
            "key", in: .path, schema: .string(maxLength: 64), description: "Its key.")
        let version = ParameterDescription(
            "If-Match", in: .header, schema: .string(), description: "Its version.")
        let change = OperationDescription(
            method: "POST", path: "/api/v1/things/{key}", operationID: "changeThing",
            tag: "things", summary: "Change a thing", permission: "workflows.change",
            parameters: [key, version], requestBodies: [.init(schema: input)],
            responses: [
                .init(
                    status: 200, description: "The thing.", body: .init(schema: output),
                    headers: [.init("ETag", description: "Its version.")]),
                .init(
                    status: 200, description: "The thing.",
                    body: .init(mediaType: "text/markdown", schema: nil)),
            ],
            problems: [
                .init(status: 404, types: ["not-found"]),
                .init(status: 409, types: ["version-conflict", "on-hold"]),
            ])
        let health = OperationDescription(
            method: "GET", path: "/healthz", operationID: "health", tag: "gate",
            summary: "Tell whether the server is alive", permission: nil,
            responses: [.init(status: 204, description: "It is alive.")])
        return OpenAPIDocument(
            title: "Example", version: "1", description: "An example.",
            operations: [change, health], requests: requests, responses: responses)
    }
}

private struct Thing: Codable {
    var parts: [Part]
    var state: State?
}

private struct Part: Codable, Ruled {
    var name: String

    static let rules = ["name": Rule(maxLength: 80, example: "wheel")]
}
