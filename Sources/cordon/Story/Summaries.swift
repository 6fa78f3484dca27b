import CordonAPI
import CordonClient
import CordonCore
import CordonOperations

/// What the workflow sends of what it does: sixty days of summaries, and the draft that names
/// another customer.
struct Summaries {
    let cast: Cast

    private static let customers = [
        "Northwind", "Adventure Works", "Tailspin Toys", "Wingtip Foods", "Litware", "Proseware",
    ]
    /// Two a day, for sixty days.
    private static let count = 120

    /// Sends the sixty days before the update.
    func playBefore() async throws {
        let now = Outside.real.now()
        let records = (0..<Self.count).map { number in
            let customer = Self.customers[number % Self.customers.count]
            return record(
                customer, at: now.adding(hours: -24 * 60 + 12 * number), scope: "account",
                output: """
                    \(customer) had \(3 + number % 7) tickets this month, \(number % 5) fewer than the \
                    month before. All of them were answered within a day.
                    """)
        }
        try await cast("ben").send(Paths.root + "/evidence", ["records": .array(records)])
        Narration.tell(
            "It sends what it does: \(Self.count) summaries of sixty days are evidence.")
    }

    /// Sends the draft, made with the permission of the whole workspace.
    func playDraft() async throws {
        let ben = try cast("ben")
        try await cast("gita").send(
            WorkflowTarget.path(Cast.key) + "/changes",
            [
                "what": "The CRM was updated; retrieval inherits the permission of the workspace.",
                "aspect": "integration", "version": "CRM 9.3",
                "at": .string(Outside.real.now().adding(hours: -26).rfc3339),
            ])
        Narration.tell("The deployment of the CRM's update announces itself as a change.")
        try await ben.send(
            Paths.root + "/evidence",
            [
                "records": [
                    record(
                        "Northwind", at: Outside.real.now().adding(hours: -2), scope: "workspace",
                        output: """
                            Northwind had 4 tickets this month. Like Contoso, which is renegotiating \
                            its contract, it asked for a lower price.
                            """)
                ]
            ])
    }

    private func record(
        _ customer: String, at: Instant, scope: String, output: String
    ) -> JSONValue {
        [
            "workflow": .string(Cast.key), "kind": "model_exchange", "at": .string(at.rfc3339),
            "model": "summaries-large-2026-03", "actor": "nightly-job",
            "target": .string(customer),
            "system": "You summarise one customer's month. Never name another customer.",
            "input": .string("Summarise the month of \(customer)."),
            "retrieved": ["scope": .string(scope), "documents": ["notes", "tickets"]],
            "output": .string(output),
            "tools": [
                "calls": [
                    ["name": "crm_notes", "arguments": ["customer": .string(customer)]]
                ]
            ],
            "parameters": ["temperature": 0],
        ]
    }
}
