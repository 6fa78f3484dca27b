/// What the server knows of its own place.
package struct Site: Sendable {
    /// The version of Cordon.
    package let version: String
    /// Sent to the browser as `Secure` cookies when the server is reached over TLS.
    package let secureCookies: Bool
    /// Whether `/ledger/` may be read without signing in.
    package let publicLedger: Bool
    /// The one-time token for the first administrator; its SHA-256 in hexadecimal.
    package let setupTokenHash: String?
    package let signIns: SignInThrottle
    /// Hours after which a session ends.
    package let sessionHours: Int

    package init(
        version: String, secureCookies: Bool = false, publicLedger: Bool = false,
        setupTokenHash: String?, signIns: SignInThrottle, sessionHours: Int = 12
    ) {
        self.version = version
        self.secureCookies = secureCookies
        self.publicLedger = publicLedger
        self.setupTokenHash = setupTokenHash
        self.signIns = signIns
        self.sessionHours = sessionHours
    }
}
