import CordonAPI
import CordonCore
import CordonWeb
import Hummingbird
import HummingbirdTesting
import Testing

/// The OpenAPI description and the routes are one thing.
struct DescriptionTests {
    @Test func theServedDescriptionNamesEveryRouteAndNoOther() async throws {
        let visitor = try await Visitor.arrive()
        try await visitor.app.test(.router) { client in
            let answer = try await client.call("GET", "/api/openapi.json")
            #expect(answer.status.code == 200)
            let document = try JSONValue(parsing: Array(answer.body.readableBytesView))
            guard case .object(let top) = document, case .object(let paths)? = top["paths"] else {
                Issue.record("no paths")
                return
            }
            var described: Set<String> = []
            for (path, value) in paths {
                guard case .object(let operations) = value else { continue }
                for (method, operation) in operations where method != "parameters" {
                    described.insert("\(method.uppercased()) \(path)")
                    guard case .object(let members) = operation else { continue }
                    #expect(members["operationId"] != nil)
                }
            }
            #expect(described == Set(RouteTable.rows.map { "\($0.method) \($0.path)" }))
        }
    }

    @Test func whatIsNotDescribedIsAProblemAsWell() async throws {
        let visitor = try await Visitor.arrive()
        try await visitor.app.test(.router) { client in
            let unknown = try await client.call("GET", "/api/v1/nothing")
            #expect(unknown.status.code == 404)
            #expect(unknown.text.contains("\"type\":\"/problems/not-found\""))
            let wrong = try await client.call("DELETE", "/api/v1/workflows")
            #expect(wrong.status.code == 405)
            #expect(wrong.text.contains("\"type\":\"/problems/method-not-allowed\""))
            #expect(wrong.headers[.allow] == "GET, POST")
        }
    }

    @Test func everyKindOfRefusalHasItsPage() async throws {
        let visitor = try await Visitor.arrive()
        try await visitor.app.test(.router) { client in
            for kind in Refusal.Kind.allCases {
                let page = try await client.call("GET", "/problems/\(kind.rawValue)")
                #expect(page.status.code == 200, "\(kind)")
            }
        }
    }

    @Test func everyAnswerTellsABrowserToRunNothing() async throws {
        let visitor = try await Visitor.arrive()
        try await visitor.app.test(.router) { client in
            for path in ["/sign-in", "/api/v1/workflows", "/healthz", "/problems"] {
                let answer = try await client.call("GET", path)
                let policy = answer.headers[values: .contentSecurityPolicy].first ?? ""
                #expect(policy.contains("default-src 'none'"), "\(path)")
                #expect(!policy.contains("unsafe-inline"), "\(path)")
            }
        }
    }
}
