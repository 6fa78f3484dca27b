import CordonAPI
import CordonCore
import HTTPTypes

/// Checks the bodies of requests against the schemas that the OpenAPI description shows.
struct BodyChecks: Sendable {
    let set: SchemaSet
    private let schemas: [String: JSONSchema]

    init(_ routes: [Route]) throws {
        var set = SchemaSet(strict: true)
        var schemas: [String: JSONSchema] = [:]
        for route in routes {
            switch route.body {
            case .none, .unchecked(nil, _, _): break
            case .json(let type, _), .either(let type, _, _), .unchecked(let type?, _, _):
                schemas[route.operationID] = try set.schema(of: type)
            }
        }
        self.set = set
        self.schemas = schemas
    }

    /// The schema of a route's JSON body.
    func schema(_ route: Route) -> JSONSchema? { schemas[route.operationID] }

    /// Reads and checks a JSON body.
    ///
    /// - Returns: `nil` when the route reads other media types and the body is of one of them, or
    ///   when there is no body to read.
    /// - Throws: a refusal that names everything that is wrong, with its place.
    func json(_ body: [UInt8], _ headers: HTTPFields, _ route: Route) throws -> JSONValue? {
        if case .none = route.body { return nil }
        let mediaType = Exchange.mediaType(headers)
        switch route.body {
        case .none: return nil
        case .json(_, optional: let isOptional):
            if body.isEmpty, isOptional { return nil }
        case .either(_, others: let others, limit: _):
            if others.contains(mediaType) { return nil }
        case .unchecked(let type, others: let others, limit: _):
            if others.contains(mediaType) { return nil }
            if type != nil, mediaType == "application/json" { return nil }
            let known = others + (type == nil ? [] : ["application/json"])
            throw Refusal(
                .unsupportedMediaType, "Send the body as \(known.joined(separator: " or ")).")
        }
        guard mediaType == "application/json" || mediaType.hasSuffix("+json") else {
            throw Refusal(
                .unsupportedMediaType, "Send the body as application/json\(Self.others(route)).")
        }
        let value = try parsed(body)
        try check(value, of: route.operationID)
        return value
    }

    /// - Throws: a refusal that says where it is not JSON.
    func parsed(_ body: [UInt8]) throws(Refusal) -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw Refusal(
                .invalidInput, "The body is not JSON: \(error)",
                blockers: [Blocker("json", "\(error)", pointer: "")])
        }
    }

    /// - Throws: a refusal that names everything that the operation does not read so.
    func check(_ value: JSONValue, of operationID: String) throws(Refusal) {
        guard let schema = schemas[operationID] else { return }
        let violations = set.violations(of: value, against: schema)
        guard violations.isEmpty else {
            throw Refusal(
                .invalidInput, "Faults in the body: \(violations.count). Nothing was done.",
                blockers: violations.map { Blocker("schema", $0.message, pointer: $0.pointer) })
        }
    }

    private static func others(_ route: Route) -> String {
        guard case .either(_, others: let others, limit: _) = route.body else { return "" }
        return " or \(others.joined(separator: ", "))"
    }
}
