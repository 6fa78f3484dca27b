import CordonAPI

/// Where accounts are kept, and where somebody finds their own.
extension PagePaths {
    static let users = admin + "/users"
    static let newUser = users + "/new"
    static let reportLinks = admin + "/report-links"
    static let account = "/account"
    static let tokens = account + "/tokens"
    static let ownPassword = account + "/password"
    static let ownZone = account + "/zone"

    static func user(_ login: String) -> String { users + "/" + Paths.segment(login) }

    static func grants(of login: String) -> String { user(login) + "/grants" }

    static func access(of login: String) -> String { user(login) + "/access" }

    static func password(of login: String) -> String { user(login) + "/password" }

    static func ending(reportLink id: String) -> String {
        reportLinks + "/" + Paths.segment(id) + "/revoke"
    }

    static func revocation(of token: String) -> String {
        tokens + "/" + Paths.segment(token) + "/revoke"
    }
}
