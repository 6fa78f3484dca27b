import CordonAPI
import CordonCore

struct AccountView: Codable, Sendable, Versioned {
    let id: String
    let login: String
    let name: String
    let grants: [String]
    let disabled: Bool
    let version: Int
}

struct AccountListView: Codable, Sendable {
    let items: [AccountView]
    let next: String?
}

struct SetupView: Codable, Sendable {
    let account: AccountView
    /// An API token of the new administrator; shown this once.
    let token: String
    let tokenExpiresAt: String
}

struct SessionView: Codable, Sendable {
    let login: String
    let name: String
    let grants: [String]
    let permissions: [String]
    let expiresAt: String
    /// The session's secret, to be sent as a bearer token; only in the answer to a sign-in.
    let session: String?
    /// To be sent as `X-Cordon-CSRF` with changes, when the session is carried by a cookie.
    let csrf: String?
}

struct TokenView: Codable, Sendable {
    let id: String
    let name: String
    let scopes: [String]
    let workflow: String?
    let createdAt: String
    let expiresAt: String
    let lastUsedAt: String?
    /// The secret; only in the answer that made it.
    let token: String?
}

struct TokenListView: Codable, Sendable {
    let items: [TokenView]
}

extension AccountView {
    init(_ account: Account) {
        self.init(
            id: account.person.id, login: account.person.name, name: account.name,
            grants: account.grants.map(\.text).sorted(), disabled: account.isDisabled,
            version: account.version)
    }
}

extension TokenView {
    init(_ token: AccessToken, lastUsedAt: Instant?, secret: String? = nil) {
        self.init(
            id: token.id, name: token.name, scopes: token.scopes.map(\.rawValue).sorted(),
            workflow: token.workflow, createdAt: token.createdAt.rfc3339,
            expiresAt: token.expiresAt.rfc3339, lastUsedAt: lastUsedAt?.rfc3339, token: secret)
    }
}
