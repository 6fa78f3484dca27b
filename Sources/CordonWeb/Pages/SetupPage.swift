/// The first page of a new server: makes the first administrator.
package struct SetupPage: Sendable {
    package let csrf: String
    /// The one-time token, when the link held it.
    package let token: String?
    package let login: String
    package let name: String
    package let faults: [FormFault]

    package init(
        csrf: String, token: String?, login: String = "", name: String = "",
        faults: [FormFault] = []
    ) {
        self.csrf = csrf
        self.token = token
        self.login = login
        self.name = name
        self.faults = faults
    }

    package var html: HTML {
        let fields = ["token", "login", "name", "password"]
        let ids = Dictionary(uniqueKeysWithValues: fields.map { ($0, $0) })
        return PageFrame(title: "Set up Cordon", hasFaults: !faults.isEmpty).around([
            FaultSummary(faults: faults, ids: ids).html,
            """
            <h1>Set up Cordon</h1>
            <p>Make the first account. It is an administrator: it keeps accounts and registers \
            workflows, and by itself may not sign a restart.</p>
            <form method="post" action="\(PagePaths.setup)">
            \([FormField.csrf(csrf)] + questions)
            <button type="submit">Make the account</button>
            </form>
            """,
        ])
    }

    private var questions: [HTML] {
        [
            field(
                "token", "Setup token",
                "The server printed it when it started for the first time. It works once."
            ).line(.init(value: token ?? "", isExact: true)),
            field(
                "login", "Login", "2 to 64 small letters, digits, dots, hyphens or underscores."
            ).line(.init(autocomplete: "username", value: login, isExact: true)),
            field("name", "Your name", "As it will stand under what you do.")
                .line(.init(autocomplete: "name", value: name)),
            field("password", "Password", "12 to 200 characters. A few plain words are good.")
                .line(.init(type: "password", autocomplete: "new-password")),
        ]
    }

    private func field(_ name: String, _ label: String, _ hint: String) -> FormField {
        FormField(id: name, name: name, label: label, hint: hint, faults: faults)
    }
}
