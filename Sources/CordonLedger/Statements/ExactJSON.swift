import FoundationEssentials

/// JSON that is written in one way: keys in a fixed order, no spaces, the shortest escapes.
enum ExactJSON {
    /// A string as RFC 8785 section 3.2.2.2 writes it.
    static func string(_ text: String) -> String {
        var written = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": written += "\\\""
            case "\\": written += "\\\\"
            case "\u{8}": written += "\\b"
            case "\t": written += "\\t"
            case "\n": written += "\\n"
            case "\u{c}": written += "\\f"
            case "\r": written += "\\r"
            case _ where scalar.value < 0x20:
                written += "\\u00" + ExactText.hex([UInt8(scalar.value)])
            default: written.unicodeScalars.append(scalar)
            }
        }
        return written + "\""
    }

    /// The only top-level key of an object, or nil when it is no object with a single key.
    static func onlyKey(of json: Data) -> String? {
        guard let keys = keys(of: json), keys.count == 1 else { return nil }
        return keys.first
    }

    /// The top-level keys of an object, or nil when it is none.
    static func keys(of json: Data) -> [String]? {
        // Whatever the decoder objects to, it is not an object.
        try? JSONDecoder().decode(Keys.self, from: json).names
    }

    private struct Keys: Decodable {
        struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        let names: [String]

        init(from decoder: any Decoder) throws {
            names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
        }
    }
}
