import CordonCore
import CordonOperations
import CordonTesting
import CordonWeb
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging

/// A Cordon with its router, and people with tokens who call it without a socket.
struct Visitor {
    let cordon: TestCordon
    let app: Application<RouterResponder<CordonContext>>

    static func arrive(publicLedger: Bool = false) async throws -> Visitor {
        let cordon = try await Operations.forTesting()
        let site = Site(
            version: "test", publicLedger: publicLedger,
            setupTokenHash: Hex.sha256(Array("one-time".utf8)))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let router = try cordonRouter(cordon.operations, site: site, logger: logger)
        return Visitor(cordon: cordon, app: Application(router: router, logger: logger))
    }

    /// Has the same Cordon listen at a port while `body` runs.
    func serving(at port: Int, _ body: () async throws -> Void) async throws {
        let (listening, isListening) = AsyncStream.makeStream(of: Void.self)
        let again = Application(
            responder: app.responder,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in isListening.finish() }, logger: app.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await again.run() }
            for await _ in listening {}
            try await body()
            group.cancelAll()
        }
    }

    /// A token of a person with these roles and these scopes.
    func token(
        _ login: String, _ grants: [RoleGrant], scopes: Set<Scope> = [.all]
    ) async throws
        -> String
    {
        // The first account of all is an administrator; the person under test is never it.
        if try await !cordon.operations.ask(
            .init(.cordon, cause: "test", permissions: []),
            {
                try $0.accountExists()
            })
        {
            _ = try await cordon.account("first")
        }
        let hash = "scrypt$none"
        let account = try await cordon.operations.perform(
            .init(.cordon, cause: "test", permissions: [])
        ) {
            try $0.createAccount(login: login, name: login, passwordHash: hash, grants: grants)
        }
        let secret = "cordon_pat_\(login)"
        let caller = Caller(account.actor, cause: "test", permissions: account.permissions)
        _ = try await cordon.operations.perform(caller) {
            try $0.createToken(
                name: login, scopes: scopes, workflow: nil, days: 1, secret: secret)
        }
        return secret
    }
}

extension TestClientProtocol {
    /// Calls with a token and a JSON body.
    func call(
        _ method: String, _ path: String, token: String? = nil, json: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> TestResponse {
        var fields = HTTPFields()
        if let token { fields[.authorization] = "Bearer \(token)" }
        if json != nil { fields[.contentType] = "application/json" }
        for (name, value) in headers {
            if let field = HTTPField.Name(name) { fields[field] = value }
        }
        return try await execute(
            uri: path, method: HTTPRequest.Method(rawValue: method) ?? .get, headers: fields,
            body: json.map { ByteBuffer(string: $0) })
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
}
