/// What every scalar folds to, read once from the generated texts beside this file.
///
/// Each of them is a list of `source=target`. A source is a scalar in hexadecimal, or a range, or
/// every second one of a range: `c0`, `c0-c5`, `100-10e/2`. A target is `~` for nothing, `_` for a
/// separator, `'` for an apostrophe, `@` for a word of its own, or else what is written instead:
/// ASCII as it is, with `_` between words, other scalars as `:3c3:`, and words of one scalar as
/// `^8c48`. A `+` before it makes it grow by one with each scalar of the range. After a bar stands
/// what is written among letters of ASCII. What is in no list is kept.
struct FoldingTable: Sendable {
    /// What a byte folds to: a letter or digit, a space, or 0 when it needs thought.
    private(set) var ascii: [UInt8]
    private var pages: [UInt16]
    private var codes: [Code] = []
    /// The pages that more than one stretch of Unicode uses, so that no change may touch them.
    private var shared: Set<UInt16> = [0]
    private var targets: [[UInt8]] = []
    private var pairs: [(alone: Code, amongLatin: Code)] = []

    static let shared = FoldingTable([classes, letters, forms, lookAlikes])

    private static let pageSize = 128

    /// What becomes of a scalar: one of the names below, a letter of ASCII, or a place in a list.
    struct Code: Hashable, Sendable {
        var raw: UInt16

        static let keep = Code(raw: 0)
        static let vanish = Code(raw: 1)
        static let separator = Code(raw: 2)
        static let apostrophe = Code(raw: 3)
        static let alone = Code(raw: 4)

        fileprivate static let firstTarget: UInt16 = 0x80
        fileprivate static let firstPair: UInt16 = 0x8000

        var isPair: Bool { raw >= Self.firstPair }
        var letter: UInt8? { (0x30..<Self.firstTarget).contains(raw) ? UInt8(raw) : nil }
    }

    func code(of value: UInt32) -> Code {
        codes[Int(pages[Int(value) / Self.pageSize]) * Self.pageSize + Int(value) % Self.pageSize]
    }

    func choice(_ code: Code, isAmongLatin: Bool) -> Code {
        let pair = pairs[Int(code.raw - Code.firstPair)]
        return isAmongLatin ? pair.amongLatin : pair.alone
    }

    /// The bytes that are written instead, with a space for each border of words.
    func target(_ code: Code) -> [UInt8] { targets[Int(code.raw - Code.firstTarget)] }
}

// MARK: Reading

