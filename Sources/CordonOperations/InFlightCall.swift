package import CordonCore
import Synchronization

/// A call that passes through the gateway, from the moment in which it was allowed until its caller
/// has the last byte.
///
/// Safe to share: whether it was cut is one atomic flag, and what is done about it is called once.
package final class InFlightCall: Sendable {
    package let workflow: String
    package let request: GateRequest
    private let wasCut = Atomic(false)
    private let state = Mutex(State())

    private struct State {
        var stop: GateEntry.Stop?
        var isSettled = false
        var onCut: (@Sendable () -> Void)?
    }

    package init(workflow: String, request: GateRequest) {
        self.workflow = workflow
        self.request = request
    }

    /// Whether a stop has landed on it: nothing more may be released.
    package var isCut: Bool { wasCut.load(ordering: .acquiring) }

    /// The stop that cut it.
    package var stop: GateEntry.Stop? { state.withLock { $0.stop } }

    /// Decides that what is left will be released: from now on no stop cuts the call, and each
    /// waits until it has ended.
    ///
    /// - Returns: `false` when a stop was faster.
    package func settle() -> Bool {
        state.withLock { state in
            if state.stop == nil { state.isSettled = true }
            return state.isSettled
        }
    }

    /// Whether a stop has to wait for its end: it was cut, or it is being released.
    var isEnding: Bool { state.withLock { $0.isSettled || $0.stop != nil } }

    /// Says what is to be done when a stop lands; done at once if one has.
    package func whenCut(_ body: (@Sendable () -> Void)?) {
        let isLate = state.withLock { state in
            state.onCut = body
            return state.stop != nil
        }
        if isLate { body?() }
    }

    func cut(_ stop: GateEntry.Stop) {
        let body = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.stop == nil, !state.isSettled else { return nil }
            state.stop = stop
            wasCut.store(true, ordering: .releasing)
            return state.onCut
        }
        body?()
    }
}

/// What stops have cut of one workflow.
struct CutTally: Equatable, Sendable {
    var count = 0
    var lastEndedAt: Instant?

    /// What proves the target `gateway` of a containment.
    var proof: String {
        guard count > 0 else { return "No call passes through the gateway any more." }
        let calls = count == 1 ? "1 call was cut" : "\(count) calls were cut"
        return lastEndedAt.map { "\(calls); the last ended at \($0.rfc3339)." } ?? "\(calls)."
    }
}

/// What a workflow still had going when the gate closed on it.
package struct HeldWorkflow: Sendable {
    /// For how long callers may still rely on an allow; 0 when there is none.
    let leaseMilliseconds: Int64
    /// What was passing through the gateway; `nil` when the workflow does not come that way.
    let inFlight: [GateRequest]?
}
