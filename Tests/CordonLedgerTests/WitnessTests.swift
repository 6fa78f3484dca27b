import CordonLedger
import Testing

@Suite struct WitnessTests {
    private let log: NoteSigner
    private let verifier: NoteVerifier
    private let witness: CosignatureSigner
    private let leaves = Trees.leaves(11)

    init() throws {
        log = try Keys.signer(1, name: "cordon.example/log")
        verifier = try NoteVerifier(log.verifierKey)
        witness = try CosignatureSigner(name: "witness.example/w1", seed: Keys.seed(8))
    }

    /// A request and what a witness that cosigned 4 leaves answers to it.
    @Test(arguments: [
        ("extends", 4, 7, 200), ("the same again", 4, 4, 200), ("old is behind", 3, 7, 409),
        ("old is ahead", 5, 7, 409), ("old is nothing", 0, 7, 409), ("a rollback", 4, 3, 400),
        ("a rollback to before", 2, 3, 409),
    ])
    func aRequestIsAnsweredByItsSizes(_ what: String, _ old: Int, _ new: Int, _ status: Int) throws
    {
        let state = self.state(4)
        let body = try self.body(old: old, new: new)
        let decision = state.decide(on: body, knownLogs: [verifier], now: 99)
        let answer = try decision.answer(by: witness)
        #expect(answer.status == status, "\(what)")
        if status == 200 {
            #expect(decision.newState == self.state(new))
            let note = try checkpoint(new).signed(by: log)
            let cosignature = try CosignatureVerifier(witness.verifierKey)
                .verify(note + answer.body)
            #expect(cosignature.time == 99)
        } else {
            #expect(decision.newState == nil)
        }
        if status == 409 {
            #expect(answer.contentType == "text/x.tlog.size")
            #expect(answer.body == "4\n")
        }
    }

    @Test func aFirstRequestBeginsAtNothing() throws {
        let first = try body(old: 0, new: 7, proof: [])
        let decision = WitnessState.unseen.decide(on: first, knownLogs: [verifier], now: 1)
        #expect(decision.newState == state(7))
        let proven = try body(old: 0, new: 7, proof: [leaves[0]])
        #expect(
            WitnessState.unseen.decide(on: proven, knownLogs: [verifier], now: 1) == .badProof)
        let empty = try body(old: 0, new: 0, proof: [])
        let nothing = WitnessState.unseen.decide(on: empty, knownLogs: [verifier], now: 1)
        #expect(nothing.newState == .unseen)
    }

    @Test func anotherHistoryIsNeverCosigned() throws {
        let state = self.state(4)
        let forked = try Checkpoint(origin: log.name, size: 4, root: Trees.damaged(leaves[0]))
        let same = try WitnessRequest(
            oldSize: 4, proof: [], checkpoint: forked.signed(by: log)
        ).body
        #expect(state.decide(on: same, knownLogs: [verifier], now: 1) == .conflict(size: 4))
        let longer = try Checkpoint(origin: log.name, size: 7, root: Trees.damaged(leaves[0]))
        for proof in [
            [], try Merkle.consistencyProof(from: 4, leaves: Array(leaves.prefix(7))),
        ] {
            let body = try WitnessRequest(
                oldSize: 4, proof: proof, checkpoint: longer.signed(by: log)
            ).body
            let decision = state.decide(on: body, knownLogs: [verifier], now: 1)
            #expect(decision == .badProof)
            #expect(try decision.answer(by: witness).status == 422)
        }
        let again = try body(old: 4, new: 4, proof: [leaves[0]])
        #expect(state.decide(on: again, knownLogs: [verifier], now: 1) == .badProof)
    }

    @Test func onlyKnownLogsAndTheirKeysAreServed() throws {
        let body = try self.body(old: 4, new: 7)
        #expect(WitnessDecision.origin(of: body) == log.name)
        let unknown = state(4).decide(on: body, knownLogs: [], now: 1)
        #expect(unknown == .unknownOrigin)
        #expect(try unknown.answer(by: witness).status == 404)
        let other = try NoteVerifier(Keys.signer(2, name: log.name).verifierKey)
        let unsigned = state(4).decide(on: body, knownLogs: [other], now: 1)
        #expect(unsigned == .notSigned)
        #expect(try unsigned.answer(by: witness).status == 403)
        let rotated = state(4).decide(on: body, knownLogs: [other, verifier], now: 1)
        #expect(rotated.newState == state(7))
        let forged = body.replacing("\n7\n", with: "\n8\n")
        #expect(state(4).decide(on: forged, knownLogs: [verifier], now: 1) == .notSigned)
    }

    @Test func foreignSignaturesInTheCheckpointAreIgnored() throws {
        let body = try self.body(old: 4, new: 7)
        let line = try Keys.signatureLine(of: checkpoint(7).text, by: Keys.signer(5))
        let decision = state(4).decide(on: body + line, knownLogs: [verifier], now: 1)
        #expect(decision.newState == state(7))
    }

    @Test func aMalformedBodyIsABadRequest() throws {
        let body = try self.body(old: 4, new: 7)
        let hash = leaves[0].base64 + "\n"
        let malformed = [
            "", "\n", "old 4\n\n", String(body.dropLast()), body.replacing("old 4", with: "old 04"),
            body.replacing("old 4", with: "old -4"), body.replacing("old 4\n", with: ""),
            body.replacing("old 4", with: "old"), body.replacing("old 4", with: "Old 4"),
            body.replacing("old 4\n", with: "old 4\nAAAA\n"),
            body.replacing("\n", with: "\r\n"),
            body.replacing("old 4\n", with: "old 4\n" + String(repeating: hash, count: 64)),
            "old 18446744073709551616\n" + body.dropFirst("old 4\n".count),
        ]
        for body in malformed {
            let decision = state(4).decide(on: body, knownLogs: [verifier], now: 1)
            #expect(decision == .malformed, "\(body)")
            #expect(try decision.answer(by: witness).status == 400)
            #expect(decision.newState == nil)
        }
    }

    @Test func aRequestGoesRoundWithAtMost63Hashes() throws {
        for (count, isFine) in [(0, true), (62, true), (63, true), (64, false)] {
            let proof = [MerkleHash](repeating: leaves[0], count: count)
            let request = try? WitnessRequest(oldSize: 5, proof: proof, checkpoint: "a\n\nb\n")
            #expect((request != nil) == isFine)
            if let request { #expect(try WitnessRequest(body: request.body) == request) }
            let lines = proof.map { $0.base64 + "\n" }.joined()
            let read = try? WitnessRequest(body: "old 5\n\(lines)\na\n\nb\n")
            #expect(read == request)
        }
    }

    private func checkpoint(_ size: Int) throws -> Checkpoint {
        try Checkpoint(
            origin: log.name, size: UInt64(size),
            root: Merkle.root(ofLeaves: Array(leaves.prefix(size))))
    }

    private func state(_ size: Int) -> WitnessState {
        WitnessState(
            size: UInt64(size), root: Merkle.root(ofLeaves: Array(leaves.prefix(size))))
    }

    /// A request with the right proof where there can be one.
    private func body(old: Int, new: Int, proof: [MerkleHash]? = nil) throws -> String {
        let right = try Merkle.consistencyProof(
            from: UInt64(min(old, new)), leaves: Array(leaves.prefix(new)))
        return try WitnessRequest(
            oldSize: UInt64(old), proof: proof ?? right,
            checkpoint: checkpoint(new).signed(by: log)
        ).body
    }
}
