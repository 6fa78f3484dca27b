import Foundation

/// A small file of which a crash leaves either the old or the new content, never half of one.
///
/// For keys, registers and other state that does not live in the database. What is larger than
/// memory does not belong here.
package struct DurableFile: Sendable {
    package let path: String
    /// Who may read and write it; by default its owner alone.
    package let mode: UInt16

    package init(_ path: String, mode: UInt16 = 0o600) {
        self.path = path
        self.mode = mode
    }

    /// Where the next content is written before it takes the file's name.
    ///
    /// Always the same name, so that what a crash leaves is written over and never piles up.
    private var newPath: String { path + Self.newSuffix }

    /// The end of the name of a file that is not finished yet.
    static let newSuffix = ".new"

    /// Replaces the content, and returns once the new one is on the disk.
    ///
    /// A crash before the rename leaves the old content, and beside it a file that nobody reads; a
    /// crash after it leaves the new content under the old or the new name, until the folder is
    /// written as well: then only the new one.
    ///
    /// - Throws: `StoreError.full` when there is no space, `.broken` when the disk failed, so that
    ///   nobody knows what is on it, and `.misconfigured` for everything else. Only after `.broken`
    ///   may the new content be there.
    package func write(_ bytes: [UInt8]) throws(StoreError) {
        let file = try begun()
        do throws(StoreError) {
            try file.write(bytes[...])
            try file.sync()
            guard rename(newPath, path) == 0 else { throw StoreError(file: path, errno) }
        } catch {
            // The lock is still held, so it is no other writer's; left behind, it does no harm.
            unlink(newPath)
            throw error
        }
        try Folder(of: path).sync()
    }

    package func write(_ text: String) throws(StoreError) { try write(Array(text.utf8)) }

    /// The content, or `nil` when there is no such file.
    ///
    /// - Throws: `StoreError.broken` when the disk failed, else `.misconfigured`.
    package func read() throws(StoreError) -> [UInt8]? {
        if access(path, F_OK) != 0, errno == ENOENT { return nil }
        let file = try OpenFile(path, O_RDONLY)
        var bytes: [UInt8] = []
        try file.each { part in bytes += part }
        return bytes
    }

    /// The content as text, or `nil` when there is no such file.
    ///
    /// - Throws: as ``read()`` does, and `StoreError.misconfigured` when it is no UTF-8.
    package func readText() throws(StoreError) -> String? {
        guard let bytes = try read() else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .misconfigured("\(path) is no text in UTF-8")
        }
        return text
    }

    /// An empty file under the new name that no other writer has open, in whatever process.
    private func begun() throws(StoreError) -> OpenFile {
        while true {
            let file = try OpenFile(newPath, O_RDWR | O_CREAT | O_NOFOLLOW, mode: mode_t(mode))
            try file.lock()
            // While it was waited for, the one before may have renamed it: it is finished then.
            if file.hasName(newPath) {
                // What a crash left may have had other rights: they are taken before it is filled.
                try file.clear(mode: mode_t(mode))
                return file
            }
        }
    }
}

