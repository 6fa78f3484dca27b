import CordonAPI
import CordonCore

@testable import CordonWeb

/// Incidents made of events, as the operations make them, and their pages.
enum IncidentSample {
    static let number = "INC-2026-0007"
    static let workflow = "monthly-summaries"
    static let at = Instant(milliseconds: 1_776_459_785_000)
    static let digest = String(repeating: "0123456789abcdef", count: 4)
    static let containment = "01JX3M8Q6ZK4T5V6W7X8Y9Z0C1"
    static let hit = "01JX3M8Q6ZK4T5V6W7X8Y9Z0H1"

    static func person(_ id: String, _ say: (String) -> String) -> Person {
        Person(id: id, name: say(id))
    }

    // MARK: Policy and workflow

    /// The policy that ships, in which everything might have been written by somebody.
    static func policy(_ say: (String) -> String) -> Policy {
        var policy = Policy.standard
        for index in policy.steps.indices {
            policy.steps[index].title = say(policy.steps[index].title)
            policy.steps[index].instruction = say(policy.steps[index].instruction)
        }
        for index in policy.types.indices {
            policy.types[index].title = say(policy.types[index].title)
            policy.types[index].example = say(policy.types[index].example)
        }
        for index in policy.levels.indices {
            policy.levels[index].title = say(policy.levels[index].title)
        }
        for index in policy.questions.indices {
            policy.questions[index].text = say(policy.questions[index].text)
        }
        for index in policy.criticalFlags.indices {
            policy.criticalFlags[index].text = say(policy.criticalFlags[index].text)
        }
        for index in policy.failureClasses.indices {
            policy.failureClasses[index].title = say(policy.failureClasses[index].title)
        }
        for index in policy.controls.indices {
            policy.controls[index].title = say(policy.controls[index].title)
        }
        return policy
    }

    private static func made(_ say: (String) -> String) -> Workflow {
        let profile = WorkflowProfile(
            name: say("Monthly summaries"), function: "client-services", owner: say("ben"))
        guard
            let workflow = Workflow(
                first: .registered(key: Self.workflow, profile: profile), at: at)
        else { preconditionFailure("a registration begins a workflow") }
        return workflow
    }

    // MARK: Pages

    /// Somebody who may do everything, and could sign in these roles.
    static func everybody(signing roles: [Role] = []) -> IncidentVisitor {
        IncidentVisitor(
            permissions: Set(Permission.allCases), isReporter: true, signingRoles: roles)
    }

    static func page(
        _ incident: Incident, _ say: (String) -> String, asked: IncidentPart? = nil,
        state: Workflow.State = .stopped, related: [String] = [],
        visitor: IncidentVisitor? = nil, containments: [ContainmentView] = [],
        searches: [LookbackRunView] = [], changes: [ChangeView] = [],
        timeline: [TimelineLine] = [], returned: ReturnedForm? = nil
    ) -> IncidentPage {
        let policy = policy(say)
        let known = incident.workflow == nil ? nil : made(say)
        let sequence = ResponseSequence(incident, policy: policy, workflow: known)
        return IncidentPage(
            incident: IncidentView(sequence), restart: RestartView(sequence),
            workflow: known.map { workflow in
                IncidentWorkflow(
                    key: workflow.key, name: workflow.profile.name, state: state,
                    owner: workflow.profile.owner, fallbackTitle: say("Write it by hand"),
                    relatedToStop: related)
            },
            choices: IncidentChoices(
                policy, watchHours: sequence.terms?.watchHours ?? 0,
                function: known?.profile.function,
                workflows: known == nil ? [(key: "refunds", name: say("Refunds"))] : []),
            visitor: visitor ?? everybody(), containments: containments, searches: searches,
            changes: changes, timeline: timeline, asked: asked, returned: returned)
    }

    /// What one of the people of an unlisted workflow has just reported.
    static func reportedPage(_ say: (String) -> String) -> IncidentPage {
        let report = Report(
            number: number, workflow: nil, unlisted: say("The price robot"),
            what: say("A price was changed.\nTwice."), leftCompany: .unknown, contact: nil,
            discovered: nil, policyVersion: 1)
        return page(incident(report, [], say), say)
    }

    static func toStopPage(_ say: (String) -> String) -> IncidentPage {
        page(
            incident(report(say), [], say), say, asked: .contain, state: .running,
            related: ["refunds"])
    }

