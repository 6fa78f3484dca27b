import CordonCore
import CordonLedger
import CordonStore

/// Looks at the records of evidence, one after the other: each with its content, or with what is
/// left of it.
final class FsckEvidence {
    /// Records whose content was not looked at, because there is no master key.
    private(set) var unopened: UInt64 = 0
    /// Records with neither content nor a row that says how it ended; at most a thousand.
    private(set) var bare: [UInt64] = []

    private let findings: FsckFindings
    private let masters: MasterKeys?
    private let dictionaries: EvidenceDictionaries
    private let seal: RecordSeal?
    /// Dictionaries that cannot be opened, which was said already.
    private var dictionariesBroken: Set<Int> = []
    private var dictionariesMissing: Set<Int> = []
    private var mastersMissing: Set<Int> = []
    /// Records of workflows that the journal has not named yet: it does so within the commit.
    private var waiting: [(row: StoredRow, source: Int, workflow: String)] = []

    private static let mostWaiting = 4_096
    private static let mostBare = 1_000

    init(masters: MasterKeys?, findings: FsckFindings) {
        self.findings = findings
        self.masters = masters
        let dictionaries = EvidenceDictionaries()
        self.dictionaries = dictionaries
        seal = masters.map { RecordSeal(masters: $0, dictionaries: dictionaries) }
    }

    /// Takes in a dictionary, which has to open to what its name says.
    func add(_ row: StoredRow) {
        guard let number = row.integer("num").flatMap({ Int(exactly: $0) }), let masters else {
            return
        }
        do throws(SealError) {
            // A column that cannot be read was said to be odd.
            guard let bytes = try row.openedDictionary(masters) else {
                dictionariesBroken.insert(number)
                return
            }
            if dictionaries.add(number, bytes) { return }
            findings.add(row.table.name, row.name, "sealed", "It is no dictionary.")
        } catch {
            findings.add(row.table.name, row.name, error.field, error.message)
        }
        dictionariesBroken.insert(number)
    }

    /// Looks at the entry at a place, and gives its leaf to the tree.
    func check(
        _ place: UInt64, _ record: StoredRow?, _ body: StoredRow?, _ end: StoredRow?,
        _ replay: FsckEvidenceReplay, _ tree: FsckTree
    ) {
        if record == nil {
            findings.add(
                StoredTable.evidence.name, "\(place)", nil,
                "The row is missing; \(body == nil ? "its end" : "its content") is there.")
        }
        if body != nil, let end {
            findings.add(
                end.table.name, end.name, nil,
                "The content is said to be gone, but \(StoredTable.evidenceBody.name) has it.")
        }
        if body == nil, end == nil, bare.count < Self.mostBare { bare.append(place) }
        let stored = record?.bytes("leaf").flatMap { MerkleHash($0) }
        if let record, stored == nil {
            findings.add(record.table.name, record.name, "leaf", "It is no leaf of 32 bytes.")
        }
        if let end {
            checkEnd(end, record, stored, tree)
        } else if let stored, let record, let body {
            open(body, of: record, stored, replay, tree)
        } else if let stored {
            tree.append(stored)
        } else {
            tree.lose()
        }
    }

    // MARK: Records with content

    private func open(
        _ body: StoredRow, of record: StoredRow, _ leaf: MerkleHash,
        _ replay: FsckEvidenceReplay, _ tree: FsckTree
    ) {
        guard let seal else {
            unopened += 1
            tree.append(leaf)
            return
        }
        // A column that cannot be read was said to be odd.
        guard let sealed = body.sealedBody, !dictionariesBroken.contains(sealed.dictionary) else {
            tree.append(leaf)
            return
        }
        do throws(SealError) {
            let opened = try seal.open(sealed, leaf: leaf)
            tree.append(leaf)
            compare(record, with: opened.groups, replay)
        } catch {
            addClosed(body, of: record, leaf, error, tree)
        }
    }

