import CordonLedger
import Testing

@Suite struct TlogProofTests {
    private let signer: NoteSigner
    private let verifier: NoteVerifier
    private let leaves = Trees.leaves(11)

    init() throws {
        signer = try Keys.signer(1, name: "cordon.example/journal")
        verifier = try NoteVerifier(signer.verifierKey)
    }

    @Test func aReceiptGoesRoundAndHolds() throws {
        for index in leaves.indices {
            for extra in [nil, Array("context".utf8)] {
                let receipt = try receipt(index: index, extra: extra)
                let read = try TlogProof(text: receipt.text)
                #expect(read == receipt)
                #expect(read.extra == extra)
                let checkpoint = try read.verify(leaf: leaves[index], verifier: verifier)
                #expect(checkpoint.size == 11)
            }
        }
    }

    @Test func theTextIsLaidOutAsSpecified() throws {
        let receipt = try receipt(index: 10, extra: [1, 2, 3])
        let hashes = receipt.hashes.map { $0.base64 + "\n" }.joined()
        #expect(
            receipt.text
                == "c2sp.org/tlog-proof@v1\nextra AQID\nindex 10\n\(hashes)\n\(receipt.checkpoint)")
    }

    @Test func aTreeOfOneLeafNeedsNoHashes() throws {
        let note = try Checkpoint(origin: signer.name, size: 1, root: leaves[0])
            .signed(by: signer)
        let receipt = TlogProof(index: 0, hashes: [], checkpoint: note)
        let read = try TlogProof(text: receipt.text)
        #expect(read == receipt)
        try read.verify(leaf: leaves[0], verifier: verifier)
    }

    @Test func anotherLeafOrIndexIsRefused() throws {
        let receipt = try receipt(index: 4)
        #expect(throws: TlogProofError.inclusion(.rootMismatch)) {
            try receipt.verify(leaf: leaves[5], verifier: verifier)
        }
        let moved = TlogProof(index: 5, hashes: receipt.hashes, checkpoint: receipt.checkpoint)
        #expect(throws: TlogProofError.inclusion(.rootMismatch)) {
            try moved.verify(leaf: leaves[4], verifier: verifier)
        }
        let outside = TlogProof(index: 11, hashes: [], checkpoint: receipt.checkpoint)
        #expect(throws: TlogProofError.inclusion(.indexOutOfRange(index: 11, size: 11))) {
            try outside.verify(leaf: leaves[4], verifier: verifier)
        }
    }

    @Test func aReceiptUnderAnotherKeyIsRefused() throws {
        let receipt = try receipt(index: 4)
        let stranger = try NoteVerifier(Keys.signer(2, name: signer.name).verifierKey)
        #expect(throws: TlogProofError.checkpoint(.note(.notSigned(name: signer.name)))) {
            try receipt.verify(leaf: leaves[4], verifier: stranger)
        }
    }

    @Test func malformedReceiptsAreRefused() throws {
        let text = try receipt(index: 4, extra: [7]).text
        let hash = leaves[0].base64
        let malformed = [
            "", "\n", "\n\n", String(text.dropFirst()), text.replacing("@v1", with: "@v2"),
            text.replacing("index 4", with: "index 04"), text.replacing("index 4", with: "index"),
            text.replacing("index 4", with: "index -4"), text.replacing("index 4\n", with: ""),
            text.replacing("extra Bw==", with: "extra Bw"),
            text.replacing("extra Bw==", with: "extra "),
            text.replacing("extra Bw==\nindex 4", with: "index 4\nextra Bw=="),
            text.replacing("index 4\n", with: "index 4\nAAAA\n"),
            text.replacing("\n\n", with: "\n"), text.replacing("\n", with: "\r\n"),
            text.replacing(
                "index 4\n", with: "index 4\n" + String(repeating: hash + "\n", count: 65)),
        ]
        for text in malformed {
            #expect(throws: TlogProofError.malformed, "\(text)") { try TlogProof(text: text) }
        }
    }

    private func receipt(index: Int, extra: [UInt8]? = nil) throws -> TlogProof {
        let checkpoint = try Checkpoint(
            origin: signer.name, size: UInt64(leaves.count), root: Merkle.root(ofLeaves: leaves))
        return TlogProof(
            index: UInt64(index),
            hashes: try Merkle.inclusionProof(index: UInt64(index), leaves: leaves),
            checkpoint: try checkpoint.signed(by: signer), extra: extra)
    }
}