    static func wholePage(_ say: (String) -> String) -> IncidentPage {
        page(
            inTheMiddle(say), say, state: .stopping, containments: stops(say),
            searches: [
                search(say, state: "running", hits: []), search(say, state: "finished", hits: []),
            ], changes: changes(say), timeline: lines(say))
    }

    /// As much of everything as one page has to bear.
    static func heavyPage(_ say: (String) -> String) -> IncidentPage {
        var heavy = inTheMiddle(say)
        for number in 1...200 {
            let record = AffectedRecord(
                id: "01A\(number)", kind: .record, reference: say("Account \(number)"),
                description: say("The summary of this account names another customer."))
            heavy.apply(.affectedAdded(record), by: person("ben", say), at: at)
        }
        let all = lines(say)
        let many = (0..<100).map { all[$0 % all.count] }
        return page(
            heavy, say, state: .stopping, containments: stops(say),
            searches: [search(say, state: "finished", hits: [])], changes: changes(say),
            timeline: many)
    }

    static func faultyPage(_ say: (String) -> String) -> IncidentPage {
        let returned = ReturnedForm(
            id: "do-assess",
            fields: ["answers/1": "yes", "type": "other", "type_note": say("Too short.")],
            faults: [
                FormFault("type_note", say("This type needs a note that says what it is.")),
                FormFault("", say("The assessment has faults.")),
            ])
        return page(inTheMiddle(say), say, asked: .assess, returned: returned)
    }

    static func closedPage(_ say: (String) -> String) -> IncidentPage {
        var incident = restarted(ready(say), say)
        let gus = person("gus", say)
        let sequence = ResponseSequence(incident, policy: policy(say), workflow: made(say))
        // The rules refuse a review that comes before its cause, and this one has a cause.
        let review =
            (try? sequence.review(
                controlChange: say("Retrieval by account."),
                updates: [Review.Update(.training, say("Names are looked for."))],
                recurrence: ["INC-2026-0003"], at: at)) ?? []
        let last: [IncidentEvent] = [
            .stepSkipped(step: 11, reason: say("Its own watch goes on.")),
            .exceptionSigned(role: .executiveSponsor, reason: say("Enough.")), .closed,
        ]
        for event in review + last { incident.apply(event, by: gus, at: at.adding(days: 9)) }
        return page(incident, say, state: .watch)
    }

    // MARK: Incidents

    private static func report(_ say: (String) -> String) -> Report {
        Report(
            number: number, workflow: workflow, unlisted: nil,
            what: say("A draft named another customer.\nSeen before sending."), leftCompany: .no,
            contact: say("ana@example.org"), discovered: say("In review."), policyVersion: 1)
    }

    private static func incident(
        _ report: Report, _ events: [IncidentEvent], _ say: (String) -> String
    ) -> Incident {
        guard
            var incident = Incident(first: .reported(report), by: person("ana", say), at: at)
        else { preconditionFailure("a report begins an incident") }
        for (offset, event) in events.enumerated() {
            incident.apply(event, by: person("ben", say), at: at.adding(hours: offset + 1))
        }
        return incident
    }

    /// Everything is recorded, and a little of everything is missing.
    static func inTheMiddle(_ say: (String) -> String) -> Incident {
        incident(report(say), beginning(say) + unfinished(say) + repair(say) + odd(say), say)
    }

    /// Nothing but signatures is missing.
    static func ready(_ say: (String) -> String) -> Incident {
        incident(report(say), beginning(say) + repair(say), say)
    }

    static func signed(_ incident: Incident, _ say: (String) -> String) -> Incident {
        var incident = incident
        let hash = incident.evidenceHash
        for (id, role) in [("carla", Role.owner), ("dev", .functionalLeader)] {
            let by = person(id, say)
            let signature = Signature(
                id: "01S\(id)", role: role, by: by, at: at.adding(days: 7), evidenceHash: hash,
                statement: say("I have read it."))
            incident.apply(.signed(signature), by: by, at: at.adding(days: 7))
        }
        return incident
    }

    static func restarted(_ incident: Incident, _ say: (String) -> String) -> Incident {
        var incident = signed(incident, say)
        let by = person("carla", say)
        let watch = Watch(
            incident: number, until: at.adding(days: 15),
            conditions: [.init(.newReport), .init(.deniedAction, threshold: 3)])
        let restart = Restart(
            by: by, at: at.adding(days: 8), evidenceHash: incident.evidenceHash,
            conditions: say("Every draft is read by two people."), watch: watch)
        incident.apply(.restarted(restart), by: by, at: at.adding(days: 8))
        return incident
    }
}