extension FoldingTable {
    private init(_ texts: [StaticString]) {
        ascii = Array(repeating: 0, count: 256)
        // The first page keeps everything, and most of Unicode shares it.
        pages = Array(repeating: 0, count: 0x11_0000 / Self.pageSize)
        codes = Array(repeating: .keep, count: Self.pageSize)
        let needThought = Array("'`.&\\%".utf8)
        for byte in UInt8.min..<0x80 {
            let code = Self.asciiCode(byte)
            set(UInt32(byte)...UInt32(byte), to: code)
            ascii[Int(byte)] = code.letter ?? (code == .separator ? 0x20 : 0)
            if needThought.contains(byte) { ascii[Int(byte)] = 0 }
        }
        var known: [String: Code] = [:]
        for text in texts {
            text.withUTF8Buffer { bytes in
                for token in bytes.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }) {
                    read(String(decoding: token, as: UTF8.self), &known)
                }
            }
        }
    }

    private static func asciiCode(_ byte: UInt8) -> Code {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Code(raw: UInt16(byte | 0x20))
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            Code(raw: UInt16(byte))
        case UInt8(ascii: "'"), UInt8(ascii: "`"): .apostrophe
        // What moves the cursor, and the separators of records: the other controls are invisible.
        case 0x09...0x0D, 0x1C...0x1F: .separator
        case 0x00...0x1F, 0x7F: .vanish
        default: .separator
        }
    }

    private mutating func read(_ token: String, _ known: inout [String: Code]) {
        let sides = token.split(separator: "=", maxSplits: 1)
        precondition(sides.count == 2, "A line of the folding table has two sides: \(token).")
        let source = sides[0].split(separator: "/")
        let ends = source[0].split(separator: "-").map { Self.hexadecimal($0) }
        let scalars = stride(from: ends[0], through: ends[ends.count - 1], by: source.count)
        let target = String(sides[1])
        if target.hasPrefix("+") {
            let text = Self.bytes(target.dropFirst())
            let first = String(decoding: text, as: UTF8.self).unicodeScalars.first?.value ?? 0
            for scalar in scalars {
                let bytes = Array(DecodedScalar.utf8(first + scalar - ends[0]))
                set(scalar...scalar, to: code(writing: bytes, &known))
            }
            return
        }
        let code = code(named: target, &known)
        if source.count == 1 {
            set(ends[0]...ends[ends.count - 1], to: code)
        } else {
            for scalar in scalars { set(scalar...scalar, to: code) }
        }
    }

    private mutating func code(named target: String, _ known: inout [String: Code]) -> Code {
        if let code = known[target] { return code }
        let code: Code
        switch target {
        case "~": code = .vanish
        case "_": code = .separator
        case "'": code = .apostrophe
        case "@": code = .alone
        default:
            if let bar = target.firstIndex(of: "|") {
                let alone = self.code(named: String(target[..<bar]), &known)
                let among = self.code(named: String(target[target.index(after: bar)...]), &known)
                code = Code(raw: Code.firstPair + UInt16(pairs.count))
                pairs.append((alone, among))
            } else {
                code = self.code(writing: Self.bytes(target[...]), &known)
            }
        }
        known[target] = code
        return code
    }

    private mutating func code(writing bytes: [UInt8], _ known: inout [String: Code]) -> Code {
        if bytes.count == 1, bytes[0] < 0x80, bytes[0] >= 0x30 {
            return Code(raw: UInt16(bytes[0]))
        }
        let name = "=" + String(decoding: bytes, as: UTF8.self)
        if let code = known[name] { return code }
        let code = Code(raw: Code.firstTarget + UInt16(targets.count))
        targets.append(bytes)
        known[name] = code
        return code
    }

    private mutating func set(_ scalars: ClosedRange<UInt32>, to code: Code) {
        let size = UInt32(Self.pageSize)
        var whole: UInt16?
        for page in (scalars.lowerBound / size)...(scalars.upperBound / size) {
            let first = max(scalars.lowerBound, page * size)
            let last = min(scalars.upperBound, page * size + size - 1)
            let isWhole = last - first == size - 1
            // Pages that are covered in one go share one, so that Han costs no memory.
            if isWhole, let whole {
                pages[Int(page)] = whole
                shared.insert(whole)
                continue
            }
            if isWhole || shared.contains(pages[Int(page)]) { detach(Int(page)) }
            let start = Int(pages[Int(page)]) * Self.pageSize
            for scalar in first...last { codes[start + Int(scalar % size)] = code }
            if isWhole { whole = pages[Int(page)] }
        }
    }

    private mutating func detach(_ page: Int) {
        let start = Int(pages[page]) * Self.pageSize
        pages[page] = UInt16(codes.count / Self.pageSize)
        codes += codes[start..<(start + Self.pageSize)]
    }

    /// The bytes of a target, with a space for each border of words.
    private static func bytes(_ target: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = target
        while let first = rest.popFirst() {
            switch first {
            case "_":
                bytes.append(0x20)
            case ":":
                let digits = rest.prefix { $0 != ":" }
                bytes += DecodedScalar.utf8(hexadecimal(digits))
                rest = rest.dropFirst(digits.count + 1)
            case "^":
                let digits = rest.prefix(while: \.isHexDigit)
                bytes += [0x20] + Array(DecodedScalar.utf8(hexadecimal(digits))) + [0x20]
                rest = rest.dropFirst(digits.count)
            default:
                bytes += Array(first.utf8)
            }
        }
        return bytes
    }

    private static func hexadecimal(_ digits: Substring) -> UInt32 {
        guard let value = UInt32(digits, radix: 16) else {
            preconditionFailure("A number of the folding table is hexadecimal: \(digits).")
        }
        return value
    }
}
