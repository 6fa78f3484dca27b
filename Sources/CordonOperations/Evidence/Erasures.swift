package import CordonCore
import CordonLedger
import CordonStore

/// Erasure and retention: the only two ways in which content goes.
extension Work {
    /// Proposes to erase records; held ones are refused, and the attempt is kept.
    ///
    /// - Returns: the request, or the refusal, which the caller has to give after the commit: what
    ///   is journaled of it must not be undone by the refusal itself.
    package func proposeErasure(
        _ ids: [String], basis: String, reason: String
    ) throws -> Result<Erasure, Refusal> {
        try need(.eraseEvidence)
        guard (1...Erasure.recordsAtMost).contains(ids.count) else {
            throw Refusal(
                .invalidInput, "An erasure names 1 to \(Erasure.recordsAtMost) records.",
                blockers: [Blocker("records", "1 to \(Erasure.recordsAtMost)", pointer: "/records")]
            )
        }
        let rows = try ids.map { try evidenceRow($0) }
        for row in rows where try transaction.evidenceGone(row.index) != nil {
            throw Refusal(.wrongState, "The content of \(ULID.text(row.id)) is gone already.")
        }
        let event = ErasureEvent.proposed(
            Erasure.Request(
                indices: Set(rows.map(\.index)).sorted(), basis: basis, reason: reason))
        let id = outside.newID()
        guard let erasure = Erasure(id: id, first: event, by: person, at: now) else {
            throw Refusal(.internalFault, "The erasure has no first event.")
        }
        try journal(event, stream: "erasure/\(id)")
        try transaction.erasureSave(erasure)
        if let refusal = try refusal(erasure) { return .failure(refusal) }
        return .success(erasure)
    }

    /// Carries out what another person has proposed.
    ///
    /// - Returns: the erasure, or a refusal to give after the commit, as above.
    package func approveErasure(_ id: String) throws -> Result<Erasure, Refusal> {
        try need(.eraseEvidence)
        // The records may be of several workflows.
        try mayTouch(nil)
        guard var erasure = try transaction.erasure(id) else {
            throw Refusal(.notFound, "There is no erasure \(id).")
        }
        try erasure.mayApprove(person)
        if let refusal = try refusal(erasure) { return .failure(refusal) }
        var ends: [(row: EvidenceRow, entry: [UInt8])] = []
        for index in erasure.request.indices {
            guard let row = try transaction.evidence(index),
                let body = try transaction.evidenceBody(index)
            else { continue }
            ends.append((row, try entry(row, body)))
        }
        let event = ErasureEvent.executed(records: ends.count, basis: erasure.request.basis)
        let place = try journal(event, stream: "erasure/\(id)")
        for (row, entry) in ends {
            try transaction.evidenceEnd(row.index, why: .erased, entry: entry, event: place)
        }
        erasure.apply(event, by: person, at: now)
        try transaction.erasureSave(erasure)
        return .success(erasure)
    }

    package func erasure(_ id: String) throws -> Erasure {
        guard let erasure = try transaction.erasure(id) else {
            throw Refusal(.notFound, "There is no erasure \(id).")
        }
        return erasure
    }

    package func erasures(after id: String, limit: Int) throws -> [Erasure] {
        try transaction.erasures(after: id, limit: limit)
    }

    /// Journals and gives the refusal when a record is held.
    private func refusal(_ erasure: Erasure) throws -> Refusal? {
        var holding: [String: Hold] = [:]
        for index in erasure.request.indices {
            guard let row = try transaction.evidence(index),
                let workflow = try sourceName(row.source)
            else { continue }
            for hold in try holds(on: row, of: workflow) { holding[hold.id] = hold }
        }
        guard !holding.isEmpty else { return nil }
        let held = holding.values.sorted { $0.id < $1.id }
        let because = "Held by \(held.map(\.id).joined(separator: ", "))."
        let event = ErasureEvent.refused(because: because)
        try journal(event, stream: "erasure/\(erasure.id)")
        var refused = erasure
        refused.apply(event, by: person, at: now)
        try transaction.erasureSave(refused)
        return Refusal(
            .onHold,
            "Some of these records are held; what is held is not erased. The request is kept as "
                + "\(erasure.id) and can be approved once the holds are released.",
            blockers: held.map { hold in
                Blocker(
                    "hold",
                    "\(hold.id): \(hold.terms.reason)"
                        + (hold.terms.incident.map { " (\($0))" } ?? ""))
            })
    }

