package import CordonCore
import CordonLedger
import CordonStore
import FoundationEssentials
import Synchronization

/// What somebody wants examined.
package struct LookbackOrder: Sendable {
    package var terms: TermSet
    /// The list as it was given, which is kept sealed.
    package var list: String
    package var from: Instant?
    package var to: Instant?
    /// Workflows beside the incident's own.
    package var workflows: [String]
    package var isEverything: Bool
    package var shorterBecause: String?

    package init(
        terms: TermSet, list: String, from: Instant? = nil, to: Instant? = nil,
        workflows: [String] = [], isEverything: Bool = false, shorterBecause: String? = nil
    ) {
        self.terms = terms
        self.list = list
        self.from = from
        self.to = to
        self.workflows = workflows
        self.isEverything = isEverything
        self.shorterBecause = shorterBecause
    }
}

/// Look back: step 6, carried out over the evidence.
extension Work {
    /// Starts a look back over everything that is in the log at this moment.
    package func startLookback(_ number: String, _ request: LookbackOrder) throws -> LookbackRun {
        try need(.respond)
        let sequence = try sequence(number)
        let workflows = Set([sequence.incident.workflow].compactMap(\.self) + request.workflows)
        guard !workflows.isEmpty else {
            throw Refusal(
                .invalidInput, "The incident names no workflow: say whose records to examine.",
                blockers: [Blocker("workflows", "at least one", pointer: "/workflows")])
        }
        for workflow in workflows { try mayTouch(workflow) }
        let id = outside.newID()
        // Nothing is examined that has not come yet, so a window into the future ends now.
        let to = min(request.to ?? now, now)
        let from = request.from ?? now.adding(days: -sequence.policy.lookbackDays)
        let run = LookbackRun(
            id: id, incident: number, startedBy: person, startedAt: now, from: from, to: to,
            workflows: workflows.sorted(), isEverything: request.isEverything, set: request.terms,
            list: try sealed(request.list, owner: LookbackRun.listOwner(id)),
            shorterBecause: request.shorterBecause, logSize: try transaction.logHead().size)
        // Refused now rather than at the end, when everything was read.
        _ = try sequence.open(lookback(run, records: 0), at: now)
        try transaction.runSave(try run.stored())
        ringLookbacks()
        return run
    }

    /// What was started begins once it is durable.
    private func ringLookbacks() {
        let bell = evidenceKeys.lookbackBell
        transaction.afterCommit { bell.ring() }
    }

    package func lookback(_ number: String, _ id: String) throws -> LookbackRun {
        _ = try sequence(number)
        guard let stored = try transaction.storedRun(id), stored.incident == number else {
            throw Refusal(.notFound, "The incident has no look back \(id).")
        }
        return try LookbackRun(stored)
    }

    package func lookbacks(_ number: String) throws -> [LookbackRun] {
        _ = try sequence(number)
        return try transaction.storedRuns(incident: number).map { try LookbackRun($0) }
    }

    /// Stops a look back where it is, or lets one go on that was stopped.
    package func setLookback(
        _ number: String, _ id: String, running: Bool
    ) throws -> LookbackRun {
        try need(.respond)
        var run = try lookback(number, id)
        guard run.state != .finished else {
            throw Refusal(.wrongState, "The look back is finished.")
        }
        run.state = running ? .running : .cancelled
        run.fault = nil
        try transaction.runSave(try run.stored())
        if running { ringLookbacks() }
        return run
    }

    /// A record in which something was found, with the words around it.
    package struct Hit: Sendable {
        let row: EvidenceRow
        package var id: String { ULID.text(row.id) }
        package var index: UInt64 { row.index }
        package var at: Instant { row.at }
        package let envelope: Envelope?
        package let terms: [String]
        package let snippet: String?
        package let verdict: Lookback.Verdict?
    }

