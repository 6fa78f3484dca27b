import CordonCore

/// The business-services firm of the worked example: its people and its workflow.
enum Firm {
    static let key = "monthly-summaries"
    static let function = "client-services"
    static let start = Instant(milliseconds: 1_776_416_585_123)
    static let policy = Policy.standard

    static let owner = actor("olivia", RoleGrant(.owner, workflow: key))
    static let leader = actor("lena", RoleGrant(.functionalLeader, function: function))
    static let otherOwner = actor("otto", RoleGrant(.owner, workflow: "invoice-coding"))
    static let otherLeader = actor("lars", RoleGrant(.functionalLeader, function: "accounting"))
    static let sponsor = actor("sven", RoleGrant(.executiveSponsor))
    static let leadership = actor("ella", RoleGrant(.executiveLeadership))
    static let counsel = actor("carla", RoleGrant(.legal))
    static let security = actor("sami", RoleGrant(.security))
    static let engineer = actor("eric", RoleGrant(.operator))
    static let reviewer = actor("rita", RoleGrant(.reviewer, workflow: key))
    static let administrator = actor("adam", RoleGrant(.administrator))
    /// Somebody with every part at once, who still is one person.
    static let everything = actor(
        "eve", RoleGrant(.owner, workflow: key), RoleGrant(.functionalLeader, function: function),
        RoleGrant(.executiveSponsor), RoleGrant(.executiveLeadership), RoleGrant(.legal))

    static let people = [
        owner, leader, otherOwner, otherLeader, sponsor, leadership, counsel, security, engineer,
        reviewer, administrator, everything,
    ]

    static func actor(_ name: String, _ grants: RoleGrant...) -> Actor {
        Actor(Person(id: "id-\(name)", name: name), grants: Set(grants))
    }

    static let profile = WorkflowProfile(
        name: "Monthly customer summaries", purpose: "Drafts what account managers send.",
        function: function, owner: "olivia", deputy: "dora",
        fallback: Fallback(
            title: "By hand", steps: ["Read the notes", "Write the summary"],
            contact: "olivia", capacity: "20 summaries a day"),
        reviewStandard: ReviewStandard(checks: ["Only this customer"], sharePercent: 100),
        escalation: [EscalationContact(function: "legal", contact: "carla")],
        authority: Authority(mode: .draft), dataClasses: ["customer"],
        affectedParties: ["customers"], retention: "standard",
        severityOwners: (1...4).map { SeverityOwner(level: $0, contact: "olivia") })

    static func registered(_ profile: WorkflowProfile = profile) -> Workflow {
        guard let workflow = Workflow(first: .registered(key: key, profile: profile), at: start)
        else { preconditionFailure("a registration begins a workflow") }
        return workflow
    }

    /// The workflow with everything that production demands, in production.
    static func running(_ profile: WorkflowProfile = profile) -> Workflow {
        var workflow = registered(profile)
        workflow.apply(.fallbackRehearsed(on: start), at: start)
        workflow.apply(.stopTested(proof: "Tried."), at: start)
        workflow.apply(.enteredProduction, at: start)
        return workflow
    }
}

extension Workflow {
    /// Takes in every one of `events` at once.
    mutating func apply(_ events: [WorkflowEvent], at now: Instant) {
        for event in events { apply(event, at: now) }
    }
}
