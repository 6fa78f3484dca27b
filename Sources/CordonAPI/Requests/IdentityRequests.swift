/// Makes the first administrator: `POST /setup`.
package struct SetupRequest: Codable, Sendable, Ruled {
    /// The one-time token that the first start printed.
    package var token: String
    package var login: String
    package var name: String
    package var password: String

    package static let rules: [String: Rule] = [
        "token": Rule(minLength: 1, maxLength: 200), "login": loginRule,
        "name": Rule(minLength: 1, maxLength: 120), "password": passwordRule,
    ]

    package init(token: String, login: String, name: String, password: String) {
        self.token = token
        self.login = login
        self.name = name
        self.password = password
    }
}

/// Small letters, digits, dots, hyphens and underscores.
package let loginRule = Rule(
    description: "2 to 64 small letters, digits, dots, hyphens or underscores.", minLength: 2,
    maxLength: 64, pattern: "^[a-z0-9][a-z0-9._-]*$")
/// Long enough to resist guessing, short enough to hash.
package let passwordRule = Rule(description: "12 to 200 characters.", minLength: 12, maxLength: 200)
/// A slug: small letters and digits with single hyphens inside.
package let slugRule = Rule(
    description: "2 to 64 small letters, digits or single hyphens.", minLength: 2, maxLength: 64,
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$")
/// One line that must say something.
package let lineRule = Rule(minLength: 1, maxLength: 200)
/// A text that must say something.
package let textRule = Rule(minLength: 1, maxLength: 4_000)

/// Signs in with a local account: `POST /session`.
package struct SignInRequest: Codable, Sendable, Ruled {
    package var login: String
    package var password: String

    package static let rules: [String: Rule] = [
        "login": Rule(minLength: 1, maxLength: 64), "password": Rule(minLength: 1, maxLength: 200),
    ]
}

/// Adds a person: `POST /users`.
package struct UserRequest: Codable, Sendable, Ruled {
    package var login: String
    package var name: String
    package var password: String
    /// `owner:monthly-summaries`, `functional_leader:client-services`, `legal`.
    package var grants: [String]?

    package static let rules: [String: Rule] = [
        "login": loginRule, "name": Rule(minLength: 1, maxLength: 120), "password": passwordRule,
        "grants": grantsRule,
    ]
}

/// Roles in the form `role` or `role:binding`.
package let grantsRule = Rule(
    description: "Roles: `legal`, `owner:WORKFLOW`, `functional_leader:FUNCTION`.", maxItems: 200,
    itemMaxLength: 100, itemPattern: "^[a-z_]+(:[a-z0-9]+(-[a-z0-9]+)*)?$")

/// Replaces what a person may be: `PUT /users/{login}/grants`.
package struct GrantsRequest: Codable, Sendable, Ruled {
    package var grants: [String]

    package static let rules: [String: Rule] = ["grants": grantsRule]
}

/// Sets a new password: `POST /users/{login}/password`.
package struct PasswordRequest: Codable, Sendable, Ruled {
    /// The present password; needed when it is one's own.
    package var current: String?
    package var password: String

    package static let rules: [String: Rule] = [
        "current": Rule(maxLength: 200), "password": passwordRule,
    ]
}

/// Disables or enables an account: `POST /users/{login}/access`.
package struct AccessRequest: Codable, Sendable, Ruled {
    package var disabled: Bool
    package var reason: String

    package static let rules: [String: Rule] = ["reason": textRule]
}

/// Makes an API token: `POST /tokens`.
package struct TokenRequest: Codable, Sendable, Ruled {
    package var name: String
    /// What the token may be used for: `gate`, `report`, `read`, `respond`, `register`, `admin`,
    /// `all`.
    package var scopes: [TokenScope]
    /// The workflow that it is for; a token without one serves every workflow.
    package var workflow: String?
    package var expiresInDays: Int?

    package static let rules: [String: Rule] = [
        "name": Rule(minLength: 1, maxLength: 120), "scopes": Rule(minItems: 1, maxItems: 7),
        "workflow": slugRule,
        "expiresInDays": Rule(description: "Default 90.", minimum: 1, maximum: 730),
    ]
}

/// What a token may be used for, beside what its person may do.
package enum TokenScope: String, Codable, CaseIterable, Sendable {
    case gate, gateway, capture, report, read, respond, register, admin, all
    /// For an administrator: the token is the secret of a link for reports without an account.
    case reportLink = "report_link"
}
