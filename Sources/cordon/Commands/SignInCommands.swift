import ArgumentParser
import CordonAPI
import CordonClient

struct SetupCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Make the first administrator, with the one-time token of the first start.",
        discussion: """
            Example:
              cordon setup --setup-token-file setup.txt --login admin --name 'IT' \\
                --password-file password.txt --save admin.token
            """)
    static let isSignedIn = false

    @Option(help: ArgumentHelp("A file with the token; - is standard input.", valueName: "file"))
    var setupTokenFile: String
    @Option(help: "The administrator's login.")
    var login: String
    @Option(help: "The administrator's name.")
    var name: String
    @Option(help: ArgumentHelp("A file with the password.", valueName: "file"))
    var passwordFile: String
    @OptionGroup var saving: SecretOutput
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard setupTokenFile != "-" || passwordFile != "-" else {
            throw ValidationError("Only one of the two can come from standard input.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let body: JSONValue = [
            "token": .string(try InputFile.secret(setupTokenFile)), "login": .string(login),
            "name": .string(name), "password": .string(try InputFile.secret(passwordFile)),
        ]
        try saving.prepare()
        let answer = try await run.changeUnrepeated("POST", Paths.root + "/setup", body)
        try saving.deliver(answer, "token", wantsJSON: run.wantsJSON)
    }
}

struct LoginCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Sign in with a local account.",
        discussion: """
            Example:
              cordon login ben --password-file password.txt --save session
              export CORDON_TOKEN_FILE=session

            Without --save the session's secret is printed.
            """)
    static let isSignedIn = false

    @Argument(help: "The login.")
    var login: String
    @Option(help: ArgumentHelp("A file with the password; - is standard input.", valueName: "file"))
    var passwordFile: String
    @OptionGroup var saving: SecretOutput
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let body: JSONValue = [
            "login": .string(login), "password": .string(try InputFile.secret(passwordFile)),
        ]
        try saving.prepare()
        let answer = try await run.changeUnrepeated("POST", Paths.root + "/session", body)
        try saving.deliver(answer, "session", wantsJSON: run.wantsJSON)
    }
}

struct LogoutCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "End the session.")

    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        _ = try await run.changeUnrepeated("DELETE", Paths.root + "/session")
        run.remark(["Signed out. The file with the session can be removed."])
    }
}

struct WhoAmICommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Who you are, and what you may do.")

    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        run.show(try await run.get(Paths.root + "/session")) { session in
            let permissions = (session["permissions"]?.items ?? []).compactMap(\.text)
            return [
                "\(session["login"]?.text ?? "") (\(session["name"]?.text ?? "")), "
                    + "signed in until \(session["expires_at"]?.text ?? "")",
                "Roles: \(UserText.roles(session))",
                "May: \(permissions.joined(separator: ", "))",
            ]
        }
    }
}
