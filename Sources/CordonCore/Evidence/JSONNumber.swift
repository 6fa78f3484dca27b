/// How a canonical text spells numbers.
package enum NumberSpelling: Sendable {
    /// With the digits that they came with: `1` and `1.0` differ.
    case asWritten
    /// One spelling for each value: programs that read and write `1.0` make `1` of it.
    case byValue
}

extension JSONScan {
    /// The one spelling of a number's value, the one that JavaScript writes.
    ///
    /// It works on the digits, so that none is lost however many there are. What has an exponent
    /// of more than nine digits stays as it is.
    static func spelled(_ number: some Collection<UInt8>) -> [UInt8] {
        var digits: [UInt8] = []
        // The power of ten of the last digit.
        var power = 0
        var isFraction = false
        var rest = number[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        while let byte = rest.first, byte | 0x20 != UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                digits.append(byte)
                if isFraction { power -= 1 }
            }
        }
        if !rest.isEmpty {
            let text = String(decoding: rest.dropFirst(), as: UTF8.self)
            guard text.utf8.count <= 10, let exponent = Int(text) else { return Array(number) }
            power += exponent
        }
        digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            power += 1
        }
        guard !digits.isEmpty else { return [UInt8(ascii: "0")] }
        return (isNegative ? [UInt8(ascii: "-")] : []) + placed(digits, power)
    }

    /// Digits with their point, or with an exponent where the zeros would be many.
    private static func placed(_ digits: [UInt8], _ power: Int) -> [UInt8] {
        let zero = UInt8(ascii: "0")
        let point = [UInt8(ascii: ".")]
        /// Digits before the point.
        let before = digits.count + power
        switch before {
        case 1...21 where power >= 0: return digits + Array(repeating: zero, count: power)
        case 1...21: return digits.prefix(before) + point + digits.dropFirst(before)
        case -5...0: return [zero] + point + Array(repeating: zero, count: -before) + digits
        default:
            let fraction = digits.count > 1 ? point + digits.dropFirst() : []
            let exponent = before > 0 ? "e+\(before - 1)" : "e\(before - 1)"
            return digits.prefix(1) + fraction + Array(exponent.utf8)
        }
    }
}
