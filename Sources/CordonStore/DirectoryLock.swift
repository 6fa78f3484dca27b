import Foundation
import Synchronization

/// Holds a data directory for this process alone, until it is released or the process ends.
///
/// The kernel drops the lock with the process, so none is left behind by a crash. The file stays,
/// because removing it would let two processes each lock a file of that name.
package final class DirectoryLock: Sendable {
    /// Nil after the release.
    private let descriptor: Mutex<Int32?>

    /// - Throws: `StoreError.directoryInUse` with the process that holds the directory.
    package init(directory: String) throws {
        let path = directory + "/lock"
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw StoreError.misconfigured("\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.holder(opened)
            close(opened)
            guard reason == EWOULDBLOCK else {
                throw StoreError.misconfigured("\(path): \(String(cString: strerror(reason)))")
            }
            throw StoreError.directoryInUse(directory: directory, pid: holder)
        }
        descriptor = Mutex(opened)
        Self.sign(opened)
    }

    deinit { release() }

    /// Lets another process in; can be called again.
    package func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    /// The number is for people only, so a failure to write it is none of the lock.
    private static func sign(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    private static func holder(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
