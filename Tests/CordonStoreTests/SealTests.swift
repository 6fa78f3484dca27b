import CordonCore
import CordonLedger
import Testing

@testable import CordonStore

/// What is sealed opens with its key and its leaf, and with nothing else.
@Suite struct SealTests {
    private static let groups: [[UInt8]] = [
        Array(#"{"envelope":{"id":"x"}}"#.utf8), [], Array("Maria Lindgren".utf8),
        [UInt8](repeating: 7, count: 70_000),
    ]
    private let masters = MasterKeys(first: [UInt8](repeating: 1, count: 32))

    private func secret(_ byte: UInt8) throws -> RecordSecret {
        try #require(RecordSecret([UInt8](repeating: byte, count: 32)))
    }

    private func dictionaries() -> EvidenceDictionaries {
        let dictionaries = EvidenceDictionaries()
        #expect(dictionaries.add(3, Array(#"Maria Lindgren{"envelope":{"id":"#.utf8)))
        return dictionaries
    }

    @Test func whatWasSealedOpens() throws {
        for dictionaries in [EvidenceDictionaries(), dictionaries()] {
            let seal = RecordSeal(masters: masters, dictionaries: dictionaries)
            let (leaf, body) = try seal.seal(
                Self.groups, secret: try secret(2), nonce: [UInt8](repeating: 5, count: 12))
            #expect(body.dictionary == dictionaries.newestNumber)
            let opened = try seal.open(body, leaf: leaf)
            #expect(opened.groups == Self.groups)
            #expect(opened.entry.leaf == leaf)
            #expect(opened.entry.kind == .evidence)
            #expect(try seal.groups(body, leaf: leaf) == Self.groups)
            for (place, commitment) in opened.entry.commitments.enumerated() {
                #expect(
                    Commitment(hash: commitment).isOpened(
                        by: opened.secret.nonce(place), content: Self.groups[place]))
            }
        }
    }

