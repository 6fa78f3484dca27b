import CordonCore
import CordonOperations
import HTTPTypes

/// The ways in and out: setup, sign-in, sign-out, and the language.
enum EntrancePages {
    static let all: [Page] = [setupForm, setup, signInForm, signIn, signOut, language]

    /// Bytes of a form that anybody may send: 16 KiB.
    private static let formLimit = 16 << 10

    private static let setupForm = Page(.get, PagePaths.setup, nil) { visit in
        guard
            try await !visit.exchange.operations.ask(
                visit.exchange.asCaller, { try $0.accountExists() })
        else { return .redirect(PagePaths.signIn) }
        return visit.withFormCookie(
            visit.page(SetupPage(token: visit.exchange.query["token"])))
    }

    private static let setup = Page(.post, PagePaths.setup, nil, formLimit: formLimit) { visit in
        let form = try visit.checkedForm()
        let again = { @Sendable (visit: Visit, returned: ReturnedForm) -> Answer in
            visit.page(
                SetupPage(token: nil, returned: returned.without("password")), status: 400)
        }
        return try await visit.orAgain(SetupPage.formID, form, again) {
            _ = try await visit.perform("setUp", form)
            let door = Door(visit.exchange)
            let (_, secret) = try await door.signIn(form["login"] ?? "", form["password"] ?? "")
            return .redirect(PagePaths.home).with("set-cookie", door.cookie(secret))
        }
    }

    private static let signInForm = Page(.get, PagePaths.signIn, nil) { visit in
        visit.withFormCookie(visit.page(SignInPage(next: visit.exchange.query["next"])))
    }

    private static let signIn = Page(.post, PagePaths.signIn, nil, formLimit: formLimit) { visit in
        let form = try visit.checkedForm()
        let door = Door(visit.exchange)
        do {
            let (_, secret) = try await door.signIn(form["login"] ?? "", form["password"] ?? "")
            return .redirect(PagePaths.own(form["next"])).with("set-cookie", door.cookie(secret))
        } catch let refusal as Refusal where refusal.kind != .internalFault {
            let returned = ReturnedForm(
                id: SignInPage.formID, fields: form,
                faults: [FormFault("login", refusal.detail)])
            return visit.page(
                SignInPage(next: form["next"], returned: returned.without("password")),
                status: ProblemText.of(refusal.kind).status == 429 ? 429 : 400)
        }
    }

    private static let signOut = Page(.post, PagePaths.signOut, .readPolicy) { visit in
        _ = try visit.checkedForm()
        if let credential = visit.exchange.credential {
            try await visit.exchange.operations.perform(visit.exchange.asCaller) {
                try $0.signOut(session: credential)
            }
        }
        return .redirect(PagePaths.signIn).with("set-cookie", Door(visit.exchange).cookie(""))
    }

    /// A year: a browser that was told its language once keeps it.
    private static let languageSeconds = 31_536_000

    private static let language = Page(.get, "/language", nil) { visit in
        let query = visit.exchange.query
        let back = PagePaths.own(query["back"])
        guard let language = query["to"].flatMap(Language.init) else { return .redirect(back) }
        return .redirect(back).with(
            "set-cookie",
            visit.cookie("cordon_language", language.rawValue, seconds: languageSeconds))
    }
}

extension ReturnedForm {
    /// The same without what is never shown again.
    func without(_ field: String) -> ReturnedForm {
        ReturnedForm(id: id, fields: fields.filter { $0.key != field }, faults: faults)
    }
}
