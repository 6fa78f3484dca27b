import CordonStore
import Foundation
import Logging
import TOMLKit

/// The server's settings: defaults, then the TOML file, then `CORDON_*`, then flags.
struct Settings: Equatable, Sendable {
    var data = "./cordon-data"
    var listen = "127.0.0.1:8080"
    /// The address under which people reach the server, without a slash at the end.
    var publicURL: String?
    var database: String?
    /// Whether browsers reach the server over TLS, so that cookies may say `Secure`.
    var secureCookies = false
    /// Whether `/ledger/` may be read without signing in.
    var publicLedger = false
    var sessionHours = 12
    /// log2 of scrypt's N.
    var scryptLogN = 15
    var logLevel = "notice"
    /// A file outside the data directory that holds the newest head of the log.
    var headRegister: String?
    /// An address and a verifier key each, with a space between them.
    var witnesses: [String] = []
    /// The address of an authority for timestamps (RFC 3161).
    var timestampAuthority: String?
    var timestampHours = 24
    /// Hosts with private addresses that may be sent to.
    var outboundAllow: [String] = []
    /// Providers that calls through the gateway go to.
    var upstreams: [UpstreamSettings] = []
    /// MCP servers that workflows reach through the gateway.
    var mcpServers: [MCPSettings] = []
    /// How many of them may run as programs at the same time.
    var mcpChildren = 32

    /// - Throws: ``CommandFault`` that names the setting, its place and what it must be.
    static func read(
        _ options: DataOptions, listen: String?, environment: [String: String]
    ) throws -> Settings {
        var settings = Settings()
        if let path = options.config ?? environment["CORDON_CONFIG"] {
            try settings.take(file: path)
        }
        try settings.take(environment)
        if let data = options.data { settings.data = data }
        if let database = options.database { settings.database = database }
        if let listen { settings.listen = listen }
        try settings.check()
        return settings
    }

    private mutating func take(file path: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandFault("\(path) cannot be read; name a TOML file with --config")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch {
            throw CommandFault("\(path) is not TOML: \(error)")
        }
        for key in table.keys {
            switch key {
            case "data": data = try Self.text(table, key, path)
            case "listen": listen = try Self.text(table, key, path)
            case "public_url": publicURL = try Self.text(table, key, path)
            case "database": database = try Self.text(table, key, path)
            case "log_level": logLevel = try Self.text(table, key, path)
            case "secure_cookies": secureCookies = try Self.bool(table, key, path)
            case "public_ledger": publicLedger = try Self.bool(table, key, path)
            case "session_hours": sessionHours = try Self.number(table, key, path)
            case "scrypt_log_n": scryptLogN = try Self.number(table, key, path)
            case "head_register": headRegister = try Self.text(table, key, path)
            case "witnesses": witnesses = try Self.texts(table, key, path)
            case "timestamp_authority": timestampAuthority = try Self.text(table, key, path)
            case "timestamp_hours": timestampHours = try Self.number(table, key, path)
            case "upstreams":
                upstreams = try Self.tables(table, path, key).map {
                    try UpstreamSettings(name: $0.name, $0.table, path: $0.place)
                }
            case "mcp":
                mcpServers = try Self.tables(table, path, key).map {
                    try MCPSettings(name: $0.name, $0.table, path: $0.place)
                }
            case "mcp_children": mcpChildren = try table.number(key, path, 1...1_000)
            case "outbound_allow": outboundAllow = try Self.texts(table, key, path)
            default: throw CommandFault("\(path): there is no setting \(key)")
            }
        }
    }

