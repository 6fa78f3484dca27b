import CordonAPI
import CordonCore
import CordonOperations

/// What a list of incidents is narrowed to, as its address says.
struct ListFilter: Equatable, Sendable {
    var state: Incident.State?
    var kind: Kind?
    /// A workflow's key.
    var workflow: String?

    init(state: Incident.State? = nil, kind: Kind? = nil, workflow: String? = nil) {
        self.state = state
        self.kind = kind
        self.workflow = workflow
    }

    /// Reads the query of an address; what a form left empty does not narrow.
    init(_ query: [String: String]) throws(Refusal) {
        state = try Self.choice("state", query, Incident.State.self)
        kind = try Self.choice("kind", query, Kind.self)
        workflow = query["workflow"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ query: [String: String], _ type: Value.Type
    ) throws(Refusal) -> Value? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.invalidInput, "\(name) is one of: \(known).")
        }
        return value
    }

    var isEmpty: Bool { self == ListFilter() }

    var list: IncidentList { IncidentList(workflow: workflow, kind: kind, state: state) }

    /// The same as the query of an address.
    var query: [(name: String, value: String?)] {
        [("state", state?.rawValue), ("kind", kind?.rawValue), ("workflow", workflow)]
    }
}

extension PagePaths {
    /// The incidents of a list for a spreadsheet.
    static let incidentTable = "/incidents.csv"

    /// Where an action is said to be done.
    static func done(action id: String, of number: String) -> String {
        "\(actions)/\(Paths.segment(number))/\(Paths.segment(id))/done"
    }
}
