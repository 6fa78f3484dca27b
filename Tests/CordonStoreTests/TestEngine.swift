import Foundation
import Synchronization
import Testing

@testable import CordonStore

/// The engines that every store test runs on.
enum TestEngine: String, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgres

    /// The address of a server on which tests may make and drop schemas.
    static let postgresURL = ProcessInfo.processInfo.environment["CORDON_TEST_POSTGRES"]

    static let available: [TestEngine] = {
        if postgresURL != nil { return [.sqlite, .postgres] }
        let notice = "!!! CORDON_TEST_POSTGRES is not set: THE POSTGRESQL HALF IS NOT TESTED !!!\n"
        FileHandle.standardError.write(Data(notice.utf8))
        return [.sqlite]
    }()

    var testDescription: String { rawValue }

    /// Runs the body with a new, empty database, which is gone afterwards.
    func withDatabase(_ body: (EngineChoice) async throws -> Void) async throws {
        let number = Self.made.withLock { made in
            made += 1
            return made
        }
        let name = "cordon_test_\(getpid())_\(number)"
        switch self {
        case .sqlite:
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            try await body(.sqlite(path: directory.path + "/cordon.db"))
        case .postgres:
            let url = try #require(Self.postgresURL)
            try Self.administer(url, "DROP SCHEMA IF EXISTS \(name) CASCADE; CREATE SCHEMA \(name)")
            let join = url.contains("?") ? "&" : "?"
            let result: Result<Void, any Error>
            do {
                result = .success(
                    try await body(.postgres(url: "\(url)\(join)options=-csearch_path%3D\(name)")))
            } catch {
                result = .failure(error)
            }
            try Self.administer(url, "DROP SCHEMA \(name) CASCADE")
            try result.get()
        }
    }

    /// The same with a store that has the table `thing`; closed afterwards.
    func withStore(
        participant: (@Sendable () -> any BatchParticipant)? = nil, queueLimit: Int = 4096,
        _ body: (Store) async throws -> Void
    ) async throws {
        try await withDatabase { choice in
            let store = try Store(
                engine: choice, readers: 2, participant: participant, migrations: [.things],
                queueLimit: queueLimit)
            defer { store.close() }
            try await body(store)
        }
    }

    private static let made = Mutex(0)

    private static func administer(_ url: String, _ script: String) throws {
        try PostgresConnection(url: url).script(script)
    }
}

extension Migration {
    static let things = Migration(1, "things") { dialect in
        let bytes = dialect == .sqlite ? "BLOB" : "BYTEA"
        return [
            """
            CREATE TABLE thing (
                id BIGINT PRIMARY KEY, note TEXT, body \(bytes), amount BIGINT DEFAULT 0
            )
            """
        ]
    }
}

extension Transaction {
    func thingInsert(_ id: Int, note: String? = nil) throws {
        try run("INSERT INTO thing (id, note) VALUES (\(id), \(note))")
    }

    func thingSend(_ id: Int) throws { try send("INSERT INTO thing (id) VALUES (\(id))") }

    func things() throws -> [Int64] {
        try rows("SELECT id FROM thing ORDER BY id").map { try $0.integer("id") }
    }
}

/// Keeps the writer's thread busy, so that all writes after it gather in one batch.
struct HeldWriter {
    private let mayEnd = DispatchSemaphore(value: 0)
    private let task: Task<Void, any Error>

    init(_ store: Store) async {
        let (entered, entry) = AsyncStream.makeStream(of: Void.self)
        let mayEnd = mayEnd
        task = Task {
            try await store.write { _ in
                entry.yield()
                mayEnd.wait()
                // Left open, in case the batch has to be repeated.
                mayEnd.signal()
            }
        }
        for await _ in entered { break }
    }

    func letGo() { mayEnd.signal() }

    func release() async throws {
        letGo()
        try await task.value
    }
}

extension Store {
    func things() async throws -> [Int64] { try await read { try $0.things() } }

    /// Queues the writes one after the other, commits them as one batch and gives their outcomes.
    func writeTogether(
        _ bodies: [@Sendable (Transaction) throws -> Void]
    ) async throws -> [Result<Void, any Error>] {
        let held = await HeldWriter(self)
        var tasks: [Task<Void, any Error>] = []
        for body in bodies {
            tasks.append(Task { try await self.write(body) })
            while writesWaiting < tasks.count { await Task.yield() }
        }
        try await held.release()
        var results: [Result<Void, any Error>] = []
        for task in tasks { results.append(await task.result) }
        return results
    }
}

struct Unwanted: Error {}
