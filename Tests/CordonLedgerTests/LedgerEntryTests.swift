import CordonLedger
import Testing

@Suite struct LedgerEntryTests {
    @Test func commitmentsToTheSameContentDifferByTheirNonce() throws {
        var generator = SystemRandomNumberGenerator()
        let content = Array("the customer's name".utf8)
        let first = Commitment.Nonce(using: &generator)
        let second = Commitment.Nonce(using: &generator)
        let commitment = Commitment(nonce: first, content: content)
        #expect(commitment != Commitment(nonce: second, content: content))
        #expect(commitment == Commitment(nonce: first, content: content))
        #expect(commitment.isOpened(by: first, content: content))
        #expect(!commitment.isOpened(by: second, content: content))
        #expect(!commitment.isOpened(by: first, content: content + [0]))
        #expect(Commitment(hash: commitment.hash) == commitment)
    }

    @Test func aCommitmentIsTheHashOfNonceAndContent() throws {
        // SHA-256 of 32 zero bytes, computed with sha256sum.
        let nonce = try #require(Commitment.Nonce([UInt8](repeating: 0, count: 32)))
        #expect(
            Commitment(nonce: nonce, content: [UInt8]()).hash.hex
                == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925")
        #expect(nonce.bytes == [UInt8](repeating: 0, count: 32))
        #expect(Commitment.Nonce(nonce.data) == nonce)
        #expect(Commitment.Nonce([UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test func anEntryIsVersionKindCountAndCommitments() throws {
        let hashes = Trees.leaves(2)
        let entry = try LedgerEntry(kind: .journalEvent, commitments: hashes)
        #expect(entry.bytes == [1, 1, 2] + hashes[0].bytes + hashes[1].bytes)
        #expect(entry.leaf == Merkle.leaf(entry.bytes))
        #expect(try LedgerEntry(bytes: entry.bytes) == entry)
    }

    @Test func theLargestEntryFitsABundle() throws {
        let entry = try LedgerEntry(kind: .evidence, commitments: Trees.leaves(255))
        #expect(entry.bytes.count == 8163)
        #expect(try LedgerEntry(bytes: entry.bytes) == entry)
        #expect(throws: LedgerEntryError.commitmentCount(256)) {
            try LedgerEntry(kind: .journalEvent, commitments: Trees.leaves(256))
        }
        #expect(throws: LedgerEntryError.commitmentCount(0)) {
            try LedgerEntry(kind: .journalEvent, commitments: [])
        }
    }

    @Test func bytesThatAreNoEntryAreRefused() throws {
        let bytes = try LedgerEntry(kind: .journalEvent, commitments: Trees.leaves(1)).bytes
        func refused(as error: LedgerEntryError, _ bytes: [UInt8]) {
            #expect(throws: error) { try LedgerEntry(bytes: bytes) }
        }
        refused(as: .wrongLength, [])
        refused(as: .wrongLength, [1, 1])
        refused(as: .wrongLength, bytes.dropLast())
        refused(as: .wrongLength, bytes + [0])
        refused(as: .unknownVersion(2), [2] + bytes.dropFirst())
        refused(as: .unknownKind(3), [1, 3] + bytes.dropFirst(2))
        refused(as: .commitmentCount(0), [1, 1, 0])
    }
}
