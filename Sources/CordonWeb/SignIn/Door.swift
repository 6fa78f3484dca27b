import CordonAPI
import CordonCore
import CordonOperations
import FoundationEssentials

/// Lets people in: setup, sign-in, passwords.
///
/// Shared by the pages and the REST interface.
struct Door: Sendable {
    let exchange: Exchange

    init(_ exchange: Exchange) { self.exchange = exchange }

    private var operations: Operations { exchange.operations }

    /// Makes the first administrator, with a token of 30 days for the command line.
    func setUp(_ input: SetupRequest) async throws -> SetupView {
        let subjects = ["setup"] + addressSubject
        let throttle = exchange.site.signIns
        try throttle.check(subjects, now: operations.outside.now())
        guard try await !operations.ask(exchange.asCaller, { try $0.accountExists() }) else {
            throw Refusal(.wrongState, "Cordon is set up already: sign in instead.")
        }
        guard let expected = exchange.site.setupTokenHash,
            Hex.sha256(Array(input.token.utf8)) == expected
        else {
            throttle.note(subjects, now: operations.outside.now())
            throw Refusal(
                .notPermitted, "The setup token is wrong: the server printed it when it started.")
        }
        let hash = try await hash(input.password)
        let secret = newSecret()
        let (account, token) = try await operations.perform(exchange.asCaller) { work in
            let account = try work.setUp(login: input.login, name: input.name, passwordHash: hash)
            let token = try work.asAccount(account).createToken(
                name: "first administrator", scopes: [.all], workflow: nil, days: 30,
                secret: secret)
            return (account, token)
        }
        return SetupView(
            account: AccountView(account), token: secret, tokenExpiresAt: token.expiresAt.rfc3339)
    }

    /// Opens a session.
    ///
    /// - Returns: what the caller is told, and the secret for the cookie.
    func signIn(_ login: String, _ password: String) async throws -> (SessionView, String) {
        // Counted before the password is compared, so that many guesses at once are many guesses.
        let subjects = ["login \(login)"] + addressSubject
        let throttle = exchange.site.signIns
        try throttle.take(subjects, now: operations.outside.now())
        let stored = try await operations.ask(exchange.asCaller) { try $0.credential(of: login) }
        guard try await operations.passwords.matches(password, stored) else {
            try await operations.perform(exchange.asCaller) { try $0.noteFailedSignIn(login) }
            throw Refusal(.notSignedIn, "The login or the password is wrong.")
        }
        let secret = newSecret()
        let expiresAt = operations.outside.now().adding(hours: exchange.site.sessionHours)
        let account = try await operations.perform(exchange.asCaller) {
            try $0.signIn(login, secret: secret, expiresAt: expiresAt)
        }
        throttle.forget(["login \(login)"])
        throttle.takeBack(addressSubject)
        let view = SessionView(
            login: account.person.name, name: account.name,
            grants: account.grants.map(\.text).sorted(),
            permissions: account.permissions.map(\.rawValue).sorted(),
            expiresAt: expiresAt.rfc3339, session: secret, csrf: Self.csrf(secret))
        return (view, secret)
    }

    /// One's own password needs the present one, so that a lost session cannot keep the account.
    func setPassword(_ login: String, _ input: PasswordRequest) async throws {
        guard let caller = exchange.caller else {
            throw Refusal(.notSignedIn, "Sign in first.")
        }
        if caller.actor.name == login {
            let subjects = ["login \(login)"]
            let throttle = exchange.site.signIns
            try throttle.check(subjects, now: operations.outside.now())
            let stored = try await operations.ask(exchange.asCaller) {
                try $0.credential(of: login)
            }
            guard try await operations.passwords.matches(input.current ?? "", stored) else {
                throttle.note(subjects, now: operations.outside.now())
                throw Refusal(.notPermitted, "The present password is wrong.")
            }
        } else if !caller.permissions.contains(.manageAccounts) {
            throw Refusal(.notPermitted, "Only an administrator sets another person's password.")
        }
        let hash = try await hash(input.password)
        try await operations.perform(exchange.asCaller) {
            _ = try $0.setPassword(login, hash: hash)
        }
    }

    private var addressSubject: [String] { Throttle.subjects(address: exchange.remoteAddress) }

    func hash(_ password: String) async throws -> String {
        try await operations.passwords.hash(password, salt: operations.outside.randomBytes(16))
    }

    /// `cordon_pat_` and 32 random bytes in base64url.
    func newSecret() -> String {
        let bytes = Data(operations.outside.randomBytes(32)).base64EncodedString()
        let safe = bytes.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" }
        return "cordon_pat_" + String(safe)
    }

    /// The cookie that carries a session; an empty secret takes it away.
    func cookie(_ secret: String) -> String {
        let age = secret.isEmpty ? 0 : exchange.site.sessionHours * 3_600
        let secure = exchange.site.secureCookies ? "; Secure" : ""
        return
            "cordon_session=\(secret); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(age)\(secure)"
    }

    /// What a form or a script has to send back: nobody can make it without the session's secret,
    /// and the secret cannot be found from it.
    static func csrf(_ secret: String) -> String { Hex.sha256(Array("csrf \(secret)".utf8)) }
}
