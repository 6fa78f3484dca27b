/// Where a person with an account signs in.
package struct SignInPage: Sendable {
    package let csrf: String
    /// The page that was asked for.
    package let next: String?
    package let login: String
    package let faults: [FormFault]

    package init(csrf: String, next: String?, login: String = "", faults: [FormFault] = []) {
        self.csrf = csrf
        self.next = next
        self.login = login
        self.faults = faults
    }

    package var html: HTML {
        let ids = ["login": "login", "password": "password"]
        return PageFrame(title: "Sign in", hasFaults: !faults.isEmpty).around([
            FaultSummary(faults: faults, ids: ids).html,
            """
            <h1>Sign in</h1>
            <form method="post" action="\(PagePaths.signIn)">
            \(FormField.csrf(csrf))
            <input type="hidden" name="next" value="\(PagePaths.own(next))"/>
            \(questions)
            <button type="submit">Sign in</button>
            </form>
            <p>No account, or a forgotten password? Ask an administrator of Cordon in your \
            company.</p>
            """,
        ])
    }

    private var questions: [HTML] {
        [
            FormField(id: "login", name: "login", label: "Login", faults: faults)
                .line(.init(autocomplete: "username", value: login, isExact: true)),
            FormField(id: "password", name: "password", label: "Password", faults: faults)
                .line(.init(type: "password", autocomplete: "current-password")),
        ]
    }
}
