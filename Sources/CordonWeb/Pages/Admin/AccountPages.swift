import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Somebody's own account: everybody who is signed in has one.
enum AccountPages {
    static let all: [Page] = [show, makeToken, revoke, password, zone]

    private static let show = Page(.get, PagePaths.account, .ownAccount) { visit in
        try await page(visit, nil)
    }

    private static func page(_ visit: Visit, _ returned: ReturnedForm?) async throws -> Answer {
        let session = try await visit.view(SessionView.self, "showSession")
        let tokens = try await visit.view(TokenListView.self, "listTokens")
        return visit.page(
            OwnAccountPage(
                login: session.login, name: session.name, grants: session.grants,
                tokens: tokens.items, hasNewPassword: visit.exchange.query["new"] == "password",
                returned: returned))
    }

    /// Its answer is the page itself: the secret must not stand in an address, and is shown once.
    private static let makeToken = Page(.post, PagePaths.tokens, .ownAccount) { visit in
        let fields = try visit.checkedForm()
        return try await visit.orAgain(
            OwnAccountPage.tokenID, fields, { try await page($0, $1) }
        ) {
            let made = try await visit.perform("createToken", fields)
            let token = try made.decoded(as: TokenView.self)
            return visit.page(NewTokenPage(token: token), status: 201)
        }
    }

    private static let revoke = Page.act(
        "/account/tokens/{id}/revoke", .ownAccount, form: "revoke", operation: "revokeToken",
        then: { _, _ in PagePaths.account },
        again: { visit, returned in try await page(visit, returned) })

    /// A new password ends every session, this one too: another begins in the same breath.
    private static let password = Page(.post, PagePaths.ownPassword, .ownAccount) { visit in
        let fields = try visit.checkedForm()
        let login = visit.exchange.caller?.actor.name ?? ""
        return try await visit.orAgain(
            OwnAccountPage.passwordID, fields, { try await page($0, $1) }
        ) {
            _ = try await visit.perform("setPassword", fields, ["login": login])
            let door = Door(visit.exchange)
            let (_, secret) = try await door.signIn(login, fields["password"] ?? "")
            return .redirect(PagePaths.asking(PagePaths.account, [("new", "password")]))
                .with("set-cookie", door.cookie(secret))
        }
    }

    /// A year, as the script's.
    private static let zoneSeconds = 31_536_000

    /// For a browser without scripts; with them the browser says its zone itself.
    private static let zone = Page(.post, PagePaths.ownZone, .ownAccount) { visit in
        let fields = try visit.checkedForm()
        return try await visit.orAgain(
            OwnAccountPage.zoneID, fields, { try await page($0, $1) }
        ) {
            let name = fields["zone"] ?? ""
            let text = name.replacing("/", with: ".")
            guard !name.isEmpty, Visit.zone(text) != nil else {
                let message = "There is no time zone of this name: write it like Europe/Berlin."
                throw Refusal(
                    .invalidInput, message, blockers: [Blocker("zone", message, pointer: "/zone")])
            }
            // Not `HttpOnly`: it is the script's cookie, which keeps it up to date.
            let secure = visit.exchange.site.secureCookies ? "; Secure" : ""
            return .redirect(PagePaths.account).with(
                "set-cookie",
                "cordon_zone=\(text); Path=/; SameSite=Strict; Max-Age=\(zoneSeconds)\(secure)")
        }
    }
}
