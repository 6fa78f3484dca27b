import CordonAPI
import CordonClient
import CordonCore
import CordonOperations

/// What it is, how far it went, why it happened, and what is mended.
struct Investigating {
    let cast: Cast
    let incident: String

    func play() async throws {
        Narration.chapter("What is it?")
        let ben = try cast("ben")
        try await ben.send(
            incident + "/triage",
            ["kind": "near_miss", "reason": "Seen in review, before it was sent."])
        Narration.tell("Ben decides: a near miss.")
        try await Narration.refused(
            "Somebody is in a hurry: Ben tries to restart.", "restart-blocked"
        ) {
            try await ben.send(incident + "/restart", [:])
        }
        try await assess(ben)
        try await lookBack()
        try await findCause(ben)
        try await correct(ben)
        try await evaluate()
    }

    private func assess(_ ben: Player) async throws {
        let judged = try await ben.send(
            incident + "/assessment",
            [
                "answers": [
                    "1": "no", "2": "yes", "3": "no", "4": "no", "5": "yes", "6": "yes", "7": "no",
                ],
                "type": "data_exposure", "secondary_types": ["workflow_drift"],
                "potential_level": 3,
            ]
        ).json
        try await ben.send(
            incident + "/impact",
            [
                "description": "One sentence in one draft, seen by one employee.",
                "acted_upon": "no", "reversible": "yes", "left_company": "no",
                "functions": ["client-services"],
            ])
        let level = judged?["level"]?.integer ?? 0
        Narration.tell(
            "He answers the seven questions: level \(level), \(judged?["level_title"]?.text ?? "")."
        )
    }

    /// Every record of sixty days is compared with the names of the restricted customers.
    private func lookBack() async throws {
        Narration.chapter("Was it so before?")
        let carla = try cast("carla")
        let started = try await carla.send(
            incident + "/lookbacks/search",
            ["terms": ["Contoso", "Fabrikam", "Contoso Ltd", "Fabrikam Inc"]]
        ).json
        let id = started?["id"]?.text ?? ""
        let path = incident + "/lookbacks/search/" + Paths.segment(id)
        let run = try await finished(path)
        let examined = run["examined"]?.integer ?? 0
        Narration.tell(
            "Carla Jensen has all records of sixty days searched for the restricted customers.")
        Narration.tell(
            "\(examined) examined, \(run["unreadable"]?.integer ?? 0) unreadable; "
                + "\(run["hits"]?.items.count ?? 0) found: the draft itself.")
        for hit in run["hits"]?.items ?? [] {
            try await carla.send(
                path + "/verdicts",
                [
                    "record": hit["id"] ?? .null, "verdict": "affected",
                    "description": "The draft that was caught in review. It was never sent.",
                ])
        }
        try await carla.send(
            incident + "/lookbacks/\(Paths.segment(id))/conclusion",
            [
                "examined": .integer(Int64(examined)),
                "conclusion": "No earlier summary names another customer.",
            ])
        Narration.tell("What was examined is stated, signed, and attached to the incident.")
        let changes = try await carla.get(incident + "/changes").json
        for change in changes?["items"]?.items ?? [] where change["origin"]?.text == "pushed" {
            Narration.tell("Changed before it: \(change["what"]?.text ?? "")")
        }
    }

    private func finished(_ path: String) async throws -> JSONValue {
        for _ in 0..<300 {
            let run = try await cast("carla").get(path).json ?? .null
            if run["state"]?.text != "running" { return run }
            try await Task.sleep(for: .milliseconds(100))
        }
        return .null
    }

    private func findCause(_ ben: Player) async throws {
        Narration.chapter("Why did it happen?")
        var cause: [String: JSONValue] = [
            "failure_class": "workflow_design",
            "description": "Since an update, retrieval inherits the permission of the workspace.",
            "controls": [["control": "reviewer_checklist", "state": "worked"]],
            "changed_before": "The CRM update of that week changed how permissions are inherited.",
            "reproduction": "The same prompt finds Contoso's notes from Northwind's page.",
            "confidence": "high",
        ]
        try await Narration.refused(
            "Ben writes that the reviewer caught it, and leaves it at that.", "invalid-input"
        ) {
            try await ben.send(incident + "/cause", .object(cause))
        }
        cause["controls"] = [
            ["control": "retrieval_scope", "state": "failed"],
            ["control": "change_control", "state": "missing"],
            ["control": "reviewer_checklist", "state": "worked"],
        ]
        try await ben.send(incident + "/cause", .object(cause))
        Narration.tell("He names the control that failed: the scope of retrieval.")
        Narration.tell("And the one that was missing: control over changes.")
    }

    private func correct(_ ben: Player) async throws {
        Narration.chapter("What is mended?")
        let due = JSONValue.string(Outside.real.now().adding(days: 7).rfc3339)
        let known = try await ben.get(incident).json
        let record = known?["affected"]?.items.last?["id"]?.text ?? ""
        try await cast("ana").send(
            incident + "/affected/\(Paths.segment(record))/correction",
            ["correction": "Discarded; the summary was written by hand."])
        Narration.tell("Ana discards the draft and writes the summary by hand.")
        let gita = try cast("gita")
        let fixes: [(title: String, kind: JSONValue, control: JSONValue, proof: JSONValue)] = [
            (
                "Retrieval asks with the account's permission", "retrieval", "retrieval_scope",
                "Change 4711: the same prompt finds nothing of Contoso."
            ),
            (
                "A permission test runs after every system change", "process", "change_control",
                "The test ran after change 4711 and is part of the release list."
            ),
        ]
        for fix in fixes {
            let planned = try await ben.send(
                incident + "/actions",
                [
                    "title": .string(fix.title), "kind": fix.kind, "control": fix.control,
                    "owner": "gita", "due_at": due,
                ]
            ).json
            let id = planned?["actions"]?.items.last?["id"]?.text ?? ""
            try await gita.send(
                incident + "/actions/\(Paths.segment(id))/done", ["evidence": fix.proof])
            Narration.tell("Gita: \(fix.title). Done.")
        }
    }

    private func evaluate() async throws {
        Narration.chapter("Does the repair hold?")
        let gita = try cast("gita")
        let key: JSONValue = "cross-customer-name"
        try await gita.send(
            incident + "/evaluations",
            [
                "cases": [
                    ["key": key, "description": "No other customer's name is in a summary."]
                ],
                "version": "retrieval 14.1", "subject": "failed",
                "results": [
                    ["key": key, "passed": false, "runs": 20, "passes": 13],
                    ["key": "numbers-have-sources", "passed": true],
                ],
            ])
        Narration.tell("The new case fails on the version that failed: 13 of 20 runs pass.")
        try await gita.send(
            incident + "/evaluations",
            [
                "version": "retrieval 14.2", "subject": "fixed",
                "results": [
                    ["key": key, "passed": true, "runs": 20, "passes": 20],
                    ["key": "numbers-have-sources", "passed": true],
                ],
            ])
        Narration.tell("It passes on the repaired one, 20 of 20, and nothing else got worse.")
    }
}
