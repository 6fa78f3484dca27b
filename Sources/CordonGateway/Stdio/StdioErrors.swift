/// What a child process writes to its standard error, as far as it goes into the log.
///
/// A plain value.
struct StdioErrors {
    /// Bytes of a line.
    static let lineAtMost = 1_000
    /// Lines within a minute; of more only that there are more.
    static let linesAtMost = 100

    private var pending: [UInt8] = []
    private var isSkipping = false
    private var count = 0
    private var minute: Int64 = -1

    /// The lines that are complete, without what could pass for another line or colour a terminal.
    mutating func take(_ bytes: ArraySlice<UInt8>, at uptime: Int64) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 0x0A {
                if !isSkipping { note(&lines, uptime) }
                pending = []
                isSkipping = false
            } else if !isSkipping {
                pending.append(byte)
                guard pending.count == Self.lineAtMost else { continue }
                note(&lines, uptime)
                pending = []
                isSkipping = true
            }
        }
        return lines
    }

    private mutating func note(_ lines: inout [String], _ uptime: Int64) {
        if uptime / 60_000 != minute {
            minute = uptime / 60_000
            count = 0
        }
        count += 1
        guard count <= Self.linesAtMost else {
            if count == Self.linesAtMost + 1 { lines.append("(more in this minute is left out)") }
            return
        }
        let text = String(decoding: pending, as: UTF8.self).unicodeScalars.filter {
            $0.properties.generalCategory != .control
        }
        lines.append(String(String.UnicodeScalarView(text)))
    }
}
