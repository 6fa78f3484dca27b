package import CordonCore
import CordonStore

/// Who may sign in, and what they may be.
extension Work {
    package func accountExists() throws -> Bool { try transaction.accountExists() }

    /// Makes the first administrator.
    ///
    /// Refused as soon as there is any account.
    package func setUp(login: String, name: String, passwordHash: String) throws -> Account {
        guard try !transaction.accountExists() else {
            throw Refusal(.wrongState, "Cordon is set up already: sign in instead.")
        }
        return try create(login, name, passwordHash, [RoleGrant(.administrator)])
    }

    package func createAccount(
        login: String, name: String, passwordHash: String, grants: [RoleGrant]
    ) throws -> Account {
        try need(.manageAccounts)
        guard try transaction.account(login: login) == nil else {
            throw Refusal(.wrongState, "There is an account \(login) already.")
        }
        return try create(login, name, passwordHash, grants)
    }

    private func create(
        _ login: String, _ name: String, _ hash: String, _ grants: [RoleGrant]
    ) throws -> Account {
        let id = outside.newID()
        let event = AccountEvent.created(login: login, name: name)
        guard let account = Account(id: id, first: event) else {
            throw Refusal(.internalFault, "The account has no first event.")
        }
        try journal(event, stream: "account/\(id)")
        // The row comes first: the credential refers to it.
        try transaction.accountSave(account)
        try transaction.credentialSave(id, hash: hash)
        var events = [AccountEvent.passwordSet(digest: Hex.sha256(Array(hash.utf8)))]
        if !grants.isEmpty { events.append(.granted(grants.sorted { $0.text < $1.text })) }
        return try record(events, on: account)
    }

    package func grant(_ login: String, _ grants: [RoleGrant]) throws -> Account {
        try need(.manageAccounts)
        let account = try account(login)
        return try record(account.grant(grants, by: person), on: account)
    }

    package func setAccess(_ login: String, disabled: Bool, reason: String) throws -> Account {
        try need(.manageAccounts)
        let account = try account(login)
        if account.isDisabled == disabled { return account }
        guard account.person.id != person.id else {
            throw Refusal(.secondPersonRequired, "Nobody disables their own account.")
        }
        return try record(
            [disabled ? .disabled(reason: reason) : .enabled(reason: reason)], on: account)
    }

    package func setPassword(_ login: String, hash: String) throws -> Account {
        let account = try account(login)
        if account.person.id != person.id { try need(.manageAccounts) }
        try transaction.credentialSave(account.person.id, hash: hash)
        return try record([.passwordSet(digest: Hex.sha256(Array(hash.utf8)))], on: account)
    }

    /// Opens a session for somebody whose password was compared; `secret` is what they carry.
    package func signIn(_ login: String, secret: String, expiresAt: Instant) throws -> Account {
        let account = try account(login)
        guard !account.isDisabled else {
            throw Refusal(.notSignedIn, "The login or the password is wrong.")
        }
        let events = [
            AccountEvent.signedIn(session: Hex.sha256(Array(secret.utf8)), expiresAt: expiresAt)
        ]
        return try record(events, on: account)
    }

    package func noteFailedSignIn(_ login: String) throws {
        try journal(SignInEvent.failed(login: String(login.prefix(64))), stream: "sign-in")
    }

    package func signOut(session hash: String) throws {
        guard let account = try transaction.account(person.id) else { return }
        try record([.signedOut(session: hash)], on: account)
    }

    /// Makes a token; what the caller carries is `secret`, which is never kept.
    package func createToken(
        name: String, scopes: Set<Scope>, workflow: String?, days: Int, secret: String
    ) throws -> AccessToken {
        try need(.ownAccount)
        guard let account = try transaction.account(person.id) else {
            throw Refusal(.notFound, "The account is gone.")
        }
        guard account.tokens.filter({ $0.expiresAt > now }).count < Self.tokensPerAccount else {
            throw Refusal(
                .wrongState, "An account has at most \(Self.tokensPerAccount) tokens: revoke one.")
        }
        let wanted = scopes.reduce(into: Set()) { $0.formUnion($1.permissions) }
            .intersection(account.permissions)
        guard wanted.isSubset(of: caller.permissions) else {
            throw Refusal(.notPermitted, "A token makes no token that may do more than itself.")
        }
        if let workflow { _ = try self.workflow(workflow) }
        let token = AccessToken(
            id: outside.newID(), name: name, scopes: scopes, workflow: workflow,
            hash: Hex.sha256(Array(secret.utf8)), createdAt: now,
            expiresAt: now.adding(days: days))
        try record([.tokenCreated(token)], on: account)
        return token
    }

    package static let tokensPerAccount = 100

    /// Revokes one's own token, or anybody's as an administrator.
    package func revokeToken(_ id: String) throws {
        try need(.ownAccount)
        let own = try transaction.account(person.id)
        if let own, own.tokens.contains(where: { $0.id == id }) {
            try record([.tokenRevoked(id: id)], on: own)
            return
        }
        if caller.permissions.contains(.manageAccounts),
            let account = try accounts(limit: .max).first(where: { account in
                account.tokens.contains { $0.id == id }
            })
        {
            try record([.tokenRevoked(id: id)], on: account)
            return
        }
        throw Refusal(.notFound, "There is no token \(id).")
    }

    package func noteTokenUse(_ uses: [String: Instant]) throws {
        for (token, at) in uses.sorted(by: { $0.key < $1.key }) {
            try transaction.tokenUseNote(token, at: at)
        }
    }

    package func tokens() throws -> [(token: AccessToken, lastUsedAt: Instant?)] {
        try transaction.account(person.id)?.tokens.map {
            ($0, try transaction.tokenUse($0.id))
        } ?? []
    }

    /// The links for reports without an account that are in use, whoever made them, by their names.
    package func reportLinks() throws -> [(token: AccessToken, madeBy: Person)] {
        try need(.lendReportLink)
        return try accounts(limit: .max).filter { !$0.isDisabled }.flatMap { account in
            account.tokens.filter { $0.scopes == [.reportLink] && $0.expiresAt > now }
                .map { ($0, account.person) }
        }.sorted { ($0.0.name, $0.0.id) < ($1.0.name, $1.0.id) }
    }

    package func accounts(after login: String = "", limit: Int) throws -> [Account] {
        try transaction.accounts(after: login, limit: limit)
    }

    package func account(_ login: String) throws -> Account {
        guard let account = try transaction.account(login: login) else {
            throw Refusal(.notFound, "There is no account \(login).")
        }
        return account
    }

    package func accountOfCaller() throws -> Account? { try transaction.account(person.id) }

    package func credential(of login: String) throws -> String? {
        try transaction.account(login: login).flatMap { try transaction.credential($0.person.id) }
    }

    @discardableResult
    private func record(_ events: [AccountEvent], on account: Account) throws -> Account {
        guard !events.isEmpty else { return account }
        var account = account
        for event in events {
            try journal(event, stream: "account/\(account.person.id)")
            account.apply(event, at: now)
        }
        try transaction.accountSave(account)
        let gate = gate
        let after = account
        transaction.afterCommit { gate.apply(after) }
        return account
    }
}

extension Work {
    /// The same transaction, continued by the person whose account was just made.
    package func asAccount(_ account: Account) -> Work {
        Work(
            transaction,
            caller: Caller(
                account.actor, cause: caller.cause, permissions: account.permissions),
            gate: gate, outside: outside, keys: evidenceKeys)
    }

    package func newID() -> String { outside.newID() }
}
