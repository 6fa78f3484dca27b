import CordonCore
package import CordonLedger
package import CordonStore
import Synchronization

/// Hands checkpoints to those who would notice that the log was set back: a follower.
///
/// It never holds up a write: whatever is published was durable before. Whoever fails is tried
/// again with growing pauses, and the others do not wait for it.
///
/// Safe to share: what it remembers is behind a lock, in which nothing is awaited.
package final class Publisher: Sendable {
    package let plan: PublishingPlan
    private let store: Store
    private let signer: NoteSigner
    private let outside: Outside
    private let state = Mutex(PublishingState())

    /// A start waits for a silent witness no longer than this.
    private static let startTimeout = Duration.seconds(5)
    private static let timeout = Duration.seconds(15)

    package init(_ plan: PublishingPlan, store: Store, signer: NoteSigner, outside: Outside) {
        self.plan = plan
        self.store = store
        self.signer = signer
        self.outside = outside
    }

    package var targets: [PublishingTarget] { plan.targets }

    /// What the operator has not been told yet; each piece is given once.
    package func takeNews() -> [PublishingNews] { state.withLock { $0.takeNews() } }

    package var progress: [PublishingProgress] {
        state.withLock { state in
            targets.map {
                PublishingProgress(
                    name: $0.name, size: state.size($0), isFailing: state.isFailing($0))
            }
        }
    }

    /// Publishes the newest checkpoint to one of the ``targets``, if it has not got it yet.
    ///
    /// Not to be called for one target twice at a time. Failures are noted, told by
    /// ``takeNews()``, and tried again once their pause is over.
    package func step(_ target: PublishingTarget) async {
        guard !state.withLock({ $0.isPaused(target, at: outside.uptime()) }) else { return }
        do {
            guard let newest = try await store.read({ try $0.checkpointNewest() }) else { return }
            switch target {
            case .register: try await advanceRegister(newest)
            case .witness(let witness): try await cosign(newest, by: witness)
            case .authority(let url): try await stamp(newest, by: url)
            }
        } catch {
            state.withLock {
                $0.fail(target, Self.trouble(error), "\(error)", at: outside.uptime())
            }
        }
    }

    private static func trouble(_ error: any Error) -> PublishingTrouble {
        switch error {
        case let fault as WitnessFault: fault.contradictsLog ? .contradiction : .refusal
        case HeadRegisterFault.setBack, HeadRegisterFault.forked, HeadRegisterFault.unfounded:
            .contradiction
        case OutboundFault.unreachable: .silence
        default: .refusal
        }
    }

    private func advanceRegister(_ newest: (size: UInt64, note: String)) async throws {
        guard let register = plan.register else { return }
        let edge = state.withLock { $0.edge }
        guard newest.size > edge.size else { return }
        // A crash leaves the old head or the new one; both are of this log.
        let grown = try await store.read { transaction in
            try register.advance(to: newest.note, from: edge) {
                try transaction.tileHashes(level: 0, from: $0, count: Int($1 - $0))
            }
        }
        state.withLock {
            $0.edge = grown
            $0.succeed(.register, size: grown.size, at: outside.uptime())
        }
    }

    private func cosign(
        _ newest: (size: UInt64, note: String), by witness: WitnessAddress
    ) async throws {
        let target = PublishingTarget.witness(witness)
        let known = try await known(target) { try $0.cosignatureNewest(witness: witness.key)?.size }
        guard newest.size > known else { return }
        let line = try await exchange(witness, size: newest.size, timeout: Self.timeout)
            .cosign(newest.note, size: newest.size, from: known)
        // A crash before this loses the line, and the next start asks for it anew.
        try await store.write {
            try $0.cosignatureSave(size: newest.size, witness: witness.key, line: line)
        }
        state.withLock { $0.succeed(target, size: newest.size, at: outside.uptime()) }
    }

    private func exchange(
        _ witness: WitnessAddress, size: UInt64, timeout: Duration
    ) -> WitnessExchange {
        WitnessExchange(witness: witness, post: plan.post, timeout: timeout) { [store] old in
            try await store.read { try $0.tileTree(size: size).consistencyProof(from: old) }
        }
    }

    private func stamp(_ newest: (size: UInt64, note: String), by url: String) async throws {
        let target = PublishingTarget.authority(url)
        let known = try await known(target) { try $0.timestampNewest(authority: url)?.size }
        guard newest.size > known, try await isDue(target, url) else { return }
        let checkpoint = try Checkpoint.open(
            newest.note, verifier: try NoteVerifier(signer.verifierKey))
        let nonce = outside.randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let query = TimestampQuery(checkpoint, nonce: nonce)
        let answer = try await plan.post(
            OutboundMessage(
                url: url, headers: [("content-type", "application/timestamp-query")],
                body: query.bytes, timeout: Self.timeout))
        guard answer.status == 200 else { throw AuthorityRefusal(status: answer.status) }
        try TimestampReply(answer.body).check(query)
        // The whole answer, as it came: whoever judges it wants the signature and certificates.
        try await store.write {
            try $0.timestampSave(size: newest.size, authority: url, token: answer.body)
        }
        state.withLock { $0.succeed(target, size: newest.size, at: outside.uptime()) }
    }

    /// Whether the last timestamp is old enough: by the authority's clock, or since the start by
    /// ours.
    private func isDue(_ target: PublishingTarget, _ url: String) async throws -> Bool {
        let pause = Int64(plan.timestampHours) * 3_600_000
        if let doneAt = state.withLock({ $0.doneAt(target) }) {
            return outside.uptime() - doneAt >= pause
        }
        // One that cannot be read any more is as good as none.
        guard let token = try await store.read({ try $0.timestampNewest(authority: url)?.token }),
            let time = try? TimestampReply(token).time
        else { return true }
        // Clocks may disagree: one that lies far ahead must not stop all timestamps for good.
        return abs(outside.now().milliseconds - time * 1_000) >= pause
    }

    /// The size that was published last, from the database when the process is young.
    private func known(
        _ target: PublishingTarget, _ stored: @escaping @Sendable (Transaction) throws -> UInt64?
    ) async throws -> UInt64 {
        if let size = state.withLock({ $0.size(target) }) { return size }
        guard let size = try await store.read(stored) else { return 0 }
        state.withLock { $0.know(target, size: size) }
        return size
    }
}