    private func addClosed(
        _ body: StoredRow, of record: StoredRow, _ leaf: MerkleHash, _ error: SealError,
        _ tree: FsckTree
    ) {
        // What all records of a key or a dictionary lack is said of the first of them.
        let isNews =
            switch error {
            case .masterKeyMissing(let number): mastersMissing.insert(number).inserted
            case .dictionaryMissing(let number): dictionariesMissing.insert(number).inserted
            case .broken: true
            }
        guard isNews else { return tree.append(leaf) }
        if case .dictionaryMissing(let number) = error {
            findings.add(
                StoredTable.evidenceDictionary.name, "\(number)", nil,
                "The row is missing, but the record \(record.name) names it.")
        }
        // Only the leaf that it was sealed for opens it, so it may be the leaf that is wrong.
        let wrong = FsckFinding(
            table: record.table.name, row: record.name, field: "leaf",
            message: "It is not the leaf that was signed, so that its content does not open.")
        let suspect = FsckTree.Suspect(place: findings.count, otherwise: [wrong], isClosed: true)
        findings.add(body.table.name, body.name, error.field, error.message)
        tree.append(leaf, suspect: suspect)
    }

    /// What the row says has to stand in the content that was committed to.
    private func compare(
        _ row: StoredRow, with groups: [[UInt8]], _ replay: FsckEvidenceReplay
    ) {
        guard let envelope = groups.first.flatMap({ EnvelopeFields(canonical: $0) }) else {
            findings.add(
                StoredTable.evidenceBody.name, row.name, "sealed", "It has no envelope.")
            return
        }
        checkSource(row, envelope, replay)
        let at = row.integer("at_ms").map(Instant.init(milliseconds:))
        let receivedAt = row.integer("received_ms").map(Instant.init(milliseconds:))
        let id = row.bytes("id").flatMap { $0.count == 16 ? ULID.text($0) : nil }
        let kind = row.integer("kind").flatMap { RecordKind(code: Int(clamping: $0)) }
        let isSame =
            at.map { envelope.holds(.at, $0.rfc3339) } ?? false
            && receivedAt.map { envelope.holds(.receivedAt, $0.rfc3339) } ?? false
            && id.map { envelope.holds(.id, $0) } ?? false
            && kind.map { envelope.holds(.kind, $0.rawValue) } ?? false
        if !isSame { addDifferences(row, envelope) }
        checkDedupe(row, envelope, groups)
    }

    private func addDifferences(_ row: StoredRow, _ envelope: EnvelopeFields) {
        var said: [(column: String, value: SQL.Value)] = []
        func add(_ column: String, _ value: SQL.Value?) { said.append((column, value ?? .null)) }
        func time(_ member: EnvelopeFields.Member) -> SQL.Value? {
            envelope.text(member).flatMap(Instant.init(rfc3339:)).map { .integer($0.milliseconds) }
        }
        let kind = envelope.text(.kind).flatMap(RecordKind.init(rawValue:))
        add("kind", kind.map { .integer(Int64($0.code)) })
        add("at_ms", time(.at))
        add("received_ms", time(.receivedAt))
        add("id", envelope.text(.id).flatMap(ULID.bytes).map { .blob($0) })
        for difference in row.differences(from: said, name: row.name, source: "its content") {
            findings.add(difference)
        }
    }

    private func checkDedupe(
        _ row: StoredRow, _ envelope: EnvelopeFields, _ groups: [[UInt8]]
    ) {
        let at = envelope.text(.at)
        let (workflow, kind) = (envelope.text(.workflow) ?? "", envelope.text(.kind) ?? "")
        let (trace, span) = (envelope.text(.trace), envelope.text(.span))
        let (actor, target) = (envelope.text(.actor), envelope.text(.target))
        let key = envelope.text(.key)
        func made(at: String?) -> [UInt8] {
            Dedupe(
                workflow: workflow, kind: kind, trace: trace, span: span, at: at, actor: actor,
                target: target, key: key
            ).bytes(groups)
        }
        guard let stored = row.bytes("dedupe") else { return }
        var said = made(at: at)
        if stored == said { return }
        // Where the sender did not say when it happened, the envelope has the time of arrival.
        if at == envelope.text(.receivedAt) {
            said = made(at: nil)
            if stored == said { return }
        }
        findings.add(
            row.table.name, row.name, "dedupe", "It is not what the content and its name give.")
    }

