import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// The elements of a page in order, read by a strict XML parser.
final class Outline: NSObject, XMLParserDelegate {
    struct Element: CustomStringConvertible {
        let name: String
        let attributes: [String: String]
        subscript(_ attribute: String) -> String? { attributes[attribute] }
        var description: String { "\(name) \(attributes)" }
    }

    private(set) var elements: [Element] = []
    private(set) var characters = ""

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        let isWellFormed = parser.parse()
        try #require(isWellFormed, "line \(parser.lineNumber): \(text)")
    }

    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    /// What a person fills in.
    var controls: [Element] {
        elements.filter { element in
            ["select", "textarea"].contains(element.name)
                || element.name == "input" && element["type"] != "hidden"
        }
    }

    /// Names of elements and attributes, without any value.
    var shape: [String] {
        elements.map { "\($0.name) \($0.attributes.keys.sorted().joined(separator: " "))" }
    }

    func parser(
        _: XMLParser, didStartElement name: String, namespaceURI _: String?,
        qualifiedName _: String?, attributes: [String: String]
    ) {
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_: XMLParser, foundCharacters text: String) { characters += text }
}

/// The colours of one scheme by name.
struct Palette {
    private let luminances: [String: Double]

    init(_ css: String) throws {
        var found: [String: Double] = [:]
        for match in css.matches(of: /--([a-z-]+): #([0-9a-f]{6});/) {
            let number = try #require(Int(match.output.2, radix: 16))
            // The light block comes first, and the same name stands once in each.
            found[String(match.output.1)] = Self.luminance(number)
        }
        luminances = found
    }

    func contrast(_ one: String, _ other: String) throws -> Double {
        let first = try #require(luminances[one])
        let second = try #require(luminances[other])
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    private static func luminance(_ colour: Int) -> Double {
        func part(_ shift: Int) -> Double {
            let value = Double((colour >> shift) & 0xFF) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }
}
