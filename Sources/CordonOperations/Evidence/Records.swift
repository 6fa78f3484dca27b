package import CordonCore
package import CordonLedger
import CordonStore

/// One record as somebody reads it: what it says, and the proof that the log has it.
package struct ReadRecord: Sendable {
    package let id: String
    package let index: UInt64
    package let workflow: String
    package let kind: RecordKind
    package let at: Instant
    package let receivedAt: Instant
    /// `nil` when the content is gone.
    package let envelope: Envelope?
    package let groups: [FieldGroup]
    package let reading: EvidenceReading
    /// `nil` while the content is there.
    package let end: (why: String, event: UInt64)?
    package let leaf: MerkleHash
    package let proof: [MerkleHash]
    package let checkpoint: String
    package let holds: [String]
}

/// What a workflow's evidence is like.
package struct CaptureState: Sendable {
    package struct Gap: Sendable {
        package let workflow: String
        package let kind: Shortfall
        package let detail: String
        package let openedAt: Instant
        package let closedAt: Instant?
    }

    package let workflow: String
    package let isRegistered: Bool
    package let records: Int
    package let firstAt: Instant?
    package let lastAt: Instant?
    package let gaps: [Gap]
    package let holds: [String]
    package let retention: String
    package let retentionDays: Int
    /// What failed open and was used, in all.
    package let openUses: [OpenUse]
    package let shadowUses: [SeenShadowUse]
}

/// A change of a workflow, noticed or announced.
package struct SeenChange: Sendable {
    package let at: Instant
    package let aspect: String
    package let what: String
    package let version: String?
    package let isPushed: Bool
    package let index: UInt64?
    package let isFirst: Bool
    package let by: String?
}

extension Work {
    /// Reads one record whole; reading it is part of its custody.
    package func readRecord(_ id: String) throws -> ReadRecord {
        try need(.readEvidence)
        let row = try evidenceRow(id)
        let workflow = try sourceName(row.source) ?? ""
        try journal(
            EvidenceEvent.viewed(index: row.index, id: id), stream: "evidence/\(workflow)")
        var envelope: Envelope?
        var groups: [FieldGroup] = []
        if let body = try transaction.evidenceBody(row.index) {
            let opened: OpenedRecord
            do {
                opened = try evidence.seal.open(body, leaf: row.leaf)
            } catch {
                throw Refusal(
                    .internalFault, "The record \(id) cannot be opened: run `cordon fsck`.")
            }
            envelope = try opened.groups.first.map { try Envelope(canonical: $0) }
            groups = opened.groups.dropFirst().compactMap { FieldGroup(canonical: $0) }
        }
        let gone = try transaction.evidenceGone(row.index)
        let (proof, checkpoint) = try proof(of: row.index)
        return ReadRecord(
            id: id, index: row.index, workflow: workflow, kind: row.kind, at: row.at,
            receivedAt: row.receivedAt, envelope: envelope, groups: groups,
            reading: EvidenceReading(of: groups), end: gone.map { ($0.why.rawValue, $0.event) },
            leaf: row.leaf, proof: proof, checkpoint: checkpoint,
            holds: try holds(on: row, of: workflow).map(\.id))
    }

    /// An inclusion proof against the newest checkpoint that has the leaf.
    package func proof(
        of index: UInt64
    ) throws -> (hashes: [MerkleHash], checkpoint: String) {
        guard let newest = try transaction.checkpointNewest(), index < newest.size else {
            throw Refusal(.notFound, "The log has no entry \(index) yet.")
        }
        return (
            try transaction.tileTree(size: newest.size).inclusionProof(index), newest.note
        )
    }

    /// A receipt for one entry, in the form of c2sp.org/tlog-proof.
    package func receipt(_ index: UInt64) throws -> String {
        let (hashes, note) = try proof(of: index)
        return TlogProof(index: index, hashes: hashes, checkpoint: note).text
    }

    /// The proof that the newest checkpoint only adds to the log of an earlier size.
    package func consistency(
        from old: UInt64
    ) throws -> (hashes: [MerkleHash], checkpoint: String) {
        guard let newest = try transaction.checkpointNewest(), old <= newest.size else {
            throw Refusal(.notFound, "The log has not reached the size \(old).")
        }
        return (
            try transaction.tileTree(size: newest.size).consistencyProof(from: old), newest.note
        )
    }

