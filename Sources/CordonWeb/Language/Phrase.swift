/// Words of ours that are shown to people, named by their English text.
///
/// What is interpolated takes its place as `%1`, `%2` and so on, both in the name and in every
/// translation: `"\(3) of \(8) are complete"` is `%1 of %2 are complete` in the ``Catalogue``.
/// A text whose first number decides between singular and plural has both forms there.
package struct Phrase: ExpressibleByStringInterpolation, Equatable, Sendable {
    /// The English text with its places.
    package let key: String
    let arguments: [Argument]
    let origin: Origin

    enum Argument: Equatable, Sendable {
        case html(HTML)
        case words(String)
        case number(Int)
    }

    enum Origin: Equatable, Sendable {
        /// A text of a page: the catalogue has it in every language.
        case page
        /// A sentence of the rules, with names and numbers already in it.
        case rules
        /// Words of a person or a policy: never translated.
        case said
    }

    package init(stringLiteral text: String) {
        key = text
        arguments = []
        origin = .page
    }

    package init(stringInterpolation: StringInterpolation) {
        key = stringInterpolation.key
        arguments = stringInterpolation.arguments
        origin = .page
    }

    /// A sentence that the rules made.
    package init(told sentence: String) {
        key = sentence
        arguments = []
        origin = .rules
    }

    /// Words as somebody else wrote them.
    package init(said words: String) {
        key = words
        arguments = []
        origin = .said
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var key = ""
        fileprivate var arguments: [Argument] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) { key += literal }

        package mutating func appendInterpolation(_ html: HTML) { append(.html(html)) }

        package mutating func appendInterpolation(_ words: String) { append(.words(words)) }

        package mutating func appendInterpolation(_ number: Int) { append(.number(number)) }

        private mutating func append(_ argument: Argument) {
            arguments.append(argument)
            key += "%\(arguments.count)"
        }
    }

    func write(to text: inout String, for reading: Reading) {
        switch origin {
        case .said: text.append(escaping: key)
        case .rules:
            let sentence = Catalogue.shipped.translated(key, to: reading.language)
            text.append(escaping: reading.telling(sentence))
        case .page:
            write(Catalogue.shipped.form(of: self, in: reading.language), to: &text, for: reading)
        }
    }

    private func write(_ form: String, to text: inout String, for reading: Reading) {
        var rest = Substring(form)
        while let place = rest.firstIndex(of: "%") {
            text.append(escaping: String(rest[..<place]))
            let digit = rest.index(after: place)
            guard digit < rest.endIndex, let number = rest[digit].wholeNumberValue,
                arguments.indices.contains(number - 1)
            else {
                text += "%"
                rest = rest[digit...]
                continue
            }
            switch arguments[number - 1] {
            case .html(let html): html.write(to: &text, for: reading)
            case .words(let words): text.append(escaping: words)
            case .number(let number): text += reading.language.text(of: number)
            }
            rest = rest[rest.index(after: digit)...]
        }
        text.append(escaping: String(rest))
    }

    /// The number that decides between singular and plural, if there is one.
    var count: Int? {
        for case .number(let number) in arguments { return number }
        return nil
    }
}
