/// What the bundle says about itself in `bag-info.txt` (RFC 8493 section 2.2.2).
public struct BagDescription: Hashable, Sendable {
    /// The number of the incident, which is the folder in the archive (External-Identifier).
    public let identifier: String
    /// The day of the export as `YYYY-MM-DD` (Bagging-Date).
    public let date: String
    /// The program and version that made the bundle (Bag-Software-Agent).
    public let software: String
    /// Who made it (Source-Organization).
    public let organization: String?
    /// What it is about, in a line (External-Description).
    public let summary: String?

    /// Describes a bundle.
    ///
    /// - Throws: ``BundleError/invalidIdentifier(_:)`` unless the identifier is 1 to 100 letters,
    ///   digits, `-`, `_` and `.`, beginning with a letter or digit, and
    ///   ``BundleError/invalidDescription(_:)`` when the date is none or another value is empty,
    ///   over 1,000 bytes or not one line without spaces at its ends.
    public init(
        identifier: String, date: String, software: String, organization: String? = nil,
        summary: String? = nil
    ) throws(BundleError) {
        guard BundleLayout.isName(identifier) else { throw .invalidIdentifier(identifier) }
        let shape = date.utf8.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) ? 9 : $0 }
        guard shape.elementsEqual([9, 9, 9, 9, 0x2d, 9, 9, 0x2d, 9, 9]) else {
            throw .invalidDescription(date)
        }
        for value in [software, organization, summary].compactMap(\.self) {
            guard Bag.isValue(value) else { throw .invalidDescription(value) }
        }
        self.identifier = identifier
        self.date = date
        self.software = software
        self.organization = organization
        self.summary = summary
    }

    /// Reads `bag-info.txt` back; comparing it with ``text(size:files:)`` shows any difference.
    init?(text: String) {
        var values: [Substring: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstRange(of: ": ") else { return nil }
            values[line[..<colon.lowerBound]] = String(line[colon.upperBound...])
        }
        guard let identifier = values["External-Identifier"], let date = values["Bagging-Date"],
            let software = values["Bag-Software-Agent"],
            let description = try? BagDescription(
                identifier: identifier, date: date, software: software,
                organization: values["Source-Organization"], summary: values["External-Description"]
            )
        else { return nil }
        self = description
    }

    /// The text of `bag-info.txt` for a payload of so many bytes in so many files.
    func text(size: Int, files: Int) -> String {
        let lines: [(String, String?)] = [
            ("Source-Organization", organization), ("External-Description", summary),
            ("External-Identifier", identifier), ("Bagging-Date", date),
            ("Bag-Software-Agent", software), ("Payload-Oxum", "\(size).\(files)"),
        ]
        return lines.compactMap { label, value in value.map { "\(label): \($0)\n" } }.joined()
    }
}

/// The texts of a BagIt bag (RFC 8493), each written in one way.
enum Bag {
    /// The text of `bagit.txt`.
    static let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

    /// A line of a manifest, as `sha256sum` writes and reads it.
    static func manifestLine(_ hash: MerkleHash, _ path: String) -> String {
        "\(hash.hex)  \(path)\n"
    }

    static func isPayload(_ path: String) -> Bool { path.utf8.starts(with: "data/".utf8) }

    static func isValue(_ value: String) -> Bool {
        guard (1...1_000).contains(value.utf8.count), value.first != " ", value.last != " " else {
            return false
        }
        return value.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && !$0.properties.isPatternWhitespace
                || $0 == " "
        }
    }
}
