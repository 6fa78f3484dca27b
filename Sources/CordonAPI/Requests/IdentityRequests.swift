/// Makes the first administrator: `POST /setup`.
public struct SetupRequest: Codable, Sendable, Ruled {
    /// The one-time token that the first start printed.
    public var token: String
    public var login: String
    public var name: String
    public var password: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "token": Rule(minLength: 1, maxLength: 200), "login": loginRule,
        "name": Rule(minLength: 1, maxLength: 120), "password": passwordRule,
    ]

    /// - Parameter token: the one-time token.
    public init(token: String, login: String, name: String, password: String) {
        self.token = token
        self.login = login
        self.name = name
        self.password = password
    }
}

/// Small letters, digits, dots, hyphens and underscores.
public let loginRule = Rule(
    description: "2 to 64 small letters, digits, dots, hyphens or underscores.", minLength: 2,
    maxLength: 64, pattern: "^[a-z0-9][a-z0-9._-]*$")
/// Long enough to resist guessing, short enough to hash.
public let passwordRule = Rule(description: "12 to 200 characters.", minLength: 12, maxLength: 200)
/// A slug: small letters and digits with single hyphens inside.
public let slugRule = Rule(
    description: "2 to 64 small letters, digits or single hyphens.", minLength: 2, maxLength: 64,
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$")
/// One line that must say something.
public let lineRule = Rule(minLength: 1, maxLength: 200)
/// A text that must say something.
public let textRule = Rule(minLength: 1, maxLength: 4_000)

/// Signs in with a local account: `POST /session`.
public struct SignInRequest: Codable, Sendable, Ruled {
    public var login: String
    public var password: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "login": Rule(minLength: 1, maxLength: 64), "password": Rule(minLength: 1, maxLength: 200),
    ]

    /// - Parameter login: the account's login.
    public init(login: String, password: String) {
        self.login = login
        self.password = password
    }
}

/// Adds a person: `POST /users`.
public struct UserRequest: Codable, Sendable, Ruled {
    public var login: String
    public var name: String
    public var password: String
    /// `owner:monthly-summaries`, `functional_leader:client-services`, `legal`.
    public var grants: [String]?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "login": loginRule, "name": Rule(minLength: 1, maxLength: 120), "password": passwordRule,
        "grants": grantsRule,
    ]

    /// - Parameter grants: the roles, each with what it is bound to.
    public init(login: String, name: String, password: String, grants: [String]? = nil) {
        self.login = login
        self.name = name
        self.password = password
        self.grants = grants
    }
}

/// Roles in the form `role` or `role:binding`.
public let grantsRule = Rule(
    description: "Roles: `legal`, `owner:WORKFLOW`, `functional_leader:FUNCTION`.", maxItems: 200,
    itemMaxLength: 100, itemPattern: "^[a-z_]+(:[a-z0-9]+(-[a-z0-9]+)*)?$")

/// Replaces what a person may be: `PUT /users/{login}/grants`.
public struct GrantsRequest: Codable, Sendable, Ruled {
    public var grants: [String]

    /// Bounds by property.
    public static let rules: [String: Rule] = ["grants": grantsRule]

    /// - Parameter grants: every role that the person has from now on.
    public init(grants: [String]) { self.grants = grants }
}

/// Sets a new password: `POST /users/{login}/password`.
public struct PasswordRequest: Codable, Sendable, Ruled {
    /// The present password; needed when it is one's own.
    public var current: String?
    public var password: String

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "current": Rule(maxLength: 200), "password": passwordRule,
    ]

    /// - Parameter current: the present password, when it is one's own.
    public init(current: String? = nil, password: String) {
        self.current = current
        self.password = password
    }
}

/// Disables or enables an account: `POST /users/{login}/access`.
public struct AccessRequest: Codable, Sendable, Ruled {
    public var disabled: Bool
    public var reason: String

    /// Bounds by property.
    public static let rules: [String: Rule] = ["reason": textRule]

    /// - Parameter disabled: whether the person may sign in no more.
    public init(disabled: Bool, reason: String) {
        self.disabled = disabled
        self.reason = reason
    }
}

/// Makes an API token: `POST /tokens`.
public struct TokenRequest: Codable, Sendable, Ruled {
    public var name: String
    /// What the token may be used for: `gate`, `report`, `read`, `respond`, `register`, `admin`, `all`.
    public var scopes: [TokenScope]
    /// The workflow that it is for; a token without one serves every workflow.
    public var workflow: String?
    public var expiresInDays: Int?

    /// Bounds by property.
    public static let rules: [String: Rule] = [
        "name": Rule(minLength: 1, maxLength: 120), "scopes": Rule(minItems: 1, maxItems: 7),
        "workflow": slugRule,
        "expiresInDays": Rule(description: "Default 90.", minimum: 1, maximum: 730),
    ]

    /// - Parameter scopes: what the token may be used for.
    public init(
        name: String, scopes: [TokenScope], workflow: String? = nil, expiresInDays: Int? = nil
    ) {
        self.name = name
        self.scopes = scopes
        self.workflow = workflow
        self.expiresInDays = expiresInDays
    }
}

/// What a token may be used for, beside what its person may do.
public enum TokenScope: String, Codable, CaseIterable, Sendable {
    case gate, report, read, respond, register, admin, all
}
