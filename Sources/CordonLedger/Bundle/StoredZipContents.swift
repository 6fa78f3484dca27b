public import FoundationEssentials

/// What an archive of the form ``StoredZip`` holds, and every place where it is not of that form.
///
/// Reading ends at the first header that is wrong, since what follows cannot be told apart. Files
/// whose bytes do not fit their checksum are all named.
public struct StoredZipContents: Sendable {
    /// A file in the archive.
    public struct Entry: Hashable, Sendable {
        /// The path, as the archive spells it.
        public let path: String
        /// Where its bytes lie, counted from the first byte of the archive.
        public let range: Range<Int>
    }

    /// The files that could be read, in the order of the archive.
    public let entries: [Entry]
    /// The places that are not as the writer would have written them.
    public let findings: [BundleFinding]
    /// Whether all headers are as they must be, so that ``entries`` are all the files.
    public let isReadable: Bool

    /// Reads a whole archive.
    public init(reading archive: some ContiguousBytes) {
        self = archive.withUnsafeBytes { bytes in
            var walk = ArchiveWalk(bytes: bytes)
            let isReadable = walk.walk()
            return StoredZipContents(
                entries: walk.entries, findings: walk.findings, isReadable: isReadable)
        }
    }

    private init(entries: [Entry], findings: [BundleFinding], isReadable: Bool) {
        self.entries = entries
        self.findings = findings
        self.isReadable = isReadable
    }
}

/// One pass over the files, from the front and in the central directory at the same time.
private struct ArchiveWalk {
    let bytes: UnsafeRawBufferPointer
    var entries: [StoredZipContents.Entry] = []
    var findings: [BundleFinding] = []
    private var paths = StoredPaths()

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private struct End {
        var count: Int
        var centralOffset: Int
        var start: Int
    }

    mutating func walk() -> Bool {
        guard let end = readEnd() else { return false }
        var local = 0
        var central = end.centralOffset
        for number in 0..<end.count {
            guard let file = readHeaders(number, local: local, central: central, end: end) else {
                return false
            }
            let start = local + StoredZip.localHeaderSize + file.path.count
            local = start + Int(file.size)
            central += StoredZip.centralEntrySize + file.path.count
            let path = String(decoding: file.path, as: UTF8.self)
            entries.append(StoredZipContents.Entry(path: path, range: start..<local))
            if CRC32.checksum(UnsafeRawBufferPointer(rebasing: bytes[start..<local]))
                != file.checksum
            {
                report(path, "The bytes of the file do not fit its checksum.")
            }
        }
        guard local == end.centralOffset, central == end.start else {
            let surplus = end.centralOffset - local + end.start - central
            report("end record", "The archive holds \(surplus) bytes that belong to no file.")
            return false
        }
        return true
    }

    /// The end is written again from its own numbers; in a longer file it is not the last bytes.
    private mutating func readEnd() -> End? {
        let place = "end record"
        guard bytes.count >= StoredZip.endSize else {
            report(place, "The file is too short to be an archive.")
            return nil
        }
        let last = bytes.count - StoredZip.endSize
        var count = Int(number16(at: last + 10))
        var start = last
        if count == 0xffff, bytes.count >= StoredZip.longEndSize {
            start = bytes.count - StoredZip.longEndSize
            let long = bytes.loadUnaligned(fromByteOffset: start + 32, as: UInt64.self)
            count = Int(clamping: UInt64(littleEndian: long))
        }
        let centralSize = Int(number32(at: last + 12))
        let centralOffset = Int(number32(at: last + 16))
        guard count <= StoredZip.maximumFiles, bytes.count <= StoredZip.maximumSize else {
            report(place, "The archive is too large.")
            return nil
        }
        let expected = StoredZip.end(
            count: count, centralOffset: centralOffset, centralSize: centralSize)
        if let byte = difference(from: expected, at: start) {
            report(place, "Byte \(byte) is not as the writer writes it.")
            return nil
        }
        guard centralOffset + centralSize == start else {
            report(place, "It does not follow the central directory that it describes.")
            return nil
        }
        return End(count: count, centralOffset: centralOffset, start: start)
    }

    /// Reads both headers of a file, or reports the one that is wrong, or both when they disagree.
    ///
    /// A header is called by the path that the other one has, since its own may be the damage.
    private mutating func readHeaders(
        _ number: Int, local: Int, central: Int, end: End
    ) -> StoredZip.File? {
        let front = file(
            at: local, headerSize: StoredZip.localHeaderSize, checksumAt: 14,
            below: end.centralOffset)
        let back = file(
            at: central, headerSize: StoredZip.centralEntrySize, checksumAt: 16, below: end.start)
        let isFrontRight = front.map {
            difference(from: StoredZip.localHeader($0), at: local) == nil
        }
        let isBackRight = back.map {
            difference(from: StoredZip.centralEntry($0, offset: local), at: central) == nil
        }
        let disagree = front != back
        if isFrontRight == true, isBackRight == true, !disagree, let file = front {
            let path = String(decoding: file.path, as: UTF8.self)
            guard StoredZip.isPath(file.path), paths.insert(path) else {
                report("local header of \(path)", "The path is not plain, or it is taken.")
                return nil
            }
            return file
        }
        let areBothBlamed = isFrontRight == true && isBackRight == true
        if isFrontRight != true || areBothBlamed {
            let byte = back.flatMap { difference(from: StoredZip.localHeader($0), at: local) }
            report("local header of \(name(back ?? front, number))", blame(byte))
        }
        if isBackRight != true || areBothBlamed {
            let byte = front.flatMap {
                difference(from: StoredZip.centralEntry($0, offset: local), at: central)
            }
            report("central directory entry of \(name(front ?? back, number))", blame(byte))
        }
        return nil
    }

    /// Reads what a header says, or gives nil when it, or its file, would run over the limit.
    private func file(
        at start: Int, headerSize: Int, checksumAt: Int, below limit: Int
    ) -> StoredZip.File? {
        guard start + headerSize <= limit else { return nil }
        let field = start + checksumAt
        let length = Int(number16(at: field + 12))
        let size = number32(at: field + 4)
        let isLocal = headerSize == StoredZip.localHeaderSize
        guard start + headerSize + length + (isLocal ? Int(size) : 0) <= limit else { return nil }
        return StoredZip.File(
            path: Array(bytes[start + headerSize..<start + headerSize + length]),
            checksum: number32(at: field), size: size)
    }

    /// The first byte, counted from `start`, that is not as expected.
    private func difference(from expected: [UInt8], at start: Int) -> Int? {
        expected.indices.first {
            start + $0 >= bytes.count || bytes[start + $0] != expected[$0]
        }
    }

    private func name(_ file: StoredZip.File?, _ number: Int) -> String {
        file.map { String(decoding: $0.path, as: UTF8.self) } ?? "file \(number + 1)"
    }

    private func blame(_ byte: Int?) -> String {
        guard let byte else { return "It is not as the writer writes it." }
        return "Byte \(byte) is not as the writer writes it, or the other header is wrong."
    }

    private mutating func report(_ place: String, _ message: String) {
        findings.append(BundleFinding(place: place, message: message))
    }

    private func number16(at offset: Int) -> UInt16 {
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    private func number32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
