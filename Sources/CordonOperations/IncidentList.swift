package import CordonCore
import CordonStore

/// Which incidents a list is about; what is `nil` does not narrow it.
package struct IncidentList: Sendable {
    package var workflow: String?
    package var kind: Kind?
    package var state: Incident.State?
    /// An account's id, when only its own reports may be seen.
    package var reporter: String?

    package init(
        workflow: String? = nil, kind: Kind? = nil, state: Incident.State? = nil,
        reporter: String? = nil
    ) {
        self.workflow = workflow
        self.kind = kind
        self.state = state
        self.reporter = reporter
    }

    var filter: IncidentFilter {
        IncidentFilter(workflow: workflow, kind: kind, state: state, reporter: reporter)
    }
}
