import Foundation
import Synchronization

/// How much room is left where the data lies.
///
/// Safe to share: what was last seen is behind a lock.
package final class DiskSpace: Sendable {
    private let path: String
    private let seen = Mutex<(hasRoom: Bool, until: ContinuousClock.Instant)?>(nil)

    package init(path: String) { self.path = path }

    /// Bytes that are kept free for stops, reports and sign-offs.
    ///
    /// An eighth of a small disk, 256 MiB of a large one: evidence is refused before it takes them,
    /// because it is the one thing that fills a disk.
    package static let reserve: UInt64 = 256 << 20

    /// For how long an answer holds: a call asks twice, and a disk takes in a few megabytes
    /// meanwhile, less than may be under way anyhow.
    private static let holds = Duration.milliseconds(20)

    /// Whether evidence may still be written; yes where the system does not say.
    package var hasRoom: Bool {
        let now = ContinuousClock.now
        return seen.withLock { seen in
            if let seen, now < seen.until { return seen.hasRoom }
            let hasRoom = look()
            seen = (hasRoom, now + Self.holds)
            return hasRoom
        }
    }

    private func look() -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return true }
        let block = UInt64(status.f_frsize)
        let free = UInt64(status.f_bavail) * block
        return free > min(Self.reserve, UInt64(status.f_blocks) * block / 8)
    }
}
