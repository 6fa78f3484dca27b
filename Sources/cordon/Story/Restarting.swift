import CordonAPI
import CordonClient

/// Signatures that are bound to the evidence, and the restart under watch.
struct Restarting {
    let cast: Cast
    let incident: String

    func play() async throws {
        Narration.chapter("May it run again?")
        let ben = try cast("ben")
        let dev = try cast("dev")
        let seen = try await hash(dev)
        try await sign(ben, "owner", seen)
        Narration.tell("Ben reads the evidence and signs as owner.")
        try await Narration.refused("He signs once more.", "already-signed") {
            try await sign(ben, "owner", seen)
        }
        try await cast("ana").send(
            incident + "/evidence",
            ["kind": "note", "name": "Call", "text": "Northwind asked when the summary will come."])
        Narration.tell("Ana adds a note of a call: the evidence is no longer what Ben has signed.")
        try await Narration.refused(
            "Dev Patel signs what he read before that.", "signature-void"
        ) {
            try await sign(dev, "functional_leader", seen)
        }
        try await Narration.refused("Ben tries to restart.", "restart-blocked") {
            try await ben.send(incident + "/restart", [:])
        }
        try await sign(ben, "owner", try await hash(ben))
        try await sign(dev, "functional_leader", try await hash(dev))
        Narration.tell("Both read it again and sign.")
        try await restart(ben)
        try await review(ben)
    }

    private func hash(_ reader: Player) async throws -> String {
        try await reader.get(incident + "/restart").json?["evidence_hash"]?.text ?? ""
    }

    @discardableResult
    private func sign(
        _ signer: Player, _ role: String, _ hash: String
    ) async throws -> CordonAnswer {
        try await signer.send(
            incident + "/signatures",
            [
                "role": .string(role), "evidence_hash": .string(hash),
                "statement": "I have read the evidence.",
            ])
    }

    private func restart(_ ben: Player) async throws {
        let restarted = try await ben.send(
            incident + "/restart",
            [
                "conditions": "Every draft is read by two people during the watch.",
                "watch": [["kind": "new_report"], ["kind": "denied_action", "threshold": 3]],
            ]
        ).json
        let until = restarted?["restarts"]?.items.last?["watch"]?["until"]?.text ?? ""
        Narration.tell("Ben restarts it. It is watched until \(until).")
        let gate = try await cast("ana").get(WorkflowTarget.path(Cast.key) + "/gate").json
        Narration.tell(
            "The gate says: \(gate?["decision"]?.text ?? "") (\(gate?["state"]?.text ?? "")).")
    }

    private func review(_ ben: Player) async throws {
        Narration.chapter("What was learned?")
        try await ben.send(
            incident + "/review",
            [
                "control_change": "Retrieval is bound to the account, and tested at every change.",
                "updates": [
                    ["kind": "evaluation_case", "description": "cross-customer-name is kept."],
                    ["kind": "training", "description": "Reviewers look for foreign names."],
                ],
            ])
        Narration.tell("Ben records the review.")
        try await Narration.refused("He wants to close the incident.", "file-incomplete") {
            try await ben.send(incident + "/close", [:])
        }
        let file = try await ben.get(incident + "/file").json ?? .null
        Narration.list(IncidentText.file(file))
        Narration.tell("It is restarted under watch, and can be closed when the watch has ended.")
    }
}
