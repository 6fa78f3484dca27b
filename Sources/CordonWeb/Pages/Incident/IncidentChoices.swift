import CordonCore

/// What the policy that is frozen on an incident offers its forms.
struct IncidentChoices: Sendable {
    let questions: [Policy.Question]
    let flags: [Policy.CriticalFlag]
    let types: [Policy.IncidentType]
    let levels: [Policy.Level]
    let failureClasses: [Policy.FailureClass]
    let controls: [Policy.Control]
    let lookbackDays: Int
    /// Hours that a restarted workflow is watched at least.
    let watchHours: Int
    /// Who may let an incomplete file close.
    let exceptionRoles: [Role]
    /// Functions of the company that may have to join the response.
    let functions: [String]
    /// What a report may turn out to be about; empty once the incident has its workflow.
    let workflows: [(key: String, name: String)]

    init(
        _ policy: Policy, watchHours: Int, function: String? = nil,
        workflows: [(key: String, name: String)] = []
    ) {
        questions = policy.questions
        flags = policy.criticalFlags
        types = policy.types
        levels = policy.levels.sorted { $0.number < $1.number }
        failureClasses = policy.failureClasses
        controls = policy.controls
        lookbackDays = policy.lookbackDays
        self.watchHours = watchHours
        exceptionRoles = policy.review.exceptionRoles
        let usual: [Role] = [.legal, .security, .hr, .finance, .operations]
        let names = usual.map(\.rawValue)
        functions = (function.map { [$0] } ?? []).filter { !names.contains($0) } + names
        self.workflows = workflows
    }

    /// What has to be looked at before some class of failure may stand alone.
    var considerFirst: [String] {
        var subjects: [String] = []
        for subject in failureClasses.flatMap(\.considerFirst) where !subjects.contains(subject) {
            subjects.append(subject)
        }
        return subjects
    }

    // MARK: Titles

    func type(_ key: String) -> HTML { title(types.first { $0.key == key }?.title, key) }

    func control(_ key: String) -> HTML { title(controls.first { $0.key == key }?.title, key) }

    func failureClass(_ key: String) -> HTML {
        title(failureClasses.first { $0.key == key }?.title, key)
    }

    func level(_ number: Int) -> LevelText {
        LevelText(number, levels.first { $0.number == number }?.title ?? "")
    }

    private func title(_ title: String?, _ key: String) -> HTML {
        guard let title else { return HTML.said(key) }
        return "\(told: title)"
    }
}