    // MARK: Workflows

    private func checkSource(
        _ row: StoredRow, _ envelope: EnvelopeFields, _ replay: FsckEvidenceReplay
    ) {
        guard let number = row.integer("source").flatMap({ Int(exactly: $0) }) else { return }
        if let source = replay.sources[number] {
            if !envelope.holds(.workflow, source.key) {
                addSource(row, is: source.key, not: envelope.text(.workflow) ?? "")
            }
        } else if waiting.count < Self.mostWaiting {
            checkWaiting(replay)
            waiting.append((row, number, envelope.text(.workflow) ?? ""))
        }
    }

    private func checkWaiting(_ replay: FsckEvidenceReplay) {
        waiting.removeAll { row, number, workflow in
            guard let source = replay.sources[number] else { return false }
            if !source.key.utf8.elementsEqual(workflow.utf8) {
                addSource(row, is: source.key, not: workflow)
            }
            return true
        }
    }

    private func addSource(_ row: StoredRow, is key: String, not workflow: String) {
        findings.add(
            row.table.name, row.name, "source",
            "It is the number of \(key), but the content is of \(workflow).")
    }

    /// What the journal has not named until its end has no name.
    func finish(_ replay: FsckEvidenceReplay) {
        checkWaiting(replay)
        var named: Set<Int> = []
        for (row, number, workflow) in waiting where named.insert(number).inserted {
            findings.add(
                row.table.name, row.name, "source",
                "The journal names no workflow with the number \(number); it is of \(workflow).")
        }
        waiting = []
    }

    // MARK: Records without content

    private func checkEnd(
        _ end: StoredRow, _ record: StoredRow?, _ stored: MerkleHash?, _ tree: FsckTree
    ) {
        // Nothing vouches for the rest of such a row any more.
        let kind = record?.integer("kind").flatMap { RecordKind(code: Int(clamping: $0)) }
        if let record, kind == nil {
            findings.add(record.table.name, record.name, "kind", "There is no such kind.")
        }
        let entry = end.bytes("entry") ?? []
        // What is no entry is said so, whatever exactly is wrong with it.
        let parsed = try? LedgerEntry(bytes: entry)
        if parsed?.kind != .evidence {
            findings.add(end.table.name, end.name, "entry", "It is no entry of evidence.")
        }
        guard let stored else {
            if parsed == nil { tree.lose() } else { tree.append(Merkle.leaf(entry)) }
            return
        }
        let given = Merkle.leaf(entry)
        guard given != stored, parsed != nil else { return tree.append(stored) }
        let wrong = FsckFinding(
            table: StoredTable.evidence.name, row: end.name, field: "leaf",
            message: "It is not the leaf that its entry gives and that was signed.")
        let suspect = FsckTree.Suspect(
            place: findings.count, otherwise: [wrong], isClosed: false)
        findings.add(
            end.table.name, end.name, "entry",
            "It does not give the leaf that the log has committed to.")
        tree.append(stored, given: given, suspect: suspect)
    }
}

extension SealError {
    /// The column that it most likely lies in.
    fileprivate var field: String {
        switch self {
        case .masterKeyMissing: "master"
        case .broken: "sealed"
        case .dictionaryMissing: "dictionary"
        }
    }

    fileprivate var message: String {
        switch self {
        case .masterKeyMissing(let number): "There is no master key with the number \(number)."
        case .broken: "It does not open: it is not what was sealed, or its key is another."
        case .dictionaryMissing(let number): "There is no dictionary with the number \(number)."
        }
    }
}
