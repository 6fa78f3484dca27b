import CordonLedger

/// One talk with a witness about one checkpoint (c2sp.org/tlog-witness).
struct WitnessExchange {
    let witness: WitnessAddress
    let post: OutboundPost
    let timeout: Duration
    /// The consistency proof from an older size to that of the checkpoint.
    let proof: @Sendable (_ oldSize: UInt64) async throws -> [MerkleHash]

    /// Asks for a cosignature, a second time when the witness knows of another size.
    ///
    /// - Parameters:
    ///   - note: the signed checkpoint.
    ///   - size: how many entries it is about.
    ///   - known: the size that the witness cosigned last, as far as is known here.
    /// - Returns: the witness's signature lines, verified.
    /// - Throws: ``WitnessFault``, ``OutboundFault``, and what the proof throws.
    func cosign(_ note: String, size: UInt64, from known: UInt64) async throws -> String {
        var old = min(known, size)
        for attempt in 1...2 {
            let answer = try await ask(note, from: old)
            switch answer.status {
            case 200: return try line(answer, note)
            case 409:
                guard let cosigned = Self.size(answer) else {
                    throw WitnessFault.refused(witness, status: 409)
                }
                guard cosigned <= size else {
                    throw WitnessFault.behind(witness, cosigned: cosigned, log: size)
                }
                // It knows this very size, and still will not: its root is another one.
                if cosigned == old, old == size { throw WitnessFault.forked(witness, size: size) }
                guard attempt == 1 else { throw WitnessFault.refused(witness, status: 409) }
                old = cosigned
            case 422: throw WitnessFault.forked(witness, size: old)
            default: throw WitnessFault.refused(witness, status: answer.status)
            }
        }
        throw WitnessFault.refused(witness, status: 409)
    }

    private func ask(_ note: String, from old: UInt64) async throws -> OutboundAnswer {
        let request = try WitnessRequest(
            oldSize: old, proof: try await proof(old), checkpoint: note)
        return try await post(
            OutboundMessage(
                url: witness.url + "/add-checkpoint",
                headers: [("content-type", "text/plain; charset=utf-8")],
                body: Array(request.body.utf8), timeout: timeout))
    }

    private func line(_ answer: OutboundAnswer, _ note: String) throws -> String {
        guard let text = String(validating: answer.body, as: UTF8.self) else {
            throw WitnessFault.unsigned(witness, reason: "Its answer is no text.")
        }
        do {
            let cosigned = try witness.verifier.adding(text, to: note)
            return String(decoding: cosigned.utf8.dropFirst(note.utf8.count), as: UTF8.self)
        } catch {
            throw WitnessFault.unsigned(witness, reason: error.description)
        }
    }

    /// The body of a conflict: the size in decimal, and a newline.
    private static func size(_ answer: OutboundAnswer) -> UInt64? {
        var digits = answer.body[...]
        if digits.last == UInt8(ascii: "\n") { digits.removeLast() }
        guard (1...20).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}

/// Why a witness did not cosign.
package enum WitnessFault: Error, Equatable {
    /// It has cosigned more entries than there are: the log was set back.
    case behind(WitnessAddress, cosigned: UInt64, log: UInt64)
    /// It knows another history.
    case forked(WitnessAddress, size: UInt64)
    /// It will not, for whatever reason.
    case refused(WitnessAddress, status: Int)
    /// It said yes, but its cosignature does not hold.
    case unsigned(WitnessAddress, reason: String)

    /// Whether the witness knows something that this log does not, so that it must not go on.
    var contradictsLog: Bool {
        switch self {
        case .behind, .forked: true
        case .refused, .unsigned: false
        }
    }
}

extension WitnessFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .behind(let witness, let cosigned, let log):
            "the data directory is older than what was published: the witness \(witness) has "
                + "cosigned \(cosigned) entries of this log, but it has \(log), so "
                + "\(cosigned - log) acknowledged entries are gone. Put a newer backup or the old "
                + "disk back; docs/operations.md says what to do when nothing newer is left"
        case .forked(let witness, let size):
            "the log has another history than what was published: the witness \(witness) has "
                + "cosigned \(size) entries with another root. Keep this data directory as it is, "
                + "run cordon fsck, and find out where it comes from; docs/operations.md has the "
                + "steps"
        case .refused(let witness, 404):
            "the witness \(witness) does not know this log: give its operator the log's key"
        case .refused(let witness, 403):
            "the witness \(witness) knows another key of this log: give its operator this one"
        case .refused(let witness, let status):
            "the witness \(witness) answered \(status)"
        case .unsigned(let witness, let reason):
            "the witness \(witness) gave no cosignature that holds: \(reason)"
        }
    }
}
