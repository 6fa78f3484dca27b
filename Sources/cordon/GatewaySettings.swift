import CordonGateway
import Foundation
import TOMLKit

/// A provider that calls go to: a table `[upstreams.NAME]` of the settings.
struct UpstreamSettings: Equatable, Sendable {
    var name: String
    var front = Front.openai
    var url = ""
    var key = KeySettings()
    var models: [String] = []
    /// Seconds after which a provider that says nothing is given up.
    var idleSeconds = 600

    static let limit = 100

    init(name: String, _ table: TOMLTable, path: String) throws(CommandFault) {
        self.name = name
        let place = path
        guard name.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,63}/) != nil else {
            throw CommandFault("\(place): a name is small letters, digits and hyphens")
        }
        for key in table.keys {
            switch key {
            case "front":
                guard let text = table[key]?.string, let front = Front(rawValue: text) else {
                    let known = Front.allCases.map(\.rawValue).joined(separator: " or ")
                    throw CommandFault("\(place): front is \(known)")
                }
                self.front = front
            case "url": url = try table.text(key, place)
            case "key_file", "key_env", "key_header": try self.key.take(table, key, place)
            case "models":
                models = try table.texts(key, place)
            case "idle_seconds":
                idleSeconds = try table.number(key, place, 1...3_600)
            default: throw CommandFault("\(place): there is no setting \(key)")
            }
        }
        url = try Self.address(url, place, such: "https://api.openai.com/v1")
        try self.key.check(place)
    }

    /// An address that can be sent to, without a slash at its end.
    static func address(
        _ text: String, _ place: String, such example: String
    ) throws(CommandFault) -> String {
        guard let address = URL(string: text), ["http", "https"].contains(address.scheme),
            address.host() != nil, address.query() == nil, address.user() == nil
        else {
            throw CommandFault("\(place): url is an address such as \(example)")
        }
        var url = text
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    /// The header field that opens the provider; its value is never printed.
    func credential(
        _ environment: [String: String]
    ) throws(CommandFault) -> (name: String, value: String)? {
        guard let secret = try key.secret(environment, "upstreams.\(name)") else { return nil }
        if let header = key.header { return (header, secret) }
        return front == .openai ? ("Authorization", "Bearer \(secret)") : ("x-api-key", secret)
    }

    /// What `cordon config check` says about it.
    var line: String {
        let some = models.isEmpty ? "any model" : models.joined(separator: ", ")
        return "upstream        \(name): \(front.rawValue), \(url), \(key.line), \(some)"
    }
}

/// Where the key of a provider or of an MCP server is.
struct KeySettings: Equatable, Sendable {
    /// A file with it, or the name of a variable that holds it.
    var file: String?
    var variable: String?
    /// The field that carries it; the usual one when absent.
    var header: String?

    mutating func take(_ table: TOMLTable, _ key: String, _ place: String) throws(CommandFault) {
        switch key {
        case "key_file": file = try table.text(key, place)
        case "key_env": variable = try table.text(key, place)
        default: header = try table.text(key, place)
        }
    }

    func check(_ place: String) throws(CommandFault) {
        guard file == nil || variable == nil else {
            throw CommandFault("\(place): key_file or key_env, not both")
        }
    }

    /// The key, which is never printed; `nil` when there is none.
    func secret(
        _ environment: [String: String], _ place: String
    ) throws(CommandFault) -> String? {
        let secret: String
        if let file {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw CommandFault("\(place): key_file \(file) cannot be read")
            }
            secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        } else if let variable {
            guard let text = environment[variable] else {
                throw CommandFault("\(place): there is no variable \(variable)")
            }
            secret = text
        } else {
            return nil
        }
        guard !secret.isEmpty, secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandFault("\(place): its key is empty or holds more than one word")
        }
        return secret
    }

    /// What `cordon config check` says about it.
    var line: String {
        file.map { "key in \($0)" } ?? variable.map { "key in $\($0)" } ?? "no key"
    }
}

extension TOMLTable {
    func text(_ key: String, _ place: String) throws(CommandFault) -> String {
        guard let value = self[key]?.string, !value.isEmpty else {
            throw CommandFault("\(place): \(key) must be a text in quotes")
        }
        return value
    }

    func texts(_ key: String, _ place: String) throws(CommandFault) -> [String] {
        let fault = CommandFault("\(place): \(key) is a list of texts in quotes")
        guard let list = self[key]?.array else { throw fault }
        var texts: [String] = []
        for item in list {
            guard let text = item.string else { throw fault }
            texts.append(text)
        }
        return texts
    }

    func number(
        _ key: String, _ place: String, _ range: ClosedRange<Int>
    ) throws(CommandFault) -> Int {
        guard let number = self[key]?.int, range.contains(number) else {
            throw CommandFault(
                "\(place): \(key) lies from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
