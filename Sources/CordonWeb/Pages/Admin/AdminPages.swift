import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Health and accounts for administrators.
enum AdminPages {
    static let all: [Page] =
        [overview, list, newForm, create, show, grants, access, password, links, makeLink, endLink]
        + AccountPages.all

    // MARK: Health

    private static let overview = Page(.get, PagePaths.admin, .manageAccounts) { visit in
        let operations = visit.exchange.operations
        var parts: [String: String]?
        var trouble: String?
        do {
            parts = try await visit.view(ReadinessPartsView.self, "readyz").parts
        } catch let refusal as Refusal where refusal.kind != .internalFault {
            trouble = refusal.detail
        }
        let checkpoint = try await operations.ask(visit.exchange.asCaller) {
            try $0.checkpoint()
        }
        let evidence = operations.evidenceFigures
        return visit.page(
            AdminPage(
                version: visit.exchange.site.version, parts: parts, trouble: trouble,
                entries: checkpoint.flatMap(size), records: evidence.records,
                indexed: evidence.indexed, writesWaiting: operations.writesWaiting))
    }

    /// The size of the log stands on the second line of a checkpoint (C2SP tlog-checkpoint).
    private static func size(of checkpoint: String) -> Int? {
        let lines = checkpoint.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 1 ? Int(lines[1]) : nil
    }

    // MARK: Accounts

    private static let list = Page(.get, PagePaths.users, .manageAccounts) { visit in
        var query = ["limit": String(AccountListPage.size)]
        query["after"] = visit.exchange.query["after"]
        let found = try await visit.view(AccountListView.self, "listUsers", query: query)
        return visit.page(AccountListPage(accounts: found.items, next: found.next))
    }

    private static let newForm = Page(.get, PagePaths.newUser, .manageAccounts) { visit in
        visit.page(NewAccountPage())
    }

    private static let create = Page.act(
        PagePaths.newUser, .manageAccounts, form: NewAccountPage.formID, operation: "createUser",
        then: { _, answer in PagePaths.user(try answer.decoded(as: AccountView.self).login) },
        again: { visit, returned in visit.page(NewAccountPage(returned: returned)) })

    private static let show = Page(.get, "/admin/users/{login}", .manageAccounts) { visit in
        try await account(visit, nil)
    }

    private static func account(_ visit: Visit, _ returned: ReturnedForm?) async throws -> Answer {
        let account = try await visit.view(AccountView.self, "showUser")
        return visit.page(
            AccountPage(
                account: account, isOwn: account.login == visit.exchange.caller?.actor.name,
                returned: returned))
    }

    private static let grants = change("grants", AccountPage.grantsID, "grantRoles")
    private static let access = change("access", AccountPage.accessID, "setAccess")
    private static let password = change("password", AccountPage.passwordID, "setPassword")

    /// The target of one of the forms of an account.
    private static func change(_ part: String, _ form: String, _ operation: String) -> Page {
        Page.act(
            "/admin/users/{login}/\(part)", .manageAccounts, form: form, operation: operation,
            then: { visit, _ in PagePaths.user(try visit.parameter("login")) },
            again: { visit, returned in try await account(visit, returned) })
    }

    // MARK: Reports without an account

    private static let links = Page(.get, PagePaths.reportLinks, .lendReportLink) { visit in
        visit.page(try await linksPage(visit))
    }

    private static func linksPage(
        _ visit: Visit, made: String? = nil, returned: ReturnedForm? = nil
    ) async throws -> ReportLinksPage {
        let links = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try work.reportLinks().map { link in
                ReportLinksPage.Link(
                    id: link.token.id, name: link.token.name, madeBy: link.madeBy.name,
                    expiresAt: link.token.expiresAt)
            }
        }
        return ReportLinksPage(links: links, made: made, returned: returned)
    }

    /// Its answer is the page itself: the address is shown once.
    private static let makeLink = Page(.post, PagePaths.reportLinks, .lendReportLink) { visit in
        var fields = try visit.checkedForm()
        fields["scopes"] = TokenScope.reportLink.rawValue
        let sent = fields
        return try await visit.orAgain(
            ReportLinksPage.formID, sent,
            { $0.page(try await linksPage($0, returned: $1)) }
        ) {
            let made = try await visit.perform("createToken", sent)
            let token = try made.decoded(as: TokenView.self)
            let path = PagePaths.reportLink(token.token ?? "")
            return visit.page(
                try await linksPage(visit, made: visit.exchange.address + path),
                status: 201)
        }
    }

    private static let endLink = Page.act(
        "/admin/report-links/{id}/revoke", .lendReportLink, form: "revoke",
        operation: "revokeToken", then: { _, _ in PagePaths.reportLinks },
        again: { visit, returned in
            visit.page(try await linksPage(visit, returned: returned))
        })
}
