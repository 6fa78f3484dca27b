import CordonCore
package import CordonLedger
package import CordonStore

/// Everything Cordon can be asked to do: each change is one transaction, each question one
/// snapshot.
///
/// The pages, the REST interface, the command line and the clock all come through here.
package struct Operations: Sendable {
    package let store: Store
    package let gate: Gate
    package let outside: Outside
    package let passwords: Passwords
    /// Signs checkpoints, and what Cordon states about its evidence.
    let signer: NoteSigner
    let keys: EvidenceKeys
    package let recorder: Recorder
    package let search: SearchIndex
    package let lookbacks: LookbackRunner
    let searches: WorkThreads<EvidenceSearch>
    package let publisher: Publisher

    /// The public half of the key that signs checkpoints.
    package var verifierKey: String { signer.verifierKey }

    /// Opens the database, brings the gate's memory to what it says, and is ready to be asked.
    ///
    /// `masters` are the keys that evidence is sealed with. The index in `searchDirectory` can be
    /// removed at any time. `publishing` says who is asked, before the first entry is written,
    /// whether the log is at least what was published, and who gets its checkpoints afterwards.
    ///
    /// - Throws: ``CordonStore/HeadRegisterFault`` or ``WitnessFault`` when the log was set back or
    ///   has forked, and `StoreError`.
    package static func open(
        engine: EngineChoice, signer: NoteSigner, masters: MasterKeys, searchDirectory: String,
        outside: Outside, passwords: Passwords = Passwords(),
        publishing: PublishingPlan = PublishingPlan()
    ) async throws -> Operations {
        let store = try Store(
            engine: engine,
            participant: { JournalBatch(signer: signer, nonce: { outside.nonce() }) })
        try await checkKey(store, signer)
        let publisher = Publisher(publishing, store: store, signer: signer, outside: outside)
        do {
            try await publisher.checkBeforeWriting()
        } catch {
            store.close()
            throw error
        }
        let keys = EvidenceKeys(masters: masters)
        try await loadDictionaries(store, keys)
        let search = SearchIndex(
            directory: searchDirectory, store: store, keys: keys, outside: outside)
        let operations = Operations(
            store: store, gate: Gate(outside: outside), outside: outside, passwords: passwords,
            signer: signer, keys: keys,
            recorder: Recorder(
                store: store, outside: outside, keys: keys,
                space: DiskSpace(path: searchDirectory + "/..")
            ) { search.wake() },
            search: search,
            lookbacks: LookbackRunner(store: store, index: search, keys: keys),
            searches: WorkThreads("cordon-find", count: 2, limit: 64) {
                EvidenceSearch(store: store, index: search, keys: keys)
            },
            publisher: publisher)
        try await operations.perform(.cordon("start")) { work in
            try work.importStandardPolicy()
            try work.transaction.tileRootsComplete()
        }
        try await operations.fillGate()
        // What the main database's log still holds of it goes as well.
        if try search.start() { try await store.truncateLog() }
        return operations
    }

    /// Ends what runs beside the requests, then the store.
    package func close() {
        recorder.close()
        searches.close()
        lookbacks.close()
        search.close()
        store.close()
    }

    /// How many changes wait for the next commit.
    package var writesWaiting: Int { store.writesWaiting }

    /// Runs one change as one transaction.
    ///
    /// A change that may stop workflows names them in `holding`: from before the transaction until
    /// its outcome the gate refuses everything for them, so that no allow slips in between.
    ///
    /// - Returns: what `body` returns, once it is durable and the gate knows of it.
    @discardableResult
    package func perform<T: Sendable>(
        _ caller: Caller, holding workflows: [String] = [],
        _ body: @escaping @Sendable (Work) throws -> T
    ) async throws -> T {
        let gate = gate
        let outside = outside
        let keys = keys
        let arrivedAt = outside.now()
        let known = gate.known(workflows)
        return try await gate.holding(known) { held in
            try await knowing(known) {
                try await store.write { transaction in
                    try body(
                        Work(
                            transaction, caller: caller, gate: gate, outside: outside, keys: keys,
                            arrivedAt: arrivedAt, held: held))
                }
            }
        }
    }

    /// A workflow with those that share its cause, for ``perform(_:holding:_:)``.
    package func withRelated(_ key: String) async throws -> [String] {
        try await ask(.cordon("stop")) { work in
            [key] + (try work.transaction.workflow(key)?.profile.related ?? [])
        }
    }

    /// Answers one question from one snapshot.
    package func ask<T: Sendable>(
        _ caller: Caller, _ body: @escaping @Sendable (Work) throws -> T
    ) async throws -> T {
        let gate = gate
        let outside = outside
        let keys = keys
        return try await Self.saying {
            try await store.read { transaction in
                try body(
                    Work(transaction, caller: caller, gate: gate, outside: outside, keys: keys))
            }
        }
    }

    /// Says what the asker can do about a fault of the store: try again, or free some space.
    ///
    /// Every other fault is the operator's and passes.
    static func saying<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as StoreError {
            switch error {
            case .overloaded, .contended, .busy: throw Refusal(.overloaded, error.description)
            case .full: throw Refusal(.storageFull, error.description)
            default: throw error
            }
        }
    }

    /// Opens what records were compressed with, and makes sure that the records open as well.
    ///
    /// Several are tried, so that one that is damaged keeps nobody from stopping a workflow.
    private static func loadDictionaries(_ store: Store, _ keys: EvidenceKeys) async throws {
        do {
            for (number, bytes) in try await store.read({
                try $0.dictionaries(masters: keys.masters)
            }) {
                keys.dictionaries.add(number, bytes)
            }
            let newest = try await store.read { try $0.secretsNewest(limit: 8) }
            let opens = newest.contains { leaf, secret in
                // Why one does not open does not matter as long as another does.
                (try? secret.opened(for: leaf, with: keys.masters)) != nil
            }
            if !newest.isEmpty, !opens { throw SealError.broken }
        } catch is SealError {
            store.close()
            throw StoreError.misconfigured(
                "master.key does not open the evidence in the database: put the right key back "
                    + "from its backup")
        }
    }

    /// Refuses a log that another key signed: this one would go on where nobody could follow.
    private static func checkKey(_ store: Store, _ signer: NoteSigner) async throws {
        guard let note = try await store.read({ try $0.checkpointLatest() }) else { return }
        let verifier = try NoteVerifier(signer.verifierKey)
        guard (try? Checkpoint.open(note, verifier: verifier)) != nil else {
            store.close()
            throw StoreError.misconfigured(
                "the newest checkpoint is not signed by ledger.key: put the right key back")
        }
    }

    /// Learns what became of a commit of unknown outcome before anything held is let go: a stop may
    /// have been written, and then the gate has to know.
    private func knowing<T>(
        _ held: [String], _ body: () async throws -> T
    ) async throws -> T {
        do {
            return try await Self.saying(body)
        } catch StoreError.unknownOutcome(let cause) {
            do {
                try await fillGate()
            } catch {
                gate.keepHolding(held)
            }
            throw StoreError.unknownOutcome(cause)
        }
    }

    /// Reads what the gate has to know; the journal is not read, so its length does not matter.
    private func fillGate() async throws {
        let (entries, accounts) = try await ask(.cordon("start")) { work in
            let policy = try work.policy().policy
            let imported = try work.policyRevision()
            let entries = try work.transaction.workflowsWithRevision().map {
                GateEntry(
                    $0.workflow, policy: policy, revision: max($0.revision, imported))
            }
            return (entries, try work.accounts(limit: .max))
        }
        for entry in entries { gate.apply(entry) }
        for account in accounts { gate.apply(account) }
    }
}