    /// The hashes of one tile, as wide as was asked for.
    package func tile(level: Int, index: UInt64, width: Int) throws -> [UInt8] {
        let hashes = try transaction.tileHashes(
            level: level, from: index * UInt64(TilePath.fullWidth), count: width)
        guard hashes.count == width else {
            throw Refusal(.notFound, "The log has no such tile.")
        }
        return hashes.flatMap(\.bytes)
    }

    /// A bundle of entries: each behind its length in two bytes, the highest first.
    package func entryBundle(index: UInt64, width: Int) throws -> [UInt8] {
        let first = index * UInt64(TilePath.fullWidth)
        guard first + UInt64(width) <= (try transaction.logHead().size) else {
            throw Refusal(.notFound, "The log has no such bundle.")
        }
        var bytes: [UInt8] = []
        for entry in try entries(from: first, count: width) {
            bytes.append(UInt8(entry.count >> 8))
            bytes.append(UInt8(entry.count & 255))
            bytes.append(contentsOf: entry)
        }
        return bytes
    }

    private func entries(from first: UInt64, count: Int) throws -> [[UInt8]] {
        let end = first + UInt64(count)
        var entries: [UInt64: [UInt8]] = [:]
        for row in try transaction.journalRows(from: first, below: end, limit: count) {
            guard let nonce = Commitment.Nonce(row.nonce) else { continue }
            entries[row.index] = try LedgerEntry(
                kind: .journalEvent,
                commitments: [Commitment(nonce: nonce, content: row.body).hash]
            ).bytes
        }
        for (row, body) in try transaction.evidenceBodies(from: first, below: end, limit: count) {
            if let body { entries[row.index] = try entry(row, body) }
        }
        for gone in try transaction.evidenceGone(from: first, to: end) {
            entries[gone.index] = gone.entry
        }
        return try (first..<end).map { index in
            guard let entry = entries[index] else {
                throw Refusal(.internalFault, "The entry \(index) is gone: run `cordon fsck`.")
            }
            return entry
        }
    }

    // MARK: Workflows

    package func captureState(_ key: String) throws -> CaptureState {
        let workflow = try transaction.workflow(key)
        let source = try source(key)
        guard workflow != nil || source != nil else {
            throw Refusal(.notFound, "There is no workflow \(key), and none has sent evidence.")
        }
        let policy = try policy().policy
        let retention = workflow?.profile.retention.flatMap { policy.retentionClass($0) }
        return CaptureState(
            workflow: key, isRegistered: workflow != nil,
            records: try source.map { try transaction.sourceCount($0.number) } ?? 0,
            firstAt: source?.firstAt,
            lastAt: try source.flatMap { try transaction.sourceNewest($0.number)?.receivedAt },
            gaps: try source.map { try gaps(of: $0, openOnly: false) } ?? [],
            holds: try transaction.holds(workflow: key, released: false).map(\.id),
            retention: retention?.key ?? "usual",
            retentionDays: retention?.days ?? Self.usualRetentionDays,
            openUses: try openUses(key), shadowUses: try shadowUses(key))
    }

    /// Workflows that send evidence and that nobody has registered, and those that used what is
    /// outside the lane that the company has chosen.
    package func shadowWorkflows() throws -> [CaptureState] {
        let unknown = try transaction.sourcesUnregistered().map(\.key)
        let prefix = "evidence/"
        let outside = try transaction.journalStreamsOfShadowUse().compactMap { stream -> String? in
            let key = String(stream.dropFirst(prefix.count))
            return try transaction.workflow(key) == nil ? nil : key
        }
        return try (unknown + outside).map { try captureState($0) }
    }

    /// Gaps of one workflow or of all, the newest first.
    package func gaps(workflow: String?, openOnly: Bool) throws -> [CaptureState.Gap] {
        guard let workflow else {
            let keys = try Dictionary(
                uniqueKeysWithValues: transaction.sources().map { ($0.number, $0.key) })
            return try transaction.gaps(openOnly: openOnly, limit: Self.gapsAtMost).map {
                CaptureState.Gap($0, of: keys[$0.source] ?? "")
            }
        }
        return try source(workflow).map { try gaps(of: $0, openOnly: openOnly) } ?? []
    }

    /// Gaps of all workflows that one look takes in.
    private static let gapsAtMost = 10_000

    private func gaps(
        of source: EvidenceSource, openOnly: Bool
    ) throws -> [CaptureState.Gap] {
        try transaction.gaps(source: source.number, openOnly: openOnly).map {
            CaptureState.Gap($0, of: source.key)
        }
    }

