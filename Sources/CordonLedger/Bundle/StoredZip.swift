/// The one ZIP archive that a list of paths and bytes has here (PKWARE APPNOTE 6.3, ISO 21320-1).
///
/// Files are stored, not compressed, one after the other without gaps. Times are 1980-01-01,
/// files are plain with mode 0644, and there are no extra fields, comments, folders or data
/// descriptors. So every byte follows from the list, and a byte that is different is found by
/// writing the archive again. Any archive program can read it.
///
/// A local header, the bytes and a central entry are kept for each file:
///
///     local    PK 03 04 | 20 | flags | 0 | time 0, date 0x21 | CRC | size | size | n | 0 | path
///     central  PK 01 02 | 0x314 | 20 | flags | 0 | time, date | CRC | size | size | n | 0 | 0 | 0
///              | 0 | 0100644 << 16 | offset of the local header | path
///     end      PK 05 06 | 0 | 0 | count | count | size and offset of the central entries | 0
///
/// The flags are 0x800 (the path is UTF-8) when the path is not ASCII, and else 0. With more than
/// 65,534 files a ZIP64 record and its locator stand before the end (APPNOTE 4.3.14, 4.3.15), and
/// the counts in the end are 0xFFFF.
public enum StoredZip {
    /// The most files that an archive may have.
    public static let maximumFiles = 1_000_000
    /// The most bytes that an archive may have: beyond them, offsets would need another form.
    public static let maximumSize = 4_294_967_295
    /// The most bytes that a path may have.
    public static let maximumPathLength = 1_024

    static let localHeaderSize = 30
    static let centralEntrySize = 46
    static let endSize = 22
    static let longEndSize = 56 + 20 + endSize
    /// The count above which the end has its long form; 0xFFFF announces that form.
    static let maximumShortCount = 65_534

    /// What the archive says about one file.
    struct File: Equatable {
        var path: [UInt8]
        var checksum: UInt32
        var size: UInt32
    }

    static func localHeader(_ file: File) -> [UInt8] {
        var header = LittleEndian(reserving: localHeaderSize + file.path.count)
        header.append32(0x0403_4b50)
        header.appendVersionToTime(file)
        header.appendSizes(file)
        header.bytes += file.path
        return header.bytes
    }

    static func centralEntry(_ file: File, offset: Int) -> [UInt8] {
        var entry = LittleEndian(reserving: centralEntrySize + file.path.count)
        entry.append32(0x0201_4b50)
        // Made on Unix (3), by version 2.0 of the specification.
        entry.append16(0x0314)
        entry.appendVersionToTime(file)
        entry.appendSizes(file)
        // Comment length, disk and internal attributes, then mode 0644 of a regular file.
        for _ in 0..<3 { entry.append16(0) }
        entry.append32(0o100644 << 16)
        entry.append32(UInt32(offset))
        entry.bytes += file.path
        return entry.bytes
    }

    static func end(count: Int, centralOffset: Int, centralSize: Int) -> [UInt8] {
        var end = LittleEndian(reserving: longEndSize)
        let isLong = count > maximumShortCount
        if isLong {
            end.append32(0x0606_4b50)
            end.append64(44)
            // Made on Unix, and version 4.5 is needed to read this record.
            end.append16(0x032d)
            end.append16(45)
            end.append64(0)
            end.append64(count)
            end.append64(count)
            end.append64(centralSize)
            end.append64(centralOffset)
            end.append32(0x0706_4b50)
            end.append32(0)
            end.append64(centralOffset + centralSize)
            end.append32(1)
        }
        end.append32(0x0605_4b50)
        end.append32(0)
        let stated = isLong ? UInt16.max : UInt16(count)
        end.append16(stated)
        end.append16(stated)
        end.append32(UInt32(centralSize))
        end.append32(UInt32(centralOffset))
        end.append16(0)
        return end.bytes
    }

    /// Refuses an archive of more files or bytes than the format holds.
    static func checkRoom(files: Int, size: Int) throws(StoredZipError) {
        guard files <= maximumFiles else { throw .tooManyFiles }
        guard size <= maximumSize else { throw .tooLarge }
    }

    /// Whether a path is plain: names between slashes, none of them empty, `.` or `..`.
    ///
    /// Backslashes and colons are refused because they make another path on Windows.
    static func isPath(_ path: [UInt8]) -> Bool {
        guard (1...maximumPathLength).contains(path.count),
            let text = String(validating: path, as: UTF8.self)
        else { return false }
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 != "\\" && $0 != ":"
                && ($0.isASCII
                    ? (0x20..<0x7f).contains($0.value)
                    : $0.properties.generalCategory != .control)
        }
        let names = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return isPlain
            && names.allSatisfy {
                !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
            }
    }
}

/// The paths of one archive, which must be able to lie on a disk beside each other.
struct StoredPaths {
    private var files: Set<String> = []
    private var folders: Set<String> = []
    private var latestFolder = ""

    /// Takes a path in, or answers false when it is there already, as a file or as a folder.
    ///
    /// Two spellings of the same letters are one path, as they are on some disks.
    mutating func insert(_ path: String) -> Bool {
        let slashes = path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") }
        let folder = slashes.last.map { String(path[..<$0]) } ?? ""
        // A folder stays one: no file could have taken its path since.
        let above = folder == latestFolder ? [] : slashes.map { String(path[..<$0]) }
        guard !folders.contains(path), !above.contains(where: files.contains),
            files.insert(path).inserted
        else { return false }
        folders.formUnion(above)
        latestFolder = folder
        return true
    }
}

/// Why an archive could not be written.
public enum StoredZipError: Error, Hashable, Sendable {
    /// The path is empty, too long or not a list of plain names.
    case invalidPath(String)
    /// The path is taken, as a file or as a folder.
    case duplicatePath(String)
    /// There would be more than a million files.
    case tooManyFiles
    /// The archive would have more than 4,294,967,295 bytes.
    case tooLarge
}

extension StoredZipError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .invalidPath(let path): "\(path) is not a path that an archive may hold."
        case .duplicatePath(let path): "The archive has a file or a folder named \(path) already."
        case .tooManyFiles: "An archive has at most \(StoredZip.maximumFiles) files."
        case .tooLarge: "An archive has at most \(StoredZip.maximumSize) bytes."
        }
    }
}

/// Bytes that grow by numbers, the lowest byte first.
private struct LittleEndian {
    var bytes: [UInt8] = []

    init(reserving count: Int) {
        bytes.reserveCapacity(count)
    }

    mutating func append16(_ number: UInt16) {
        bytes.append(UInt8(number & 255))
        bytes.append(UInt8(number >> 8))
    }

    mutating func append32(_ number: UInt32) {
        append16(UInt16(number & 0xffff))
        append16(UInt16(number >> 16))
    }

    mutating func append64(_ number: Int) {
        append32(UInt32(number & 0xffff_ffff))
        append32(UInt32(number >> 32))
    }

    /// The version needed (2.0), flags, method and time, the same in both headers.
    mutating func appendVersionToTime(_ file: StoredZip.File) {
        append16(20)
        append16(file.path.allSatisfy { $0 < 0x80 } ? 0 : 0x0800)
        append16(0)
        append16(0)
        append16(0x21)
    }

    /// The checksum, the size twice, and the lengths of the path and of no extra field.
    mutating func appendSizes(_ file: StoredZip.File) {
        append32(file.checksum)
        append32(file.size)
        append32(file.size)
        append16(UInt16(file.path.count))
        append16(0)
    }
}
