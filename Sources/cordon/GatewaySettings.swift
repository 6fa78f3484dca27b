import CordonGateway
import Foundation
import TOMLKit

/// A provider that calls go to: a table `[upstreams.NAME]` of the settings.
struct UpstreamSettings: Equatable, Sendable {
    var name: String
    var front = Front.openai
    var url = ""
    /// A file with the provider's key, or the name of a variable that holds it.
    var keyFile: String?
    var keyVariable: String?
    /// The field that carries it; what the provider usually takes when absent.
    var keyHeader: String?
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
            case "url": url = try Self.text(table, key, place)
            case "key_file": keyFile = try Self.text(table, key, place)
            case "key_env": keyVariable = try Self.text(table, key, place)
            case "key_header": keyHeader = try Self.text(table, key, place)
            case "models":
                guard let list = table[key]?.array else {
                    throw CommandFault("\(place): models is a list of texts in quotes")
                }
                models = list.compactMap(\.string)
            case "idle_seconds":
                guard let number = table[key]?.int, (1...3_600).contains(number) else {
                    throw CommandFault("\(place): idle_seconds lies from 1 to 3600")
                }
                idleSeconds = number
            default: throw CommandFault("\(place): there is no setting \(key)")
            }
        }
        guard let address = URL(string: url), ["http", "https"].contains(address.scheme),
            address.host() != nil, address.query() == nil, address.user() == nil
        else {
            throw CommandFault("\(place): url is an address such as https://api.openai.com/v1")
        }
        while url.hasSuffix("/") { url.removeLast() }
        guard keyFile == nil || keyVariable == nil else {
            throw CommandFault("\(place): key_file or key_env, not both")
        }
    }

    private static func text(
        _ table: TOMLTable, _ key: String, _ place: String
    ) throws(CommandFault) -> String {
        guard let value = table[key]?.string, !value.isEmpty else {
            throw CommandFault("\(place): \(key) must be a text in quotes")
        }
        return value
    }

    /// The header field that opens the provider; its value is never printed.
    func credential(
        _ environment: [String: String]
    ) throws(CommandFault) -> (name: String, value: String)? {
        let secret: String
        if let keyFile {
            guard let text = try? String(contentsOfFile: keyFile, encoding: .utf8) else {
                throw CommandFault("upstreams.\(name): key_file \(keyFile) cannot be read")
            }
            secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        } else if let keyVariable {
            guard let text = environment[keyVariable] else {
                throw CommandFault("upstreams.\(name): there is no variable \(keyVariable)")
            }
            secret = text
        } else {
            return nil
        }
        guard !secret.isEmpty, secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandFault("upstreams.\(name): its key is empty or holds more than one word")
        }
        if let keyHeader { return (keyHeader, secret) }
        return front == .openai ? ("Authorization", "Bearer \(secret)") : ("x-api-key", secret)
    }

    /// What `cordon config check` says about it.
    var line: String {
        let key = keyFile.map { "key in \($0)" } ?? keyVariable.map { "key in $\($0)" } ?? "no key"
        let some = models.isEmpty ? "any model" : models.joined(separator: ", ")
        return "upstream        \(name): \(front.rawValue), \(url), \(key), \(some)"
    }
}
