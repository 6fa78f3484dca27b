import CordonLedger
import Testing

@testable import CordonStore

struct PublishingTests {
    @Test(arguments: TestEngine.available)
    func theNewestCosignedCheckpointIsTheOneOfAll(_ engine: TestEngine) async throws {
        try await withLog(engine) { store in
            try await store.write { transaction in
                for (size, witness) in [(1, "a"), (1, "b"), (2, "a"), (3, "b"), (4, "a")] {
                    try transaction.cosignatureSave(
                        size: UInt64(size), witness: witness, line: "\(witness)\(size)\n")
                }
            }
            try await store.read { transaction in
                #expect(try transaction.checkpointCosigned(by: ["a"])?.note == "note 4\na4\n")
                #expect(try transaction.checkpointCosigned(by: ["b"])?.note == "note 3\nb3\n")
                // Both in the order in which they are named.
                let both = try #require(try transaction.checkpointCosigned(by: ["b", "a"]))
                #expect(both.size == 1)
                #expect(both.note == "note 1\nb1\na1\n")
                #expect(try transaction.checkpointCosigned(by: ["a", "b", "c"]) == nil)
                #expect(try transaction.checkpointCosigned(by: []) == nil)
                #expect(try transaction.cosignatureNewest(witness: "a")?.size == 4)
                #expect(try transaction.cosignatureNewest(witness: "c") == nil)
                #expect(try transaction.cosignatures(size: 1).map(\.line) == ["a1\n", "b1\n"])
            }
            try await store.write {
                try $0.cosignatureSave(size: 1, witness: "a", line: "later\n")
            }
            let lines = try await store.read { try $0.cosignatures(size: 1).map(\.line) }
            #expect(lines == ["later\n", "b1\n"])
        }
    }

    @Test(arguments: TestEngine.available)
    func timestampsAreKeptAsTheyCame(_ engine: TestEngine) async throws {
        try await withLog(engine) { store in
            try await store.write { transaction in
                try transaction.timestampSave(size: 1, authority: "x", token: [0, 1, 255])
                try transaction.timestampSave(size: 3, authority: "y", token: [7])
            }
            try await store.read { transaction in
                let newest = try #require(try transaction.timestampNewest())
                #expect(newest.size == 3)
                #expect(newest.authority == "y")
                #expect(try transaction.timestampNewest(authority: "x")?.token == [0, 1, 255])
                #expect(try transaction.timestampNewest(authority: "z") == nil)
                #expect(try transaction.timestamps(size: 3).map(\.token) == [[7]])
                #expect(try transaction.timestamps(size: 2).isEmpty)
            }
        }
    }

    /// A store with checkpoints of the sizes from 1 to 4, which nobody has signed.
    private func withLog(_ engine: TestEngine, _ body: (Store) async throws -> Void) async throws {
        try await engine.withDatabase { choice in
            let store = try Store(engine: choice, readers: 1)
            defer { store.close() }
            try await store.write { transaction in
                for size in 1...4 {
                    try transaction.run(
                        "INSERT INTO checkpoint (size, note) VALUES (\(size), \("note \(size)\n"))")
                }
            }
            try await body(store)
        }
    }
}