    /// The bytes of a record's log entry, from its content.
    func entry(_ row: EvidenceRow, _ body: SealedBody) throws -> [UInt8] {
        try evidence.seal.open(body, leaf: row.leaf).entry.bytes
    }

    func evidenceRow(_ id: String) throws -> EvidenceRow {
        guard let bytes = ULID.bytes(id), let row = try transaction.evidence(id: bytes) else {
            throw Refusal(.notFound, "There is no record \(id).")
        }
        if let bound = caller.workflow, try sourceName(row.source) != bound {
            throw Refusal(.notPermitted, "This token serves the workflow \(bound) alone.")
        }
        return row
    }

    func sourceName(_ number: Int) throws -> String? { try transaction.source(number)?.key }

    // MARK: Retention

    /// What the retention of one workflow lets go at this moment.
    package struct RetentionDue: Sendable {
        package let workflow: String
        package let retention: String
        package let days: Int
        /// Records whose time has run out, up to the limit of one look.
        package let due: Int
        /// How many of those are held.
        package let held: Int
        package let oldest: Instant?
    }

    /// Records that one look or run takes in for one workflow; the next one goes on.
    package static let retentionBatch = 2_000

    /// What would be deleted, workflow by workflow; of those alone with something due when
    /// `onlyDue`, for which few of the others have to be read.
    package func retentionPreview(onlyDue: Bool = false) throws -> [RetentionDue] {
        let classes = try policy().policy.retention.map(\.days)
        let shortest = (classes + [Self.usualRetentionDays]).min() ?? Self.usualRetentionDays
        let earliest = now.adding(days: -shortest)
        return try transaction.sourcesWithOldest().compactMap { source, oldest -> RetentionDue? in
            if onlyDue, oldest.map({ $0 >= earliest }) ?? true { return nil }
            let line = try preview(source, oldest: oldest)
            return onlyDue && line.due == 0 ? nil : line
        }
    }

    private func preview(_ source: EvidenceSource, oldest: Instant?) throws -> RetentionDue {
        let (retention, days) = try retention(of: source.key)
        let end = now.adding(days: -days)
        var due: [EvidenceRow] = []
        if let oldest, oldest < end {
            due = try transaction.evidenceDue(
                source: source.number, receivedBefore: end, limit: Self.retentionBatch)
        }
        let holds =
            try due.isEmpty ? [] : transaction.holds(workflow: source.key, released: false)
        let held = due.filter { holds.cover($0, of: source.key) }.count
        return RetentionDue(
            workflow: source.key, retention: retention, days: days, due: due.count, held: held,
            oldest: due.first?.receivedAt)
    }

    /// What one batch of a workflow's retention came to.
    struct Expiry: Sendable {
        var expired: [UInt64] = []
        /// Records that are damaged: without their content they cannot be ended, so they stay.
        var unreadable = 0
        /// Where to go on; `nil` when the workflow is done.
        var next: UInt64?
    }

    /// Deletes the content of the next records of a workflow whose time has run out and that no
    /// hold covers.
    func expire(_ source: EvidenceSource, from index: UInt64) throws -> Expiry {
        let (due, retention, days) = try outOfTime(source, from: index)
        guard let last = due.last?.row.index else { return Expiry() }
        var expiry = Expiry(next: last + 1)
        var ends: [(row: EvidenceRow, entry: [UInt8])] = []
        let holds = try transaction.holds(workflow: source.key, released: false)
        for (row, body) in due {
            guard !holds.cover(row, of: source.key) else { continue }
            do { ends.append((row, try entry(row, body))) } catch is SealError {
                expiry.unreadable += 1
            }
        }
        if let first = ends.first, let end = ends.last {
            let place = try journal(
                EvidenceEvent.expired(
                    ExpiryNote(
                        retention: retention, days: days, firstIndex: first.row.index,
                        lastIndex: end.row.index, records: ends.count)),
                stream: "evidence/\(source.key)")
            for (row, entry) in ends {
                try transaction.evidenceEnd(row.index, why: .expired, entry: entry, event: place)
            }
        }
        expiry.expired = ends.map(\.row.index)
        return expiry
    }

    private func outOfTime(
        _ source: EvidenceSource, from index: UInt64
    ) throws -> (due: [(row: EvidenceRow, body: SealedBody)], retention: String, days: Int) {
        let (retention, days) = try retention(of: source.key)
        let end = now.adding(days: -days)
        // Mostly nothing is due, and one row says so.
        guard let oldest = try transaction.evidenceOldest(source: source.number), oldest < end
        else { return ([], retention, days) }
        let due = try transaction.evidenceOld(
            source: source.number, receivedBefore: end, from: index, limit: Self.retentionBatch)
        return (due, retention, days)
    }