    @Test func noOtherKeyLeafOrDictionaryOpensIt() throws {
        let seal = RecordSeal(masters: masters, dictionaries: dictionaries())
        let nonce = [UInt8](repeating: 5, count: 12)
        let (leaf, body) = try seal.seal(Self.groups, secret: try secret(2), nonce: nonce)
        let (otherLeaf, other) = try seal.seal(Self.groups, secret: try secret(3), nonce: nonce)
        #expect(leaf != otherLeaf)
        #expect(throws: SealError.broken) { try seal.open(body, leaf: otherLeaf) }
        #expect(throws: SealError.broken) {
            try seal.open(
                SealedBody(wrapped: other.wrapped, dictionary: 3, sealed: body.sealed), leaf: leaf)
        }
        let stranger = RecordSeal(
            masters: MasterKeys(first: [UInt8](repeating: 9, count: 32)),
            dictionaries: dictionaries())
        #expect(throws: SealError.broken) { try stranger.open(body, leaf: leaf) }
        let later = RecordSeal(
            masters: masters.rotated(with: [UInt8](repeating: 8, count: 32)).withoutOlder,
            dictionaries: dictionaries())
        #expect(throws: SealError.masterKeyMissing(1)) { try later.open(body, leaf: leaf) }
        let without = RecordSeal(masters: masters, dictionaries: EvidenceDictionaries())
        #expect(throws: SealError.dictionaryMissing(3)) { try without.open(body, leaf: leaf) }
    }

    @Test func everyFlippedByteIsNoticed() throws {
        let seal = RecordSeal(masters: masters, dictionaries: dictionaries())
        let (leaf, body) = try seal.seal(
            [Array("{}".utf8), Array("Maria Lindgren called.".utf8)], secret: try secret(2),
            nonce: [UInt8](repeating: 5, count: 12))
        for place in body.sealed.indices {
            var sealed = body.sealed
            sealed[place] ^= 1
            let damaged = SealedBody(wrapped: body.wrapped, dictionary: 3, sealed: sealed)
            #expect(throws: SealError.broken) { try seal.open(damaged, leaf: leaf) }
        }
        for place in body.wrapped.bytes.indices {
            var wrapped = body.wrapped.bytes
            wrapped[place] ^= 1
            let damaged = SealedBody(
                wrapped: WrappedSecret(master: 1, bytes: wrapped), dictionary: 3,
                sealed: body.sealed)
            #expect(throws: SealError.broken) { try seal.open(damaged, leaf: leaf) }
        }
        for count in [0, 15, 16, body.sealed.count - 1] {
            let cut = SealedBody(
                wrapped: body.wrapped, dictionary: 3, sealed: Array(body.sealed.prefix(count)))
            #expect(throws: SealError.broken) { try seal.open(cut, leaf: leaf) }
        }
    }

    @Test func aKeyFileIsReadAsItWasWritten() throws {
        let keys = masters.rotated(with: [UInt8](repeating: 2, count: 32))
        let again = try MasterKeys(text: keys.text)
        #expect(again.keys.map(\.number) == [2, 1])
        #expect(again.text == keys.text)
        #expect(again.withoutOlder.keys.map(\.number) == [2])
        for text in [
            "", "cordon master key v1\n", keys.text + "3 AAAA\n", keys.text + "2 x\n",
            keys.text + keys.text, "cordon master key v2\n1 \(String(repeating: "A", count: 44))\n",
        ] {
            #expect(throws: StoreError.self, "\(text)") { try MasterKeys(text: text) }
        }
    }

    @Test(arguments: TestEngine.available)
    func aNewKeyOpensEverythingOnceItWrapsEverything(_ engine: TestEngine) async throws {
        try await engine.withDatabase { choice in
            let signer = try NoteSigner(name: "log", seed: [UInt8](repeating: 3, count: 32))
            let nonce = try #require(Commitment.Nonce([UInt8](repeating: 6, count: 32)))
            let store = try Store(
                engine: choice, participant: { JournalBatch(signer: signer, nonce: { nonce }) })
            defer { store.close() }
            let seal = RecordSeal(masters: masters, dictionaries: dictionaries())
            var drafts: [(draft: EvidenceDraft, source: Int)] = []
            for number in 1...7 as ClosedRange<UInt8> {
                let (leaf, body) = try seal.seal(
                    Self.groups, secret: try secret(number),
                    nonce: [UInt8](repeating: number, count: 12))
                let name = [UInt8](repeating: number, count: 16)
                drafts.append(
                    (
                        EvidenceDraft(
                            id: name, kind: .note, at: Instant(milliseconds: 1),
                            receivedAt: Instant(milliseconds: 2), dedupe: name, leaf: leaf,
                            body: body), 1
                    ))
            }
            let (secret, written, old) = (try secret(50), drafts, masters)
            try await store.write { transaction in
                _ = try transaction.evidenceAppend(written)
                _ = try transaction.dictionaryInsert(
                    [1, 2, 3], masters: old, secret: secret,
                    nonce: [UInt8](repeating: 4, count: 12))
            }
            let both = masters.rotated(with: [UInt8](repeating: 2, count: 32))
            var counts: [Int] = []
            var place: Int64? = 0
            while let from = place {
                let (count, next) = try await store.write { transaction in
                    try transaction.rewrap(masters: both, from: from, limit: 3) { count in
                        (0..<count).map { _ in UInt8.random(in: 0...255) }
                    }
                }
                counts.append(count)
                place = next
            }
            #expect(counts == [3, 3, 1])
            let dictionariesWrapped = try await store.write { transaction in
                try transaction.rewrapDictionaries(masters: both) {
                    [UInt8](repeating: 1, count: $0)
                }
            }
            #expect(dictionariesWrapped == 1)
            let newest = both.withoutOlder
            let later = RecordSeal(masters: newest, dictionaries: dictionaries())
            let stored = try await store.read { try $0.evidenceBodies(from: 0, limit: 100) }
            #expect(stored.map(\.row.leaf) == drafts.map(\.draft.leaf))
            for (row, body) in stored {
                let body = try #require(body)
                #expect(body.wrapped.master == 2)
                #expect(try later.open(body, leaf: row.leaf).groups == Self.groups)
            }
            let dictionaries = try await store.read { try $0.dictionaries(masters: newest) }
            #expect(dictionaries.map(\.bytes) == [[1, 2, 3]])
        }
    }
}
