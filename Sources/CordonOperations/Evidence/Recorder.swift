package import CordonCore
import CordonLedger
import CordonStore
import Foundation
import Synchronization

/// Takes evidence in: seals it on threads of its own and writes what waits together in one
/// transaction.
///
/// Acknowledged means durable: ``record(size:isSmall:patience:boundTo:_:)`` returns after the
/// commit. A crash before it leaves nothing of the batch. One batch is written at a time, so what
/// the catalogue knows is never behind the database by more than the batch in flight.
///
/// Safe to share: everything that changes is behind one lock, and nothing is awaited in it.
package final class Recorder: Sendable {
    private struct Waiting {
        let drafts: [CapturedDraft]
        let caller: CheckedContinuation<Turn, any Error>
    }

    /// What somebody who waits is told.
    private enum Turn: Sendable {
        case written([Receipt])
        /// Write what waits, your own first.
        case lead([CapturedDraft])
    }

    private struct State {
        var catalogue: Catalogue?
        var queue = CommitQueue<Waiting>()
        /// Bytes that are being sealed or wait to be written.
        var bytes = 0
        var refused = 0
        var openUses = OpenUseTally()
        /// With how many records the next dictionary is trained.
        var trainingAt = 1_024
    }

    /// Bytes that may be under way: more are refused with 503, never dropped.
    package static let bytesAtMost = 96 << 20
    /// Records of one transaction: enough to share a sync, few enough to keep a stop quick.
    static let recordsPerCommit = 1_024
    /// Bytes of a small record: sealing it takes less than a tenth of a millisecond.
    package static let bytesOfSmall = 32 << 10
    /// How long a record that nobody waits for may wait for others to share its commit.
    package static let patienceOfNobody = Duration.milliseconds(5)
    /// How long a record may wait whose caller waits for nothing but the end of a stream, while so
    /// many calls are passing, its own among them.
    package static func patienceOfAnEnd(passing: Int) -> Duration {
        passing > 1 ? .milliseconds(1) : .zero
    }

    private let store: Store
    private let space: DiskSpace
    private let outside: Outside
    /// Told after each commit that there is something to be indexed.
    private let onCommit: @Sendable () -> Void
    private let sealers: WorkThreads<CaptureSealer>
    /// For single small records.
    private let nearSealer: Mutex<CaptureSealer>
    private let state = Mutex(State())

    init(
        store: Store, outside: Outside, keys: EvidenceKeys, space: DiskSpace,
        onCommit: @escaping @Sendable () -> Void
    ) {
        self.space = space
        self.store = store
        self.outside = outside
        self.onCommit = onCommit
        sealers = WorkThreads("cordon-seal", count: 2, limit: 4_096) {
            CaptureSealer(seal: keys.seal(), outside: outside)
        }
        nearSealer = Mutex(CaptureSealer(seal: keys.seal(), outside: outside))
    }

    /// Reads from the database what is known of the senders; until then whoever records waits.
    func load() async throws {
        let (newest, pages) = try await store.read { transaction in
            let end = try transaction.evidenceExtent().end
            // Places are not all records, so this reaches back as far as it has to, or less.
            let start = end - min(end, UInt64(RecentKeys.capacity))
            return (end, stride(from: start, to: end, by: Self.keysPerPage).map { $0 })
        }
        var keys = RecentKeys()
        for start in pages {
            let page = try await store.read { transaction in
                try transaction.evidenceKeys(
                    from: start, below: min(newest, start + UInt64(Self.keysPerPage)))
            }
            for (index, dedupe) in page { keys.add(RecentKeys.halves(dedupe).key, index) }
        }
        let known = keys
        let catalogue = try await store.read { transaction in
            let sources = try transaction.sources()
            var last: [Int: Instant] = [:]
            var counts: [Int: Int] = [:]
            for source in sources {
                last[source.number] = try transaction.sourceNewest(source.number)?.receivedAt
                counts[source.number] = try transaction.sourceCount(source.number)
            }
            return Catalogue(
                sources: sources, last: last, counts: counts, seen: try transaction.seenValues(),
                gaps: try transaction.gaps(openOnly: true, limit: .max), keys: known)
        }
        state.withLock { $0.catalogue = catalogue }
    }

    /// Keys that are read at once: a page of them is a few megabytes.
    private static let keysPerPage = 16_384

    /// How often evidence was refused because too much was under way.
    package var refusals: Int { state.withLock { $0.refused } }

    /// Seals and writes what `read` gives, for a sender whose token may be bound to one workflow.
    ///
    /// `read` runs on a sealing thread, as taking a megabyte of protobuf apart is no work for the
    /// thread that reads requests.
    ///
    /// A single small record is sealed on the caller's thread unless somebody is sealing there just
    /// now: handing it to another thread and back takes longer.
    ///
    /// The bytes of the request count against what may be under way. Refused with nothing kept.
    ///
    /// With `patience` the records wait as long at most for others that share their commit.
    package func record(
        size: Int, isSmall: Bool = false, patience: Duration = .zero, boundTo workflow: String?,
        _ read: @escaping @Sendable () throws -> Capture
    ) async throws -> [Receipt] {
        try admit(size)
        defer { state.withLock { $0.bytes -= size } }
        try await untilSendersAreKnown()
        let receivedAt = state.withLock { $0.catalogue?.arrival(outside.now()) ?? outside.now() }
        let seal = { @Sendable (sealer: CaptureSealer) in
            try sealer.drafts(of: try read(), boundTo: workflow, receivedAt: receivedAt)
        }
        let near = isSmall ? try nearSealer.withLockIfAvailable { try seal($0) } : nil
        let drafts =
            if let near { near } else { try await sealers.run { try seal($0) } }
        guard !drafts.isEmpty else { return [] }
        return try await write(drafts, patience)
    }

    /// Whether a record would be taken now: for those who would otherwise begin what they cannot
    /// keep.
    package func checkReady() throws(Refusal) {
        try checkRoom()
        let (isKnown, isFree) = state.withLock { state in
            (state.catalogue != nil, state.bytes < Self.bytesAtMost)
        }
        guard isKnown else { throw Self.starting }
        guard isFree else { throw Self.overloaded }
    }

    /// Lets a sender wait for a server that has just started: of a million records that takes
    /// about a second.
    ///
    /// It looks again every 10 ms, and only then: a queue of those who wait, each with a deadline
    /// of its own and free to go away, would be more than so rare a second is worth.
    ///
    /// - Throws: a refusal when it takes longer than `patience`, and `CancellationError`.
    package func untilSendersAreKnown(within patience: Duration = .seconds(10)) async throws {
        let end = ContinuousClock.now + patience
        while state.withLock({ $0.catalogue == nil }) {
            guard ContinuousClock.now < end else { throw Self.starting }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static let starting = Refusal(
        .overloaded, "Cordon is starting: try again in a moment.")
    private static let overloaded = Refusal(
        .overloaded,
        "\(bytesAtMost >> 20) MiB of evidence are under way already: send this again after a "
            + "second.")

    private func checkRoom() throws(Refusal) {
        guard space.hasRoom else {
            throw Refusal(
                .storageFull,
                "The disk is nearly full, and what is left is kept for stops and sign-offs: free "
                    + "some space and send this again. Nothing of it was kept.")
        }
    }

    private func admit(_ size: Int) throws(Refusal) {
        try checkRoom()
        let isAdmitted = state.withLock { state in
            guard state.bytes + size <= Self.bytesAtMost else {
                state.refused += 1
                return false
            }
            state.bytes += size
            return true
        }
        guard isAdmitted else { throw Self.overloaded }
    }

    // MARK: Writing

    private func write(
        _ drafts: [CapturedDraft], _ patience: Duration
    ) async throws -> [Receipt] {
        let turn = try await withCheckedThrowingContinuation { caller in
            let step = state.withLock { state in
                state.queue.join(
                    Waiting(drafts: drafts, caller: caller), patience: patience,
                    now: ContinuousClock.now)
            }
            switch step {
            case .lead: caller.resume(returning: Turn.lead(drafts))
            case .wait(let alarm): set(alarm)
            }
        }
        switch turn {
        case .written(let receipts): return receipts
        case .lead(let drafts): return try await lead(drafts)
        }
    }

    /// Writes one's own records and those of others that wait, tells them, and hands the lead on.
    private func lead(_ own: [CapturedDraft]) async throws -> [Receipt] {
        var others: [Waiting] = []
        var count = own.count
        state.withLock { state in
            while let next = state.queue.take(where: {
                count + $0.drafts.count <= Self.recordsPerCommit
            }) {
                count += next.drafts.count
                others.append(next)
            }
        }
        let result = await written([own] + others.map(\.drafts))
        switch state.withLock({ $0.queue.written(now: ContinuousClock.now) }) {
        case .lead(let next): giveLead(to: next)
        case .rest(let alarm): set(alarm)
        }
        for (place, other) in others.enumerated() {
            other.caller.resume(with: result[place + 1].map(Turn.written))
        }
        return try result[0].get()
    }

    /// Lets whoever waits then lead when its patience ends.
    private func set(_ alarm: ContinuousClock.Instant?) {
        guard let alarm else { return }
        Task {
            // Nobody cancels this task; if somebody did, the records would be written sooner.
            try? await Task.sleep(until: alarm, clock: .continuous)
            giveLead(to: state.withLock { $0.queue.patienceEnds(at: alarm) })
        }
    }

    /// From now on no record waits for others: the server ends.
    package func hurry() { giveLead(to: state.withLock { $0.queue.hurry() }) }

    private func giveLead(to next: Waiting?) {
        if let next { next.caller.resume(returning: .lead(next.drafts)) }
    }

    /// One transaction for all, or, when somebody's records are refused, one for each.
    private func written(_ batches: [[CapturedDraft]]) async -> [Result<[Receipt], any Error>] {
        do {
            var receipts = try await commit(batches.flatMap(\.self))[...]
            return batches.map { batch in
                defer { receipts = receipts.dropFirst(batch.count) }
                return .success(Array(receipts.prefix(batch.count)))
            }
        } catch let error as Refusal where batches.count > 1 && error.kind == .idempotencyMismatch {
            var results: [Result<[Receipt], any Error>] = []
            for batch in batches {
                do { results.append(.success(try await commit(batch))) } catch {
                    results.append(.failure(error))
                }
            }
            return results
        } catch {
            return batches.map { _ in .failure(error) }
        }
    }

    private func commit(_ drafts: [CapturedDraft]) async throws -> [Receipt] {
        let plan = try state.withLock { state throws(Refusal) in
            guard let catalogue = state.catalogue else {
                throw Self.starting
            }
            return try catalogue.plan(drafts)
        }
        let indices = try await Operations.saying {
            try await store.write { try $0.write(plan, cause: "evidence") }
        }
        state.withLock { state in
            state.catalogue?.apply(plan, indices: indices)
            for (workflow, use, _) in plan.openUses { state.openUses.tell(use, of: workflow) }
        }
        onCommit()
        let ids = try await earlierIDs(plan, indices)
        return zip(zip(plan.steps, drafts), indices).map { step, index in
            switch step.0 {
            case .write: Receipt(id: step.1.id, index: index, isDuplicate: false)
            case .stored, .repeated:
                Receipt(id: ids[index] ?? step.1.id, index: index, isDuplicate: true)
            }
        }
    }

    /// The ids of records that were there already.
    private func earlierIDs(
        _ plan: CapturePlan, _ indices: [UInt64]
    ) async throws -> [UInt64: String] {
        let known = zip(plan.steps, indices).compactMap { step, index in
            if case .write = step { nil as UInt64? } else { index }
        }
        guard !known.isEmpty else { return [:] }
        return try await store.read { transaction in
            var ids: [UInt64: String] = [:]
            for index in Set(known) {
                ids[index] = try transaction.evidence(index).map { ULID.text($0.id) }
            }
            return ids
        }
    }

    // MARK: What is known

    /// Runs `body` on what is known of the senders, if it is known yet.
    func withCatalogue<T: Sendable>(_ body: @Sendable (inout Catalogue) -> T) -> T? {
        state.withLock { state in
            guard var catalogue = state.catalogue.take() else { return nil }
            let value = body(&catalogue)
            state.catalogue = catalogue
            return value
        }
    }

    /// Runs `body` on what failed open and was used.
    func withOpenUses<T: Sendable>(_ body: (inout OpenUseTally) -> T) -> T {
        state.withLock { body(&$0.openUses) }
    }

    /// Whether a dictionary should be trained now: once for each time that the records have grown
    /// eightfold.
    func isTrainingDue(records: Int) -> Bool {
        state.withLock { state in
            guard records >= state.trainingAt else { return false }
            while state.trainingAt <= records { state.trainingAt *= 8 }
            return true
        }
    }

    package func close() { sealers.close() }
}

extension Transaction {
    /// Writes what a plan says, and gives the place of each of its records.
    func write(_ plan: CapturePlan, cause: String) throws -> [UInt64] {
        var written = try evidenceAppend(plan.drafts)[...]
        var indices: [UInt64] = []
        indices.reserveCapacity(plan.steps.count)
        for step in plan.steps {
            switch step {
            case .write: indices.append(written.removeFirst())
            case .stored(let index, let content):
                if let content, let stored = try evidence(index)?.dedupe,
                    RecentKeys.halves(stored).content != content
                {
                    throw Catalogue.keyOfAnother
                }
                indices.append(index)
            case .repeated(let earlier): indices.append(indices[earlier])
            }
        }
        for source in plan.newSources {
            guard case .write(let draft, _) = plan.steps[source.step] else { continue }
            let at = draft.draft.receivedAt
            let index = indices[source.step]
            try journalAppend(
                EvidenceEvent.sourceSeen(number: source.number, index: index),
                stream: "evidence/\(source.workflow)", actor: .cordon, at: at, cause: cause)
            try sourceInsert(
                EvidenceSource(
                    number: source.number, key: source.workflow, firstIndex: index, firstAt: at))
        }
        for change in plan.changes {
            guard case .write(let draft, _) = plan.steps[change.step] else { continue }
            let at = draft.draft.receivedAt
            let index = indices[change.step]
            try journalAppend(
                EvidenceEvent.changeSeen(
                    aspect: change.aspect, value: change.value, index: index,
                    isFirst: change.isFirst),
                stream: "evidence/\(change.workflow)", actor: .cordon, at: at, cause: cause)
            try seenInsert(
                SeenValue(
                    source: change.number, aspect: change.aspect, value: change.value,
                    index: index, at: at))
        }
        for gap in plan.gaps { try gapOpen(gap, cause: cause) }
        for (workflow, use, step) in plan.openUses {
            guard case .write(let draft, _) = plan.steps[step] else { continue }
            try journalAppend(
                EvidenceEvent.openUsed(use, index: indices[step]), stream: "evidence/\(workflow)",
                actor: .cordon, at: draft.draft.receivedAt, cause: cause)
        }
        return indices
    }

    func gapOpen(_ gap: GapNews, cause: String) throws {
        try journalAppend(
            EvidenceEvent.gapOpened(kind: gap.kind, detail: gap.detail),
            stream: "evidence/\(gap.workflow)", actor: .cordon, at: gap.at, cause: cause)
        try gapOpen(
            StoredGap(
                source: gap.number, kind: gap.kind, openedAt: gap.at, detail: gap.detail))
    }
}

/// The key under which a workflow is registered, made from whatever a sender calls it.
package enum WorkflowName {
    /// Characters of a key.
    static let longest = 64

    /// Small letters, digits and single hyphens; empty when nothing is left.
    package static func key(from name: String) -> String {
        var key = ""
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": key.unicodeScalars.append(scalar)
            default: if !key.isEmpty, !key.hasSuffix("-") { key += "-" }
            }
            if key.utf8.count >= longest { break }
        }
        while key.hasSuffix("-") { key.removeLast() }
        return key
    }
}
