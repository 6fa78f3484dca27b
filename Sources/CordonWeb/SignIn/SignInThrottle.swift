import CordonCore
import Synchronization

/// Slows down guessing: so many failures of one login or one address, and both have to wait.
///
/// Safe to share: a lock around a plain value. It lives in memory only; a restart forgets failures,
/// which an attacker cannot bring about.
package final class SignInThrottle: Sendable {
    /// Failures of one login, or from one address, within the window.
    package static let failureLimit = 10
    package static let windowMinutes = 15
    /// The most logins and addresses that are remembered; beyond it the oldest window is dropped.
    static let subjectLimit = 10_000

    private let state = Mutex<[String: [Int64]]>([:])

    package init() {}

    /// - Throws: a refusal while one of `subjects` has to wait.
    func check(_ subjects: [String], now: Instant) throws(Refusal) {
        let since = now.adding(milliseconds: -Int64(Self.windowMinutes) * 60_000).milliseconds
        let blocked = state.withLock { failures in
            subjects.contains { subject in
                (failures[subject] ?? []).filter { $0 > since }.count >= Self.failureLimit
            }
        }
        guard !blocked else {
            throw Refusal(
                .tooManyAttempts,
                "Too many failures: wait \(Self.windowMinutes) minutes, then try again.")
        }
    }

    func noteFailure(_ subjects: [String], now: Instant) {
        let since = now.adding(milliseconds: -Int64(Self.windowMinutes) * 60_000).milliseconds
        state.withLock { failures in
            if failures.count >= Self.subjectLimit {
                failures = failures.filter { ($0.value.last ?? 0) > since }
                if failures.count >= Self.subjectLimit,
                    let oldest = failures.min(by: { ($0.value.last ?? 0) < ($1.value.last ?? 0) })
                {
                    failures[oldest.key] = nil
                }
            }
            for subject in subjects {
                let recent = (failures[subject] ?? []).filter { $0 > since }
                failures[subject] = recent.suffix(Self.failureLimit - 1) + [now.milliseconds]
            }
        }
    }

    /// Takes the last note back: it was no failure after all.
    func takeBack(_ subjects: [String]) {
        state.withLock { failures in
            for subject in subjects where failures[subject] != nil {
                failures[subject]?.removeLast()
                if failures[subject]?.isEmpty == true { failures[subject] = nil }
            }
        }
    }

    func forget(_ subjects: [String]) {
        state.withLock { failures in
            for subject in subjects { failures[subject] = nil }
        }
    }
}
