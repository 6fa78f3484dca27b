import CordonAPI
import Foundation

/// All texts of the pages in all languages: `Assets/texts.json`, one file.
///
/// An entry is named by the English text. `"de"` is its German; where a number decides, `"en"` and
/// `"de"` have the forms `"one"` and `"other"`. An entry with `"told": true` is a sentence of the
/// rules, in which `%1` stands for any words.
package struct Catalogue: Sendable {
    private let entries: [String: Entry]
    private let sentences: [Sentence]

    private struct Entry: Sendable {
        /// By language, then by form.
        let forms: [Language: [String: String]]
    }

    /// A sentence of the rules with places in it.
    private struct Sentence: Sendable {
        let pieces: [String]
        let forms: [Language: String]

        /// What stands at its places, if `text` is such a sentence.
        func arguments(of text: String) -> [String]? {
            guard let first = pieces.first, text.hasPrefix(first) else { return nil }
            var rest = text.dropFirst(first.count)
            var found: [String] = []
            for (offset, piece) in pieces.enumerated().dropFirst() {
                if offset == pieces.count - 1 {
                    guard rest.hasSuffix(piece), rest.count > piece.count else { return nil }
                    found.append(String(rest.dropLast(piece.count)))
                    return found
                }
                guard let place = rest.range(of: piece), place.lowerBound > rest.startIndex
                else { return nil }
                found.append(String(rest[..<place.lowerBound]))
                rest = rest[place.upperBound...]
            }
            return nil
        }
    }

    /// The one that ships; a test reads all of it.
    package static let shipped: Catalogue = {
        do {
            return try Catalogue(json: PackageResources.texts_json)
        } catch {
            preconditionFailure("texts.json is not a catalogue: \(error)")
        }
    }()

    package init(json: [UInt8]) throws {
        let decoded = try JSONValue(parsing: json)
        guard case .object(let members) = decoded else { throw Fault.noObject }
        var entries: [String: Entry] = [:]
        var sentences: [Sentence] = []
        for (key, value) in members {
            guard case .object(let languages) = value else { throw Fault.entry(key) }
            var forms: [Language: [String: String]] = [:]
            let isSentence = languages["told"] == .bool(true)
            for (name, value) in languages where name != "told" {
                guard let language = Language(rawValue: name) else { throw Fault.entry(key) }
                switch value {
                case .string(let text): forms[language] = ["other": text]
                case .object(let named):
                    forms[language] = try named.mapValues {
                        guard case .string(let text) = $0 else { throw Fault.entry(key) }
                        return text
                    }
                default: throw Fault.entry(key)
                }
            }
            entries[key] = Entry(forms: forms)
            let pieces = Self.pieces(of: key)
            if pieces.count > 1, isSentence {
                sentences.append(
                    Sentence(pieces: pieces, forms: forms.compactMapValues { $0["other"] }))
            }
        }
        self.entries = entries
        // The longest first: the one that says the most fits best.
        self.sentences = sentences.sorted {
            $0.pieces.reduce(0) { $0 + $1.count } > $1.pieces.reduce(0) { $0 + $1.count }
        }
    }

    package enum Fault: Error {
        case noObject
        case entry(String)
    }

    /// The texts around `%1`, `%2`, …, where those stand in their order.
    private static func pieces(of key: String) -> [String] {
        var pieces: [String] = []
        var rest = Substring(key)
        var number = 1
        while let place = rest.range(of: "%\(number)") {
            pieces.append(String(rest[..<place.lowerBound]))
            rest = rest[place.upperBound...]
            number += 1
        }
        return pieces + [String(rest)]
    }

    /// The text of a phrase with its places; the English one where the catalogue has none.
    func form(of phrase: Phrase, in language: Language) -> String {
        guard let forms = entries[phrase.key]?.forms[language] else { return phrase.key }
        let form = phrase.count == 1 ? forms["one"] ?? forms["other"] : forms["other"]
        return form ?? phrase.key
    }

    /// A sentence of the rules in another language; as it is where nobody has translated it.
    func translated(_ sentence: String, to language: Language) -> String {
        if language == .english { return sentence }
        if let form = entries[sentence]?.forms[language]?["other"] { return form }
        for known in sentences {
            guard let form = known.forms[language], let found = known.arguments(of: sentence)
            else { continue }
            var text = form
            for (offset, argument) in found.enumerated().reversed() {
                // What is quoted in a sentence may be a text of the rules itself.
                let words = entries[argument]?.forms[language]?["other"] ?? argument
                text = text.replacing("%\(offset + 1)", with: words)
            }
            return text
        }
        return sentence
    }

    /// Whether a page's text is there in a language.
    package func knows(_ key: String, in language: Language) -> Bool {
        entries[key]?.forms[language] != nil
    }

    /// Every entry's name.
    package var keys: Set<String> { Set(entries.keys) }
}
