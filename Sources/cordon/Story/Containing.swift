import CordonAPI
import CordonClient
import CordonCore
import CordonOperations

/// A draft goes wrong: report, stop, prove the stop, keep the evidence.
struct Containing {
    let cast: Cast

    private var path: String { WorkflowTarget.path(Cast.key) }

    /// - Returns: the incident's number.
    func play() async throws -> String {
        Narration.chapter("A draft goes wrong")
        try await Summaries(cast: cast).playDraft()
        let (number, containment) = try await report()
        try await Narration.refused("The nightly job asks the gate.", "workflow-stopped") {
            try await cast("gita").get(path + "/gate")
        }
        try await confirm(containment)
        let incident = Paths.root + "/incidents/" + Paths.segment(number)
        try await cast("ben").send(
            incident + "/fallback",
            [
                "activated": true, "note": "The team writes the summaries by hand.",
                "told": ["the account managers", "Dev Patel"],
            ])
        Narration.tell("Ben says that the fallback is in use and who was told.")
        try await preserve(incident)
        return number
    }

    private func report() async throws -> (number: String, containment: String) {
        let now = Outside.real.now()
        let answer = try await cast("ana").send(
            Paths.root + "/reports",
            [
                "workflow": .string(Cast.key),
                "what": """
                A draft for Northwind contains a sentence about Contoso, a customer whose records \
                are restricted.
                """,
                "left_company": "no", "stop": true,
                "discovered": "Reading the draft before sending.",
                "occurred_at": .string(now.adding(hours: -2).rfc3339),
                "detected_at": .string(now.adding(milliseconds: -300_000).rfc3339),
            ]
        ).json
        let number = answer?["incident"]?.text ?? ""
        let containment = answer?["containment"]
        Narration.tell("Ana Ruiz reads a draft about Northwind that speaks of another customer.")
        Narration.tell("She reports it and presses stop: \(number).")
        Narration.list(WorkflowText.containment(containment ?? .null, Cast.key))
        return (number, containment?["id"]?.text ?? "")
    }

    private func confirm(_ id: String) async throws {
        try await cast("gita").send(
            path + "/containments/\(Paths.segment(id))/targets/crm-schedule",
            ["proof": "The job is disabled; the scheduler shows no next run."])
        Narration.tell("Gita Larsen disables the job in the CRM and confirms it by name.")
        // An allow that was given may be relied upon for a second: then the stop proves itself.
        for _ in 0..<50 {
            let workflow = try await cast("ben").get(path).json ?? .null
            let stop = workflow["containments"]?.items.first { $0["id"]?.text == id } ?? .null
            if stop["contained_at"]?.text != nil {
                Narration.list(WorkflowText.containment(stop, Cast.key))
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CommandFault("the stop was not proved within 5 s")
    }

    private func preserve(_ incident: String) async throws {
        let gita = try cast("gita")
        let pieces: [(kind: JSONValue, name: JSONValue, text: JSONValue)] = [
            ("log", "Retrieval log", "scope=workspace hits=crm/contoso/notes/88 score=0.71"),
            ("output", "Draft for Northwind", "… as with Contoso's renewal, delivery improved …"),
            ("prompt", "Prompt 7", "Summarise the customer's month from the notes given."),
            ("model_version", "Model", "drafting-model 2026-03, temperature 0.2"),
            ("tool_call", "Lookup", "crm_notes(customer: northwind, scope: workspace)"),
            ("approval", "Review", "Not approved: Ana Ruiz stopped at the second paragraph."),
        ]
        for piece in pieces {
            try await gita.send(
                incident + "/evidence",
                ["kind": piece.kind, "name": piece.name, "text": piece.text])
        }
        Narration.tell("Gita attaches \(pieces.count) pieces of evidence, each with its SHA-256.")
        try await gita.send(
            incident + "/gaps",
            ["kind": "input", "why": "The CRM keeps no copy of the notes as they were that night."])
        Narration.tell("She names what cannot be had: the notes as they were that night.")
    }
}
