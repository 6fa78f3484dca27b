package import CordonCore
import CordonLedger
import CordonStore
import FoundationEssentials

/// What goes into a bundle, and what is kept back.
package struct ExportOrder: Sendable {
    package var incident: String
    /// The window of records, by the time that they state; see ``Work/exportWindow(_:)``.
    package var from: Instant?
    package var to: Instant?
    /// Groups that are kept back in every record: only their commitments are given.
    package var redactedGroups: Set<GroupName>
    package var redactionReason: String
    /// For whom it is made.
    package var recipient: String?

    package init(
        incident: String, from: Instant? = nil, to: Instant? = nil,
        redactedGroups: Set<GroupName> = [], redactionReason: String = "Kept back by the exporter.",
        recipient: String? = nil
    ) {
        self.incident = incident
        self.from = from
        self.to = to
        self.redactedGroups = redactedGroups
        self.redactionReason = redactionReason
        self.recipient = recipient
    }

    /// Records of one bundle; of more, those nearest before the report are taken, which the cover
    /// page says.
    package static let recordsAtMost = 10_000
}

/// A document that another room writes: the incident file as people read it.
package struct ExportDocument: Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// Which records of the window are in the bundle.
struct ExportSelection: Encodable {
    let workflow: String?
    let from: String
    let to: String
    let recordsInWindow: Int
    let recordsIncluded: Int
    let recordsAtMost: Int
    /// Records of look backs, which are there whatever the window.
    let recordsOfLookbacks: Int
    let redactedGroups: [String]

    private enum CodingKeys: String, CodingKey {
        case workflow, from, to
        case recordsInWindow = "records_in_window"
        case recordsIncluded = "records_included"
        case recordsAtMost = "records_at_most"
        case recordsOfLookbacks = "records_of_lookbacks"
        case redactedGroups = "redacted_groups"
    }
}

extension Operations {
    /// Where what concerns no workflow alone is journaled.
    private static let everyWorkflow = "all"

    /// Makes the bundle of an incident: what was kept, with the proof of each piece.
    ///
    /// That it was made, by whom and for whom is journaled first; where the incident has a
    /// workflow, that entry is in the bundle itself.
    ///
    /// - Throws: a refusal, also when there is no space to make it in.
    package func export(
        _ order: ExportOrder, documents: [ExportDocument], version: String, _ caller: Caller
    ) async throws -> ExportedBundle {
        try await perform(caller) { work in
            try work.need(.exportEvidence)
            let sequence = try work.sequence(order.incident)
            let workflow = sequence.incident.workflow ?? Self.everyWorkflow
            let selected = try work.exportSelection(order)
            try work.journal(
                EvidenceEvent.exported(
                    ExportNote(
                        incident: order.incident, records: selected.indices.count,
                        redactedGroups: order.redactedGroups.map(\.rawValue).sorted(),
                        recipient: order.recipient)), stream: "evidence/\(workflow)")
        }
        let signer = signer
        let witnesses = witnessKeys
        let cosigned = try await cosignedCheckpoint(caller)
        let folder = search.directory
        do {
            return try await ask(caller) { work in
                try ExportRun(
                    work: work, order: order, documents: documents, version: version,
                    signer: signer, witnesses: witnesses, cosigned: cosigned
                ).bundle(spooledIn: folder)
            }
        } catch let error as BundleError {
            throw Refusal(.internalFault, "The bundle cannot be made: \(error.description)")
        }
    }
}

extension Operations {
    /// The newest checkpoint with the cosignatures of all witnesses, once it covers what is in the
    /// log now; `nil` without witnesses, or when they take too long: a bundle is never kept waiting
    /// for somebody else for good.
    private func cosignedCheckpoint(
        _ caller: Caller
    ) async throws -> (size: UInt64, note: String)? {
        let witnesses = witnessKeys
        guard !witnesses.isEmpty else { return nil }
        let size = try await ask(caller) { try $0.transaction.logHead().size }
        let deadline = ContinuousClock.now + Self.witnessPatience
        while ContinuousClock.now < deadline {
            let found = try await ask(caller) {
                try $0.transaction.checkpointCosigned(by: witnesses)
            }
            if let found, found.size >= size { return found }
            try await Task.sleep(for: .milliseconds(200))
        }
        return nil
    }