extension Publisher {
    /// Asks everybody whether the log is at least what was published, before anything is written.
    ///
    /// Whoever does not answer is a warning: a start in an emergency must not hang on others.
    ///
    /// - Throws: ``CordonStore/HeadRegisterFault`` or ``WitnessFault`` when somebody knows more
    ///   than this log, or another history; `StoreError` when register or log cannot be read.
    func checkBeforeWriting() async throws {
        try await checkRegister()
        guard !plan.witnesses.isEmpty else { return }
        let newest = try await newestOrEmpty()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for witness in plan.witnesses {
                group.addTask { try await self.check(newest, with: witness) }
            }
            try await group.waitForAll()
        }
    }

    private func checkRegister() async throws {
        guard let register = plan.register else { return }
        let edge = try await store.read { transaction in
            let size = try transaction.logHead().size
            do {
                return try register.check(
                    size: size,
                    edge: { old in
                        try transaction.tileTree(size: old).frontier()
                    })
            } catch is TileTreeError {
                // A log of an older Cordon keeps no tiles yet: it is read leaf by leaf.
                return try register.check(
                    size: size,
                    leaves: { from, to in
                        try transaction.tileHashes(level: 0, from: from, count: Int(to - from))
                    })
            }
        }
        state.withLock {
            $0.edge = edge
            if edge.size == 0 {
                $0.tell(.notice, "register: nothing is registered in \(register.path) yet")
            } else {
                $0.know(.register, size: edge.size)
            }
        }
    }

    /// An empty log can be what is left of one: that of no entries is signed to ask about it.
    private func newestOrEmpty() async throws -> (size: UInt64, note: String) {
        if let newest = try await store.read({ try $0.checkpointNewest() }) { return newest }
        let empty = try Checkpoint(origin: signer.name, size: 0, root: Merkle.emptyRoot)
        return (0, try empty.signed(by: signer))
    }

    private func check(
        _ newest: (size: UInt64, note: String), with witness: WitnessAddress
    ) async throws {
        let target = PublishingTarget.witness(witness)
        do {
            let known = try await known(target) {
                try $0.cosignatureNewest(witness: witness.key)?.size
            }
            // What it signs is asked for again once the server runs, and kept then.
            _ = try await exchange(witness, size: newest.size, timeout: Self.startTimeout)
                .cosign(newest.note, size: newest.size, from: known)
        } catch let fault as WitnessFault where fault.contradictsLog {
            throw fault
        } catch {
            state.withLock {
                $0.fail(
                    target, Self.trouble(error),
                    "\(error); whether this log is what was published could not be asked",
                    at: outside.uptime())
            }
        }
    }
}

/// An authority that answered with something else than a timestamp.
private struct AuthorityRefusal: Error, CustomStringConvertible {
    let status: Int

    var description: String { "the timestamp authority answered \(status)" }
}

extension Operations {
    /// The keys of the witnesses that are asked to cosign.
    package var witnessKeys: [String] { publisher.plan.witnesses.map(\.key) }
}

extension Work {
    /// The newest checkpoint that all of these witnesses have cosigned, with their lines.
    package func checkpoint(cosignedBy witnesses: [String]) throws -> String? {
        try transaction.checkpointCosigned(by: witnesses)?.note
    }
}
