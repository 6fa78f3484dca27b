/// One operation as an OpenAPI operation object.
struct OperationText {
    let operation: OperationDescription
    /// New names for components of requests.
    let inputs: [String: String]

    func value() throws(SchemaError) -> JSONValue {
        try checkPath()
        var members: [String: JSONValue] = [
            "operationId": .string(operation.operationID), "tags": [.string(operation.tag)],
            "summary": .string(operation.summary), "responses": .object(try responses()),
        ]
        if !operation.description.isEmpty {
            members["description"] = .string(operation.description)
        }
        if let permission = operation.permission {
            members["x-cordon-permission"] = .string(permission)
        } else {
            members["security"] = []
        }
        if !operation.parameters.isEmpty {
            members["parameters"] = .array(operation.parameters.map(parameter))
        }
        if !operation.requestBodies.isEmpty {
            let content = operation.requestBodies.map { body in
                (body.mediaType, media(body.schema?.renaming(inputs)))
            }
            members["requestBody"] = [
                "required": .bool(operation.requestRequired),
                "content": .object(Dictionary(content) { first, _ in first }),
            ]
        }
        return .object(members)
    }

    /// Every part in braces is a parameter, once, and every parameter of the path is in braces.
    private func checkPath() throws(SchemaError) {
        let inBraces = operation.path.split(separator: "{").dropFirst()
            .map { String($0.prefix { $0 != "}" }) }
        let described = operation.parameters.filter { $0.location == .path }.map(\.name)
        guard inBraces.sorted() == described.sorted(), Set(described).count == described.count
        else {
            throw SchemaError(
                subject: operation.operationID,
                reason: "\(operation.path) and its path parameters \(described) differ")
        }
    }

    private func parameter(_ parameter: ParameterDescription) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.location.rawValue),
            "required": .bool(parameter.required), "description": .string(parameter.description),
            "schema": parameter.schema.renaming(inputs).json,
        ]
    }

    private func responses() throws(SchemaError) -> [String: JSONValue] {
        var answers: [Int: Answer] = [:]
        for response in operation.responses {
            var answer = answers[response.status] ?? Answer()
            answer.descriptions.append(response.description)
            if let body = response.body { answer.content[body.mediaType] = media(body.schema) }
            for header in response.headers {
                answer.headers[header.name] = [
                    "description": .string(header.description), "schema": header.schema.json,
                ]
            }
            answers[response.status] = answer
        }
        for problems in operation.problems {
            var answer = answers[problems.status] ?? Answer()
            answer.problems += problems.types
            answer.content["application/problem+json"] = media(.component("Problem"))
            answers[problems.status] = answer
        }
        guard !answers.isEmpty else {
            throw SchemaError(subject: operation.operationID, reason: "answers nothing")
        }
        let named = answers.map { (String($0.key), $0.value.json) }
        return Dictionary(named) { first, _ in first }
    }

    private func media(_ schema: JSONSchema?) -> JSONValue {
        schema.map { ["schema": $0.json] } ?? [:]
    }
}

/// Everything that one status code can mean.
private struct Answer {
    var descriptions: [String] = []
    var content: [String: JSONValue] = [:]
    var headers: [String: JSONValue] = [:]
    var problems: [String] = []

    var json: JSONValue {
        var sentences: [String] = []
        for text in descriptions where !sentences.contains(text) { sentences.append(text) }
        if !problems.isEmpty {
            let names = problems.map { "`\($0)`" }.joined(separator: ", ")
            sentences.append("Problems: \(names).")
        }
        var members: [String: JSONValue] = [
            "description": .string(sentences.joined(separator: " "))
        ]
        if !content.isEmpty { members["content"] = .object(content) }
        if !headers.isEmpty { members["headers"] = .object(headers) }
        if !problems.isEmpty {
            members["x-cordon-problems"] = .array(problems.map { .string($0) })
        }
        return .object(members)
    }
}