    package func hits(
        of run: LookbackRun, from index: UInt64, limit: Int
    ) throws -> [Hit] {
        let set = try terms(of: run)
        let automaton = TermAutomaton(set)
        let findings =
            try sequence(run.incident).incident.lookbacks
            .first { $0.id == run.id }?.findings ?? []
        return try transaction.hits(run: run.id, from: index, limit: limit).compactMap { hit in
            guard let row = try transaction.evidence(hit.index) else { return nil }
            let id = ULID.text(row.id)
            var envelope: Envelope?
            var snippet: String?
            if let body = try transaction.evidenceBody(hit.index) {
                let groups = try evidence.seal.groups(body, leaf: row.leaf)
                envelope = try groups.first.map { try Envelope(canonical: $0) }
                var text: [UInt8] = []
                EvidenceReading.outputText(
                    of: groups.dropFirst().compactMap { FieldGroup(canonical: $0) }, into: &text)
                snippet = Snippet.around(automaton, in: text)
            }
            return Hit(
                row: row, envelope: envelope,
                terms: hit.terms.compactMap {
                    $0 < set.terms.count ? set.terms[$0].text : nil
                }, snippet: snippet,
                verdict: findings.last { $0.reference == id }?.verdict)
        }
    }

    package func hitCount(of run: LookbackRun) throws -> Int {
        try transaction.hitCount(run: run.id)
    }

    /// Judges a record that was found; an affected one becomes an affected record.
    package func judge(
        _ number: String, _ id: String, record: String, verdict: Lookback.Verdict,
        description: String
    ) throws -> ResponseSequence {
        let run = try lookback(number, id)
        guard run.state == .finished else {
            throw Refusal(.wrongState, "The look back is not finished: verdicts come after it.")
        }
        let row = try evidenceRow(record)
        guard try transaction.hits(run: id, from: row.index, limit: 1).first?.index == row.index
        else { throw Refusal(.notFound, "The look back has found nothing in \(record).") }
        let finding = Lookback.Finding(
            id: outside.newID(), reference: record, description: description, verdict: verdict)
        let affected = outside.newID()
        return try act(number, .respond) { try $0.add(finding, to: id, affectedID: affected) }
    }

    func terms(of run: LookbackRun) throws -> TermSet {
        let list = try run.list.opened(owner: run.listOwner, masters: evidenceKeys.masters)
        do {
            return try TermSet(lines: list)
        } catch {
            throw Refusal(.internalFault, "The list of \(run.id) cannot be read any more.")
        }
    }

    private func sealed(_ text: String, owner: String) throws -> SealedText {
        guard let secret = RecordSecret(outside.randomBytes(32)) else {
            preconditionFailure("the outside gives 32 bytes when asked for them")
        }
        return try SealedText(
            text, owner: owner, masters: evidenceKeys.masters, secret: secret,
            nonce: outside.randomBytes(12))
    }

    private func lookback(_ run: LookbackRun, records: Int) -> Lookback {
        Lookback(
            id: run.id, from: run.from, to: run.to,
            population: "Records of evidence of \(run.workflows.joined(separator: ", ")), "
                + (run.isEverything ? "all text" : "everything that came out"),
            populationCount: records, method: .all, sampleSize: nil, sampleSeed: nil,
            shorterBecause: run.shorterBecause)
    }

    // MARK: Carrying out

    /// What a run needs to go on.
    func prepare(_ id: String) throws -> (run: LookbackRun, set: TermSet, sources: Set<Int>)? {
        guard let stored = try transaction.storedRun(id) else { return nil }
        let run = try LookbackRun(stored)
        guard run.state == .running else { return nil }
        let sources = try run.workflows.compactMap { try transaction.source($0)?.number }
        return (run, try terms(of: run), Set(sources))
    }

    /// Keeps what a stretch gave; a crash before it does the stretch again.
    ///
    /// - Returns: whether the run is to go on.
    func keep(
        _ stretch: LookbackScan.Stretch, next: UInt64, of id: String
    ) throws -> LookbackRun? {
        guard let stored = try transaction.storedRun(id) else { return nil }
        var run = try LookbackRun(stored)
        guard run.state == .running else { return nil }
        for hit in stretch.hits { try transaction.hitSave(hit, run: id) }
        run.examined += stretch.examined
        run.erased += stretch.erased
        run.unreadable += stretch.unreadable
        run.found += stretch.hits.count
        run.firstIndex = run.firstIndex ?? stretch.first
        run.lastIndex = stretch.last ?? run.lastIndex
        run.cursor = next
        try transaction.runSave(try run.stored())
        return run
    }

