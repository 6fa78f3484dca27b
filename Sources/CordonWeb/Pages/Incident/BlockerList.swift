import CordonCore

/// What stands in the way, each with the step that it belongs to.
struct BlockerList {
    let blockers: [Blocker]

    init(_ blockers: [Blocker]) { self.blockers = blockers }

    var lines: [HTML] {
        blockers.map { blocker -> HTML in
            let message: HTML = "\(told: blocker.message)"
            guard let step = blocker.step else { return message }
            return HTML.say("Step \(step): \(message)")
        }
    }

    var html: HTML { HTML.list(lines) }
}