    /// Witnesses are asked every five seconds.
    private static let witnessPatience = Duration.seconds(12)
}

extension Work {
    /// The window of records that a bundle holds: a day before the event until an hour after its
    /// report, when nothing else is asked for.
    func exportWindow(_ order: ExportOrder) throws -> (from: Instant, to: Instant) {
        let incident = try sequence(order.incident).incident
        let occurred =
            incident.times.last { $0.value.moment == .occurred }?.value.time ?? incident.reportedAt
        let from = order.from ?? min(occurred, incident.reportedAt).adding(hours: -24)
        let to = order.to ?? incident.reportedAt.adding(hours: 1)
        guard from <= to else {
            throw Refusal(
                .invalidInput, "The window ends before it begins.",
                blockers: [Blocker("to", "before `from`", pointer: "/to")])
        }
        return (from, to)
    }

    /// The places of the records: those of look backs, and the window's.
    func exportSelection(
        _ order: ExportOrder
    ) throws -> (indices: [UInt64], selection: ExportSelection) {
        let sequence = try sequence(order.incident)
        let (from, to) = try exportWindow(order)
        var indices: Set<UInt64> = []
        for run in try lookbacks(order.incident) {
            for hit in try transaction.hits(
                run: run.id, from: 0, limit: ExportOrder.recordsAtMost)
            where indices.count < ExportOrder.recordsAtMost {
                indices.insert(hit.index)
            }
        }
        let ofLookbacks = indices.count
        var inWindow = 0
        if let workflow = sequence.incident.workflow, let source = try source(workflow) {
            let window = from.milliseconds...to.milliseconds
            inWindow = try transaction.evidencePopulation(
                from: 0, to: UInt64(Int64.max), sources: [source.number], window: window
            ).records
            let room = ExportOrder.recordsAtMost - indices.count
            indices.formUnion(
                try transaction.evidencePlaces(source: source.number, window: window, limit: room))
        }
        return (
            indices.sorted(),
            ExportSelection(
                workflow: sequence.incident.workflow, from: from.rfc3339, to: to.rfc3339,
                recordsInWindow: inWindow, recordsIncluded: indices.count,
                recordsAtMost: ExportOrder.recordsAtMost, recordsOfLookbacks: ofLookbacks,
                redactedGroups: order.redactedGroups.map(\.rawValue).sorted())
        )
    }
}

/// Makes one bundle from one snapshot.
private struct ExportRun {
    let work: Work
    let order: ExportOrder
    let documents: [ExportDocument]
    let version: String
    let signer: NoteSigner
    /// The keys of the witnesses, and the newest checkpoint that all of them have cosigned.
    let witnesses: [String]
    let cosigned: (size: UInt64, note: String)?

    /// Entries of the journal that one stream contributes.
    private static let eventsAtMost = 50_000

    func bundle(spooledIn folder: String) throws -> ExportedBundle {
        let sequence = try work.sequence(order.incident)
        let incident = sequence.incident
        let (indices, selection) = try work.exportSelection(order)
        guard let checkpoint = try cosigned ?? work.transaction.checkpointNewest() else {
            throw Refusal(.notFound, "There is nothing in the log yet.")
        }
        let tree = work.transaction.tileTree(size: checkpoint.size)
        var writer = try BundleWriter(
            description: BagDescription(
                identifier: incident.number, date: String(work.now.rfc3339.prefix(10)),
                software: "cordon \(version)", organization: nil,
                summary: "Evidence of \(incident.number)"),
            readme: CoverPage(sequence, selection, order, madeBy: work.person, at: work.now).text,
            log: try log(checkpoint))
        var spool = try BundleSpool(folder: folder)
        func flush() throws { try spool.append(writer.take()) }
        try writer.add(document: "incident.json", Data(try Canonical.bytes(incident)))
        try writer.add(document: "selection.json", Data(try Canonical.bytes(selection)))
        for document in documents { try writer.add(document: document.name, Data(document.bytes)) }
        try flush()
        for row in try events(incident, selection) where row.index < checkpoint.size {
            try writer.add(
                BundleRecord(
                    index: row.index,
                    content: .journalEvent(nonce: try nonce(row), body: Data(row.body)),
                    proof: try tree.inclusionProof(row.index)))
            try flush()
        }
        for index in indices where index < checkpoint.size {
            try writer.add(
                BundleRecord(
                    index: index, content: try content(index),
                    proof: try tree.inclusionProof(index)))
            try flush()
        }
        var known: Set<String> = []
        for item in incident.evidence.map(\.value) where known.insert(item.sha256).inserted {
            try add(item, to: &writer)
            try flush()
        }
        try writer.finish(signer: signer)
        try flush()
        return try spool.finish()
    }