    /// The class of a workflow's retention and its days.
    private func retention(of key: String) throws -> (key: String, days: Int) {
        let policy = try policy().policy
        let named = try transaction.workflow(key)?.profile.retention
        let retention = named.flatMap { policy.retentionClass($0) }
        return (retention?.key ?? "usual", retention?.days ?? Self.usualRetentionDays)
    }

    /// Days for a workflow without a class: what article 19 of the EU's AI Act calls six months.
    package static let usualRetentionDays = 183
}

extension [Hold] {
    /// Whether one of them keeps a record of a workflow: asked before it is shown as due, and again
    /// before it goes.
    fileprivate func cover(_ row: EvidenceRow, of key: String) -> Bool {
        contains { $0.covers(workflow: key, at: row.at, receivedAt: row.receivedAt) }
    }
}

extension Operations {
    /// The ids of all records in which a name stands, whatever went in or came out.
    ///
    /// - Throws: a refusal when there are none, or more than one request can name.
    package func records(naming person: String, _ caller: Caller) async throws -> [String] {
        var ids: [String] = []
        var query = EvidenceQuery(text: person, isEverything: true, limit: 200)
        while true {
            let page = try await find(query, caller)
            ids += page.hits.map(\.id)
            guard ids.count <= Erasure.recordsAtMost else {
                throw Refusal(
                    .invalidInput,
                    "The name stands in more than \(Erasure.recordsAtMost) records: erase them "
                        + "in several requests, by their ids.")
            }
            guard let next = page.next else { break }
            query.below = next
        }
        guard !ids.isEmpty else {
            throw Refusal(.notFound, "The name stands in no record that can be read.")
        }
        return ids
    }

    /// What a run of retention came to.
    package struct RetentionRun: Sendable {
        /// How many records were deleted, by workflow.
        package fileprivate(set) var deleted: [String: Int] = [:]
        /// How many were due and are damaged: they stay, and `cordon fsck` names them.
        package fileprivate(set) var unreadable = 0
        fileprivate var shards: Set<UInt64> = []
        /// The first of what kept a workflow from its end: what was deleted before is deleted all
        /// the same, and its words go as well.
        fileprivate var fault: (any Error)?
    }

    /// Deletes everything whose retention has run out, a batch a transaction.
    package func runRetention(_ caller: Caller) async throws -> RetentionRun {
        let sources = try await ask(caller) { work in
            try work.need(.eraseEvidence)
            // Of all workflows: a token of one of them has no business here.
            try work.mayTouch(nil)
            return try work.transaction.sources()
        }
        let run = try await search.forgetting(nil) {
            let run = try await expireAll(sources, caller)
            return (run, run.shards)
        }
        if !run.deleted.isEmpty { try await store.truncateLog() }
        if let fault = run.fault { throw fault }
        return run
    }

    private func expireAll(
        _ sources: [EvidenceSource], _ caller: Caller
    ) async throws -> RetentionRun {
        var run = RetentionRun()
        for source in sources {
            do {
                var next: UInt64? = 0
                while let from = next {
                    let expiry = try await perform(caller) { try $0.expire(source, from: from) }
                    let expired = expiry.expired
                    if !expired.isEmpty { run.deleted[source.key, default: 0] += expired.count }
                    run.unreadable += expiry.unreadable
                    run.shards.formUnion(expired.map(SearchShard.number(of:)))
                    next = expiry.next
                }
            } catch let fault as StoreError where fault.leavesOutcomeOpen {
                // This batch may be deleted or not: the next start removes all shards.
                throw fault
            } catch let cancelled as CancellationError {
                run.fault = run.fault ?? cancelled
                return run
            } catch {
                // One workflow's fault does not keep the content of the others.
                run.fault = run.fault ?? error
            }
        }
        return run
    }

    /// Approves an erasure and takes the words of its records out of every file.
    ///
    /// The shards that hold them are removed before this returns; until they are made again,
    /// searches read the records themselves. What the write-ahead log still holds is cut off.
    package func approveErasure(_ id: String, _ caller: Caller) async throws -> Erasure {
        let named = try await ask(caller) { try $0.erasure(id) }.request.indices
        let shards = Set(named.map(SearchShard.number(of:)))
        let erasure = try await search.forgetting(shards) {
            (try await perform(caller) { try $0.approveErasure(id) }.get(), shards)
        }
        try await store.truncateLog()
        return erasure
    }
}
