import CordonCore
import Testing

/// What holds whatever people do, in whatever order.
///
/// A failure prints the seed of its walk: `RandomWalk(seed:)` with it plays the same again.
@Suite struct RandomWalkTests {
    private static let walks: UInt64 = 304
    private static let moves = 150

    @Test(arguments: 0..<UInt64(8))
    func noOrderOfCommandsBreaksTheRules(_ batch: UInt64) throws {
        var restarts: [Int: Int] = [:]
        for number in 0..<(Self.walks / 8) {
            let seed = batch * 1_000 + number
            let walk = played(seed)
            let related = walk.play.workflow?.profile.related ?? []
            let oracle = RestartOracle(walk.play.entries, related: related)
            #expect(oracle.violations == [], "seed \(seed)")
            #expect(oracle.restarts.count == walk.incident.restarts.count, "seed \(seed)")
            for level in oracle.restarts { restarts[level, default: 0] += 1 }
            try replays(walk, seed)
            keepsWhatWasStated(walk, seed)
            #expect(walk.refusals > 0, "seed \(seed): nothing was ever refused")
        }
        // A walk that never comes to a restart would prove nothing about it.
        for level in 1...4 {
            #expect(restarts[level, default: 0] > 0, "batch \(batch), level \(level)")
        }
    }

    private func played(_ seed: UInt64) -> RandomWalk {
        var walk = RandomWalk(seed: seed)
        var before = walk.sequence
        for _ in 0..<Self.moves {
            walk.pass(milliseconds: walk.dice.roll(10_000_000))
            if walk.dice.chance(70) { walk.advance() } else { walk.stray() }
            let after = walk.sequence
            if after.level < before.level { expectFallIsAllowed(walk, from: before, seed) }
            before = after
        }
        return walk
    }

    /// The level that rules falls when two people lower it, when a question that counted as yes is
    /// answered, or when the event is declined before anybody declared it.
    private func expectFallIsAllowed(
        _ walk: RandomWalk, from before: ResponseSequence, _ seed: UInt64
    ) {
        let declared = before.incident.declaredLevel ?? 1
        let after = walk.incident.declaredLevel ?? 1
        let isLowered = walk.play.entries.suffix(3).contains {
            if case .levelLowered = $0.event { true } else { false }
        }
        #expect(after >= declared || isLowered, "seed \(seed)")
        #expect(walk.sequence.level >= walk.sequence.floor.confirmed, "seed \(seed)")
    }

    /// The events alone make the same incident and the same workflow again, also from their bytes.
    private func replays(_ walk: RandomWalk, _ seed: UInt64) throws {
        let first = walk.play.entries[0]
        var plain = try #require(Incident(first: first.event, by: first.by, at: first.at))
        var read = plain
        for entry in walk.play.entries.dropFirst() {
            plain.apply(entry.event, by: entry.by, at: entry.at)
            let bytes = try Canonical.bytes(entry.event)
            let event = try Canonical.read(IncidentEvent.self, from: bytes)
            #expect(event == entry.event, "seed \(seed)")
            read.apply(event, by: entry.by, at: entry.at)
        }
        #expect(plain == walk.incident, "seed \(seed)")
        #expect(read == walk.incident, "seed \(seed)")
        let stored = try Canonical.read(Incident.self, from: Canonical.bytes(plain))
        #expect(stored == plain, "seed \(seed)")
        #expect(stored.evidenceHash == plain.evidenceHash, "seed \(seed)")

        let workflow = try #require(walk.play.workflow)
        var again = Firm.running(workflow.profile)
        for (event, at) in walk.play.workflowEvents {
            let bytes = try Canonical.bytes(event)
            again.apply(try Canonical.read(WorkflowEvent.self, from: bytes), at: at)
        }
        #expect(again == workflow, "seed \(seed)")
    }

    private func keepsWhatWasStated(_ walk: RandomWalk, _ seed: UInt64) {
        let kept = walk.play.entries.map { "\($0.event)" }.joined()
        var words: Set<Substring> = []
        for word in kept.split(separator: "\"") where word.hasPrefix("text-") { words.insert(word) }
        let lost = walk.stated.filter { !words.contains(Substring($0)) }
        #expect(lost == [], "seed \(seed)")
    }
}
