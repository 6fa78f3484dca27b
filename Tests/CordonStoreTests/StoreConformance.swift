import Foundation
import Synchronization
import Testing

@testable import CordonStore

/// What every engine has to do alike.
@Suite struct StoreConformance {
    static let notes: [String?] = [
        nil, "", "plain", "it's \"quoted\" \\ and `ticked`", "'; DROP TABLE thing; --",
        "$1 ? :a %s",
        "Zoë 東京 👩‍👩‍👧 e\u{301} \u{10FFFF}", String(repeating: "long ", count: 20_000),
    ]
    static let bodies: [[UInt8]?] = [
        nil, [], [0], Array(0...255), [UInt8](repeating: 0xA5, count: 1 << 20),
    ]
    static let amounts: [Int64?] = [nil, 0, 1, -1, .max, .min]

    @Test(arguments: TestEngine.available)
    func valuesComeBackAsTheyWent(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            var id = 0
            for note in Self.notes {
                for body in Self.bodies {
                    let amount = Self.amounts[id % Self.amounts.count]
                    id += 1
                    let key = id
                    try await store.write { transaction in
                        try transaction.run(
                            """
                            INSERT INTO thing (id, note, body, amount)
                            VALUES (\(key), \(note), \(body), \(amount))
                            """)
                    }
                    let row = try #require(
                        try await store.read { transaction in
                            try transaction.row("SELECT * FROM thing WHERE id = \(key)")
                        })
                    #expect(try row.textOrNil("note") == note)
                    #expect(try row.blobOrNil("body") == body)
                    #expect(try row.integerOrNil("amount") == amount)
                }
            }
            #expect(try await store.things().count == id)
        }
    }

    @Test(arguments: TestEngine.available)
    func manyRowsComeBackAsTheyWent(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let combinations = Self.notes.flatMap { note in
                Self.bodies.flatMap { body in Self.amounts.map { (note, body, $0) } }
            }
            let rows = combinations.enumerated().map { id, values -> [SQL.Value] in
                [
                    .integer(Int64(id)), values.0.map(SQL.Value.text) ?? .null,
                    values.1.map(SQL.Value.blob) ?? .null,
                    values.2.map(SQL.Value.integer) ?? .null,
                ]
            }
            try await store.write { transaction in
                try transaction.send(Self.insertion, forEach: rows)
            }
            for (id, values) in combinations.enumerated() {
                let row = try #require(
                    try await store.read { transaction in
                        try transaction.row("SELECT * FROM thing WHERE id = \(id)")
                    })
                #expect(try row.textOrNil("note") == values.0)
                #expect(try row.blobOrNil("body") == values.1)
                #expect(try row.integerOrNil("amount") == values.2)
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func ofManyRowsOneThatIsRefusedLeavesNone(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let row = { @Sendable (id: Int64) -> [SQL.Value] in [.integer(id), .null, .null, .null]
            }
            let error = await #expect(throws: StoreError.self) {
                try await store.write { transaction in
                    try transaction.send(
                        Self.insertion, forEach: [row(1), row(2), row(1), row(3), row(2)])
                }
            }
            guard case .constraint? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await store.things().isEmpty)
            // The statement is kept prepared, and is as good as before.
            for count: Int64 in [0, 1, 2, 5_000] {
                try await store.write { transaction in
                    try transaction.run("DELETE FROM thing")
                    try transaction.send(Self.insertion, forEach: (0..<count).map(row))
                }
                #expect(try await store.things() == Array(0..<count))
            }
        }
    }

    private static let insertion: SQL = {
        let (number, text, bytes) = (0, "", [UInt8]())
        return """
            INSERT INTO thing (id, note, body, amount)
            VALUES (\(number), \(text), \(bytes), \(number))
            """
    }()

    @Test(arguments: TestEngine.available)
    func longStatementsCarryTheSameValues(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let bytes = Array(UInt8.min...UInt8.max)
            try await store.write { transaction in
                let rows = (1...60).map { id -> SQL in "(\(id), \("n\(id)"), \(bytes), \(-id))" }
                let changed = try transaction.run(
                    "INSERT INTO thing (id, note, body, amount) VALUES \(fragment: .joined(rows))")
                #expect(changed == 60)
            }
            let rows = try await store.read { transaction in
                let ids = (1...50).map { id -> SQL in "\(id)" }
                return try transaction.rows(
                    """
                    SELECT id, note, body, amount, amount IS NULL AS missing FROM thing
                    WHERE id IN (\(fragment: .joined(ids)))
                    """ + " ORDER BY id")
            }
            #expect(rows.count == 50)
            #expect(try rows[49].text("note") == "n50")
            #expect(try rows[49].blob("body") == bytes)
            #expect(try rows[49].integer("amount") == -50)
            #expect(try rows[49].integer("missing") == 0)
        }
    }

    @Test(arguments: TestEngine.available)
    func sumsAndCountsAreIntegersAndFractionsAreRefused(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            try await store.write { try $0.run("INSERT INTO thing (id, amount) VALUES (1, 40)") }
            try await store.write { try $0.run("INSERT INTO thing (id, amount) VALUES (2, 2)") }
            let row = try #require(
                try await store.read { transaction in
                    try transaction.row("SELECT sum(amount) AS total, count(*) AS n FROM thing")
                })
            #expect(try row.integer("total") == 42)
            #expect(try row.integer("n") == 2)
            await #expect(throws: StoreError.unreadable(table: nil, column: "half")) {
                try await store.read { _ = try $0.rows("SELECT 0.5 AS half") }
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func aRowSaysWhatItCannotRead(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let row = try #require(
                try await store.read { transaction in
                    try transaction.row("SELECT \(nil as String?) AS a, \("b") AS b, \(true) AS c")
                })
            #expect(try row.integer("c") == 1)
            #expect(throws: StoreError.unreadable(table: nil, column: "a")) { try row.text("a") }
            #expect(throws: StoreError.unreadable(table: nil, column: "b")) { try row.blob("b") }
            #expect(throws: StoreError.unreadable(table: nil, column: "d")) {
                try row.textOrNil("d")
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func runTellsHowManyRowsChanged(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let changes = try await store.write { transaction in
                [
                    try transaction.run("INSERT INTO thing (id) VALUES (1), (2), (3)"),
                    try transaction.run(
                        "INSERT INTO thing (id) VALUES (3) ON CONFLICT (id) DO NOTHING"),
                    try transaction.run("UPDATE thing SET amount = 7 WHERE id >= \(2)"),
                    try transaction.run("SELECT id FROM thing"),
                    try transaction.run("DELETE FROM thing WHERE id = \(9)"),
                    try transaction.rows("UPDATE thing SET amount = 8 RETURNING id").count,
                ]
            }
            #expect(changes == [3, 0, 2, 0, 0, 3])
        }
    }

    @Test(arguments: TestEngine.available)
    func textWithAZeroByteIsRefused(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            await #expect(throws: StoreError.textWithNul) {
                try await store.write { try $0.thingInsert(1, note: "a\u{0}b") }
            }
            let things = try await store.things()
            #expect(things == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func aReadCannotWrite(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            await #expect(throws: StoreError.self) {
                try await store.read { try $0.thingInsert(1) }
            }
            let things = try await store.things()
            #expect(things == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func aReadSeesOneSnapshot(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let (began, beginning) = AsyncStream.makeStream(of: Void.self)
            let mayGoOn = DispatchSemaphore(value: 0)
            let reading = Task {
                try await store.read { transaction in
                    let before = try transaction.things()
                    beginning.yield()
                    mayGoOn.wait()
                    return (before, try transaction.things())
                }
            }
            for await _ in began { break }
            try await store.write { try $0.thingInsert(1) }
            #expect(try await store.things() == [1])
            mayGoOn.signal()
            let (before, after) = try await reading.value
            #expect(before == [])
            #expect(after == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func aBrokenRuleIsAConstraintAndAWrongStatementIsRefused(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            try await store.write { try $0.thingInsert(1) }
            let twice = await #expect(throws: StoreError.self) {
                try await store.write { try $0.thingInsert(1) }
            }
            if case .constraint = twice {} else { Issue.record("\(String(describing: twice))") }
            let wrong = await #expect(throws: StoreError.self) {
                try await store.read { _ = try $0.rows("SELECT nonsense FROM nowhere") }
            }
            if case .refused = wrong {} else { Issue.record("\(String(describing: wrong))") }
        }
    }

    @Test(arguments: TestEngine.available)
    func twoStoresLoseNoUpdate(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            let stores = try (1...2).map { _ in
                try Store(engine: choice, readers: 1, migrations: [.things])
            }
            defer { for store in stores { store.close() } }
            try await stores[0].write { try $0.thingInsert(1) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for store in stores {
                    for _ in 1...4 {
                        group.addTask { for _ in 1...25 { try await store.increment(1) } }
                    }
                }
                try await group.waitForAll()
            }
            let row = try await stores[1].read { try $0.row("SELECT amount FROM thing") }
            #expect(try row?.integer("amount") == 200)
        }
    }
}

extension Store {
    /// Reads, adds in Swift and writes: what goes wrong when isolation is weak.
    fileprivate func increment(_ id: Int) async throws {
        try await write { transaction in
            let row = try transaction.row("SELECT amount FROM thing WHERE id = \(id)")
            let next = try #require(row).integer("amount") + 1
            try transaction.run("UPDATE thing SET amount = \(next) WHERE id = \(id)")
        }
    }
}