    private mutating func take(_ environment: [String: String]) throws {
        if let value = environment["CORDON_DATA"] { data = value }
        if let value = environment["CORDON_LISTEN"] { listen = value }
        if let value = environment["CORDON_PUBLIC_URL"] { publicURL = value }
        if let value = environment["CORDON_DATABASE"] { database = value }
        if let path = environment["CORDON_DATABASE_FILE"] {
            do {
                database = try String(contentsOfFile: path, encoding: .utf8)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            } catch {
                throw CommandFault("CORDON_DATABASE_FILE: \(path) cannot be read")
            }
        }
        if let value = environment["CORDON_LOG_LEVEL"] { logLevel = value }
        if let value = environment["CORDON_HEAD_REGISTER"] { headRegister = value }
        if let value = environment["CORDON_WITNESSES"] { witnesses = Self.list(value) }
        if let value = environment["CORDON_TIMESTAMP_AUTHORITY"] { timestampAuthority = value }
        if let value = environment["CORDON_OUTBOUND_ALLOW"] { outboundAllow = Self.list(value) }
        for (name, path) in [
            ("CORDON_SECURE_COOKIES", \Settings.secureCookies),
            ("CORDON_PUBLIC_LEDGER", \Settings.publicLedger),
        ] {
            switch environment[name] {
            case nil: break
            case "1"?, "true"?: self[keyPath: path] = true
            case "0"?, "false"?: self[keyPath: path] = false
            case let text?: throw CommandFault("\(name) is true or false, not \(text)")
            }
        }
        for (name, path) in [
            ("CORDON_SESSION_HOURS", \Settings.sessionHours),
            ("CORDON_SCRYPT_LOG_N", \Settings.scryptLogN),
            ("CORDON_TIMESTAMP_HOURS", \Settings.timestampHours),
        ] {
            guard let text = environment[name] else { continue }
            guard let value = Int(text) else { throw CommandFault("\(name) is no number: \(text)") }
            self[keyPath: path] = value
        }
    }

    private func check() throws {
        _ = try address
        if let publicURL {
            guard let url = URL(string: publicURL), ["http", "https"].contains(url.scheme),
                url.host?.isEmpty == false, !publicURL.hasSuffix("/"), url.query == nil
            else {
                throw CommandFault(
                    "public_url is an address such as https://cordon.example, not \(publicURL)")
            }
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFault("log_level is one of \(known), not \(logLevel)")
        }
        guard (1...720).contains(sessionHours) else {
            throw CommandFault("session_hours lies from 1 to 720, not \(sessionHours)")
        }
        guard (10...20).contains(scryptLogN) else {
            throw CommandFault("scrypt_log_n lies from 10 to 20, not \(scryptLogN)")
        }
        try checkPublishing()
    }

    /// Host and port of `listen`.
    var address: (host: String, port: Int) {
        get throws {
            guard let colon = listen.lastIndex(of: ":"),
                let port = Int(listen[listen.index(after: colon)...]), (0...65_535).contains(port),
                colon > listen.startIndex
            else { throw CommandFault("--listen is HOST:PORT, such as 127.0.0.1:8080") }
            let host = listen[..<colon].filter { $0 != "[" && $0 != "]" }
            return (String(host), port)
        }
    }

    var engine: EngineChoice {
        if let database, !database.isEmpty { return .postgres(url: database) }
        return .sqlite(path: "\(data)/cordon.sqlite")
    }

    private static func text(_ table: TOMLTable, _ key: String, _ path: String) throws -> String {
        guard let value = table[key]?.string else {
            throw CommandFault("\(path): \(key) must be a text in quotes")
        }
        return value
    }

    private static func texts(_ table: TOMLTable, _ key: String, _ path: String) throws -> [String]
    {
        let fault = CommandFault("\(path): \(key) must be a list of texts in quotes")
        guard let array = table[key]?.array else { throw fault }
        return try array.map { value in
            guard let text = value.string else { throw fault }
            return text
        }
    }

    private static func tables(
        _ table: TOMLTable, _ path: String, _ section: String
    ) throws -> [(name: String, table: TOMLTable, place: String)] {
        guard let named = table[section]?.table, named.count <= UpstreamSettings.limit else {
            throw CommandFault(
                "\(path): \(section) holds tables such as [\(section).NAME], "
                    + "\(UpstreamSettings.limit) at most")
        }
        return try named.keys.sorted().map { name in
            guard let one = named[name]?.table else {
                throw CommandFault("\(path): \(section).\(name) is a table")
            }
            return (name, one, "\(path): \(section).\(name)")
        }
    }

    /// Texts from the environment, where lines or commas separate them.
    private static func list(_ value: String) -> [String] {
        value.split { $0.isNewline || $0 == "," }
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private static func bool(_ table: TOMLTable, _ key: String, _ path: String) throws -> Bool {
        guard let value = table[key]?.bool else {
            throw CommandFault("\(path): \(key) must be true or false")
        }
        return value
    }

    private static func number(_ table: TOMLTable, _ key: String, _ path: String) throws -> Int {
        guard let value = table[key]?.int else {
            throw CommandFault("\(path): \(key) must be a whole number")
        }
        return value
    }
}

/// Something that the person at the command line has to change: one line, exit code 2.
struct CommandFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
