import CordonCore
import Synchronization

/// Slows down what must not go on for ever: so many acts of one login, address or link within a
/// window of time, and it has to wait.
///
/// Safe to share: a lock around a plain value. It lives in memory only; a restart forgets what was
/// noted, which an attacker cannot bring about.
package final class Throttle: Sendable {
    package static let windowMinutes = 15
    /// The most subjects that are remembered; beyond it the oldest window is dropped.
    static let subjectLimit = 10_000

    /// Acts of one subject within the window.
    private let limit: Int
    /// What there are too many of, in words.
    private let what: String
    private let state = Mutex<[String: [Int64]]>([:])

    package init(limit: Int, of what: String) {
        self.limit = limit
        self.what = what
    }

    /// Failures to sign in: 10 of one login, or from one address.
    static func signIns() -> Throttle { Throttle(limit: 10, of: "failures") }

    /// Reports without an account, and what is added to them: 60 from one address.
    static func reportsFromAnAddress() -> Throttle { Throttle(limit: 60, of: "reports") }

    /// The same by one link, from whatever address: many more, so that one person cannot close a
    /// link for all the others.
    static func reportsByALink() -> Throttle { Throttle(limit: 300, of: "reports") }

    /// The address that is counted: not the loopback's, which is a proxy in front and so everybody.
    static func subjects(address: String) -> [String] {
        let isLocal = address.hasPrefix("127.") || address == "::1" || address == "local"
        return isLocal ? [] : ["address \(address)"]
    }

    /// - Throws: a refusal while one of `subjects` has to wait.
    func check(_ subjects: [String], now: Instant) throws(Refusal) {
        let since = Self.since(now)
        let waits = state.withLock { isBlocked(subjects, since: since, $0) }
        if waits { throw refusal }
    }

    func note(_ subjects: [String], now: Instant) {
        state.withLock { add(subjects, now, to: &$0) }
    }

    /// Checks and notes in one, so that many at once are counted as many.
    ///
    /// - Throws: a refusal while one of `subjects` has to wait; then nothing is noted.
    func take(_ subjects: [String], now: Instant) throws(Refusal) {
        let since = Self.since(now)
        let isTaken = state.withLock { noted -> Bool in
            guard !isBlocked(subjects, since: since, noted) else { return false }
            add(subjects, now, to: &noted)
            return true
        }
        if !isTaken { throw refusal }
    }

    private var refusal: Refusal {
        Refusal(
            .tooManyAttempts,
            "Too many \(what): wait \(Self.windowMinutes) minutes, then try again.")
    }

    private static func since(_ now: Instant) -> Int64 {
        now.adding(milliseconds: -Int64(windowMinutes) * 60_000).milliseconds
    }

    private func isBlocked(
        _ subjects: [String], since: Int64, _ noted: [String: [Int64]]
    ) -> Bool {
        subjects.contains { (noted[$0] ?? []).filter { $0 > since }.count >= limit }
    }

    private func add(_ subjects: [String], _ now: Instant, to noted: inout [String: [Int64]]) {
        let since = Self.since(now)
        if noted.count + subjects.count > Self.subjectLimit {
            noted = noted.filter { ($0.value.last ?? 0) > since }
        }
        for subject in subjects {
            if noted[subject] == nil, noted.count >= Self.subjectLimit,
                let oldest = noted.min(by: { ($0.value.last ?? 0) < ($1.value.last ?? 0) })
            {
                noted[oldest.key] = nil
            }
            let recent = (noted[subject] ?? []).filter { $0 > since }
            noted[subject] = recent.suffix(limit - 1) + [now.milliseconds]
        }
    }

    /// Takes the last note back: it did not count after all.
    func takeBack(_ subjects: [String]) {
        state.withLock { noted in
            for subject in subjects where noted[subject] != nil {
                noted[subject]?.removeLast()
                if noted[subject]?.isEmpty == true { noted[subject] = nil }
            }
        }
    }

    func forget(_ subjects: [String]) {
        state.withLock { noted in
            for subject in subjects { noted[subject] = nil }
        }
    }
}
