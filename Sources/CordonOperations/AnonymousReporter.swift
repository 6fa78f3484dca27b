package import CordonCore

/// Somebody who reports without an account.
///
/// Known by a secret alone, which was made for one report and which nobody but the reporter has:
/// whoever holds it is the reporter of that report, and may do what any reporter may. The journal
/// has the secret's hash as the person, so no two reports can be told to come from one person.
package struct AnonymousReporter: Sendable {
    private let secret: String

    package init(secret: String) { self.secret = secret }

    /// What stands where a login would: no login has a capital letter.
    package static let name = "Anonymous"

    package var person: Person {
        Person(id: "anonymous-\(Hex.sha256(Array(secret.utf8)))", name: Self.name)
    }

    /// To report, and to read and add to one's own report; not to stop, nor by tripping a watch, as
    /// nobody could be asked why it was done.
    package static let permissions: Set<Permission> = [.report, .readOwnIncidents]

    /// The reporter for one request: no gate knows it, so nothing outlives `now`.
    package func caller(now: Instant) -> GateCaller {
        GateCaller(
            account: person.id, actor: person, grants: [], permissions: Self.permissions,
            token: nil, workflow: nil, expiresAt: now)
    }
}

extension GateCaller {
    /// Whether the credential is the secret of a link for reports without an account, and nothing
    /// else: what stands in an address must open no more than that.
    package var isReportLink: Bool { token != nil && permissions == [.lendReportLink] }
}
