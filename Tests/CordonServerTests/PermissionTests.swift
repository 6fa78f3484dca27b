import CordonCore
import CordonOperations
import CordonTesting
import CordonWeb
import Hummingbird
import HummingbirdTesting
import Testing

/// Deny by default: every route says what it needs, and this walks them all.
struct PermissionTests {
    /// The routes that anybody may call, and why; a new one has to be added here on purpose.
    static let open: [String: String] = [
        "GET /healthz": "a load balancer has no token",
        "GET /readyz": "a load balancer has no token",
        "GET /metrics": "counts only, nothing of people or incidents",
        "GET /ledger/key": "a public key",
        "POST /api/v1/setup": "takes the one-time token instead",
        "POST /api/v1/session": "takes the password instead",
    ]

    @Test func everyOpenRouteIsOnTheList() {
        let open = RouteTable.rows.filter { $0.permission == nil }.map { "\($0.method) \($0.path)" }
        #expect(Set(open) == Set(Self.open.keys))
    }

    @Test func everyRouteRefusesWhoIsNotSignedIn() async throws {
        let visitor = try await Visitor.arrive()
        try await visitor.app.test(.router) { client in
            for row in RouteTable.rows where row.permission != nil {
                let answer = try await client.call(row.method, Self.path(row), json: "{}")
                #expect(answer.status.code == 401, "\(row.method) \(row.path)")
                let wrong = try await client.call(
                    row.method, Self.path(row), token: "cordon_pat_wrong", json: "{}")
                #expect(wrong.status.code == 401, "\(row.method) \(row.path)")
            }
        }
    }

    /// Whoever lacks the permission gets 403, whoever has it gets past that lock.
    @Test func everyRouteAsksForExactlyItsPermission() async throws {
        let visitor = try await Visitor.arrive()
        var tokens: [Role: String] = [:]
        for role in Role.allCases {
            let grant =
                switch role.binding {
                case .company: RoleGrant(role)
                case .workflow: RoleGrant(role, workflow: "summaries")
                case .function: RoleGrant(role, function: "sales")
                }
            tokens[role] = try await visitor.token("p-\(role.rawValue)", [grant])
        }
        let known = tokens
        try await visitor.app.test(.router) { client in
            // Signing out would end the walk's own tokens no more than a session, so it may run.
            for row in RouteTable.rows {
                guard let permission = row.permission else { continue }
                for (role, token) in known {
                    let may =
                        role.permissions.contains(permission)
                        || Permission.everybody.contains(permission)
                    let answer = try await client.call(
                        row.method, Self.path(row), token: token, json: "{\"no_such_field\":1}")
                    #expect(
                        (answer.status.code == 403) == !may,
                        "\(role) \(row.method) \(row.path): \(answer.status.code)")
                }
            }
        }
    }

    @Test func aTokenDoesNoMoreThanItsScope() async throws {
        let visitor = try await Visitor.arrive()
        let token = try await visitor.token(
            "gatekeeper", [RoleGrant(.governance)], scopes: [.gate])
        try await visitor.app.test(.router) { client in
            for row in RouteTable.rows {
                guard let permission = row.permission else { continue }
                let answer = try await client.call(
                    row.method, Self.path(row), token: token, json: "{}")
                #expect(
                    (answer.status.code == 403) == (permission != .askGate),
                    "\(row.method) \(row.path): \(answer.status.code)")
            }
        }
    }

    @Test func anAdministratorCanNeitherJudgeNorSignNorRestart() {
        let forbidden: Set<Permission> = [
            .triage, .respond, .sign, .restart, .close, .signException, .overrideReadiness,
            .changePolicy,
        ]
        #expect(Role.administrator.permissions.isDisjoint(with: forbidden))
    }

    private static func path(_ row: RouteTable.Row) -> String {
        let path = row.path.split(separator: "/").map { part in
            switch part {
            case "{number}": "INC-2026-0001"
            case "{key}": "nothing-here"
            case let part where part.hasPrefix("{"): "nobody"
            default: String(part)
            }
        }.reduce("") { $0 + "/" + $1 }
        // A stream would be followed without end.
        return row.operationID == "followGate" ? path + "?seconds=0" : path
    }
}