    // MARK: Changes

    package func pushChange(
        _ key: String, what: String, aspect: String, version: String?, at: Instant?
    ) throws -> SeenChange {
        try need(.pushChanges)
        _ = try workflow(key)
        let change = PushedChange(
            id: outside.newID(), aspect: aspect, what: what, version: version, at: at ?? now)
        try journal(EvidenceEvent.changePushed(change), stream: "evidence/\(key)")
        return SeenChange(change, by: person.name)
    }

    /// What was changed about a workflow in a window, the oldest first.
    package func changes(
        _ key: String, from: Instant, to: Instant
    ) throws -> [SeenChange] {
        var changes: [SeenChange] = []
        if let source = try source(key) {
            var known: Set<String> = []
            for seen in try transaction.seenValues(source: source.number) {
                // Each tool of an MCP server is compared with itself alone.
                let subject = ToolPin.subject(of: seen.value).map { " \($0)" } ?? ""
                let isFirst = known.insert(seen.aspect.rawValue + subject).inserted
                guard seen.at >= from, seen.at <= to else { continue }
                changes.append(
                    SeenChange(
                        at: seen.at, aspect: seen.aspect.rawValue, what: seen.value, version: nil,
                        isPushed: false, index: seen.index, isFirst: isFirst, by: nil))
            }
        }
        for row in try transaction.journalRows(
            from: 0, stream: "evidence/\(key)", kind: "change_pushed", limit: Self.changesAtMost)
        {
            let entry = try Canonical.read(JournalEntry<EvidenceEvent>.self, from: row.body)
            guard case .changePushed(let change) = entry.event, change.at >= from,
                change.at <= to
            else { continue }
            changes.append(SeenChange(change, by: entry.actor.name))
        }
        return changes.sorted { $0.at < $1.at }
    }

    /// Announced changes of one workflow that one look takes in.
    private static let changesAtMost = 10_000

    /// The changes of an incident's workflow in the window before it occurred.
    package func changesBefore(_ number: String) throws -> [SeenChange] {
        let sequence = try sequence(number)
        guard let workflow = sequence.incident.workflow else { return [] }
        let incident = sequence.incident
        let occurred =
            incident.times.last { $0.value.moment == .occurred }?.value.time ?? incident.reportedAt
        return try changes(
            workflow, from: occurred.adding(days: -sequence.policy.lookbackDays),
            to: max(occurred, incident.reportedAt))
    }
}

extension CaptureState.Gap {
    fileprivate init(_ gap: StoredGap, of workflow: String) {
        self.init(
            workflow: workflow, kind: gap.kind, detail: gap.detail, openedAt: gap.openedAt,
            closedAt: gap.closedAt)
    }
}

extension SeenChange {
    fileprivate init(_ change: PushedChange, by: String) {
        self.init(
            at: change.at, aspect: change.aspect, what: change.what, version: change.version,
            isPushed: true, index: nil, isFirst: false, by: by)
    }
}

extension Operations {
    /// Looks for records; what was looked for is not kept, that it was looked is.
    ///
    /// When the task is cancelled, because the asker has gone, the work ends between two records.
    package func find(
        _ query: EvidenceQuery, _ caller: Caller
    ) async throws -> EvidencePage {
        try await ask(caller) { work in
            try work.need(.readEvidence)
            if caller.workflow != nil { try work.mayTouch(query.workflow) }
        }
        let cancellation = Cancellation()
        let page = try await withTaskCancellationHandler {
            try await searches.run { try $0.page(query, cancellation) }
        } onCancel: {
            cancellation.cancel()
        }
        guard query.text != nil else { return page }
        let note = SearchNote(
            terms: 1, fromIndex: page.coverage.fromIndex, toIndex: page.coverage.toIndex,
            examined: page.coverage.examined, found: page.hits.count, incident: nil)
        try await perform(caller) { work in
            try work.journal(
                EvidenceEvent.searched(note), stream: "evidence/\(query.workflow ?? "all")")
        }
        return page
    }

    /// How many records there are, how many are indexed, and the size of the log.
    package func evidenceCount(
        _ caller: Caller
    ) async throws -> (records: Int, indexed: Int, size: UInt64) {
        let size = try await ask(caller) { try $0.transaction.logHead().size }
        let known = recorder.withCatalogue { $0.records }
        let records =
            if let known { known } else {
                try await ask(caller) { try $0.transaction.evidenceExtent().records }
            }
        return (records, search.progress.records, size)
    }
}
