/// Something that time alone brings about, so that the clock has to be watched for it.
package enum Due: Equatable, Sendable {
    /// The last allow that was given before a stop runs out.
    case leasesRunOut(containment: String, at: Instant)
    /// The calls that a stop cut have to end; looked for from the stop on.
    case callsEnd(containment: String, at: Instant)
    case overrideLapses(at: Instant)
    case stopTestEnds(at: Instant)
    case watchEnds(incident: String, at: Instant)

    package var at: Instant {
        switch self {
        case .leasesRunOut(_, let at), .callsEnd(_, let at), .overrideLapses(let at),
            .stopTestEnds(let at), .watchEnds(_, let at):
            at
        }
    }
}

extension Workflow {
    /// What time alone will change about this workflow.
    package var dues: [Due] {
        var dues: [Due] = []
        for containment in containments {
            for target in containment.targets where target.confirmation == nil {
                if let at = target.runsOutAt {
                    dues.append(.leasesRunOut(containment: containment.id, at: at))
                } else if target.kind == .gateway {
                    dues.append(
                        .callsEnd(containment: containment.id, at: containment.requestedAt))
                }
            }
        }
        if retiredReason != nil { return dues }
        if let override { dues.append(.overrideLapses(at: override.expiresAt)) }
        if let stopTest { dues.append(.stopTestEnds(at: stopTest.until)) }
        if let watch { dues.append(.watchEnds(incident: watch.incident, at: watch.until)) }
        return dues
    }
}
