package import CordonCore
package import CordonLedger
package import CordonOperations
package import CordonStore
import Foundation
import Synchronization

/// A whole Cordon for one test: its own database, a clock that stands still, no chance.
package struct TestCordon: Sendable {
    package let operations: Operations
    package let clock: TestClock
    /// The SQLite file, for a test that looks behind the store.
    ///
    /// It is gone with ``operations``.
    package let databasePath: String

    /// Makes an account and gives it as a caller; the first of all is an administrator as well.
    ///
    /// Everybody's password is ``password``.
    package func account(_ login: String, _ grants: RoleGrant...) async throws -> Caller {
        let hash = try await operations.passwords.hash(
            Self.password, salt: operations.outside.randomBytes(16))
        let account = try await operations.perform(Self.maker) { work in
            if try work.accountExists() {
                return try work.createAccount(
                    login: login, name: login.capitalized, passwordHash: hash, grants: grants)
            }
            let first = try work.setUp(
                login: login, name: login.capitalized, passwordHash: hash)
            return try work.grant(login, first.grants + grants)
        }
        return Caller(account.actor, cause: "test", permissions: account.permissions)
    }

    /// What signs the log of every test.
    package static func signer() throws -> NoteSigner {
        try NoteSigner(name: "cordon.test", seed: Array(repeating: 7, count: 32))
    }

    package static let password = "correct horse battery staple"

    /// Cordon itself may make accounts, whoever is there.
    private static let maker = Caller(.cordon, cause: "test", permissions: [])
}

extension Operations {
    /// Opens a new, empty Cordon in a directory that is removed with the last use of it.
    ///
    /// With `engine`, another database than a SQLite file in that directory.
    package static func forTesting(
        engine: EngineChoice? = nil, at start: Instant = TestClock.start, seed: UInt64 = 1,
        masters: MasterKeys = MasterKeys(first: Array(repeating: 9, count: 32)),
        publishing: PublishingPlan = PublishingPlan()
    ) async throws -> TestCordon {
        let directory = try TestDirectory()
        let clock = TestClock(start)
        let chance = Mutex(SeededChance(state: seed))
        let ids = Mutex(0)
        let outside = Outside(
            // Whoever can still ask for the time may still need the files.
            now: { withExtendedLifetime(directory) { clock.now } },
            uptime: { clock.uptime },
            newID: {
                ids.withLock { last in
                    last += 1
                    return numberedID(last)
                }
            },
            randomBytes: { count in
                chance.withLock { chance in
                    (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next() >> 32) }
                }
            })
        let databasePath = directory.path + "/cordon.db"
        let operations = try await Operations.open(
            engine: engine ?? .sqlite(path: databasePath),
            signer: try TestCordon.signer(),
            masters: masters, searchDirectory: directory.path + "/search", outside: outside,
            passwords: Passwords(logN: 10), publishing: publishing)
        return TestCordon(operations: operations, clock: clock, databasePath: databasePath)
    }

    /// 26 characters, as a ULID has, in the order in which they were given out.
    private static func numberedID(_ number: Int) -> String {
        let digits = String(number)
        return "01" + String(repeating: "0", count: 24 - digits.count) + digits
    }
}

/// A clock that stands still until a test moves it.
///
/// Safe to share: the time is behind a lock.
package final class TestClock: Sendable {
    package static let start = Instant(milliseconds: 1_776_416_585_123)

    private let time: Mutex<Instant>
    private let start: Instant

    package init(_ start: Instant) {
        self.start = start
        time = Mutex(start)
    }

    package var now: Instant { time.withLock { $0 } }

    /// Milliseconds on the clock that only goes forward; it moves with the time.
    package var uptime: Int64 { now.milliseconds - start.milliseconds + 60_000 }

    package func advance(milliseconds: Int64 = 0, hours: Int = 0, days: Int = 0) {
        precondition(milliseconds >= 0 && hours >= 0 && days >= 0, "Time goes forward.")
        time.withLock {
            $0 = $0.adding(days: days).adding(hours: hours).adding(milliseconds: milliseconds)
        }
    }
}

/// A directory that is removed when nobody holds this any more, at the latest when the process
/// ends.
private final class TestDirectory: Sendable {
    let path: String

    init() throws {
        let number = Self.made.withLock { made in
            // A store's threads may still hold the last directories when the tests are done.
            if made == 0 { atexit { TestDirectory.removeAll() } }
            made += 1
            return made
        }
        path = Self.path(number)
        // A process with the same id may have been killed before it could tidy up.
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // A directory that stays behind harms no later test.
        try? FileManager.default.removeItem(atPath: path)
    }

    private static let made = Mutex(0)

    private static func path(_ number: Int) -> String {
        FileManager.default.temporaryDirectory.path
            + "/cordon-test-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
    }

    private static func removeAll() {
        let count = made.withLock { $0 }
        for number in 0..<count {
            // Most are gone already.
            try? FileManager.default.removeItem(atPath: path(number + 1))
        }
    }
}

/// SplitMix64: the same bytes in every run, which is all that a test wants of them.
private struct SeededChance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
