import CordonAPI
import CordonClient
import CordonCore
import CordonOperations
import Foundation

/// Somebody in the story, signed in.
struct Player {
    let login: String
    let name: String
    private let client: CordonClient

    init(_ part: Cast.Part, _ client: CordonClient) {
        login = part.login
        name = part.name
        self.client = client
    }

    func get(_ path: String) async throws(CordonClientError) -> CordonAnswer {
        try await client.send("GET", path)
    }

    @discardableResult
    func send(
        _ path: String, _ body: JSONValue? = nil, method: String = "POST",
        ifMatch: String? = nil
    ) async throws(CordonClientError) -> CordonAnswer {
        try await client.send(
            method, path, body: body.map { .json($0) },
            headers: ifMatch.map { [(name: "if-match", value: $0)] } ?? [])
    }
}

/// The people of the story, with their accounts.
struct Cast {
    struct Part {
        let login: String
        let name: String
        let title: String
        let grants: [String]
    }

    static let key = "monthly-summaries"

    static let administrator = Part(
        login: "admin", name: "Iris Tan", title: "IT administrator", grants: ["administrator"])
    static let parts = [
        Part(
            login: "ana", name: "Ana Ruiz", title: "account manager", grants: ["operator:\(key)"]),
        Part(login: "ben", name: "Ben Okafor", title: "owner", grants: ["owner:\(key)"]),
        Part(login: "carla", name: "Carla Jensen", title: "deputy owner", grants: ["owner:\(key)"]),
        Part(
            login: "dev", name: "Dev Patel", title: "leader of client services",
            grants: ["functional_leader:client-services"]),
        Part(
            login: "erin", name: "Erin Walsh", title: "executive sponsor",
            grants: ["executive_sponsor"]),
        Part(login: "farid", name: "Farid Haddad", title: "governance", grants: ["governance"]),
        Part(
            login: "gita", name: "Gita Larsen", title: "engineer", grants: ["operator:\(key)"]),
    ]

    let admin: Player
    private let players: [String: Player]

    /// Signs everybody in; accounts and tokens that are there already are used again.
    ///
    /// Passwords are written down before the accounts exist, so a story that broke off in between
    /// can be taken up.
    init(_ client: CordonClient, directory: String, setupToken: String?) async throws {
        let credentials = try Credentials(directory, logins: ["admin"] + Self.parts.map(\.login))
        if let setupToken {
            let answer = try await client.send(
                "POST", Paths.root + "/setup",
                body: .json([
                    "token": .string(setupToken), "login": .string(Self.administrator.login),
                    "name": .string(Self.administrator.name),
                    "password": .string(try credentials.password(of: "admin")),
                ]))
            try credentials.keep(answer.json?["token"]?.text ?? "", of: "admin")
        }
        admin = Player(
            Self.administrator,
            client.presenting(try await credentials.token(of: "admin", client)))
        var players: [String: Player] = [:]
        for part in Self.parts {
            if !credentials.isSignedIn(part.login) {
                try await Self.add(part, try credentials.password(of: part.login), by: admin)
            }
            let token = try await credentials.token(of: part.login, client)
            players[part.login] = Player(part, client.presenting(token))
        }
        self.players = players
    }

    func callAsFunction(_ login: String) throws(CommandFault) -> Player {
        guard let player = players[login] else { throw CommandFault("nobody is called \(login)") }
        return player
    }

    private static func add(_ part: Part, _ password: String, by admin: Player) async throws {
        do {
            try await admin.send(
                Paths.root + "/users",
                [
                    "login": .string(part.login), "name": .string(part.name),
                    "password": .string(password),
                    "grants": .array(part.grants.map { .string($0) }),
                ])
        } catch {
            // The account may be there already, from a story that broke off.
            guard case .refused(let problem) = error, problem.kind == "wrong-state" else {
                throw error
            }
        }
        Narration.tell("\(part.name), \(part.title): \(part.grants.joined(separator: ", "))")
    }
}

/// The story's secrets, in files that their owner alone can read.
private struct Credentials {
    private let directory: String
    private let passwords: [String: String]

    init(_ directory: String, logins: [String]) throws {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFault("\(directory) cannot be made")
        }
        let path = directory + "/passwords.txt"
        if FileManager.default.fileExists(atPath: path) {
            passwords = try Self.read(path)
        } else {
            let made = logins.map { ($0, Hex.text(Outside.real.randomBytes(12))) }
            passwords = Dictionary(made) { first, _ in first }
            let lines = made.map { "\($0.0) \($0.1)" }
            try SecretFile.write(lines.joined(separator: "\n"), to: path)
        }
    }

    private static func read(_ path: String) throws -> [String: String] {
        let pairs = try InputFile.text(path).split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 2 ? (words[0], words[1]) : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }

    func password(of login: String) throws(CommandFault) -> String {
        guard let password = passwords[login] else {
            throw CommandFault(
                "\(directory)/passwords.txt has no \(login): give the demo another --data directory"
            )
        }
        return password
    }

    func isSignedIn(_ login: String) -> Bool {
        FileManager.default.fileExists(atPath: path(login))
    }

    func keep(_ token: String, of login: String) throws {
        try SecretFile.write(token, to: path(login))
    }

    /// The token that was kept, or a new one made with the password.
    func token(of login: String, _ client: CordonClient) async throws -> String {
        if isSignedIn(login) { return try InputFile.secret(path(login)) }
        let signedIn = try await client.send(
            "POST", Paths.root + "/session",
            body: .json(["login": .string(login), "password": .string(try password(of: login))]))
        let made = try await client.presenting(signedIn.json?["session"]?.text).send(
            "POST", Paths.root + "/tokens", body: .json(["name": "demo", "scopes": ["all"]]))
        let token = made.json?["token"]?.text ?? ""
        try keep(token, of: login)
        return token
    }

    private func path(_ login: String) -> String { "\(directory)/\(login).token" }
}
