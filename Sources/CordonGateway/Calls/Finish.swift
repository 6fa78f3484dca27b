import CordonOperations
import Synchronization

/// Ends a call once, whatever way its answer takes.
///
/// Safe to share: the gate ends a call that has ended without effect.
final class Finish: Sendable {
    private let gate: Gate
    private let passing: InFlightCall
    private let watch: ConnectionWatch?
    /// What the call's request has taken of what all calls may hold: its record has the request,
    /// so it is there as long as the call is.
    private let held: HeldBytes?
    private let abandonment = Mutex<(@Sendable () -> Void)?>(nil)

    init(
        _ gate: Gate, _ passing: InFlightCall, _ watch: ConnectionWatch?, held: HeldBytes? = nil
    ) {
        self.gate = gate
        self.passing = passing
        self.watch = watch
        self.held = held
    }

    /// Says what is to be done when the call is dropped without having ended: the server begins no
    /// answer to a caller that has gone.
    func whenAbandoned(_ body: @escaping @Sendable () -> Void) {
        abandonment.withLock { $0 = body }
    }

    /// The caller has its last byte, or never gets one.
    func end() {
        abandonment.withLock { $0 = nil }
        watch?.whenGone(nil)
        passing.whenCut(nil)
        gate.end(passing)
        held?.giveBack()
    }

    deinit {
        abandonment.withLock { $0 }?()
        gate.end(passing)
        held?.giveBack()
    }
}
