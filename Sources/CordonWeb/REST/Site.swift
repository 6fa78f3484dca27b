package import NIOCore

/// What the server knows of its own place.
package struct Site: Sendable {
    /// The version of Cordon.
    package let version: String
    let url: ServerURL
    /// Sent to the browser as `Secure` cookies when the server is reached over TLS.
    package let secureCookies: Bool
    /// Whether `/ledger/` may be read without signing in.
    package let publicLedger: Bool
    /// The one-time token for the first administrator; its SHA-256 in hexadecimal.
    package let setupTokenHash: String?
    let signIns = Throttle.signIns()
    /// Those of reports without an account, and of what is added to them.
    let reportsFromAnAddress = Throttle.reportsFromAnAddress()
    let reportsByALink = Throttle.reportsByALink()
    /// Hours after which a session ends.
    package let sessionHours: Int
    /// Reads traces for capture; without one none are taken.
    package let traces: TraceReader?
    /// Says of a connection, as often as it is asked, whether its caller has gone or the server
    /// is asked to end.
    let departure: @Sendable (any Channel) async -> @Sendable () -> Bool
    /// Whether searches are given up when the connection of the asker closes.
    package let watchesDisconnects: Bool
    /// Metrics of rooms that this one does not know, in the text format of Prometheus.
    package let moreMetrics: @Sendable () -> String

    package init(
        version: String, url: ServerURL = ServerURL(), secureCookies: Bool = false,
        publicLedger: Bool = false, setupTokenHash: String?,
        sessionHours: Int = 12,
        traces: TraceReader? = nil, watchesDisconnects: Bool = false,
        departure: @escaping @Sendable (any Channel) async -> @Sendable () -> Bool = { _ in
            { false }
        },
        moreMetrics: @escaping @Sendable () -> String = { "" }
    ) {
        self.version = version
        self.url = url
        self.secureCookies = secureCookies
        self.publicLedger = publicLedger
        self.setupTokenHash = setupTokenHash
        self.sessionHours = sessionHours
        self.traces = traces
        self.watchesDisconnects = watchesDisconnects
        self.departure = departure
        self.moreMetrics = moreMetrics
    }
}
