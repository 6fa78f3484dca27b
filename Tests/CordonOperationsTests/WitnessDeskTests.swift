import CordonLedger
import CordonOperations
import CordonStore
import Foundation
import Testing

struct WitnessDeskTests {
    private let folder: TestFolder
    private let log: NoteSigner
    private let leaves = (0..<9).map { Merkle.leaf(Array("entry \($0)".utf8)) }

    init() throws {
        folder = try TestFolder()
        log = try NoteSigner(name: "log.example", seed: [UInt8](repeating: 3, count: 32))
    }

    @Test func whatWasCosignedIsKnownAfterARestart() throws {
        #expect(try desk().answer(body(old: 0, new: 5), now: 1).answer.status == 200)
        let again = try desk().answer(body(old: 0, new: 5), now: 2)
        #expect(again.answer.status == 409)
        #expect(again.answer.body == "5\n")
        #expect(again.alarm == nil, "a log that has not heard of its cosignature is no alarm")
        let next = try desk().answer(body(old: 5, new: 9), now: 3)
        #expect(next.answer.status == 200)
        #expect(next.alarm == nil)
        let kept = try names().map {
            try String(contentsOfFile: "\(folder.path)/\($0)", encoding: .utf8)
        }
        #expect(kept == [try note(9)], "the log's own signature is kept")
    }

    @Test func aLogThatWasSetBackIsAnAlarm() throws {
        let desk = try desk()
        _ = try desk.answer(body(old: 0, new: 9), now: 1)
        let set = try desk.answer(body(old: 3, new: 5), now: 2)
        #expect(set.answer.status == 409)
        #expect(set.answer.body == "9\n")
        #expect(set.alarm?.contains("5 entries, but 9 were cosigned") == true)
        let other = try Checkpoint(origin: log.name, size: 9, root: leaves[0]).signed(by: log)
        let forked = try WitnessRequest(oldSize: 9, proof: [], checkpoint: other).body
        #expect(try desk.answer(Array(forked.utf8), now: 3).alarm?.contains("another root") == true)
    }

    @Test func ofAnUnknownLogNothingIsKept() throws {
        let stranger = try NoteSigner(name: "../../x", seed: [UInt8](repeating: 4, count: 32))
        let note = try Checkpoint(origin: "../../x", size: 1, root: leaves[0]).signed(by: stranger)
        let request = try WitnessRequest(oldSize: 0, proof: [], checkpoint: note).body
        #expect(try desk().answer(Array(request.utf8), now: 1).answer.status == 404)
        #expect(try desk().answer([0xff, 0xfe], now: 1).answer.status == 400)
        #expect(try desk().answer([], now: 1).answer.status == 400)
        #expect(try names() == [])
    }

    @Test func aFileThatCannotBeReadIsNotABeginning() throws {
        _ = try desk().answer(body(old: 0, new: 5), now: 1)
        let name = try #require(try names().first)
        try "nothing".write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
        #expect(throws: StoreError.self) { try desk().answer(body(old: 0, new: 5), now: 2) }
        #expect(throws: StoreError.self) { try desk().answer(body(old: 5, new: 9), now: 2) }
    }

    @Test func ofRequestsAtOnceOneTreeIsTheLast() async throws {
        let desk = try desk()
        let bodies = try (1...9).map { try body(old: 0, new: $0) }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for body in bodies {
                group.addTask { try desk.answer(body, now: 1).answer.status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 1)
        #expect(statuses.filter { $0 == 409 }.count == 8)
    }

    private func desk() throws -> WitnessDesk {
        WitnessDesk(
            directory: folder.path, signer: try FakeWitness.signer(),
            logs: [try NoteVerifier(log.verifierKey)])
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".checkpoint") }
    }

    private func note(_ size: Int) throws -> String {
        let root = Merkle.root(ofLeaves: Array(leaves.prefix(size)))
        return try Checkpoint(origin: log.name, size: UInt64(size), root: root).signed(by: log)
    }

    private func body(old: Int, new: Int) throws -> [UInt8] {
        let proof = try Merkle.consistencyProof(
            from: UInt64(old), leaves: Array(leaves.prefix(new)))
        return Array(
            try WitnessRequest(oldSize: UInt64(old), proof: proof, checkpoint: note(new)).body.utf8)
    }
}
