/// Adds a person.
package struct NewAccountPage: PageModel, Sendable {
    var returned: ReturnedForm?

    static let formID = "new-account"

    package var content: PageContent {
        PageContent(
            "Add a person", in: .admin, hasFaults: returned != nil,
            [
                returned?.summary ?? .nothing, "<h1>\(say: "Add a person")</h1>", form,
                HTML.section("roles", "Roles", [RoleTable.html]),
            ])
    }

    private var form: HTML {
        let scope = FormScope(Self.formID, returned)
        return scope.form(
            to: PagePaths.newUser, button: "Add the person",
            [
                scope.field(
                    "login", "Login",
                    hint: "2 to 64 small letters, digits, dots, hyphens or underscores."
                ).line(.init(value: scope.value("login"), isExact: true)),
                scope.field("name", "Name", hint: "As it will stand under what the person does.")
                    .line(.init(value: scope.value("name"))),
                scope.field(
                    "password", "First password",
                    hint: "12 to 200 characters. The person can change it afterwards."
                ).line(.init(type: "password", autocomplete: "new-password")),
                scope.field(
                    "grants", "Roles",
                    hint: """
                        One on a line, written as below. Without one, a person may report and stop.
                        """,
                    isOptional: true
                ).text(scope.value("grants"), rows: 4),
            ])
    }
}