/// An open file, closed with its last use.
struct OpenFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    init(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(StoreError) {
        let opened = open(path, flags | O_CLOEXEC, mode)
        guard opened >= 0 else { throw StoreError(file: path, errno) }
        self.path = path
        descriptor = opened
    }

    /// Makes one for reading and writing that has no name any more.
    ///
    /// A crash between the two steps leaves an empty file.
    init(temporaryIn folder: String) throws(StoreError) {
        var name = Array("\(folder)/spool-XXXXXX".utf8CString)
        let opened = mkstemp(&name)
        guard opened >= 0, fcntl(opened, F_SETFD, FD_CLOEXEC) == 0, unlink(name) == 0 else {
            let reason = StoreError(file: folder, errno)
            if opened >= 0 { close(opened) }
            throw reason
        }
        path = folder
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Writes all of it, at the place that was reached.
    func write(_ bytes: ArraySlice<UInt8>) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreError(file: path, errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Brings everything written to the disk.
    ///
    /// - Throws: `StoreError.broken` for nearly every failure: the kernel may have dropped what it
    ///   could not write and forgotten it, so a second attempt would say that all is well.
    func sync() throws(StoreError) {
        guard fsync(descriptor) != 0 else { return }
        let reason = StoreError(file: path, errno)
        if case .full = reason { throw reason }
        throw .broken("\(path): \(String(cString: strerror(errno)))")
    }

    /// Reads to the end, whatever its size says, a part at a time.
    func each(_ body: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StoreError(file: path, errno) }
            if count == 0 { return }
            try body(Array(buffer[..<count]))
        }
    }

    /// The bytes from a place on, at most `count` of them; fewer only at the end of the file.
    func read(_ count: Int, at place: Int = 0) throws(StoreError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let found = buffer.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress?.advanced(by: done), count - done,
                    off_t(place + done))
            }
            if found < 0, errno == EINTR { continue }
            guard found >= 0 else { throw StoreError(file: path, errno) }
            if found == 0 { break }
            done += found
        }
        return Array(buffer.prefix(done))
    }

    /// Waits until no other writer has it, in this process or another; let go with the last use.
    func lock() throws(StoreError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw StoreError(file: path, errno) }
        }
    }

    func clear(mode: mode_t) throws(StoreError) {
        guard fchmod(descriptor, mode) == 0, ftruncate(descriptor, 0) == 0 else {
            throw StoreError(file: path, errno)
        }
    }

    /// Whether the file of that name is this one.
    func hasName(_ path: String) -> Bool {
        var mine = stat()
        var named = stat()
        return fstat(descriptor, &mine) == 0 && lstat(path, &named) == 0
            && mine.st_dev == named.st_dev && mine.st_ino == named.st_ino
    }
}

/// A folder whose names are made durable: what was made, renamed or removed in it.
struct Folder {
    let path: String

    init(_ path: String) { self.path = path }

    /// The folder that holds a file.
    init(of file: String) {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let parent = parts.joined(separator: "/")
        path = parent.isEmpty ? (file.hasPrefix("/") ? "/" : ".") : parent
    }

    /// Makes it, for its owner alone.
    ///
    /// - Returns: whether it was not there before.
    @discardableResult func make() throws(StoreError) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw StoreError(file: path, errno) }
        return false
    }

    /// The same with the folders above it.
    func makeWithParents() throws(StoreError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .misconfigured("\(path) cannot be made")
        }
    }

    /// Makes sure that it is there.
    func demand() throws(StoreError) { _ = try OpenFile(path, O_RDONLY | O_DIRECTORY) }

    func sync() throws(StoreError) {
        let opened = try OpenFile(path, O_RDONLY | O_DIRECTORY)
        try opened.sync()
    }

    /// Whether a file or folder of that path would lie in it, links followed.
    func holds(_ other: String) -> Bool {
        let mine = Self.resolved(path)
        // The last name may not be there yet, and what it links to is not where it lies.
        let name = URL(filePath: other).lastPathComponent
        let other = Self.resolved(Folder(of: Self.absolute(other)).path) + "/" + name
        return (other + "/").hasPrefix(mine == "/" ? "/" : mine + "/")
    }

    /// From the root, without a slash at its end.
    static func absolute(_ path: String) -> String {
        let whole = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
        return whole.count > 1 && whole.hasSuffix("/") ? String(whole.dropLast()) : whole
    }

    private static func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return absolute(path) }
        defer { free(found) }
        return String(cString: found)
    }
}

extension StoreError {
    /// What the system said about a file.
    init(file path: String, _ code: Int32) {
        let cause = "\(path): \(String(cString: strerror(code)))"
        switch code {
        case ENOSPC, EDQUOT: self = .full(cause)
        case EIO: self = .broken(cause)
        default: self = .misconfigured(cause)
        }
    }
}
