import CordonAPI
import CordonCore
import CordonOperations

/// Setup, sessions, accounts and tokens.
enum IdentityRoutes {
    static let all: [Route] =
        [setup, signIn, whoAmI, signOut]
        + [accounts, create, showAccount, grants, password, access]
        + [tokens, createToken, revokeToken]

    private static let tag = "Identity"

    private static let setup = Route(
        method: "POST", path: Paths.root + "/setup", operationID: "setUp", tag: tag,
        summary: "Make the first administrator, with the one-time token of the first start.",
        permission: nil, command: "setup", body: .json(SetupRequest.self),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: SetupView.self,
                description: "The administrator, with a token that is shown this once.")
        ], problems: [.wrongState, .notPermitted, .tooManyAttempts]
    ) { exchange in
        let input = try exchange.read(SetupRequest.self)
        return try .json(try await Door(exchange).setUp(input), status: 201)
    }

    private static let signIn = Route(
        method: "POST", path: Paths.root + "/session", operationID: "signIn", tag: tag,
        summary: "Sign in with a local account.", permission: nil, command: "login",
        body: .json(SignInRequest.self),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: SessionView.self,
                description: "The session; browsers keep it in a cookie.")
        ], problems: [.notSignedIn, .tooManyAttempts]
    ) { exchange in
        let input = try exchange.read(SignInRequest.self)
        let door = Door(exchange)
        let (view, secret) = try await door.signIn(input.login, input.password)
        return try Answer.json(view, status: 201).with("set-cookie", door.cookie(secret))
    }

    private static let whoAmI = Route.ask(
        "/session", "showSession", tag, "Who you are, and what you may do.", .readPolicy,
        command: "whoami", SessionView.self
    ) { work, exchange in
        guard let account = try work.accountOfCaller(), let caller = exchange.caller else {
            throw Refusal(.notSignedIn, "The account is gone.")
        }
        return SessionView(
            login: account.person.name, name: account.name,
            grants: account.grants.map(\.text).sorted(),
            permissions: caller.permissions.map(\.rawValue).sorted(),
            expiresAt: caller.expiresAt.rfc3339, session: nil, csrf: nil)
    }

    private static let signOut = Route(
        method: "DELETE", path: Paths.root + "/session", operationID: "signOut", tag: tag,
        summary: "End the session.", permission: .readPolicy, command: "logout",
        answers: [.init(status: 204, mediaType: "", type: nil, description: "Signed out.")]
    ) { exchange in
        if let credential = exchange.credential {
            try await exchange.operations.perform(exchange.asCaller) {
                try $0.signOut(session: credential)
            }
        }
        return Answer.noContent.with("set-cookie", Door(exchange).cookie(""))
    }

    private static let accounts = Route.ask(
        "/users", "listUsers", tag, "All accounts with their roles.", .manageAccounts,
        command: "user list", query: Parameters.page, AccountListView.self
    ) { work, exchange in
        let limit = try exchange.limit()
        let found = try work.accounts(after: exchange.query["after"] ?? "", limit: limit + 1)
        let items = found.prefix(limit).map(AccountView.init)
        return AccountListView(items: items, next: found.count > limit ? items.last?.login : nil)
    }

    private static let create = Route(
        method: "POST", path: Paths.root + "/users", operationID: "createUser", tag: tag,
        summary: "Add a person.", permission: .manageAccounts, command: "user create",
        body: .json(UserRequest.self),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: AccountView.self,
                description: "The account.")
        ], problems: [.wrongState, .idempotencyMismatch]
    ) { exchange in
        let input = try exchange.read(UserRequest.self)
        let grants = try Read.roles(input.grants ?? [], "/grants")
        let hash = try await Door(exchange).hash(input.password)
        return try await Route.once(exchange, without: ["password"]) { work in
            try .json(
                AccountView(
                    try work.createAccount(
                        login: input.login, name: input.name, passwordHash: hash, grants: grants)),
                status: 201)
        }
    }

    private static let showAccount = Route.ask(
        "/users/{login}", "showUser", tag, "One account.", .manageAccounts, command: "user show",
        problems: [.notFound], AccountView.self
    ) { work, exchange in
        AccountView(try work.account(try exchange.parameter("login")))
    }

    private static let grants = Route.change(
        "PUT", "/users/{login}/grants", "grantRoles", tag,
        "Give a person exactly these roles; nobody does it for themselves.", .manageAccounts,
        command: "user grant", problems: [.notFound, .secondPersonRequired], GrantsRequest.self,
        AccountView.self
    ) { work, input, exchange in
        AccountView(
            try work.grant(
                try exchange.parameter("login"), try Read.roles(input.grants, "/grants")))
    }

    private static let password = Route(
        method: "POST", path: Paths.root + "/users/{login}/password", operationID: "setPassword",
        tag: tag,
        summary:
            "Set a password: one's own with the present one, or anybody's as an administrator.",
        permission: .ownAccount, command: "user password", body: .json(PasswordRequest.self),
        answers: [.init(status: 204, mediaType: "", type: nil, description: "It is set.")],
        problems: [.notFound, .notPermitted, .tooManyAttempts]
    ) { exchange in
        let input = try exchange.read(PasswordRequest.self)
        try await Door(exchange).setPassword(try exchange.parameter("login"), input)
        return .noContent
    }

    private static let access = Route.change(
        "POST", "/users/{login}/access", "setAccess", tag, "Disable or enable an account.",
        .manageAccounts, command: "user disable", problems: [.notFound, .secondPersonRequired],
        AccessRequest.self, AccountView.self
    ) { work, input, exchange in
        AccountView(
            try work.setAccess(
                try exchange.parameter("login"), disabled: input.disabled, reason: input.reason))
    }

    private static let tokens = Route.ask(
        "/tokens", "listTokens", tag, "Your tokens.", .ownAccount, command: "token list",
        TokenListView.self
    ) { work, _ in
        TokenListView(
            items: try work.tokens().map { TokenView($0.token, lastUsedAt: $0.lastUsedAt) })
    }

    private static let createToken = Route(
        method: "POST", path: Paths.root + "/tokens", operationID: "createToken", tag: tag,
        summary: "Make an API token; its secret is shown this once.", permission: .ownAccount,
        command: "token create", body: .json(TokenRequest.self),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: TokenView.self,
                description: "The token with its secret.")
        ], problems: [.notFound, .wrongState]
    ) { exchange in
        let input = try exchange.read(TokenRequest.self)
        let secret = Door(exchange).newSecret()
        let scopes = Set(
            try input.scopes.map { scope throws(Refusal) in try Read.same(scope, Scope.self) })
        // Not kept under an Idempotency-Key: the secret must not lie in the database.
        let token = try await exchange.operations.perform(exchange.asCaller) { work in
            try work.createToken(
                name: input.name, scopes: scopes, workflow: input.workflow,
                days: input.expiresInDays ?? 90, secret: secret)
        }
        return try .json(TokenView(token, lastUsedAt: nil, secret: secret), status: 201)
    }

    private static let revokeToken = Route(
        method: "DELETE", path: Paths.root + "/tokens/{id}", operationID: "revokeToken", tag: tag,
        summary: "Revoke a token, at once.", permission: .ownAccount, command: "token revoke",
        answers: [.init(status: 204, mediaType: "", type: nil, description: "It is revoked.")],
        problems: [.notFound]
    ) { exchange in
        let id = try exchange.parameter("id")
        try await exchange.operations.perform(exchange.asCaller) { try $0.revokeToken(id) }
        return .noContent
    }
}
