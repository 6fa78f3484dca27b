import CordonAPI

/// Where the pages about workflows and their stops are.
extension PagePaths {
    static let registerWorkflow = workflows + "/new"

    static func editWorkflow(_ key: String) -> String { workflow(key) + "/edit" }

    /// The target of one of the forms on a workflow's page: `production`, `retire` and so on.
    static func workflowAct(_ key: String, _ act: String) -> String { workflow(key) + "/" + act }

    /// The report's form with the workflow chosen already.
    static func workflowReport(_ key: String) -> String {
        report + "?workflow=" + Paths.segment(key)
    }

    static func workflowIncidents(_ key: String) -> String {
        incidents + "?workflow=" + Paths.segment(key)
    }

    static func workflowEvidence(_ key: String) -> String {
        evidence + "?workflow=" + Paths.segment(key)
    }

    /// The register as somebody has narrowed it, from a key on.
    static func workflowsFound(words: String, state: String, after key: String? = nil) -> String {
        asking(workflows, [("q", words), ("state", state), ("after", key)])
    }

    /// Its faults by month, with what was changed.
    static func overTime(_ key: String) -> String { workflow(key) + "/over-time" }

    /// How far one stop has come, place by place.
    static func stopped(_ workflow: String, _ containment: String) -> String {
        self.workflow(workflow) + "/stopped/" + Paths.segment(containment)
    }

    /// Where somebody confirms that what is stopped by hand has stopped.
    static func confirmTarget(
        _ workflow: String, _ containment: String, _ target: String
    ) -> String {
        self.workflow(workflow) + "/containments/" + Paths.segment(containment) + "/targets/"
            + Paths.segment(target)
    }
}
