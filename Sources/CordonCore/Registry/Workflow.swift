/// A business process that uses AI: the unit of everything.
///
/// Its state is what its events made of it.
package struct Workflow: Codable, Equatable, Sendable {
    package private(set) var key: String
    package private(set) var profile: WorkflowProfile
    package private(set) var rehearsedOn: Instant?
    package private(set) var stopTestedAt: Instant?
    /// The stop test that is going on, or that nobody has ended yet.
    package private(set) var stopTest: StopTest?
    package private(set) var productionSince: Instant?
    package private(set) var override: ReadinessOverride?
    package private(set) var containments: [Containment]
    package private(set) var watch: Watch?
    package private(set) var retiredReason: String?
    package private(set) var registeredAt: Instant
    /// How many events made it: the row version, for conditional changes.
    package private(set) var version: Int

    /// An executive's decision to run without everything that readiness demands.
    package struct ReadinessOverride: Codable, Equatable, Sendable {
        package let reason: String
        package let by: Person
        package let expiresAt: Instant
        package let gaps: [Readiness]

        package init(reason: String, by: Person, expiresAt: Instant, gaps: [Readiness]) {
            self.reason = reason
            self.by = by
            self.expiresAt = expiresAt
            self.gaps = gaps
        }
    }

    /// The state that people and programs see.
    package enum State: String, Codable, CaseIterable, Sendable {
        case draft, running, stopping, stopped, watch, retired
    }

    package var state: State {
        if retiredReason != nil { return .retired }
        let whole = containments.filter { $0.isInForce && $0.scope == .whole }
        if !whole.isEmpty { return whole.allSatisfy(\.isProved) ? .stopped : .stopping }
        // A draft that was stopped and restarted is watched, yet it is no more ready than before.
        if productionSince == nil { return .draft }
        return watch == nil ? .running : .watch
    }

    package var context: WorkflowContext {
        WorkflowContext(key: key, function: profile.function, owner: profile.owner)
    }

    package var containmentsInForce: [Containment] { containments.filter(\.isInForce) }

    /// The most containments that one workflow keeps in its state; older lifted ones stay in the
    /// journal.
    static let containmentsKept = 50
}

extension Workflow {
    /// Begins a workflow from its first event.
    ///
    /// - Returns: `nil` when `event` is not a registration.
    package init?(first event: WorkflowEvent, at: Instant) {
        guard case .registered(let key, let profile) = event else { return nil }
        self.key = key
        self.profile = profile
        containments = []
        registeredAt = at
        version = 1
    }

    /// Takes in what happened.
    ///
    /// Total: an event that was once accepted is never refused.
    package mutating func apply(_ event: WorkflowEvent, at: Instant) {
        version += 1
        switch event {
        case .registered: break
        case .amended(let profile):
            self.profile = profile
        case .fallbackRehearsed(let on): rehearsedOn = on
        case .stopTestBegan(let test): stopTest = test
        case .stopTested:
            stopTestedAt = at
            stopTest = nil
        case .stopTestEnded: stopTest = nil
        case .enteredProduction:
            productionSince = at
            override = nil
        case .readinessOverridden(let override):
            productionSince = at
            self.override = override
        case .overrideLapsed:
            productionSince = nil
            override = nil
        case .stopped(let containment):
            containments.append(containment)
            // What another incident stops leaves a running watch: its window still ends in time.
            if watch?.incident == containment.incident { watch = nil }
            if containments.count > Self.containmentsKept,
                let oldest = containments.firstIndex(where: { !$0.isInForce })
            {
                containments.remove(at: oldest)
            }
        case .targetConfirmed(let id, let target, let confirmation):
            change(id) { containment in
                guard let index = containment.targets.firstIndex(where: { $0.name == target })
                else { return }
                containment.targets[index].confirmation = confirmation
            }
        case .contained(let id): change(id) { $0.containedAt = at }
        case .restarted(let incident, let watch):
            for index in containments.indices
            where containments[index].incident == incident && containments[index].isInForce {
                containments[index].liftedAt = at
            }
            // A restart without a watch does not end another incident's.
            if let watch { self.watch = watch }
        case .watchEnded: watch = nil
        case .retired(let reason):
            retiredReason = reason
            watch = nil
            stopTest = nil
        }
    }

    private mutating func change(_ id: String, _ body: (inout Containment) -> Void) {
        guard let index = containments.firstIndex(where: { $0.id == id }) else { return }
        body(&containments[index])
    }
}
