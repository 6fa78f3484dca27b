import CordonCore
import CordonStore
import Synchronization

/// Policies that were read before: a version never changes, so it is read from its text once.
///
/// Safe to share: a lock around a dictionary that is only ever added to.
enum PolicyCache {
    private static let known = Mutex<[String: Policy]>([:])
    /// Versions kept in memory; beyond it the text is read anew each time.
    private static let limit = 64

    static func policy(_ digest: String) -> Policy? { known.withLock { $0[digest] } }

    static func read(_ stored: PolicyVersion) throws -> Policy {
        if let policy = policy(stored.digest) { return policy }
        let policy = try Policy.read(yaml: stored.yaml, file: "policy version \(stored.version)")
        known.withLock { if $0.count < limit { $0[stored.digest] = policy } }
        return policy
    }
}
