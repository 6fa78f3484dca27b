import CordonGateway
import TOMLKit

/// An MCP server that workflows reach through the gateway: a table `[mcp.NAME]` of the settings.
struct MCPSettings: Equatable, Sendable {
    /// How it is reached.
    enum Way: Equatable, Sendable {
        /// At an address, by HTTP.
        case address(url: String, KeySettings)
        /// As a program that Cordon runs: its words, its own variables, those that it gets from
        /// the server's environment, and its folder.
        case command(
            [String], variables: [String: String], taken: [String], folder: String?)
    }

    let name: String
    let way: Way
    /// Seconds after which a server that says nothing is given up, or a program that nobody uses
    /// is ended.
    let idleSeconds: Int

    /// Cordon is itself a server of this name.
    static let reserved = "cordon"
    /// What a program is given of the server's environment in any case.
    static let givenVariables = ["PATH", "HOME"]

    init(name: String, _ table: TOMLTable, path place: String) throws(CommandFault) {
        guard name.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,63}/) != nil else {
            throw CommandFault("\(place): a name is small letters, digits and hyphens")
        }
        guard name != Self.reserved else {
            throw CommandFault("\(place): at /mcp/cordon is Cordon itself; take another name")
        }
        self.name = name
        var key = KeySettings()
        var variables: [String: String] = [:]
        var taken: [String] = []
        for name in table.keys {
            switch name {
            case "url", "command", "cwd", "idle_seconds": break
            case "key_file", "key_env", "key_header": try key.take(table, name, place)
            case "env": variables = try Self.variables(table, place)
            case "env_from": taken = try table.texts(name, place)
            default: throw CommandFault("\(place): there is no setting \(name)")
            }
        }
        idleSeconds =
            table.contains(key: "idle_seconds")
            ? try table.number("idle_seconds", place, 1...3_600) : 600
        try key.check(place)
        for name in taken { try Self.check(variable: name, place) }
        switch (table.contains(key: "url"), table.contains(key: "command")) {
        case (true, false):
            guard variables.isEmpty, taken.isEmpty, !table.contains(key: "cwd") else {
                throw CommandFault("\(place): env, env_from and cwd belong to a command")
            }
            let url = try UpstreamSettings.address(
                try table.text("url", place), place, such: "https://crm.example.com/mcp")
            way = .address(url: url, key)
        case (false, true):
            guard key == KeySettings() else {
                throw CommandFault(
                    "\(place): a command has no key; give it what it needs with env_from")
            }
            let command = try table.texts("command", place)
            guard let program = command.first, !program.isEmpty else {
                throw CommandFault(
                    "\(place): command is a list such as [\"uvx\", \"crm-server\"]"
                )
            }
            let folder = table.contains(key: "cwd") ? try table.text("cwd", place) : nil
            way = .command(command, variables: variables, taken: taken, folder: folder)
        case (true, true), (false, false):
            throw CommandFault("\(place): say url, or command: one of them")
        }
    }

    private static func variables(
        _ table: TOMLTable, _ place: String
    ) throws(CommandFault) -> [String: String] {
        guard let given = table["env"]?.table else {
            throw CommandFault("\(place): env is a table such as { LANG = \"C.UTF-8\" }")
        }
        var variables: [String: String] = [:]
        for name in given.keys {
            try check(variable: name, place)
            guard let value = given[name]?.string else {
                throw CommandFault("\(place): env.\(name) must be a text in quotes")
            }
            variables[name] = value
        }
        return variables
    }

    /// What is Cordon's own goes to no program.
    private static func check(variable name: String, _ place: String) throws(CommandFault) {
        guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
            throw CommandFault("\(place): \(name) is no name of a variable")
        }
        guard !name.uppercased().hasPrefix("CORDON_") else {
            throw CommandFault("\(place): \(name) is Cordon's own and goes to no program")
        }
    }

    /// The header field that opens it; its value is never printed.
    func credential(
        _ environment: [String: String]
    ) throws(CommandFault) -> (name: String, value: String)? {
        guard case .address(_, let key) = way,
            let secret = try key.secret(environment, "mcp.\(name)")
        else { return nil }
        return key.header.map { ($0, secret) } ?? ("Authorization", "Bearer \(secret)")
    }

    /// What is run, with its environment; `nil` for a server at an address.
    func command(
        _ environment: [String: String]
    ) throws(CommandFault) -> ChildProcess.Command? {
        guard case .command(let words, let variables, let taken, let folder) = way else {
            return nil
        }
        var given: [String: String] = [:]
        for name in Self.givenVariables { given[name] = environment[name] }
        for name in taken {
            guard let value = environment[name] else {
                throw CommandFault("mcp.\(self.name): there is no variable \(name)")
            }
            given[name] = value
        }
        given.merge(variables) { $1 }
        return ChildProcess.Command(words, environment: given, folder: folder)
    }

    /// What `cordon config check` says about it.
    var line: String {
        switch way {
        case .address(let url, let key): "MCP server      \(name): \(url), \(key.line)"
        case .command(let words, _, _, _): "MCP server      \(name): runs \(words.first ?? "")"
        }
    }
}
