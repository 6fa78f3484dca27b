import FoundationEssentials

/// The OpenAPI 3.1 description of the API (spec.openapis.org/oas/v3.1.0).
///
/// The document is the same, byte for byte, whenever the operations are the same.
public struct OpenAPIDocument: Sendable {
    /// The name of the API.
    public var title: String
    /// The version of the API.
    public var version: String
    /// What the API is for, in Markdown.
    public var description: String
    /// Where the paths begin, relative to the document.
    public var serverURL: String
    /// The operations, in any order.
    public var operations: [OperationDescription]
    /// The set from which the schemas of parameters and request bodies come.
    public var requests: SchemaSet
    /// The set from which the schemas of answers come.
    public var responses: SchemaSet

    /// Describes an API.
    ///
    /// A component that both sets hold and that differs between them carries the suffix `Input` in
    /// requests. The component `Problem` is added unless the answers' set has one.
    public init(
        title: String, version: String, description: String, serverURL: String = "/",
        operations: [OperationDescription], requests: SchemaSet, responses: SchemaSet
    ) {
        self.title = title
        self.version = version
        self.description = description
        self.serverURL = serverURL
        self.operations = operations
        self.requests = requests
        self.responses = responses
    }

    /// Writes the document with sorted keys, for people to read.
    ///
    /// - Throws: ``SchemaError`` when operations contradict themselves or one another, a defect of
    ///   the program; the encoder's error for a number that JSON cannot hold.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value()))
    }

    /// The document as a value.
    ///
    /// - Throws: ``SchemaError`` as ``json()`` does.
    public func value() throws(SchemaError) -> JSONValue {
        var components = responses.components
        components["Problem"] = components["Problem"] ?? .problem
        let inputs = inputNames(beside: components)
        for (name, input) in inputs where (components[input] ?? requests.components[input]) != nil {
            throw SchemaError(subject: name, reason: "needs the name \(input), which is taken")
        }
        for (name, schema) in requests.components {
            components[inputs[name] ?? name] = schema.renaming(inputs)
        }
        try checkReferences(within: components, inputs: inputs)
        let names = operations.map(\.tag)
        let tags = Set(names).sorted().map { JSONValue.object(["name": .string($0)]) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": .string(title), "version": .string(version),
                "description": .string(description),
            ],
            "servers": [["url": .string(serverURL)]],
            "tags": .array(tags),
            "security": [["bearer": []], ["session": []]],
            "paths": try paths(inputs: inputs),
            "components": [
                "schemas": .object(components.mapValues(\.json)),
                "securitySchemes": Self.securitySchemes,
            ],
        ]
    }

    private static let securitySchemes: JSONValue = [
        "bearer": [
            "type": "http", "scheme": "bearer",
            "description": "A token of a person or a workload, for programs.",
        ],
        "session": [
            "type": "apiKey", "in": "cookie", "name": "cordon_session",
            "description": "The session of a person who signed in with a browser.",
        ],
    ]

    /// New names for the components of requests that differ from the answers' of the same name.
    private func inputNames(beside answered: [String: JSONSchema]) -> [String: String] {
        var names: [String: String] = [:]
        while true {
            // What refers to a component with a new name differs as well, so it takes rounds.
            let more = requests.components.filter { name, schema in
                guard names[name] == nil, let other = answered[name] else { return false }
                return schema != other || !schema.references.isDisjoint(with: names.keys)
            }
            guard !more.isEmpty else { return names }
            for name in more.keys { names[name] = name + "Input" }
        }
    }

    private func checkReferences(
        within components: [String: JSONSchema], inputs: [String: String]
    ) throws(SchemaError) {
        let known = Set(components.keys)
        for operation in operations {
            let asked =
                operation.parameters.map(\.schema)
                + operation.requestBodies.compactMap(\.schema)
            let answered = operation.responses.flatMap { response in
                response.headers.map(\.schema) + [response.body?.schema].compactMap(\.self)
            }
            for schema in asked.map({ $0.renaming(inputs) }) + answered {
                guard let missing = schema.references.subtracting(known).min() else { continue }
                throw SchemaError(
                    subject: operation.operationID, reason: "needs the component \(missing)")
            }
        }
    }

    private func paths(inputs: [String: String]) throws(SchemaError) -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        var taken: Set<String> = []
        for operation in operations {
            let name = operation.operationID
            guard taken.insert(name).inserted else {
                throw SchemaError(subject: name, reason: "is the name of two operations")
            }
            let method = operation.method.lowercased()
            guard paths[operation.path]?[method] == nil else {
                throw SchemaError(
                    subject: name, reason: "is the second \(method) of \(operation.path)")
            }
            let written = OperationText(operation: operation, inputs: inputs)
            paths[operation.path, default: [:]][method] = try written.value()
        }
        return .object(paths.mapValues { .object($0) })
    }
}

extension JSONSchema {
    /// A problem (RFC 9457) with the members that Cordon adds.
    ///
    /// It is open: a type of problem may add members of its own.
    public static var problem: JSONSchema {
        func text(_ description: String, format: String? = nil) -> JSONSchema {
            var schema = JSONSchema.string(format: format)
            schema.description = description
            return schema
        }
        var status = JSONSchema.integer(minimum: 400, maximum: 599)
        status.description = "The status code of the answer."
        var errors = JSONSchema.array(
            of: .object(
                [
                    .init("pointer", text("Where: a JSON Pointer (RFC 6901) into the body.")),
                    .init("message", text("What to do about it.")),
                ], required: ["pointer", "message"]))
        errors.description = "Everything that is wrong with what was sent."
        var step = JSONSchema.integer(minimum: 1, maximum: 12)
        step.description = "The step of the response sequence where it is put right."
        step.isNullable = true
        var pointer = text("The part of the incident file or the workflow that it concerns.")
        pointer.isNullable = true
        var blockers = JSONSchema.array(
            of: .object(
                [
                    .init("code", text("A name that programs may rely on.")),
                    .init("message", text("What is in the way, for people.")),
                    .init("step", step), .init("pointer", pointer),
                ], required: ["code", "message"]))
        blockers.description = "Everything that is in the way of what was asked."
        var problem = JSONSchema.object(
            [
                .init("type", text("The type of problem, a page that explains it.")),
                .init("title", text("The type in a few words.")), .init("status", status),
                .init("detail", text("What happened this time.")),
                .init("instance", text("The request or the thing that it happened to.")),
                .init("request_id", text("What to quote to whoever runs the server.")),
                .init("errors", errors), .init("blockers", blockers),
            ], required: ["type", "title", "status"])
        problem.description = "Why something was not done (RFC 9457). Types may add members."
        return problem
    }
}
