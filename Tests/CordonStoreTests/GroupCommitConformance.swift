import Foundation
import Synchronization
import Testing

@testable import CordonStore

/// What every engine has to do alike when writes are committed together.
@Suite struct GroupCommitConformance {
    @Test(arguments: TestEngine.available)
    func aClosureThatThrowsIsUndoneAlone(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let results = try await store.writeTogether([
                { try $0.thingInsert(1) },
                {
                    try $0.thingInsert(2)
                    throw Unwanted()
                },
                { try $0.thingInsert(3) },
            ])
            #expect(throws: Never.self) { try results[0].get() }
            #expect(throws: Unwanted.self) { try results[1].get() }
            #expect(throws: Never.self) { try results[2].get() }
            #expect(try await store.things() == [1, 3])
        }
    }

    @Test(arguments: TestEngine.available)
    func aWriteThatNothingWaitsBesideIsUndoneToo(_ engine: TestEngine) async throws {
        let log = Log()
        try await engine.withStore(participant: { Scribe(log) }) { store in
            try await store.write { try $0.thingInsert(1) }
            await #expect(throws: Unwanted.self) {
                try await store.write { transaction in
                    transaction.afterCommit { log.add("never") }
                    try transaction.thingInsert(2)
                    throw Unwanted()
                }
            }
            await #expect(throws: StoreError.self) {
                try await store.write { transaction in
                    try transaction.thingInsert(3)
                    do { try transaction.thingInsert(1) } catch {}
                }
            }
            try await store.write { try $0.thingInsert(4) }
            #expect(try await store.things() == [1, 4])
            #expect(!log.lines.contains("never"))
            #expect(log.lines.count { $0 == "committed" } == 2)
        }
    }

    @Test(arguments: TestEngine.available)
    func aFailedStatementFailsItsClosureEvenWhenCaught(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let results = try await store.writeTogether([
                { try $0.thingInsert(1) },
                { transaction in
                    try transaction.thingInsert(2)
                    do { try transaction.thingInsert(1) } catch {}
                    do { try transaction.thingInsert(4) } catch {}
                },
                { try $0.thingInsert(3) },
            ])
            #expect(throws: StoreError.self) { try results[1].get() }
            #expect(try await store.things() == [1, 3])
        }
    }

    /// What was sent belongs to the closure that sent it, however late it is run.
    @Test(arguments: TestEngine.available)
    func whatWasSentIsDoneOrUndoneWithItsClosure(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let results = try await store.writeTogether([
                { try $0.thingSend(1) },
                {
                    try $0.thingSend(2)
                    throw Unwanted()
                },
                {
                    try $0.thingSend(3)
                    try $0.thingSend(1)
                },
                {
                    try $0.thingSend(4)
                    let things = try $0.things()
                    #expect(things == [1, 4])
                    try $0.thingSend(2)
                },
            ])
            #expect(throws: Never.self) { try results[0].get() }
            #expect(throws: Unwanted.self) { try results[1].get() }
            let error = #expect(throws: StoreError.self) { try results[2].get() }
            guard case .constraint? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(throws: Never.self) { try results[3].get() }
            #expect(try await store.things() == [1, 2, 4])
        }
    }

    @Test(arguments: TestEngine.available)
    func whatIsSentAloneIsDoneOrUndoneToo(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            try await store.write { try $0.thingSend(1) }
            await #expect(throws: Unwanted.self) {
                try await store.write { transaction in
                    try transaction.thingSend(2)
                    throw Unwanted()
                }
            }
            await #expect(throws: StoreError.self) {
                try await store.write { transaction in
                    try transaction.thingSend(3)
                    try transaction.thingSend(1)
                }
            }
            try await store.write { try $0.thingSend(4) }
            #expect(try await store.things() == [1, 4])
        }
    }

    @Test(arguments: TestEngine.available)
    func effectsFollowTheCommitInOrderAndOnlyThen(_ engine: TestEngine) async throws {
        try await engine.withStore { store in
            let log = Log()
            let results = try await store.writeTogether([
                { transaction in
                    transaction.afterCommit { log.add("one") }
                    try transaction.thingInsert(1)
                },
                { transaction in
                    transaction.afterCommit { log.add("never") }
                    throw Unwanted()
                },
                { transaction in
                    transaction.afterCommit { log.add("two") }
                    transaction.afterCommit { log.add("three") }
                },
            ])
            #expect(results.count == 3)
            #expect(log.lines == ["one", "two", "three"])
            // A caller finds its own effect done as soon as it hears of the commit.
            for number in 1...20 {
                try await store.write { transaction in
                    transaction.afterCommit { log.add("\(number)") }
                }
                #expect(log.lines.last == "\(number)")
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func aParticipantSeesEveryStepAndWritesWithTheCommit(_ engine: TestEngine) async throws {
        let log = Log()
        try await engine.withStore(participant: { Scribe(log) }) { store in
            _ = try await store.writeTogether([
                { transaction in
                    (transaction.batch.journal as? Scribe)?.noted.append("first")
                    try transaction.thingInsert(1)
                },
                { transaction in
                    (transaction.batch.journal as? Scribe)?.noted.append("undone")
                    throw Unwanted()
                },
                { transaction in (transaction.batch.journal as? Scribe)?.noted.append("last") },
            ])
            #expect(
                log.lines == [
                    "begin", "commit ", "committed",
                    "begin", "savepoint", "savepoint", "rollback", "savepoint",
                    "commit first,last", "committed",
                ])
            let note = try await store.read { try $0.row("SELECT note FROM thing WHERE id = 1") }
            #expect(try note?.text("note") == "first,last")
        }
    }

    @Test(arguments: TestEngine.available)
    func aParticipantThatThrowsFailsTheWholeBatch(_ engine: TestEngine) async throws {
        let log = Log()
        try await engine.withStore(participant: { Scribe(log) }) { store in
            let results = try await store.writeTogether([
                { try $0.thingInsert(1) },
                { transaction in
                    (transaction.batch.journal as? Scribe)?.mustFail = true
                    transaction.afterCommit { log.add("never") }
                },
            ])
            for result in results {
                #expect(throws: Unwanted.self) { try result.get() }
            }
            #expect(!log.lines.contains("never"))
            #expect(try await store.things() == [])
            try await store.write { try $0.thingInsert(2) }
        }
    }

    @Test(arguments: TestEngine.available)
    func aThousandWritesAllCountInFewCommits(_ engine: TestEngine) async throws {
        let log = Log()
        try await engine.withStore(participant: { Scribe(log) }) { store in
            try await store.write { try $0.thingInsert(1) }
            let changed = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...1_000 {
                    group.addTask {
                        try await store.write { transaction in
                            try transaction.run(
                                "UPDATE thing SET amount = amount + 1 WHERE id = \(1)")
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(changed == 1_000)
            let row = try await store.read { try $0.row("SELECT amount FROM thing") }
            #expect(try row?.integer("amount") == 1_000)
            #expect(log.lines.count { $0 == "committed" } < 1_000)
        }
    }

    @Test(arguments: TestEngine.available)
    func whatDoesNotFitInTheQueueIsRefusedAndTheRestIsDone(_ engine: TestEngine) async throws {
        try await engine.withStore(queueLimit: 300) { store in
            let held = await HeldWriter(store)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for id in 1...305 {
                    group.addTask {
                        do {
                            try await store.write { try $0.thingInsert(id) }
                            return true
                        } catch StoreError.overloaded(limit: 300) {
                            return false
                        }
                    }
                }
                // The writer is held, so the first to end are those that found no room.
                for _ in 1...5 { #expect(try await group.next() == false) }
                try await held.release()
                while let done = try await group.next() { #expect(done) }
            }
            #expect(try await store.things().count == 300)
        }
    }

    @Test(arguments: TestEngine.available)
    func closingFinishesWhatWaitsAndRefusesTheRest(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            let store = try Store(engine: choice, migrations: [.things])
            let held = await HeldWriter(store)
            let waiting = Task { try await store.write { try $0.thingInsert(1) } }
            while store.writesWaiting < 1 { await Task.yield() }
            // Let go of first: closing waits on this thread, and others may have none to run on.
            held.letGo()
            store.close()
            store.close()
            try await waiting.value
            await #expect(throws: StoreError.closed) {
                try await store.write { try $0.thingInsert(2) }
            }
            let again = try Store(engine: choice, migrations: [.things])
            #expect(try await again.things() == [1])
            again.close()
        }
    }
}

/// Lines in the order in which several threads wrote them.
final class Log: Sendable {
    private let written = Mutex<[String]>([])

    var lines: [String] { written.withLock { $0 } }

    func add(_ line: String) { written.withLock { $0.append(line) } }
}

/// A participant that keeps what closures noted and writes it into the first thing.
final class Scribe: BatchParticipant {
    var noted: [String] = []
    var mustFail = false
    private var saved: [String] = []
    private let log: Log

    init(_ log: Log) {
        self.log = log
        log.add("begin")
    }

    func savepoint() {
        saved = noted
        log.add("savepoint")
    }

    func rollbackToSavepoint() {
        noted = saved
        log.add("rollback")
    }

    func beforeCommit(_ transaction: Transaction) throws {
        if mustFail { throw Unwanted() }
        let text = noted.joined(separator: ",")
        log.add("commit \(text)")
        try transaction.run("UPDATE thing SET note = \(text) WHERE id = 1")
        let log = log
        transaction.afterCommit { log.add("committed") }
    }
}
