import CordonCore
import CordonLedger
import CordonOperations
import CordonStore
import CordonTesting
import Foundation
import Synchronization
import Testing

struct PublisherTests {
    @Test func everyWitnessCosignsWhatIsNew() async throws {
        let witnesses = [try FakeWitness(8), try FakeWitness(9)]
        let cordon = try await cordon(witnesses)
        #expect(try await cosigned(cordon) == nil)
        await publish(cordon)
        let first = try #require(try await cosigned(cordon))
        for witness in witnesses {
            #expect(try witness.address.verifier.verify(first).time == 1_800_000_000)
        }
        let asked = witnesses.map(\.asked)
        await publish(cordon)
        #expect(witnesses.map(\.asked) == asked, "nothing is new, so nobody is asked")
        _ = try await cordon.account("ana")
        witnesses[1].mood = .silent
        await publish(cordon)
        #expect(try await cosigned(cordon) == first, "one of two is not every witness")
        witnesses[1].mood = .honest
        cordon.clock.advance(milliseconds: 5_000)
        await publish(cordon)
        let second = try #require(try await cosigned(cordon))
        let log = try NoteVerifier(cordon.operations.verifierKey)
        #expect(
            try Checkpoint.open(second, verifier: log).size
                > Checkpoint.open(first, verifier: log).size)
        #expect(
            cordon.operations.publisher.takeNews().map(\.weight) == [.warning, .notice],
            "told when it begins, and when it is over")
    }

    @Test func aWitnessThatKnowsAnotherSizeIsAskedOnceMore() async throws {
        let witness = try FakeWitness()
        let cordon = try await cordon([witness])
        // It cosigned, and the answer was lost.
        try await ask(witness, cordon, from: 0)
        _ = try await cordon.account("ana")
        let before = witness.asked
        await publish(cordon)
        #expect(witness.asked == before + 2)
        #expect(try await cosigned(cordon) != nil)
        #expect(cordon.operations.publisher.takeNews().isEmpty)
    }

    @Test(arguments: [
        (409, "999999\n", "999999"), (422, "no\n", "another history"),
        (409, "same", "another history"),
    ])
    func aWitnessThatKnowsBetterIsAnAlarm(
        _ status: Int, _ body: String, _ said: String
    ) async throws {
        let witness = try FakeWitness()
        let cordon = try await cordon([witness])
        let size = try await size(cordon)
        witness.mood = .answering(status, body == "same" ? "\(size)\n" : body)
        await publish(cordon)
        let news = cordon.operations.publisher.takeNews()
        #expect(news.map(\.weight) == [.alarm])
        #expect(news.first?.text.contains(said) == true)
        #expect(try await self.size(cordon) == size, "nothing is journaled")
        #expect(cordon.operations.publisher.progress.map(\.isFailing) == [true])
    }

    @Test(arguments: [
        (200, "— somebody AAAA\n"), (200, ""), (403, ""), (404, ""), (409, "x"), (409, ""),
        (302, ""),
        (500, "oops"),
    ])
    func anAnswerThatIsNoCosignatureIsAWarning(_ status: Int, _ body: String) async throws {
        let witness = try FakeWitness()
        let cordon = try await cordon([witness])
        witness.mood = .answering(status, body)
        await publish(cordon)
        #expect(cordon.operations.publisher.takeNews().map(\.weight) == [.warning])
        #expect(try await cosigned(cordon) == nil)
    }

    @Test func pausesGrowAndOneLineIsSaid() async throws {
        let witness = try FakeWitness()
        let cordon = try await cordon([witness])
        let before = witness.asked
        witness.mood = .silent
        var waits: [Int64] = []
        for _ in 1...10 {
            await publish(cordon)
            var waited: Int64 = 0
            let asked = witness.asked
            while witness.asked == asked {
                cordon.clock.advance(milliseconds: 5_000)
                waited += 5
                await publish(cordon)
            }
            waits.append(waited)
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600])
        #expect(witness.asked == before + 11)
        #expect(cordon.operations.publisher.takeNews().map(\.weight) == [.warning])
    }

    @Test(arguments: [(409, "7\n"), (409, "0\n"), (422, "")])
    func aStartIsRefusedWhenAWitnessKnowsBetter(_ status: Int, _ body: String) async throws {
        let witness = try FakeWitness()
        witness.mood = .answering(status, body)
        let fault = await #expect(throws: WitnessFault.self) { _ = try await cordon([witness]) }
        #expect("\(try #require(fault))".contains("witness.example/8 (https://8.example)"))
    }

    @Test func aSilentWitnessDelaysNoStart() async throws {
        let witness = try FakeWitness()
        witness.mood = .silent
        let cordon = try await cordon([witness])
        let news = cordon.operations.publisher.takeNews()
        #expect(news.map(\.weight) == [.warning])
        #expect(news.first?.text.contains("nobody is there") == true)
    }

    @Test func theRegisterFollowsAndRefusesAnOlderLog() async throws {
        let folder = try TestFolder()
        let verifier = try NoteVerifier(TestCordon.signer().verifierKey)
        let register = try HeadRegister(
            folder.path + "/head", outside: folder.path + "/data", verifier: verifier)
        let plan = PublishingPlan(register: register)
        let cordon = try await Operations.forTesting(publishing: plan)
        #expect(
            cordon.operations.publisher.takeNews().first?.text.contains("nothing is registered")
                == true)
        for name in ["ana", "ben"] {
            _ = try await cordon.account(name)
            await publish(cordon)
            let note = try String(contentsOfFile: register.path, encoding: .utf8)
            let size = try await size(cordon)
            #expect(try Checkpoint.open(note, verifier: verifier).size == size)
        }
        // A new database with the same key is an older state of that log.
        let fault = await #expect(throws: HeadRegisterFault.self) {
            _ = try await Operations.forTesting(publishing: plan)
        }
        guard case .setBack = try #require(fault) else { throw try #require(fault) }
    }

    private func cordon(_ witnesses: [FakeWitness]) async throws -> TestCordon {
        try await Operations.forTesting(
            publishing: PublishingPlan(witnesses: witnesses.map(\.address)) { message in
                for witness in witnesses where message.url.hasPrefix(witness.address.url + "/") {
                    return try await witness.post(message)
                }
                throw OutboundFault.address(message.url)
            })
    }

    private func publish(_ cordon: TestCordon) async {
        for target in cordon.operations.publisher.targets {
            await cordon.operations.publisher.step(target)
        }
    }

    private func cosigned(_ cordon: TestCordon) async throws -> String? {
        let keys = cordon.operations.witnessKeys
        return try await cordon.operations.store.read { try $0.checkpointCosigned(by: keys)?.note }
    }

    private func size(_ cordon: TestCordon) async throws -> UInt64 {
        try await cordon.operations.store.read { try $0.logHead().size }
    }

    private func ask(
        _ witness: FakeWitness, _ cordon: TestCordon, from old: UInt64
    ) async throws {
        let body = try await cordon.operations.store.read { transaction in
            let newest = try #require(try transaction.checkpointNewest())
            let proof = try transaction.tileTree(size: newest.size).consistencyProof(from: old)
            return try WitnessRequest(oldSize: old, proof: proof, checkpoint: newest.note).body
        }
        let answer = try await witness.post(
            OutboundMessage(url: "", headers: [], body: Array(body.utf8)))
        #expect(answer.status == 200)
    }
}
