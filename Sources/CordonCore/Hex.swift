import Crypto
package import FoundationEssentials

/// SHA-256 in hexadecimal.
package enum Hex {
    package static func sha256(_ bytes: some DataProtocol) -> String {
        text(SHA256.hash(data: bytes))
    }

    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.underestimatedCount * 2)
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digit(_ half: UInt8) -> UInt8 {
        half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "a") + half - 10
    }
}
