public import FoundationEssentials

/// Writes an archive of the form ``StoredZip``, one file after the other.
///
/// The writer holds no file: it gives the bytes to write next, and keeps only what the end of the
/// archive will need, some 46 bytes and the path for every file.
public struct StoredZipWriter: Sendable {
    /// The number of bytes given out so far.
    public private(set) var size = 0
    /// The number of files so far.
    public private(set) var files = 0

    private var central: [UInt8] = []
    private var paths = StoredPaths()

    /// Begins an empty archive.
    public init() {}

    /// Adds a file and gives its header and bytes, which come next in the archive.
    ///
    /// A refused file leaves the archive as it was.
    /// - Throws: ``StoredZipError`` for a path that is not plain or taken, and when the finished
    ///   archive would be too large.
    public mutating func append(
        path: String, bytes: some ContiguousBytes
    ) throws(StoredZipError) -> Data {
        let name = Array(path.utf8)
        guard StoredZip.isPath(name) else { throw .invalidPath(path) }
        let (count, checksum) = bytes.withUnsafeBytes { ($0.count, CRC32.checksum($0)) }
        let headers = StoredZip.localHeaderSize + StoredZip.centralEntrySize + 2 * name.count
        try StoredZip.checkRoom(
            files: files + 1,
            size: size + central.count + headers + count + StoredZip.longEndSize)
        guard paths.insert(path) else { throw .duplicatePath(path) }
        let file = StoredZip.File(path: name, checksum: checksum, size: UInt32(count))
        central += StoredZip.centralEntry(file, offset: size)
        var output = Data(StoredZip.localHeader(file))
        bytes.withUnsafeBytes { output.append(contentsOf: $0) }
        size += output.count
        files += 1
        return output
    }

    /// Gives the last bytes of the archive; nothing may be added afterwards.
    public func finish() -> Data {
        Data(
            central
                + StoredZip.end(count: files, centralOffset: size, centralSize: central.count))
    }
}