    private func log(_ checkpoint: (size: UInt64, note: String)) throws -> BundleLog {
        BundleLog(
            checkpoint: checkpoint.note, verifier: try NoteVerifier(signer.verifierKey),
            witnesses: cosigned == nil ? [] : try witnesses.map { try CosignatureVerifier($0) },
            timestamp: try work.transaction.timestamps(size: checkpoint.size).first.map {
                Data($0.token)
            })
    }

    /// The journal of the incident, of its workflow and its evidence (which is its custody), and of
    /// its holds, in the order of the log.
    private func events(
        _ incident: Incident, _ selection: ExportSelection
    ) throws -> [JournalRow] {
        var streams = ["incident/\(incident.number)"]
        if let workflow = incident.workflow {
            streams += ["workflow/\(workflow)", "evidence/\(workflow)"]
            streams += try work.transaction.holds(workflow: workflow, released: true)
                .filter { $0.terms.incident == incident.number }.map { "hold/\($0.id)" }
        }
        return try streams.flatMap {
            try work.transaction.journalRows(from: 0, stream: $0, limit: Self.eventsAtMost)
        }.sorted { $0.index < $1.index }
    }

    private func nonce(_ row: JournalRow) throws -> Commitment.Nonce {
        guard let nonce = Commitment.Nonce(row.nonce) else {
            throw Refusal(
                .internalFault, "The event \(row.index) has no salt: run `cordon fsck`.")
        }
        return nonce
    }

    private func content(_ index: UInt64) throws -> BundleRecord.Content {
        guard let row = try work.transaction.evidence(index) else {
            throw Refusal(.internalFault, "The record \(index) is gone: run `cordon fsck`.")
        }
        if let body = try work.transaction.evidenceBody(index) {
            let opened = try work.evidence.seal.open(body, leaf: row.leaf)
            return .evidence(try groups(opened))
        }
        guard let gone = try work.transaction.evidenceGone(index) else {
            throw Refusal(.internalFault, "The record \(index) is gone: run `cordon fsck`.")
        }
        let notice = GoneNotice(index: index, state: gone.why.rawValue, event: gone.event)
        return .erased(
            try LedgerEntry(bytes: gone.entry), notice: Data(try Canonical.bytes(notice)))
    }

    private func groups(_ opened: OpenedRecord) throws -> [BundleGroup] {
        guard let first = opened.groups.first else { return [] }
        let names = try Envelope(canonical: first).groups
        return zip(names, opened.groups).enumerated().map { place, group in
            let (name, bytes) = group
            guard order.redactedGroups.contains(name), name != .envelope else {
                return .disclosed(
                    name: name.rawValue, nonce: opened.secret.nonce(place), json: Data(bytes))
            }
            return .redacted(
                name: name.rawValue,
                commitment: Commitment(nonce: opened.secret.nonce(place), content: bytes),
                BundleRedaction(
                    reason: order.redactionReason, by: work.person.name, at: work.now.rfc3339))
        }
    }

    /// Adds an attached file: as a signed statement when it is one.
    private func add(_ item: EvidenceItem, to writer: inout BundleWriter) throws {
        guard let bytes = try work.transaction.attachment(sha256: item.sha256) else {
            throw Refusal(
                .internalFault, "The bytes of \(item.id) are gone: run `cordon fsck`.")
        }
        // A file that only has such a name is an attachment like any other.
        if item.name.hasSuffix(".dsse.json"), let envelope = try? DSSEEnvelope(text: Data(bytes)) {
            try writer.add(statement: String(item.name.dropLast(10)), envelope)
        } else {
            _ = try writer.add(attachment: Data(bytes))
        }
    }
}

/// What is left of a record whose content is gone.
private struct GoneNotice: Encodable {
    let index: UInt64
    let state: String
    /// The place in the journal of the event that says why.
    let event: UInt64
}
