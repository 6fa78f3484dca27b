import CordonCore
import CordonLedger
import CordonTesting
import Testing

@testable import CordonOperations
@testable import CordonStore

/// What a firm does with its evidence, so that no table of it is empty.
enum EvidenceFirm {
    /// Records from a while ago: some expired, some erased, some held.
    static func play(
        on cordon: TestCordon, first: Caller, second: Caller
    ) async throws {
        let operations = cordon.operations
        try await operations.startEvidence()
        for word in ["old", "older"] {
            try await cordon.capture(.said("\(word) words"), workflow: "ticket-triage")
        }
        cordon.clock.advance(days: 190)
        try await operations.perform(first) { work in
            _ = try work.placeHold(Hold.Terms(workflow: "held", from: work.now, reason: "Asked."))
            let hold = try work.placeHold(
                Hold.Terms(workflow: "invoice-coding", from: work.now, reason: "Asked."))
            _ = try work.releaseHold(hold.id, reason: "Over.")
        }
        _ = try await operations.runRetention(first)
        try await cordon.addDictionary()
        for batch in 0..<4 {
            let records = (0..<50).map { number in
                CapturedRecord.said(
                    "Summary \(batch * 50 + number) for Maria Lindgren of Nørdlys.",
                    model: "model-\(number / 20)", at: cordon.clock.now)
            }
            try await cordon.capture(records, workflow: Firm.key)
            cordon.clock.advance(milliseconds: 700)
        }
        try await leaveGaps(on: cordon)
        let held = try await cordon.capture(.said("Held."), workflow: "held")
        let erasable = try await cordon.capture(
            .said("One."), .said("Two."), .said("Three."), workflow: "ticket-triage")
        for receipts in [held, Array(erasable.prefix(2)), [erasable[2]]] {
            let proposed = try await operations.perform(first) { work in
                try work.proposeErasure(
                    receipts.map(\.id), basis: "Art. 17 GDPR", reason: "Asked for.")
            }
            guard case .success(let erasure) = proposed, receipts.count == 2 else { continue }
            _ = try await operations.approveErasure(erasure.id, second)
        }
    }

    private static func leaveGaps(on cordon: TestCordon) async throws {
        for number in 1...3 {
            var record = CapturedRecord.said("Cut off \(number).")
            record.shortfalls = number == 1 ? [.truncated] : []
            try await cordon.capture(record, workflow: "invoice-coding")
            cordon.clock.advance(milliseconds: 700_000)
        }
        try await cordon.operations.watchCapture()
        var record = CapturedRecord.said("From ahead.")
        record.at = cordon.clock.now.adding(hours: 1)
        try await cordon.capture(record, workflow: "invoice-coding")
    }

    static func lookBack(
        on cordon: TestCordon, incident number: String, by caller: Caller
    ) async throws {
        let terms = try TermSet(lines: "Maria Lindgren\nNobody Atall")
        try await cordon.operations.perform(caller) { work in
            _ = try work.startLookback(
                number, LookbackOrder(terms: terms, list: "Maria Lindgren\nNobody Atall"))
        }
        try await cordon.operations.carryOutLookbacks()
    }

    /// A witness signs the newest checkpoint, and an authority gives its time.
    static func haveOthersSign(on cordon: TestCordon) async throws {
        let witness = try CosignatureSigner(
            name: "witness.example", seed: Array(repeating: 4, count: 32))
        let verifier = try NoteVerifier(cordon.operations.verifierKey)
        try await cordon.operations.store.write { transaction in
            guard let (size, note) = try transaction.checkpointNewest() else { return }
            let checkpoint = try Checkpoint.open(note, verifier: verifier)
            try transaction.cosignatureSave(
                size: size, witness: witness.verifierKey,
                line: try witness.cosign(checkpoint, time: 1_776_416_585))
            try transaction.timestampSave(
                size: size, authority: "https://tsa.example",
                token: TimeToken.reply(to: TimestampQuery(checkpoint, nonce: 1)))
        }
    }
}

extension TestCordon {
    /// Sends records as a token of a workflow does.
    @discardableResult
    func capture(
        _ records: [CapturedRecord], workflow: String? = nil, patience: Duration = .zero
    ) async throws -> [Receipt] {
        try await operations.recorder.record(
            size: 1_000, patience: patience, boundTo: workflow
        ) {
            Capture(source: "api", records: records)
        }
    }

    @discardableResult
    func capture(
        _ records: CapturedRecord..., workflow: String? = nil
    ) async throws -> [Receipt] { try await capture(records, workflow: workflow) }

    /// A dictionary of a few words, as if it had been trained.
    func addDictionary() async throws {
        let words = Array(
            #"{"output":{"text":"Summary for Maria Lindgren of Nørdlys."}}{"envelope":{"#.utf8)
        let keys = operations.keys
        let secret = try #require(RecordSecret(operations.outside.randomBytes(32)))
        let nonce = operations.outside.randomBytes(12)
        let number = try await operations.perform(.cordon("test")) { work in
            try work.transaction.dictionaryInsert(
                words, masters: keys.masters, secret: secret, nonce: nonce)
        }
        keys.dictionaries.add(number, words)
    }

    /// Waits until everything is in the index, which waits for a quiet moment on this clock.
    func indexed() async throws {
        operations.search.wake()
        clock.advance(milliseconds: 300)
        let size = try await operations.store.read { try $0.logHead().size }
        let deadline = ContinuousClock.now + .seconds(60)
        while operations.search.progress.through < size {
            try #require(ContinuousClock.now < deadline, "the index does not come on")
            await Task.yield()
        }
    }
}

extension CapturedRecord {
    /// An answer of a model.
    static func said(
        _ text: String, model: String? = nil, at: Instant? = nil
    ) -> CapturedRecord {
        var json = JSONText(capacity: 64)
        json.beginObject()
        json.member("text", text)
        json.endObject()
        var record = CapturedRecord(
            kind: .modelExchange, at: at, groups: [FieldGroup(.output, json: json.bytes)])
        record.model = model
        record.fingerprints = Fingerprint.of(record)
        return record
    }
}

/// An authority's answer with its time and no signature, which nobody looks at here.
enum TimeToken {
    static func reply(to query: TimestampQuery) -> [UInt8] {
        let sha256: [UInt8] = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]
        let imprint = node(0x30, node(0x30, sha256 + [5, 0]) + node(4, query.digest.bytes))
        let content = node(
            0x30,
            [2, 1, 1, 6, 3, 0x2A, 3, 4] + imprint + [2, 1, 1]
                + node(0x18, Array("20261124114432Z".utf8))
                + [2, 1, UInt8(truncatingIfNeeded: query.nonce)])
        let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1]
        let type = node(6, rsa + [9, 16, 1, 4])
        let signed = node(
            0x30, [2, 1, 3, 0x31, 0] + node(0x30, type + node(0xA0, node(4, content))))
        let token = node(0x30, node(6, rsa + [7, 2]) + node(0xA0, signed))
        return node(0x30, node(0x30, [2, 1, 0]) + token)
    }

    /// DER of up to 255 bytes.
    private static func node(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length =
            content.count < 128 ? [UInt8(content.count)] : [0x81, UInt8(content.count)]
        return [tag] + length + content
    }
}