    func fail(_ id: String, _ fault: String) throws {
        guard let stored = try transaction.storedRun(id) else { return }
        var run = try LookbackRun(stored)
        guard run.state == .running else { return }
        run.state = .failed
        run.fault = fault
        try transaction.runSave(try run.stored())
    }

    /// States what was examined, signs it, and attaches it to the incident as evidence.
    func finish(_ id: String, signer: NoteSigner) throws {
        guard let stored = try transaction.storedRun(id) else { return }
        var run = try LookbackRun(stored)
        guard run.state == .running, run.cursor >= run.logSize else { return }
        let root = try transaction.tileTree(size: run.logSize).root()
        let statement = CoverageStatement(
            run, origin: signer.name, root: root.base64, finishedAt: now)
        let envelope = try DSSEEnvelope(
            signing: Data(try Canonical.bytes(statement)),
            payloadType: CoverageStatement.payloadType, by: signer)
        let (_, item) = try attach(
            run.incident, kind: .log, name: "coverage-\(id).dsse.json",
            mediaType: "application/json", bytes: Array(envelope.text.utf8),
            note: "What the look back \(id) has examined, signed.")
        let population = run.examined
        _ = try act(run.incident, .respond) { [self] sequence in
            try sequence.open(lookback(run, records: population), at: now)
        }
        for workflow in run.workflows {
            try journal(
                EvidenceEvent.searched(
                    SearchNote(
                        terms: run.terms, fromIndex: run.firstIndex ?? 0,
                        toIndex: run.lastIndex ?? 0, examined: run.examined, found: run.found,
                        incident: run.incident)), stream: "evidence/\(workflow)")
        }
        run.state = .finished
        run.finishedAt = now
        run.statement = item.sha256
        try transaction.runSave(try run.stored())
    }
}

/// Carries look backs out, one after the other, and goes on after a restart where it was.
///
/// Safe to share: what waits is behind a lock.
package final class LookbackRunner: Sendable {
    private let threads: WorkThreads<LookbackScan>
    private let running = Mutex<[String: Cancellation]>([:])

    init(store: Store, index: SearchIndex, keys: EvidenceKeys) {
        threads = WorkThreads("cordon-look", count: 1, limit: 64) {
            LookbackScan(store: store, index: index, keys: keys)
        }
    }

    /// Stops a run between two blocks.
    func cancel(_ id: String) { running.withLock { $0[id]?.cancel() } }

    func close() {
        running.withLock { running in for run in running.values { run.cancel() } }
        threads.close()
    }

    /// Carries out one run until it is finished, cancelled or broken.
    func carryOut(_ id: String, _ operations: Operations) async throws {
        let cancellation = Cancellation()
        let isNew = running.withLock { running in
            guard running[id] == nil else { return false }
            running[id] = cancellation
            return true
        }
        guard isNew else { return }
        defer { running.withLock { $0[id] = nil } }
        let caller = Caller.cordon("lookback")
        guard let (start, set, sources) = try await operations.ask(caller, { try $0.prepare(id) })
        else { return }
        let automaton = TermAutomaton(set)
        var run = start
        do {
            while run.cursor < run.logSize {
                let at = run
                let (stretch, next) = try await threads.run { scan in
                    try scan.stretch(at, automaton, sources: sources, cancellation)
                }
                guard
                    let after = try await operations.perform(
                        caller, { try $0.keep(stretch, next: next, of: id) })
                else { return }
                run = after
            }
            let signer = operations.signer
            try await operations.perform(caller) { try $0.finish(id, signer: signer) }
        } catch is CancellationError {
            return
        } catch {
            let fault = "\(error)"
            try await operations.perform(caller) { try $0.fail(id, fault) }
        }
    }
}

extension Operations {
    /// Carries out every look back that is running; called by a service, again and again.
    package func carryOutLookbacks() async throws {
        guard keys.lookbackBell.take() else { return }
        let ids = try await ask(.cordon("lookback")) { work in
            try work.transaction.storedRuns(state: LookbackRun.State.running.rawValue).map(\.id)
        }
        for id in ids { try await lookbacks.carryOut(id, self) }
    }

    package func cancelLookback(
        _ number: String, _ id: String, _ caller: Caller
    ) async throws -> LookbackRun {
        let run = try await perform(caller) {
            try $0.setLookback(number, id, running: false)
        }
        lookbacks.cancel(id)
        return run
    }
}
