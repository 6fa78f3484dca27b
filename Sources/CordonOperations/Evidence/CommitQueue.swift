/// Who writes next, and what goes with it.
///
/// One member writes at a time, and whoever comes meanwhile goes with the next. A member with
/// patience gives others a while to come, and goes with the first that has none, or when its
/// patience ends. A pure value: it is told the time, and says for when it wants to be called.
struct CommitQueue<Member> {
    typealias Instant = ContinuousClock.Instant

    private struct Place {
        let member: Member
        let deadline: Instant
    }

    /// What becomes of a member that has come.
    enum Step {
        /// It writes, now, and takes along whom it likes.
        case lead
        /// It is taken along; ``patienceEnds(at:)`` has to be called at the alarm, where there is
        /// one.
        case wait(alarm: Instant?)
    }

    /// What follows a commit.
    enum Next {
        case lead(Member)
        case rest(alarm: Instant?)
    }

    private var places: [Place] = []
    private var isWriting = false
    private var isHurried = false
    /// The earliest alarm that was asked for and has not come.
    private var alarm: Instant?

    mutating func join(_ member: Member, patience: Duration, now: Instant) -> Step {
        let hasPatience = patience > .zero && !isHurried
        guard isWriting || hasPatience else {
            isWriting = true
            return .lead
        }
        places.append(Place(member: member, deadline: hasPatience ? now + patience : now))
        return .wait(alarm: newAlarm())
    }

    /// Takes the next one along, if `fits` says so.
    mutating func take(where fits: (Member) -> Bool) -> Member? {
        guard let next = places.first, fits(next.member) else { return nil }
        return places.removeFirst().member
    }

    /// The one who writes has written.
    mutating func written(now: Instant) -> Next {
        isWriting = false
        guard places.contains(where: { isHurried || $0.deadline <= now }) else {
            return .rest(alarm: newAlarm())
        }
        return lead().map(Next.lead) ?? .rest(alarm: nil)
    }

    /// The alarm for `instant` has come.
    ///
    /// - Returns: who writes now, where nobody does and somebody waits.
    mutating func patienceEnds(at instant: Instant) -> Member? {
        if alarm == instant { alarm = nil }
        return lead()
    }

    /// From now on nobody has patience.
    ///
    /// - Returns: who writes now, where nobody does and somebody waits.
    mutating func hurry() -> Member? {
        isHurried = true
        return lead()
    }

    private mutating func lead() -> Member? {
        guard !isWriting, !places.isEmpty else { return nil }
        isWriting = true
        return places.removeFirst().member
    }

    /// An alarm that is needed, and earlier than the one that was asked for.
    private mutating func newAlarm() -> Instant? {
        guard !isWriting, let first = places.map(\.deadline).min() else { return nil }
        if let alarm, alarm <= first { return nil }
        alarm = first
        return first
    }
}
