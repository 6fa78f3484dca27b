import CordonCore
import CordonOperations
import HTTPTypes

/// What counts as an incident, for everybody to read and for some to change.
enum PolicyPages {
    static let all: [Page] = [show, change, replace]

    private static let show = Page(.get, PagePaths.policy, .readPolicy) { visit in
        let asked = try version(visit.exchange.query["version"])
        let mayChange = visit.may(.changePolicy)
        let page = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            let inForce = try work.policy()
            var policy = inForce.policy
            if let asked, asked != inForce.version {
                let stored = try work.policyText(version: asked)
                policy = try Policy.read(yaml: stored.yaml, file: "policy version \(asked)")
            }
            return PolicyPage(
                policy: policy, version: asked ?? inForce.version, inForce: inForce.version,
                history: try history(work), mayChange: mayChange)
        }
        return visit.page(page)
    }

    private static func version(_ text: String?) throws(Refusal) -> Int? {
        guard let text else { return nil }
        guard let version = Int(text), (1...1_000_000).contains(version) else {
            throw Refusal(.notFound, "There is no such version of the policy.")
        }
        return version
    }

    /// Versions that are gone through for the history, more than anybody will import.
    private static let versionsAtMost = 1_000

    private static func history(_ work: Work) throws -> [PolicyPage.Version] {
        var versions: [PolicyPage.Version] = []
        let lines = try work.journalLines(from: 0, stream: "policy", limit: versionsAtMost)
        for line in lines where line.kind == "imported" {
            let item = try JournalItemView(line)
            let event = JSONPlace(item.event)["imported"]
            versions.append(
                PolicyPage.Version(
                    number: event["version"].number ?? 0, at: line.at, by: item.actor,
                    reason: event["reason"].text ?? ""))
        }
        return versions.reversed()
    }

    private static let change = Page(.get, PagePaths.policyChange, .changePolicy) { visit in
        try await changePage(visit, nil)
    }

    private static func changePage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let stored = try await visit.exchange.operations.ask(visit.exchange.asCaller) {
            try $0.policyText(version: nil)
        }
        return visit.page(
            PolicyChangePage(yaml: stored.yaml, version: stored.version, returned: returned))
    }

    private static let replace = Page.act(
        PagePaths.policyChange, .changePolicy, form: PolicyChangePage.formID,
        operation: "importPolicy", then: { _, _ in PagePaths.policy },
        again: { visit, returned in try await changePage(visit, returned) })
}

/// Where the policy is changed.
extension PagePaths {
    static let policyChange = policy + "/change"
}
