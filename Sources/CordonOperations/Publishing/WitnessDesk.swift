import CordonCore
package import CordonLedger
import CordonStore
import Foundation
import Synchronization

/// A witness at work: decides on requests, and remembers each log's latest tree on the disk.
///
/// There is one file for each log, with the checkpoint that was cosigned last, as the log signed
/// it: who is told of a log that was set back can show what it had signed before.
///
/// Safe to share: the lock is held from the decision until its state is on the disk, so two
/// requests never see the same state.
package final class WitnessDesk: Sendable {
    private let directory: String
    private let signer: CosignatureSigner
    private let logs: [NoteVerifier]
    private let lock = Mutex(())

    package init(directory: String, signer: CosignatureSigner, logs: [NoteVerifier]) {
        self.directory = directory
        self.signer = signer
        self.logs = logs
    }

    /// Answers a request, and returns once what it decided is on the disk; it blocks.
    ///
    /// A crash before the file is written leaves nothing of the request. After it, the witness has
    /// cosigned without the log having learned so: asked again, it names its size.
    ///
    /// - Returns: the answer, and a line for the operator when a log is not what it was.
    /// - Throws: `StoreError` when the file cannot be read or written: then nothing was signed.
    package func answer(
        _ body: [UInt8], now: UInt64
    ) throws -> (answer: WitnessAnswer, alarm: String?) {
        let text = String(validating: body, as: UTF8.self) ?? ""
        let origin = WitnessDecision.origin(of: text)
        // Of an unknown log nothing is read, so that nobody can make names of files.
        guard let origin, logs.contains(where: { $0.name.utf8.elementsEqual(origin.utf8) }) else {
            let decision = WitnessState.unseen.decide(on: text, knownLogs: logs, now: now)
            return (try decision.answer(by: signer), nil)
        }
        let file = DurableFile(path(of: origin))
        return try lock.withLock { _ in
            let state = try state(in: file)
            let decision = state.decide(on: text, knownLogs: logs, now: now)
            if decision.newState != nil, let request = try? WitnessRequest(body: text) {
                try file.write(request.checkpoint)
            }
            return (
                try decision.answer(by: signer), Self.alarm(decision, text, origin, state.size)
            )
        }
    }

    /// Where the latest checkpoint of a log lies: a name of any characters has one of letters.
    private func path(of origin: String) -> String {
        "\(directory)/\(Hex.sha256(Array(origin.utf8))).checkpoint"
    }

    private func state(in file: DurableFile) throws -> WitnessState {
        guard let note = try file.readText() else { return .unseen }
        for log in logs {
            // Only one of the keys needs to hold: a log may have had another.
            guard let known = try? Checkpoint.open(note, verifier: log) else { continue }
            return WitnessState(size: known.size, root: known.root)
        }
        // To begin anew would be to forget what was cosigned.
        throw StoreError.misconfigured(
            "\(file.path) is no checkpoint that a known key has signed: put its content back, or "
                + "name the key that it was signed with as a further --log")
    }

    private static func alarm(
        _ decision: WitnessDecision, _ body: String, _ origin: String, _ size: UInt64
    ) -> String? {
        switch decision {
        case .badProof:
            return
                "a checkpoint of \(origin) does not extend the \(size) entries cosigned: its log "
                + "has another history"
        case .conflict:
            guard let request = try? WitnessRequest(body: body),
                let presented = WitnessDecision.checkpoint(of: body)?.size
            else { return nil }
            if presented < size {
                return "a checkpoint of \(origin) has \(presented) entries, but \(size) were "
                    + "cosigned: its log was set back, or somebody repeats an old request"
            }
            // A log that has not heard of its last cosignature asks with another old size.
            return request.oldSize == size
                ? "a checkpoint of \(origin) has another root than the \(size) entries cosigned: "
                    + "its log has another history" : nil
        default: return nil
        }
    }
}
