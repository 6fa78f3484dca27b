import CordonAPI
import CordonClient
import CordonCore
import CordonOperations

/// Before anything goes wrong: the workflow is described until it may run.
struct Preparation {
    let cast: Cast

    private var path: String { WorkflowTarget.path(Cast.key) }

    func play() async throws {
        Narration.chapter("Before: a workflow is registered")
        let ben = try cast("ben")
        try await cast("farid").send(
            Paths.root + "/workflows",
            [
                "key": .string(Cast.key), "name": "Monthly customer summaries",
                "purpose": "Drafts each customer's monthly performance summary from CRM notes.",
                "function": "client-services", "owner": "ben",
            ])
        Narration.tell("Farid Haddad registers \(Cast.key), owned by Ben Okafor.")
        try await Narration.refused(
            "Ben wants to put it into production.", "not-production-ready"
        ) {
            try await ben.send(path + "/production", [:])
        }
        try await complete(ben)
        try await ben.send(path + "/production", [:])
        Narration.tell("Ben puts it into production.")
        let gate = try await cast("ana").get(path + "/gate").json
        Narration.tell("The gate says: \(gate?["decision"]?.text ?? "").")
        try await Summaries(cast: cast).playBefore()
    }

    private func complete(_ ben: Player) async throws {
        let tag = try await ben.get(path).header("etag") ?? ""
        try await ben.send(path, description, method: "PATCH", ifMatch: tag)
        Narration.tell("Ben writes down what was missing: the fallback, the review, the authority.")
        try await ben.send(
            path + "/rehearsals", ["on": .string(Outside.real.now().rfc3339)])
        Narration.tell("His team writes one day's summaries by hand: the fallback is rehearsed.")
        try await ben.send(
            path + "/stop-tests",
            ["proof": "Gita Larsen disabled the nightly job, and no draft was begun."])
        Narration.tell("He tries the stop on the real gate, and Gita Larsen in the CRM.")
    }

    private var description: JSONValue {
        [
            "deputy": "carla",
            "fallback": [
                "title": "Write the summary by hand",
                "steps": [
                    "Take the customer's page of the CRM and the month's tickets.",
                    "Fill in the summary template, one customer at a time.",
                    "Let a colleague read it before it is sent.",
                ],
                "contact": "Carla Jensen", "capacity": "20 summaries a day",
            ],
            "review_standard": [
                "checks": ["Every sentence is about this customer.", "Every number has a source."],
                "share_percent": 100,
            ],
            "escalation": [
                ["function": "client-services", "contact": "Dev Patel"],
                ["function": "executive", "contact": "Erin Walsh"],
            ],
            "authority": [
                "mode": "draft", "delivers": "inside",
                "tools": [
                    ["name": "crm_notes", "access": "read"],
                    ["name": "service_tickets", "access": "read"],
                ],
            ],
            "data_classes": ["customer records"], "affected_parties": ["customers"],
            "retention": "standard",
            "severity_owners": [
                ["level": 1, "contact": "Ben Okafor"], ["level": 2, "contact": "Ben Okafor"],
                ["level": 3, "contact": "Erin Walsh"], ["level": 4, "contact": "Erin Walsh"],
            ],
            "manual_targets": [
                [
                    "name": "crm-schedule",
                    "instruction": "Disable the nightly job in the CRM that starts the drafts.",
                    "contact": "Gita Larsen",
                ]
            ],
        ]
    }
}
