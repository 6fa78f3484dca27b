/// A scalar as it stands in a text: what it is and how many bytes it takes there.
struct DecodedScalar {
    var value: UInt32
    var length: Int

    private static let replacement: UInt32 = 0xFFFD

    init(value: UInt32, length: Int) {
        self.value = value
        self.length = length
    }

    /// Reads UTF-8 at a byte that is not ASCII; a byte that begins none is taken alone.
    init(_ text: UnsafeBufferPointer<UInt8>, at index: Int) {
        let first = UInt32(text[index])
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        self.init(value: Self.replacement, length: 1)
        guard first >= 0xC2, first <= 0xF4, text.count - index >= length else { return }
        var value = first & (0xFF >> UInt32(length + 1))
        for offset in 1..<length {
            let next = UInt32(text[index + offset])
            guard next & 0xC0 == 0x80 else { return }
            value = value << 6 | next & 0x3F
        }
        // Overlong forms and surrogates are no UTF-8, whatever wrote them.
        let smallest: UInt32 = length == 4 ? 0x1_0000 : length == 3 ? 0x800 : 0x80
        guard value >= smallest, Unicode.Scalar(value) != nil else { return }
        self.init(value: value, length: length)
    }

    /// The bytes of a scalar that is one.
    static func utf8(_ value: UInt32) -> Unicode.UTF8.EncodedScalar {
        UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter
    }
}

/// The ways in which a letter is written by its number or name in a text inside another text.
///
/// A model's tool call holds JSON in JSON, its draft of a mail HTML, its links percent signs.
/// Whoever stores a text takes off the outer layer; these are the inner ones, where it is beyond
/// doubt that the characters are no text of their own.
extension DecodedScalar {
    init?(escapedIn text: UnsafeBufferPointer<UInt8>, at index: Int) {
        let escaped: DecodedScalar? =
            switch text[index] {
            case UInt8(ascii: "\\"): Self.afterBackslash(text, index)
            case UInt8(ascii: "&"): Self.entity(text, index)
            case UInt8(ascii: "%"): Self.percent(text, index)
            default: nil
            }
        guard let escaped else { return nil }
        self = escaped
    }

    /// `\u00fc`, `\n` before what is no small letter, and `\'`.
    ///
    /// A small letter after `\n` is more likely the path `C:\nancy` than a line.
    private static func afterBackslash(
        _ text: UnsafeBufferPointer<UInt8>, _ index: Int
    ) -> DecodedScalar? {
        guard index + 1 < text.count else { return nil }
        switch text[index + 1] {
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal(text, index + 2, 4) else { return nil }
            guard (0xD800...0xDBFF).contains(unit) else { return Self(value: unit, length: 6) }
            guard index + 7 < text.count, text[index + 6] == UInt8(ascii: "\\"),
                text[index + 7] == UInt8(ascii: "u"), let low = hexadecimal(text, index + 8, 4),
                (0xDC00...0xDFFF).contains(low)
            else { return Self(value: replacement, length: 6) }
            return Self(value: 0x1_0000 + (unit - 0xD800) << 10 + (low - 0xDC00), length: 12)
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            let next = index + 2 < text.count ? text[index + 2] : UInt8(ascii: " ")
            let isSmall = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(next)
            return isSmall ? nil : Self(value: 0x0A, length: 2)
        case UInt8(ascii: "'"):
            return Self(value: 0x27, length: 2)
        default:
            return nil
        }
    }

    /// `&#252;`, `&#xfc;`, `&uuml;` and the names of what separates.
    private static func entity(
        _ text: UnsafeBufferPointer<UInt8>, _ index: Int
    ) -> DecodedScalar? {
        let rest = text[(index + 1)...].prefix(10)
        guard let end = rest.firstIndex(of: UInt8(ascii: ";")), end > index + 1 else { return nil }
        let name = String(decoding: text[(index + 1)..<end], as: UTF8.self)
        let length = end + 1 - index
        if name.hasPrefix("#") {
            let digits = name.dropFirst()
            let isHexadecimal = digits.first == "x" || digits.first == "X"
            let number = UInt32(
                isHexadecimal ? digits.dropFirst() : digits, radix: isHexadecimal ? 16 : 10)
            return number.map {
                Self(value: Unicode.Scalar($0) == nil ? replacement : $0, length: length)
            }
        }
        return (Self.named[name] ?? accented(name)).map { Self(value: $0, length: length) }
    }

    private static let named: [String: UInt32] = [
        "amp": 0x26, "lt": 0x3C, "gt": 0x3E, "quot": 0x22, "apos": 0x27, "nbsp": 0xA0, "shy": 0xAD,
        "lsquo": 0x2018, "rsquo": 0x2019, "ldquo": 0x201C, "rdquo": 0x201D, "ndash": 0x2013,
        "mdash": 0x2014, "hyphen": 0x2010, "ensp": 0x2002, "emsp": 0x2003, "thinsp": 0x2009,
        "zwj": 0x200D, "zwnj": 0x200C, "szlig": 0xDF, "aelig": 0xE6, "AElig": 0xC6, "oelig": 0x153,
        "OElig": 0x152, "eth": 0xF0, "ETH": 0xD0, "thorn": 0xFE, "THORN": 0xDE, "inodot": 0x131,
        "NewLine": 0x0A, "Tab": 0x09, "reg": 0xAE, "copy": 0xA9, "trade": 0x2122, "hellip": 0x2026,
        "middot": 0xB7, "bull": 0x2022, "laquo": 0xAB, "raquo": 0xBB,
    ]

    /// `&Uuml;` is a U with marks, and the marks would be stripped anyway.
    private static func accented(_ name: String) -> UInt32? {
        let marks: Set<Substring> = [
            "uml", "acute", "grave", "circ", "tilde", "cedil", "ring", "slash", "caron", "ogon",
            "strok", "breve", "macr", "dot", "dblac",
        ]
        guard let letter = name.unicodeScalars.first, letter.properties.isAlphabetic,
            letter.isASCII, marks.contains(name.dropFirst())
        else { return nil }
        return letter.value
    }

    /// `%C3%BC` and `%20`, but not `%41`: nobody writes a letter so who need not.
    private static func percent(
        _ text: UnsafeBufferPointer<UInt8>, _ index: Int
    ) -> DecodedScalar? {
        var bytes: [UInt8] = []
        while bytes.count < 4, index + bytes.count * 3 < text.count,
            text[index + bytes.count * 3] == UInt8(ascii: "%"),
            let byte = hexadecimal(text, index + bytes.count * 3 + 1, 2)
        {
            bytes.append(UInt8(byte))
        }
        guard let first = bytes.first else { return nil }
        if first < 0x80 {
            let isPlain =
                Unicode.Scalar(first).properties.isAlphabetic || (0x30...0x39).contains(first)
            return isPlain ? nil : Self(value: UInt32(first), length: 3)
        }
        let decoded = bytes.withUnsafeBufferPointer { DecodedScalar($0, at: 0) }
        guard decoded.length > 1 else { return nil }
        return Self(value: decoded.value, length: decoded.length * 3)
    }

    private static func hexadecimal(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int
    ) -> UInt32? {
        guard start + count <= text.count else { return nil }
        var value: UInt32 = 0
        for byte in text[start..<(start + count)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
