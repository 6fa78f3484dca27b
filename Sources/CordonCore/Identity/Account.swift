/// Everything that can happen to an account.
///
/// Case names are stored: they are never renamed.
package enum AccountEvent: Codable, Equatable, Sendable {
    case created(login: String, name: String)
    case granted([RoleGrant])
    /// The SHA-256 of the stored hash, so that a changed credential is noticed.
    case passwordSet(digest: String)
    case disabled(reason: String)
    case enabled(reason: String)
    case signedIn(session: String, expiresAt: Instant)
    case signedOut(session: String)
    case tokenCreated(AccessToken)
    case tokenRevoked(id: String)
}

/// A token as it is kept: of the secret there is only the hash.
package struct AccessToken: Codable, Equatable, Sendable {
    package let id: String
    package let name: String
    package let scopes: Set<Scope>
    /// The workflow that it serves alone, if it is bound to one.
    package let workflow: String?
    /// SHA-256 of the secret, in hexadecimal.
    ///
    /// The secret has 256 random bits: it needs no salt.
    package let hash: String
    package let createdAt: Instant
    package let expiresAt: Instant

    package init(
        id: String, name: String, scopes: Set<Scope>, workflow: String?, hash: String,
        createdAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.workflow = workflow
        self.hash = hash
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A person who can sign in.
package struct Account: Codable, Equatable, Sendable {
    package let person: Person
    package let name: String
    package private(set) var grants: Set<RoleGrant> = []
    package private(set) var credentialDigest: String?
    package private(set) var isDisabled = false
    package private(set) var sessions: [String: Instant] = [:]
    package private(set) var tokens: [AccessToken] = []
    package private(set) var version = 1

    /// Begins an account from its first event.
    ///
    /// - Returns: `nil` when `event` is not the account's creation.
    package init?(id: String, first event: AccountEvent) {
        guard case .created(let login, let name) = event else { return nil }
        person = Person(id: id, name: login)
        self.name = name
    }

    package var actor: Actor { Actor(person, grants: grants) }

    package var permissions: Set<Permission> {
        grants.reduce(into: Permission.everybody) { $0.formUnion($1.role.permissions) }
    }

    /// Takes in what happened.
    package mutating func apply(_ event: AccountEvent, at now: Instant) {
        version += 1
        switch event {
        case .created: break
        case .granted(let grants): self.grants = Set(grants)
        case .passwordSet(let digest):
            credentialDigest = digest
            // Whoever held the old password is signed out with it.
            sessions = [:]
        case .disabled:
            isDisabled = true
            sessions = [:]
        case .enabled: isDisabled = false
        case .signedIn(let session, let expiresAt):
            sessions = sessions.filter { $0.value > now }
            sessions[session] = expiresAt
        case .signedOut(let session): sessions[session] = nil
        case .tokenCreated(let token):
            tokens = tokens.filter { $0.expiresAt > now }
            tokens.append(token)
        case .tokenRevoked(let id): tokens.removeAll { $0.id == id }
        }
    }

    /// Gives the account exactly `grants`.
    ///
    /// - Throws: a refusal when it is one's own account: nobody gives themselves a role.
    package func grant(_ grants: [RoleGrant], by person: Person) throws(Refusal) -> [AccountEvent] {
        if Set(grants) == self.grants { return [] }
        guard person.id != self.person.id else {
            throw Refusal(
                .secondPersonRequired,
                "Nobody changes their own roles: another administrator has to do it.")
        }
        return [.granted(grants.sorted { $0.text < $1.text })]
    }
}
