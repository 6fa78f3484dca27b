import Synchronization

/// The dictionaries that records are compressed with, by number; the newest is used for new ones.
///
/// Safe to share: the only mutable state is behind a lock, and a dictionary never changes.
package final class EvidenceDictionaries: Sendable {
    private struct State {
        var byNumber: [Int: ZstdDictionary] = [:]
        var newest = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Takes in a dictionary under its number.
    ///
    /// - Returns: whether the bytes are a dictionary.
    @discardableResult
    package func add(_ number: Int, _ bytes: [UInt8]) -> Bool {
        guard let dictionary = ZstdDictionary(bytes) else { return false }
        state.withLock { state in
            state.byNumber[number] = dictionary
            state.newest = max(state.newest, number)
        }
        return true
    }

    /// The number of the newest one, 0 when there is none.
    package var newestNumber: Int { state.withLock { $0.newest } }

    var newest: (number: Int, dictionary: ZstdDictionary?) {
        state.withLock { ($0.newest, $0.byNumber[$0.newest]) }
    }

    func dictionary(_ number: Int) -> ZstdDictionary? { state.withLock { $0.byNumber[number] } }
}
