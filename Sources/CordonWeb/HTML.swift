import CordonCore

/// Text that a browser may read as it stands.
///
/// A literal is markup; whatever is interpolated as a `String` is escaped, wherever it stands: in
/// text or between the double quotes of an attribute. There is no other way from one to the other.
/// The overloads are few and exact: a generic one would let the compiler type nested literals as
/// plain strings.
package struct HTML: ExpressibleByStringInterpolation, Equatable, Sendable {
    package let text: String

    package init(stringLiteral text: String) { self.text = text }

    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    fileprivate init(safe text: String) { self.text = text }

    package var bytes: [UInt8] { Array(text.utf8) }

    package var isEmpty: Bool { text.isEmpty }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        package mutating func appendInterpolation(_ html: HTML) { text += html.text }

        /// Each on its own line; what is empty leaves no trace.
        package mutating func appendInterpolation(_ parts: [HTML]) {
            text += parts.lazy.filter { !$0.isEmpty }.map(\.text).joined(separator: "\n")
        }

        package mutating func appendInterpolation(_ plain: String) {
            for scalar in plain.unicodeScalars { text.unicodeScalars.append(escaped: scalar) }
        }

        package mutating func appendInterpolation(_ number: Int) { text += String(number) }
    }
}

extension HTML {
    static let nothing = HTML(safe: "")

    /// Words of a person, kept apart so that their direction of writing cannot reorder ours.
    static func said(_ words: String) -> HTML { "<bdi>\(words)</bdi>" }

    /// A moment for people, with the exact one for programs.
    static func time(_ instant: Instant) -> HTML {
        "<time datetime=\"\(instant.rfc3339)\">\(instant.inWords)</time>"
    }

    static func list(_ items: [HTML]) -> HTML {
        if items.isEmpty { return nothing }
        return """
            <ul>
            \(items.map { "<li>\($0)</li>" as HTML })
            </ul>
            """
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

extension Instant {
    /// `17 April 2026, 21:03 UTC`.
    var inWords: String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December",
        ]
        let parts = rfc3339.split { "-T:.Z".contains($0) }
        guard parts.count >= 5, let month = Int(parts[1]), let day = Int(parts[2]),
            months.indices.contains(month - 1)
        else { return rfc3339 }
        return "\(day) \(months[month - 1]) \(parts[0]), \(parts[3]):\(parts[4]) UTC"
    }
}
