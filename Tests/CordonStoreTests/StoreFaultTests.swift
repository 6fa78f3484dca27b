import Foundation
import Synchronization
import Testing

@testable import CordonStore

/// What happens when the engine cannot do what it should.
@Suite struct StoreFaultTests {
    @Test func afterADiskFailureNothingIsWrittenAnyMore() async throws {
        let engine = ScriptedEngine([nil, .broken("fsync")])
        let store = try engine.store()
        defer { store.close() }
        try await store.write { _ in }
        await #expect(throws: StoreError.broken("fsync")) { try await store.write { _ in } }
        await #expect(throws: StoreError.broken("fsync")) { try await store.write { _ in } }
        #expect(engine.attempts == 2)
        // What was durable before can still be read.
        try await store.read { _ in }
    }

    @Test func aContendedBatchIsRepeatedWithANewParticipant() async throws {
        let engine = ScriptedEngine([.contended("40001"), .contended("40001"), nil])
        let log = Log()
        let store = try engine.store(participant: { Scribe(log) })
        defer { store.close() }
        let runs = Mutex(0)
        let value = try await store.write { transaction in
            transaction.afterCommit { log.add("effect") }
            return runs.withLock { runs in
                runs += 1
                return runs
            }
        }
        #expect(value == 3)
        #expect(log.lines.count { $0 == "begin" } == 3)
        #expect(log.lines.count { $0 == "effect" } == 1)
    }

    @Test func contentionWithoutEndIsToldAfterTenAttempts() async throws {
        let always = [StoreError?](repeating: .contended("40001"), count: 20)
        let engine = ScriptedEngine(always)
        let store = try engine.store()
        defer { store.close() }
        await #expect(throws: StoreError.contended("40001")) { try await store.write { _ in } }
        #expect(engine.attempts == GroupCommit.mostAttempts)
    }

