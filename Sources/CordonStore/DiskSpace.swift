import Foundation

/// How much room is left where the data lies.
package struct DiskSpace: Sendable {
    private let path: String

    package init(path: String) { self.path = path }

    /// Bytes that are kept free for stops, reports and sign-offs.
    ///
    /// An eighth of a small disk, 256 MiB of a large one: evidence is refused before it takes them,
    /// because it is the one thing that fills a disk.
    package static let reserve: UInt64 = 256 << 20

    /// Whether evidence may still be written; yes where the system does not say.
    package var hasRoom: Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return true }
        let block = UInt64(status.f_frsize)
        let free = UInt64(status.f_bavail) * block
        return free > min(Self.reserve, UInt64(status.f_blocks) * block / 8)
    }
}
