import CordonCore

/// Text that a browser may read as it stands, once it is known who reads it.
///
/// A literal is markup; whatever is interpolated as a `String` is escaped, wherever it stands: in
/// text or between the double quotes of an attribute. There is no other way from one to the other.
/// What depends on the reader (the language of our own words, the zone of a time, the token of a
/// form) is held back until ``text(for:)``, so that a page is a pure function of its model alone.
/// The overloads are few and exact: a generic one would let the compiler type nested literals as
/// plain strings.
package struct HTML: ExpressibleByStringInterpolation, Equatable, Sendable {
    fileprivate var parts: [Part]

    fileprivate enum Part: Equatable, Sendable {
        case markup(String)
        case phrase(Phrase)
        case moment(Instant)
        case zone
        case formToken
        case onceKey
    }

    package init(stringLiteral text: String) { parts = text.isEmpty ? [] : [.markup(text)] }

    package init(stringInterpolation: StringInterpolation) {
        parts = stringInterpolation.html.parts
    }

    private init(_ part: Part) { parts = [part] }

    package var isEmpty: Bool { parts.isEmpty }

    /// The whole text as one reader gets it.
    package func text(for reading: Reading) -> String {
        var text = ""
        text.reserveCapacity(16_384)
        write(to: &text, for: reading)
        return text
    }

    func write(to text: inout String, for reading: Reading) {
        for part in parts {
            switch part {
            case .markup(let markup): text += markup
            case .phrase(let phrase): phrase.write(to: &text, for: reading)
            case .moment(let instant): text.append(escaping: reading.words(of: instant))
            case .zone: text.append(escaping: reading.zoneName)
            case .formToken: text.append(escaping: reading.formToken)
            case .onceKey: text.append(escaping: reading.onceKey)
            }
        }
    }

    /// All texts of ours in it, with those within others.
    var phrases: [Phrase] {
        parts.flatMap { part -> [Phrase] in
            guard case .phrase(let phrase) = part else { return [] }
            return [phrase]
                + phrase.arguments.flatMap { argument -> [Phrase] in
                    if case .html(let html) = argument { html.phrases } else { [] }
                }
        }
    }

    fileprivate mutating func append(_ markup: String) {
        if markup.isEmpty { return }
        guard case .markup(let before)? = parts.last else {
            parts.append(.markup(markup))
            return
        }
        parts[parts.count - 1] = .markup(before + markup)
    }

    fileprivate mutating func append(_ html: HTML) {
        for part in html.parts {
            if case .markup(let markup) = part { append(markup) } else { parts.append(part) }
        }
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = HTML(stringLiteral: "")

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) { html.append(literal) }

        package mutating func appendInterpolation(_ part: HTML) { html.append(part) }

        /// Each on its own line; what is empty leaves no trace.
        package mutating func appendInterpolation(_ parts: [HTML]) {
            var isFirst = true
            for part in parts where !part.isEmpty {
                if !isFirst { html.append("\n") }
                isFirst = false
                html.append(part)
            }
        }

        package mutating func appendInterpolation(_ plain: String) {
            var text = ""
            text.append(escaping: plain)
            html.append(text)
        }

        package mutating func appendInterpolation(_ number: Int) { html.append(String(number)) }

        /// Our own words, in the reader's language.
        package mutating func appendInterpolation(say phrase: Phrase) {
            html.parts.append(HTML.Part.phrase(phrase))
        }

        /// A sentence that the rules made, in the reader's language where the catalogue knows it.
        package mutating func appendInterpolation(told sentence: String) {
            html.parts.append(HTML.Part.phrase(Phrase(told: sentence)))
        }
    }
}

extension HTML {
    static let nothing = HTML(stringLiteral: "")

    /// Words of a person, kept apart so that their direction of writing cannot reorder ours.
    static func said(_ words: String) -> HTML { "<bdi>\(words)</bdi>" }

    /// Our own words on their own.
    static func say(_ phrase: Phrase) -> HTML { "\(say: phrase)" }

    /// A moment for people, in their zone, with the exact one for programs.
    static func time(_ instant: Instant) -> HTML {
        "<time datetime=\"\(instant.rfc3339)\">\(HTML(.moment(instant)))</time>"
    }

    /// A moment as the REST interface writes it.
    static func time(_ text: String) -> HTML {
        Instant(rfc3339: text).map(time) ?? "\(text)"
    }

    /// The zone in which times are told and asked for.
    static let zone = HTML(.zone)

    /// What shows that a form was made for this visitor.
    static let formToken = HTML(.formToken)

    /// Names one showing of a page, so that a form that is sent twice counts once.
    static let onceKey = HTML(.onceKey)

    static func list(_ items: [HTML]) -> HTML {
        if items.isEmpty { return nothing }
        return """
            <ul>
            \(items.map { "<li>\($0)</li>" as HTML })
            </ul>
            """
    }
}

extension String {
    mutating func append(escaping plain: String) {
        for scalar in plain.unicodeScalars { unicodeScalars.append(escaped: scalar) }
    }
}

extension String.UnicodeScalarView {
    fileprivate mutating func append(escaped scalar: Unicode.Scalar) {
        switch scalar {
        case "&": append(contentsOf: "&amp;".unicodeScalars)
        case "<": append(contentsOf: "&lt;".unicodeScalars)
        case ">": append(contentsOf: "&gt;".unicodeScalars)
        case "\"": append(contentsOf: "&quot;".unicodeScalars)
        case "'": append(contentsOf: "&#39;".unicodeScalars)
        case _ where scalar.isUnprintable: append("\u{FFFD}")
        default: append(scalar)
        }
    }
}

extension Unicode.Scalar {
    /// What no document may hold: control characters but tab and line ends, and noncharacters.
    var isUnprintable: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D: false
        case 0x00...0x1F, 0x7F...0x9F, 0xFDD0...0xFDEF: true
        default: value & 0xFFFE == 0xFFFE
        }
    }
}
