import CordonCore

/// Several people working on one incident in no order at all: half of what they try is of use.
struct RandomWalk {
    private(set) var play: Playthrough
    var dice: SplitMix64
    /// Every text that an accepted command stated: none of them may be lost.
    private(set) var stated: [String] = []
    private(set) var refusals = 0
    /// The level that most answers lead to.
    let target: Int
    /// How often somebody signs or restarts before it is time, in percent.
    let haste: Int
    private var count = 0

    static let related = "invoice-coding"

    init(seed: UInt64) {
        dice = SplitMix64(seed: seed)
        target = dice.roll(4) + 1
        haste = dice.pick([0, 10, 60])
        var profile = Firm.profile
        if dice.chance(50) { profile.related = [Self.related] }
        if dice.chance(30) {
            profile.manualTargets = [
                ManualTarget(name: "mail-rule", instruction: "Switch it off.", contact: "olivia")
            ]
        }
        let left: Answer = target == 3 ? .yes : dice.pick([.no, .unknown])
        play = Playthrough(leftCompany: left, workflow: Firm.running(profile))
    }

    var sequence: ResponseSequence { play.sequence }
    var incident: Incident { play.incident }

    /// A text that nobody has said before.
    mutating func text() -> String {
        count += 1
        return "text-\(count)-end"
    }

    mutating func person() -> Actor { dice.pick(Firm.people) }

    /// Lets `actor` try something and remembers what was said if it was accepted.
    mutating func attempt(
        _ actor: Actor, saying texts: String...,
        decide: (ResponseSequence) throws -> [IncidentEvent]
    ) {
        let before = Counts(incident)
        do {
            try play.act(actor, decide)
            stated += texts
        } catch {
            refusals += 1
        }
        precondition(!Counts(incident).isShorter(than: before), "a list of facts shrank")
    }

    mutating func stop(_ key: String, by actor: Actor) {
        do {
            try play.stop(
                key, scope: dice.chance(80) ? .whole : .outbound, by: actor,
                leasesUntil: dice.chance(50) ? play.now.adding(milliseconds: 1_000) : nil)
        } catch {
            refusals += 1
        }
    }

    /// Confirms every target that can be confirmed by now.
    mutating func prove(by actor: Actor) {
        for containment in play.workflow?.containments ?? [] {
            for target in containment.targets where target.confirmation == nil {
                let by = target.kind == .manual ? actor.person : .cordon
                // A lease that still runs cannot be confirmed: then there is nothing to take in.
                let events = try? play.workflow?.confirm(
                    containment: containment.id, target: target.name, proof: "Seen.", by: by,
                    at: play.now)
                play.take(events ?? [])
            }
        }
        do { try play.proveWhatIsProved() } catch { refusals += 1 }
    }

    mutating func pass(milliseconds: Int) {
        play.now = play.now.adding(milliseconds: Int64(milliseconds))
    }

    /// The lists that only ever grow.
    struct Counts {
        private let values: [Int]

        init(_ incident: Incident) {
            values = [
                incident.times.count, incident.assessments.count, incident.levelHistory.count,
                incident.containments.count, incident.holds.count, incident.evidence.count,
                incident.gaps.count, incident.affected.count, incident.obligations.count,
                incident.lookbacks.count, incident.actions.count, incident.cases.count,
                incident.runs.count, incident.signatures.count, incident.restarts.count,
                incident.trips.count, incident.lookbacks.flatMap(\.findings).count,
                incident.skips.count, incident.version,
            ]
        }

        func isShorter(than other: Counts) -> Bool {
            zip(values, other.values).contains { $0.0 < $0.1 }
        }
    }
}
