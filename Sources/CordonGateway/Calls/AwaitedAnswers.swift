import CordonCore
import CordonOperations
import Synchronization

/// Calls of tools whose stream has ended before their answer came.
///
/// By the revisions up to 2025-11-25 a server may close the stream of a call; the client then
/// fetches the answer from the stream of its session. Until then the tool works, so a stop has to
/// reach the call, and its answer is recorded when it comes.
///
/// Safe to share: all of it is behind one lock.
final class AwaitedAnswers: Sendable {
    /// Where an answer comes.
    struct Place: Hashable, Sendable {
        let workflow: String
        let server: String
        let session: String
        let id: [UInt8]
    }

    struct Awaited: Sendable {
        let call: MCPCall
        let admitted: MCPCall.Admitted
    }

    /// Of all workflows together; what is more counts as unanswered at once.
    static let most = 1_000
    /// How long an answer is awaited.
    static let patience = Duration.seconds(600)

    private let all = Mutex<[Place: Awaited]>([:])

    /// - Returns: `false` when too many are awaited, or one at that place.
    func put(_ awaited: Awaited, at place: Place) -> Bool {
        all.withLock { all in
            guard all.count < Self.most, all[place] == nil else { return false }
            all[place] = awaited
            return true
        }
    }

    /// Takes all of them: the server ends.
    func takeAll() -> [Awaited] {
        all.withLock { all in
            defer { all = [:] }
            return Array(all.values)
        }
    }

    func take(at place: Place) -> Awaited? { all.withLock { $0.removeValue(forKey: place) } }

    /// Takes what is still the same call.
    func take(_ passing: InFlightCall, at place: Place) -> Awaited? {
        all.withLock { all in
            all[place]?.admitted.passing === passing ? all.removeValue(forKey: place) : nil
        }
    }
}
