import CordonLedger
import CordonOperations
import CordonStore
import CordonTesting
import Foundation
import Synchronization

/// A witness without a network: a real desk, of which a test can say that it is silent or lies.
final class FakeWitness: Sendable {
    enum Mood: Sendable {
        case honest
        case silent
        case answering(Int, String)
    }

    let address: WitnessAddress
    let directory: TestFolder
    private let desk: WitnessDesk
    private let state = Mutex((mood: Mood.honest, asked: 0))

    static func signer(_ number: UInt8 = 8) throws -> CosignatureSigner {
        try CosignatureSigner(
            name: "witness.example/\(number)", seed: [UInt8](repeating: number, count: 32))
    }

    init(_ number: UInt8 = 8) throws {
        let signer = try Self.signer(number)
        directory = try TestFolder()
        guard let address = WitnessAddress("https://\(number).example \(signer.verifierKey)") else {
            throw OutboundFault.address(signer.verifierKey)
        }
        self.address = address
        desk = WitnessDesk(
            directory: directory.path, signer: signer,
            logs: [try NoteVerifier(TestCordon.signer().verifierKey)])
    }

    var mood: Mood {
        get { state.withLock { $0.mood } }
        set { state.withLock { $0.mood = newValue } }
    }

    /// How often it was asked.
    var asked: Int { state.withLock { $0.asked } }

    @Sendable func post(_ message: OutboundMessage) async throws -> OutboundAnswer {
        let mood = state.withLock { state in
            state.asked += 1
            return state.mood
        }
        switch mood {
        case .honest:
            let answer = try desk.answer(message.body, now: 1_800_000_000).answer
            return OutboundAnswer(status: answer.status, body: Array(answer.body.utf8))
        case .silent: throw OutboundFault.unreachable("nobody is there")
        case .answering(let status, let body):
            return OutboundAnswer(status: status, body: Array(body.utf8))
        }
    }
}

/// A folder that goes with its last use.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/cordon-folder-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // A folder that stays behind harms no later test.
        try? FileManager.default.removeItem(atPath: path)
    }
}
