/// The formats of texts that are checked.
enum TextFormat: String {
    case dateTime = "date-time"
    case uri

    /// What a text of another form must become.
    var demand: String {
        switch self {
        case .dateTime: "must be a date and time with offset, such as 2026-01-31T09:30:00Z"
        case .uri: "must be a URI with a scheme, such as https://example.com/page"
        }
    }

    func isMet(by text: String) -> Bool {
        switch self {
        case .dateTime: Self.isDateTime(Array(text.utf8))
        case .uri: Self.isURI(Array(text.utf8))
        }
    }

    /// RFC 3339 section 5.6, in capitals and without leap seconds, which nothing here can hold.
    private static func isDateTime(_ bytes: [UInt8]) -> Bool {
        let form = Array("0000-00-00T00:00:00".utf8)
        guard bytes.count > form.count else { return false }
        guard
            zip(bytes, form).allSatisfy({ byte, model in
                model == UInt8(ascii: "0") ? isDigit(byte) : byte == model
            })
        else { return false }
        let year = number(bytes[0..<4])
        let month = number(bytes[5..<7])
        let day = number(bytes[8..<10])
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...days[month - 1]).contains(day),
            number(bytes[11..<13]) < 24, number(bytes[14..<16]) < 60, number(bytes[17..<19]) < 60
        else { return false }
        return isOffset(afterFraction(bytes[form.count...]))
    }

    private static func afterFraction(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.first == UInt8(ascii: ".") else { return bytes }
        let rest = bytes.dropFirst().drop(while: isDigit)
        // A point needs one to nine digits.
        return (2...10).contains(bytes.count - rest.count) ? rest : []
    }

    private static func isOffset(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.elementsEqual("Z".utf8) { return true }
        let offset = Array(bytes)
        guard offset.count == 6, offset[0] == UInt8(ascii: "+") || offset[0] == UInt8(ascii: "-"),
            offset[3] == UInt8(ascii: ":"), [1, 2, 4, 5].allSatisfy({ isDigit(offset[$0]) })
        else { return false }
        return number(offset[1..<3]) < 24 && number(offset[4..<6]) < 60
    }

    /// RFC 3986: a scheme, and after it only the characters that a URI may have.
    private static func isURI(_ bytes: [UInt8]) -> Bool {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon + 1 < bytes.count,
            let first = bytes.first, isLetter(first),
            bytes[..<colon].allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) })
        else { return false }
        var rest = bytes[(colon + 1)...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.count >= 2, rest.prefix(2).allSatisfy(isHex) else { return false }
                rest = rest.dropFirst(2)
            } else if !isLetter(byte), !isDigit(byte),
                !"-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte)
            {
                return false
            }
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int {
        digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }
}
