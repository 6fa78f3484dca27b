import CordonCore

@testable import CordonWeb

/// Health, accounts and tokens.
extension Sample {
    static func adminPages(_ say: (String) -> String) -> [Sample] {
        [
            Sample("Admin", admin), Sample("AdminNotReady", adminNotReady(say)),
            Sample("Accounts", accounts(say)),
            Sample("AccountsNone", AccountListPage(accounts: [], next: nil)),
            Sample("NewAccount", NewAccountPage()),
            Sample("NewAccountFaulty", newAccountFaulty(say)),
            Sample("Account", AccountPage(account: account(say), isOwn: false)),
            Sample("AccountFaulty", accountFaulty(say)),
            Sample("AccountOwn", AccountPage(account: account(say), isOwn: true)),
            Sample("YourAccount", yourAccount(say)),
            Sample("YourAccountFaulty", yourAccountFaulty(say)),
            Sample("NewToken", NewTokenPage(token: token(say, secret: say("cordon_pat_secret")))),
            Sample("Bundle", BundlePage(number: say("INC-2026-0007"), returned: nil)),
            Sample("BundleFaulty", bundleFaulty(say)),
            Sample("ReportLinks", ReportLinksPage(links: [link(say)])),
            Sample("ReportLinksFaulty", reportLinksFaulty(say)),
            Sample(
                "ReportLinksMade",
                ReportLinksPage(
                    links: [link(say)],
                    made: "https://cordon.example.com"
                        + PagePaths.reportLink(say("cordon_pat_secret")))),
        ]
    }

    private static func bundleFaulty(_ say: (String) -> String) -> BundlePage {
        BundlePage(
            number: say("INC-2026-0007"),
            returned: ReturnedForm(
                id: BundlePage.formID,
                fields: ["recipient": say("The court"), "redact": "input\noutput", "from": "x"],
                faults: [FormFault("from", say("This is no time."))]))
    }

    private static func link(_ say: (String) -> String) -> ReportLinksPage.Link {
        ReportLinksPage.Link(
            id: "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB", name: say("Poster"), madeBy: say("adam"),
            expiresAt: now.adding(days: 90))
    }

    private static func reportLinksFaulty(_ say: (String) -> String) -> ReportLinksPage {
        ReportLinksPage(
            links: [],
            returned: ReturnedForm(
                id: ReportLinksPage.formID, fields: ["name": "", "expires_in_days": "0"],
                faults: [
                    FormFault("name", say("This must not be empty.")),
                    FormFault("expires_in_days", say("This is too small.")),
                ]))
    }

    private static let now = Instant(milliseconds: 1_776_459_785_000)

    private static var admin: AdminPage {
        AdminPage(
            version: "1.2.3",
            parts: [
                "database": "ready", "migrations": "ready", "queue": "ready",
                "publishing": "failing",
            ], entries: 12_345, records: 1_000_000, indexed: 999_999, writesWaiting: 0)
    }

    private static func adminNotReady(_ say: (String) -> String) -> AdminPage {
        AdminPage(
            version: "1.2.3", parts: nil, trouble: say("The write queue is full."), records: 0,
            indexed: 0, writesWaiting: 4_000)
    }

    private static func account(
        _ say: (String) -> String, grants: [String] = ["owner:summaries", "legal"],
        disabled: Bool = false
    ) -> AccountView {
        AccountView(
            id: "ben", login: say("ben"), name: say("Ben Okoro"), grants: grants.map(say),
            disabled: disabled, version: 3)
    }

    private static func accounts(_ say: (String) -> String) -> AccountListPage {
        AccountListPage(
            accounts: [account(say), account(say, grants: [], disabled: true)], next: "ben")
    }

    private static func newAccountFaulty(_ say: (String) -> String) -> NewAccountPage {
        NewAccountPage(
            returned: ReturnedForm(
                id: NewAccountPage.formID,
                fields: [
                    "login": say("Ben"), "name": say("Ben Okoro"), "password": say("short"),
                    "grants": say("king"),
                ],
                faults: [
                    FormFault("login", say("This must match a pattern.")),
                    FormFault("password", say("This is too short.")),
                    FormFault("grants/0", say("This is no role.")),
                ]))
    }

    private static func accountFaulty(_ say: (String) -> String) -> AccountPage {
        AccountPage(
            account: account(say, grants: [], disabled: true), isOwn: false,
            returned: ReturnedForm(
                id: AccountPage.accessID, fields: ["disabled": "no", "reason": ""],
                faults: [FormFault("reason", say("This must not be empty."))]))
    }

    private static func token(_ say: (String) -> String, secret: String? = nil) -> TokenView {
        TokenView(
            id: "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB", name: say("nightly run"), scopes: [say("gate")],
            workflow: say("summaries"), createdAt: now.rfc3339,
            expiresAt: now.adding(days: 90).rfc3339, lastUsedAt: now.rfc3339, token: secret)
    }

    private static func yourAccount(_ say: (String) -> String) -> OwnAccountPage {
        let unused = TokenView(
            id: "01JX3M8Q6ZK4T5V6W7X8Y9Z0AC", name: say("other run"), scopes: [say("all")],
            workflow: nil, createdAt: now.rfc3339, expiresAt: now.adding(days: 90).rfc3339,
            lastUsedAt: nil, token: nil)
        return OwnAccountPage(
            login: say("ben"), name: say("Ben Okoro"), grants: [say("legal")],
            tokens: [token(say), unused], hasNewPassword: true)
    }

    private static func yourAccountFaulty(_ say: (String) -> String) -> OwnAccountPage {
        OwnAccountPage(
            login: say("ben"), name: say("Ben Okoro"), grants: [], tokens: [],
            returned: ReturnedForm(
                id: OwnAccountPage.tokenID,
                fields: [
                    "name": say(""), "scopes": "gate\nread", "workflow": say("No Key"),
                    "expires_in_days": say("900"),
                ],
                faults: [
                    FormFault("name", say("This must not be empty.")),
                    FormFault("workflow", say("This must match a pattern.")),
                    FormFault("expires_in_days", say("This must be 730 at most.")),
                ]))
    }
}
