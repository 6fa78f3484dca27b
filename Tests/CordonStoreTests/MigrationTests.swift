import Foundation
import Synchronization
import Testing

@testable import CordonStore

@Suite struct MigrationTests {
    static let second = Migration(2, "more") { _ in ["ALTER TABLE thing ADD COLUMN extra TEXT"] }

    @Test(arguments: TestEngine.available)
    func migrationsAreAppliedOnceAndRecorded(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            try Store(engine: choice, migrations: [.things]).close()
            let store = try Store(engine: choice, migrations: [.things, Self.second])
            defer { store.close() }
            let rows = try await store.read { transaction in
                try transaction.rows("SELECT * FROM schema_migration ORDER BY number")
            }
            #expect(try rows.map { try $0.text("name") } == ["things", "more"])
            #expect(try rows[0].integer("applied_at_ms") > 1_600_000_000_000)
            #expect(try rows[0].text("digest").count == 64)
            try await store.write { try $0.run("UPDATE thing SET extra = \("x")") }
        }
    }

    @Test(arguments: TestEngine.available)
    func aDatabaseOfANewerCordonIsRefused(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            try Store(engine: choice, migrations: [.things, Self.second]).close()
            #expect(throws: StoreError.newerSchema(found: 2, known: 1)) {
                try Store(engine: choice, migrations: [.things])
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func aMigrationThatWasChangedIsRefused(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            try Store(engine: choice, migrations: [.things]).close()
            let other = Migration(1, "things") { _ in ["CREATE TABLE thing (id BIGINT)"] }
            #expect(throws: StoreError.migrationChanged(number: 1, name: "things")) {
                try Store(engine: choice, migrations: [other])
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func aMigrationThatFailsLeavesNothing(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            let wrong = Migration(2, "wrong") { _ in
                ["CREATE TABLE half (id BIGINT)", "CREATE TABLE nonsense nonsense"]
            }
            #expect(throws: StoreError.self) {
                try Store(engine: choice, migrations: [.things, wrong])
            }
            let right = Migration(2, "right") { _ in ["CREATE TABLE half (id BIGINT)"] }
            let store = try Store(engine: choice, migrations: [.things, right])
            defer { store.close() }
            #expect(try await store.read { try $0.rows("SELECT id FROM half").count } == 0)
        }
    }

    @Test(arguments: TestEngine.available)
    func storesThatStartTogetherMigrateOnce(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            await withTaskGroup(of: Void.self) { group in
                for _ in 1...4 {
                    group.addTask {
                        #expect(throws: Never.self) {
                            try Store(engine: choice, migrations: [.things, Self.second]).close()
                        }
                    }
                }
            }
        }
    }
}
