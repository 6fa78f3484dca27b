import CordonAPI

/// A part of a workflow's description that is changed as one.
enum WorkflowPart: String, CaseIterable, Sendable {
    case name, purpose, function, owner, deputy, fallback
    case reviewStandard = "review_standard"
    case escalation
    case authority
    case dataClasses = "data_classes"
    case affectedParties = "affected_parties"
    case retention
    case severityOwners = "severity_owners"
    case related
    case manualTargets = "manual_targets"
    case gateway

    var title: Phrase {
        switch self {
        case .name: "Name"
        case .purpose: "What it is for"
        case .function: "Business function"
        case .owner: "Owner"
        case .deputy: "Deputy"
        case .fallback: "Doing the work without the AI"
        case .reviewStandard: "How its work is reviewed"
        case .escalation: "Whom to call"
        case .authority: "What it may do"
        case .dataClasses: "Kinds of data that it touches"
        case .affectedParties: "Whom its mistakes would reach"
        case .retention: "How long its records are kept"
        case .severityOwners: "Who leads the response, by level"
        case .related: "Related workflows"
        case .manualTargets: "What is stopped by hand"
        case .gateway: "Calls that pass through Cordon"
        }
    }

    /// Whether it is a list of rows, each with several fields.
    var isRows: Bool { self == .escalation || self == .manualTargets }

    /// Whether there may be nothing of it again, once there was something.
    var mayBeEmptied: Bool {
        switch self {
        case .purpose, .escalation, .dataClasses, .affectedParties, .severityOwners, .related,
            .manualTargets, .gateway:
            true
        case .name, .function, .owner, .deputy, .fallback, .reviewStandard, .authority, .retention:
            false
        }
    }

    /// The field of the form that a link to this part leads to.
    var firstField: String {
        switch self {
        case .fallback: "fallback/title"
        case .reviewStandard: "review_standard/checks"
        case .escalation: "escalation/0/function"
        case .authority: "authority/mode"
        case .severityOwners: "severity_owners/1"
        case .manualTargets: "manual_targets/0/name"
        case .gateway: "gateway/models"
        case .name, .purpose, .function, .owner, .deputy, .dataClasses, .affectedParties,
            .retention, .related:
            rawValue
        }
    }
}

extension WorkflowPatch {
    /// Takes everything out of a part: what a form leaves out would stay as it is.
    mutating func empty(_ part: WorkflowPart) {
        switch part {
        case .purpose: purpose = ""
        case .escalation: escalation = []
        case .dataClasses: dataClasses = []
        case .affectedParties: affectedParties = []
        case .severityOwners: severityOwners = []
        case .related: related = []
        case .manualTargets: manualTargets = []
        case .gateway: gateway = GatewayBody()
        case .name, .function, .owner, .deputy, .fallback, .reviewStandard, .authority, .retention:
            break
        }
    }
}