    @Test func anUnknownOutcomeIsNotRepeatedAndHasNoEffects() async throws {
        let engine = ScriptedEngine([.unknownOutcome("lost"), nil])
        let log = Log()
        let store = try engine.store()
        defer { store.close() }
        await #expect(throws: StoreError.unknownOutcome("lost")) {
            try await store.write { $0.afterCommit { log.add("never") } }
        }
        #expect(engine.attempts == 1)
        #expect(log.lines.isEmpty)
        try await store.write { _ in }
    }

    @Test func aFullSQLiteFailsTheBatchAndGoesOnWhenThereIsRoom() async throws {
        try await TestEngine.sqlite.withStore { store in
            let pages = try await store.write { transaction in
                _ = try transaction.rows("PRAGMA max_page_count = 20")
                return try transaction.row("PRAGMA page_count")?.integer("page_count") ?? 0
            }
            #expect(pages < 20)
            let big = [UInt8](repeating: 1, count: 1 << 20)
            let results = try await store.writeTogether([
                { try $0.thingInsert(1) },
                { try $0.run("INSERT INTO thing (id, body) VALUES (2, \(big))") },
            ])
            for result in results {
                let error = #expect(throws: StoreError.self) { try result.get() }
                if case .full = error {} else { Issue.record("\(String(describing: error))") }
            }
            try await store.write { _ = try $0.rows("PRAGMA max_page_count = 100000") }
            try await store.write { try $0.thingInsert(3) }
            #expect(try await store.things() == [3])
        }
    }

    @Test func aSQLiteFileIsForItsOwnerAndWrittenInFull() async throws {
        try await TestEngine.sqlite.withDatabase { choice in
            guard case .sqlite(let path) = choice else { return }
            let store = try Store(engine: choice, migrations: [.things])
            defer { store.close() }
            let synchronous = try await store.write { transaction in
                try transaction.row("PRAGMA synchronous")?.integer("synchronous")
            }
            #expect(synchronous == 2)
            // What a savepoint keeps is in memory, and no file of it lies about.
            let temporary = try await store.write { transaction in
                try transaction.row("PRAGMA temp_store")?.integer("temp_store")
            }
            #expect(temporary == 2)
            for file in [path, path + "-wal", path + "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: file)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
            }
        }
    }

    @Test(.enabled(if: TestEngine.postgresURL != nil))
    func aLostConnectionIsOpenedAgain() async throws {
        try await TestEngine.postgres.withStore { store in
            let error = await #expect(throws: StoreError.self) {
                try await store.write { transaction in
                    try transaction.thingInsert(1)
                    _ = try transaction.rows("SELECT pg_terminate_backend(pg_backend_pid())")
                }
            }
            if case .unavailable = error {} else { Issue.record("\(String(describing: error))") }
            try await store.write { try $0.thingInsert(2) }
            #expect(try await store.things() == [2])
        }
    }

    @Test(.enabled(if: TestEngine.postgresURL != nil))
    func aConnectionThatDiedWhileIdleIsNotNoticedByAnyone() async throws {
        try await TestEngine.postgres.withStore { store in
            let process = try await store.write { transaction in
                try transaction.row("SELECT pg_backend_pid() AS id")?.integer("id")
            }
            _ = try await store.read { transaction in
                // Waits until the writer's process is gone.
                try transaction.rows("SELECT pg_terminate_backend(\(process)::int, 5000)")
            }
            try await store.write { try $0.thingInsert(1) }
            #expect(try await store.things() == [1])
        }
    }

    @Test(.enabled(if: TestEngine.postgresURL != nil))
    func aConnectionLostDuringTheCommitLeavesTheOutcomeUnknown() async throws {
        try await TestEngine.postgres.withDatabase { choice in
            let suicidal = Migration(2, "suicidal") { _ in
                [
                    """
                    CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL;
                    END $$
                    """,
                    """
                    CREATE CONSTRAINT TRIGGER leaving AFTER INSERT ON thing
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leave()
                    """,
                ]
            }
            let store = try Store(engine: choice, migrations: [.things, suicidal])
            defer { store.close() }
            let error = await #expect(throws: StoreError.self) {
                try await store.write { try $0.thingInsert(1) }
            }
            if case .unknownOutcome = error {} else { Issue.record("\(String(describing: error))") }
            try await store.write { _ in }
        }
    }

    @Test(.enabled(if: TestEngine.postgresURL != nil))
    func aConnectionLostInTheMiddleOfManyRowsIsOpenedAgain() async throws {
        try await TestEngine.postgres.withDatabase { choice in
            let suicidal = Migration(2, "suicidal") { _ in
                [
                    """
                    CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;
                    END $$
                    """,
                    """
                    CREATE TRIGGER leaving BEFORE INSERT ON thing
                    FOR EACH ROW WHEN (NEW.id = 300) EXECUTE FUNCTION leave()
                    """,
                ]
            }
            let store = try Store(engine: choice, migrations: [.things, suicidal])
            defer { store.close() }
            let error = await #expect(throws: StoreError.self) {
                try await store.write { transaction in
                    let number = 0
                    try transaction.send(
                        "INSERT INTO thing (id) VALUES (\(number))",
                        forEach: (0..<600).map { [.integer($0)] })
                    _ = try transaction.things()
                }
            }
            if case .unavailable = error {} else { Issue.record("\(String(describing: error))") }
            try await store.write { try $0.thingInsert(1) }
            #expect(try await store.things() == [1])
        }
    }

    @Test func anAddressWithNoServerIsUnavailable() {
        let error = #expect(throws: StoreError.self) {
            try Store(engine: .postgres(url: "postgresql://nobody@127.0.0.1:1/none"))
        }
        if case .unavailable = error {} else { Issue.record("\(String(describing: error))") }
    }

    @Test func noErrorShowsAnAddressOrSeveralLines() {
        #expect("\(EngineChoice.postgres(url: "postgresql://a:secret@b/c"))" == "PostgreSQL")
        let errors: [StoreError] = [
            .overloaded(limit: 9), .closed, .full("c"), .broken("c"), .unknownOutcome("c"),
            .unavailable("c"), .contended("c"), .busy("c"), .constraint("c"), .refused("c"),
            .textWithNul, .unreadable(table: "t", column: "c"),
            .unreadable(table: nil, column: "c"), .newerSchema(found: 2, known: 1),
            .migrationChanged(number: 1, name: "n"), .directoryInUse(directory: "d", pid: 7),
            .directoryInUse(directory: "d", pid: nil), .misconfigured("c"),
        ]
        for error in errors {
            #expect(error.description.hasSuffix(".") && !error.description.contains("\n"))
        }
    }
}

/// An engine that stores nothing and whose commits end as told, one after the other.
private final class ScriptedEngine: Engine {
    private let outcomes: Mutex<[StoreError?]>
    private let tried = Mutex(0)

    let dialect = Dialect.sqlite

    init(_ outcomes: [StoreError?]) { self.outcomes = Mutex(outcomes) }

    var attempts: Int { tried.withLock { $0 } }

    func store(participant: (@Sendable () -> any BatchParticipant)? = nil) throws -> Store {
        try Store(
            running: self, readers: 1, participant: participant, migrations: [], queueLimit: 10)
    }

    func session() -> any Session { ScriptedSession(engine: self) }

    func truncateLog() {}

    func close() {}

    fileprivate func commit() throws {
        tried.withLock { $0 += 1 }
        let outcome = outcomes.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let outcome { throw outcome }
    }
}

private final class ScriptedSession: Session {
    private let engine: ScriptedEngine

    init(engine: ScriptedEngine) { self.engine = engine }

    func reading<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try body(EmptyConnection())
    }

    func writing<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        let value = try body(EmptyConnection())
        try engine.commit()
        return value
    }

    func migrating<T>(_ body: (any SQLConnection) throws -> T) throws -> T {
        try body(EmptyConnection())
    }

    func close() {}
}

private struct EmptyConnection: SQLConnection {
    var dialect: Dialect { .sqlite }
    func rows(_ statement: SQL) throws -> [Row] { [] }
    func run(_ statement: SQL) throws -> Int { 0 }
    func send(_ statement: SQL, forEach rows: [[SQL.Value]]) throws {}
    func script(_ text: String) throws {}
}
