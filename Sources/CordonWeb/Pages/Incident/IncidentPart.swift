import CordonAPI

/// The parts of an incident's page, in their order; the name of each is its anchor.
///
/// The first twelve are the steps of the response and are named like them.
enum IncidentPart: String, CaseIterable, Sendable {
    case report, contain, preserve, assess, escalate
    case lookBack = "look_back"
    case cause, correct, evaluate, restart, watch, review
    case close, file, changes, timeline

    /// The part of one step of the response.
    init?(step number: Int) {
        guard (1...12).contains(number) else { return nil }
        self = Self.allCases[number - 1]
    }
}

/// Where the pages of one incident are.
extension PagePaths {
    static func incident(_ number: String, _ part: IncidentPart) -> String {
        incident(number) + "#" + part.rawValue
    }

    /// One part alone, with all of its forms.
    static func incident(_ number: String, workingOn part: IncidentPart) -> String {
        incident(number) + "?step=" + part.rawValue + "#" + part.rawValue
    }

    /// Everything that happened to it, page by page.
    static func timeline(_ number: String) -> String { incident(number) + "/timeline" }

    /// Whom and what it touched, each with its correction.
    static func affected(_ number: String) -> String { incident(number) + "/affected" }

    /// All that was attached to it.
    static func attachments(_ number: String) -> String { incident(number) + "/evidence" }

    /// One look back that Cordon carries out.
    static func lookback(_ number: String, _ id: String) -> String {
        incident(number) + "/lookbacks/" + Paths.segment(id)
    }

    /// Stops a workflow because of this incident.
    static func stop(_ workflow: String, for number: String) -> String {
        stop(workflow) + "?incident=" + Paths.segment(number)
    }

    /// The bytes of one piece of evidence; the REST interface gives them to a session too.
    static func attachment(_ number: String, _ id: String) -> String {
        Paths.root + "/incidents/" + Paths.segment(number) + "/evidence/" + Paths.segment(id)
    }

    /// The same with what of it is kept back.
    static func bundlePage(_ number: String) -> String { incident(number) + "/bundle" }

    /// The bundle that outsiders can check; the REST interface gives it to a session too.
    static func bundle(_ number: String) -> String {
        Paths.root + "/incidents/" + Paths.segment(number) + "/export"
    }
}
