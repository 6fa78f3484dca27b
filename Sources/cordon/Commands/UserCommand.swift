import ArgumentParser
import CordonAPI
import CordonClient

/// `cordon user …`: accounts and their roles.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Accounts and their roles.",
        discussion: """
            Examples:
              cordon user create ben --name 'Ben Okafor' --password-file ben.txt \\
                --role owner:monthly-summaries
              cordon user grant dev --role functional_leader:client-services
              cordon user disable ana --reason 'Left the company.'

            Roles: reporter, operator, reviewer, owner:WORKFLOW, functional_leader:FUNCTION,
            executive_sponsor, executive_leadership, legal, security, hr, finance, operations,
            governance, auditor, administrator.
            """,
        subcommands: [
            ListUsers.self, ShowUser.self, CreateUser.self, GrantRoles.self, SetPassword.self,
            SetAccess.self,
        ])
}

/// The account that a command is about.
struct UserTarget: ParsableArguments {
    @Argument(help: "The login.")
    var login: String

    var path: String { Paths.root + "/users/" + Paths.segment(login) }
}

enum UserText {
    static func lines(_ what: String, _ user: JSONValue) -> [String] {
        ["\(user["login"]?.text ?? "") \(what). Roles: \(roles(user))."]
    }

    static func roles(_ user: JSONValue) -> String {
        let grants = (user["grants"]?.items ?? []).compactMap(\.text)
        return grants.isEmpty ? "none" : grants.joined(separator: ", ")
    }
}

struct ListUsers: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All accounts with their roles.")

    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        run.show(try await run.get(Paths.root + "/users", query: page.query)) { list in
            Console.table(
                ["LOGIN", "NAME", "ACCESS", "ROLES"],
                (list["items"]?.items ?? []).map { user in
                    [
                        user["login"]?.text ?? "", user["name"]?.text ?? "",
                        user["disabled"]?.truth == true ? "disabled" : "enabled",
                        UserText.roles(user),
                    ]
                }) + PageOptions.hint(list)
        }
    }
}

struct ShowUser: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One account.")

    @OptionGroup var user: UserTarget
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        run.show(try await run.get(user.path)) { account in
            let access = account["disabled"]?.truth == true ? "is disabled" : "is enabled"
            return UserText.lines("(\(account["name"]?.text ?? "")) \(access)", account)
        }
    }
}

struct CreateUser: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Add a person.")

    @Argument(help: "The login: small letters, digits, dots, hyphens or underscores.")
    var login: String
    @Option(help: "The person's name.")
    var name: String
    @Option(help: ArgumentHelp("A file with the password; - is standard input.", valueName: "file"))
    var passwordFile: String
    @Option(help: ArgumentHelp("A role (repeatable).", valueName: "role[:binding]"))
    var role: [String] = []
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body = try RequestBody.json([
            "login": .string(login), "name": .string(name),
            "password": .string(try InputFile.secret(passwordFile)), "grants": role.json,
        ])
        let answer = try await run.change("POST", Paths.root + "/users", .json(body))
        run.show(answer) { UserText.lines("is added", $0) }
    }
}

struct GrantRoles: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give a person exactly these roles; nobody does it for themselves.",
        discussion: """
            Examples:
              cordon user grant dev --role functional_leader:client-services --role legal
              cordon user grant dev --none
            """)

    @OptionGroup var user: UserTarget
    @Option(help: ArgumentHelp("A role (repeatable).", valueName: "role[:binding]"))
    var role: [String] = []
    @Flag(help: "Take all roles away.")
    var none = false
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard none == role.isEmpty else {
            throw ValidationError("Give --role as often as needed, or --none.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let body: JSONValue = ["grants": role.json ?? []]
        let answer = try await run.change("PUT", user.path + "/grants", .json(body))
        run.show(answer) { UserText.lines("has new roles", $0) }
    }
}

struct SetPassword: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract:
            "Set a password: your own with the present one, or anybody's as an administrator.",
        discussion: """
            Example:
              cordon user password ben --current-file old.txt --password-file new.txt
            """)

    @OptionGroup var user: UserTarget
    @Option(help: ArgumentHelp("A file with the new password.", valueName: "file"))
    var passwordFile: String
    @Option(help: ArgumentHelp("A file with your present password.", valueName: "file"))
    var currentFile: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let current = try currentFile.map(InputFile.secret)
        let body = try RequestBody.json([
            "current": current.json, "password": .string(try InputFile.secret(passwordFile)),
        ])
        _ = try await run.changeUnrepeated("POST", user.path + "/password", body)
        run.remark(["The password of \(user.login) is set."])
    }
}

struct SetAccess: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Disable an account, or enable it again.",
        discussion: """
            Examples:
              cordon user disable ana --reason 'Left the company.'
              cordon user disable ana --enable --reason 'Back from leave.'
            """)

    @OptionGroup var user: UserTarget
    @Flag(help: "Enable it again.")
    var enable = false
    @Option(help: "Why.")
    var reason: String
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body: JSONValue = ["disabled": .bool(!enable), "reason": .string(reason)]
        let answer = try await run.change("POST", user.path + "/access", .json(body))
        run.show(answer) { UserText.lines(enable ? "is enabled" : "is disabled", $0) }
    }
}
