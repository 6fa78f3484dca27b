import CordonAPI
package import CordonCore

/// Every route of the REST interface, and what can be said of all of them.
package enum RouteTable {
    static let all: [Route] =
        SystemRoutes.all + IdentityRoutes.all + WorkflowRoutes.all + GateRoutes.all
        + ApprovalRoutes.all + ConnectionRoutes.all + IncidentRoutes.all + ResponseRoutes.all
        + InvestigationRoutes.all + RestartRoutes.all + ReviewRoutes.all
        + JournalRoutes.all + CaptureRoutes.all + EvidenceRoutes.all + KeepingRoutes.all
        + LookbackRoutes.all + ExportRoutes.all + LedgerRoutes.all

    /// One row of the permission table, for tests and documentation.
    package struct Row: Sendable {
        package let method: String
        package let path: String
        package let operationID: String
        /// `nil` when anybody may call.
        package let permission: Permission?
        package let command: String?
    }

    package static var rows: [Row] {
        all.map {
            Row(
                method: $0.method, path: $0.path, operationID: $0.operationID,
                permission: $0.permission, command: $0.command)
        }
    }

    /// The OpenAPI 3.1 description, made from the routes themselves.
    static func openAPI(version: String, _ checks: BodyChecks) throws -> [UInt8] {
        var answers = SchemaSet(strict: false)
        let operations = try all.map { try description($0, checks, &answers) }
        let document = OpenAPIDocument(
            title: "Cordon", version: version,
            description:
                "AI incident response for business workflows: stop, preserve, respond, restart on "
                + "sign-off.",
            operations: operations, requests: checks.set, responses: answers)
        return try document.json()
    }

    private static func description(
        _ route: Route, _ checks: BodyChecks, _ answers: inout SchemaSet
    ) throws -> OperationDescription {
        var bodies: [OperationDescription.Body] = []
        var isRequired = true
        switch route.body {
        case .none: break
        case .json(_, optional: let isOptional):
            bodies = [.init(schema: checks.schema(route))]
            isRequired = !isOptional
        case .either(_, others: let others, limit: _):
            bodies = [.init(schema: checks.schema(route))]
            bodies += others.map { .init(mediaType: $0, schema: nil) }
        case .unchecked(let type, others: let others, limit: _):
            if type != nil { bodies = [.init(schema: checks.schema(route))] }
            bodies += others.map { .init(mediaType: $0, schema: nil) }
        }
        let responses = try route.answers.map { outcome in
            let schema = try outcome.type.map { try answers.schema(of: $0) }
            return OperationDescription.Response(
                status: outcome.status, description: outcome.description,
                body: outcome.mediaType.isEmpty
                    ? nil : .init(mediaType: outcome.mediaType, schema: schema))
        }
        return OperationDescription(
            method: route.method, path: route.path, operationID: route.operationID, tag: route.tag,
            summary: route.summary, permission: route.permission?.rawValue,
            parameters: pathParameters(route) + route.parameters + headers(route),
            requestBodies: bodies, requestRequired: isRequired, responses: responses,
            problems: problems(route))
    }

    private static func pathParameters(_ route: Route) -> [ParameterDescription] {
        route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            let name = String(part.dropFirst().dropLast())
            let meaning =
                switch name {
                case "key": "The workflow's key."
                case "number": "The incident's number, such as INC-2026-0001."
                case "login": "The person's login."
                default: "Its id or name."
                }
            return ParameterDescription(
                name, in: .path, schema: .string(minLength: 1, maxLength: 200),
                description: meaning)
        }
    }

    private static func headers(_ route: Route) -> [ParameterDescription] {
        var headers: [ParameterDescription] = []
        if route.problems.contains(.preconditionRequired) {
            headers.append(
                ParameterDescription(
                    "If-Match", in: .header, required: false, schema: .string(maxLength: 40),
                    description: "The ETag that was read; refused with 428 without it."))
        }
        if route.problems.contains(.idempotencyMismatch) {
            headers.append(
                ParameterDescription(
                    "Idempotency-Key", in: .header, schema: .string(minLength: 1, maxLength: 200),
                    description:
                        "A name for this request; the same one within 24 hours is done once."))
        }
        return headers
    }

    /// What the route itself refuses, and what is refused for all routes alike.
    private static func problems(_ route: Route) -> [OperationDescription.Problems] {
        var kinds: Set<Refusal.Kind> = Set(route.problems)
        kinds.formUnion([.invalidInput, .overloaded, .internalFault])
        if route.permission != nil { kinds.formUnion([.notSignedIn, .notPermitted]) }
        if route.path.contains("{") { kinds.insert(.notFound) }
        switch route.body {
        case .none: break
        case .json, .either, .unchecked:
            kinds.formUnion([.tooLarge, .unsupportedMediaType, .storageFull])
        }
        if route.method != "GET" { kinds.formUnion([.storageFull, .tooLarge]) }
        var byStatus = Dictionary(grouping: kinds) { ProblemText.of($0).status }
        // The gate answers 423 for whatever keeps a workflow from running.
        if kinds.contains(.workflowStopped), kinds.contains(.notProductionReady) {
            byStatus[423, default: []].append(.notProductionReady)
        }
        return byStatus.sorted { $0.key < $1.key }.map { status, kinds in
            OperationDescription.Problems(status: status, types: kinds.map(\.rawValue).sorted())
        }
    }
}
