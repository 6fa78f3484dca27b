import CordonAPI
import CordonClient
import Foundation

/// Files that a command reads; `-` is standard input.
enum InputFile {
    static func bytes(_ path: String) throws(CommandFault) -> [UInt8] {
        do {
            let file =
                path == "-"
                ? FileHandle.standardInput
                : try FileHandle(forReadingFrom: URL(filePath: path))
            // To its end, whatever its size says: a pipe or a device has none.
            return Array(try file.readToEnd() ?? Data())
        } catch {
            throw CommandFault("\(path) cannot be read")
        }
    }

    /// The bytes without a copy of them in memory, where the file allows it.
    static func mapped(_ path: String) throws(CommandFault) -> Data {
        // What cannot be mapped, such as a pipe, is read.
        guard path != "-",
            let data = try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        else { return Data(try bytes(path)) }
        return data
    }

    static func text(_ path: String) throws(CommandFault) -> String {
        guard let text = String(validating: try bytes(path), as: UTF8.self) else {
            throw CommandFault("\(path) is no text in UTF-8")
        }
        return text
    }

    /// The first line: a password or a token, as an editor leaves it in a file.
    static func secret(_ path: String) throws(CommandFault) -> String {
        let line = try text(path).split(whereSeparator: \.isNewline).first
        guard let line, !line.isEmpty else { throw CommandFault("\(path) is empty") }
        return String(line)
    }

    /// The members of a JSON object.
    static func object(_ path: String) throws(CommandFault) -> [String: JSONValue] {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: try bytes(path))
        } catch let fault as CommandFault {
            throw fault
        } catch {
            throw CommandFault("\(path) is no JSON: \(error)")
        }
        guard case .object(let members) = value else {
            throw CommandFault("\(path) holds no JSON object")
        }
        return members
    }
}

/// Files that hold a secret: nobody but their owner reads them.
enum SecretFile {
    /// Makes sure that the file could be written, and leaves what is in it.
    static func check(_ path: String) throws(CommandFault) {
        let files = FileManager.default
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        let isGood = files.isWritableFile(atPath: files.fileExists(atPath: path) ? path : folder)
        guard isGood else { throw CommandFault("\(path) cannot be written") }
    }

    static func write(_ text: String, to path: String) throws(CommandFault) {
        let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw CommandFault("\(path) cannot be written") }
        defer { close(descriptor) }
        // The file may have been there with other rights: they are taken before anything is in it.
        guard fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else {
            throw CommandFault("\(path) cannot be written")
        }
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { throw CommandFault("\(path) cannot be written") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw CommandFault("\(path) cannot be written") }
    }
}

/// The lines of a file, a part of which is in memory at a time.
struct InputLines {
    private let path: String
    private let file: FileHandle
    private var read: [UInt8] = []
    /// How far ``read`` was given out.
    private var start = 0
    private var isAtEnd = false

    private static let part = 1 << 20
    /// Bytes of one line, which is more than a request may have.
    private static let longest = 17 << 20

    init(_ path: String) throws(CommandFault) {
        self.path = path
        do {
            file =
                path == "-"
                ? FileHandle.standardInput
                : try FileHandle(forReadingFrom: URL(filePath: path))
        } catch {
            throw CommandFault("\(path) cannot be read")
        }
    }

    /// - Returns: the next line without its end; `nil` behind the last one.
    mutating func next() throws(CommandFault) -> [UInt8]? {
        var searched = start
        while true {
            if let end = read[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(read[start..<end])
            }
            searched = read.count - start
            read.removeFirst(start)
            start = 0
            guard !isAtEnd else {
                defer { read = [] }
                return read.isEmpty ? nil : read
            }
            guard read.count < Self.longest else {
                throw CommandFault("\(path) has a line that is longer than a request may be")
            }
            try readOn()
        }
    }

    private mutating func readOn() throws(CommandFault) {
        do {
            let part = try file.read(upToCount: Self.part) ?? Data()
            isAtEnd = part.isEmpty
            read += part
        } catch {
            throw CommandFault("\(path) cannot be read")
        }
    }
}
