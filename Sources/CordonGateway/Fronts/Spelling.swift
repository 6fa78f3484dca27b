/// A path that a server may take for another one.
///
/// The path decides what is read and judged, and it goes on as it is. A server that decodes it, or
/// tidies it up, would answer what nobody has judged: such a path is refused, never rewritten.
extension Front {
    /// - Throws: a denial for what is another spelling of something that the gateway knows, or
    ///   leads up.
    func checkSpelling(_ method: String, _ rest: Substring) throws(Denial) {
        // What begins with it is not sent on, so that another path arrives.
        if rest.contains("#") {
            throw Denial(400, "invalid_path", "A path has no fragment: send it without its #.")
        }
        let tidied = Front.tidied(rest)
        if tidied.contains(where: { $0 == "." || $0 == ".." }) {
            throw Denial(
                400, "invalid_path",
                "The path \(rest) has a segment of dots: send the path that is meant.")
        }
        let plain = "/" + tidied.joined(separator: "/")
        guard plain != rest, operation(method, plain[...]) != .opaque else { return }
        throw Denial(
            400, "invalid_path",
            "The path \(rest) is another spelling of \(plain): send it as it is usually written.")
    }

    /// The segments as the most forgiving server has them: decoded, without empty ones, without
    /// parameters, in small letters.
    private static func tidied(_ path: Substring) -> [String] {
        var bytes = Array(path.utf8)
        // A chain of servers that each decode it finds what was encoded as often.
        for _ in 0..<4 { bytes = decoded(bytes) }
        return bytes.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }.map { segment in
            let name = segment.prefix { $0 != UInt8(ascii: ";") }
            return String(decoding: name, as: UTF8.self).lowercased()
        }.filter { !$0.isEmpty }
    }

    /// With every `%` and two digits as the byte that they stand for.
    private static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count,
                let high = digit(bytes[at + 1]), let low = digit(bytes[at + 2])
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return out
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
