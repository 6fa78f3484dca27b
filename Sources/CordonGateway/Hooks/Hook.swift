package import CordonCore
import Foundation

/// One of the ready-made hooks, by the path at which its sender asks.
///
/// The paths behind the prefix are the senders' own: each appends them to the address it is given.
package enum Hook: Equatable, Sendable {
    case liteLLM
    case claudeCode
    case copilotValidate
    case copilotAnalyze
    /// Envoy's or nginx's question about a request, whatever path the request itself has.
    case authorization
    /// OFREP, one flag.
    case flag(String)
    /// OFREP, all flags.
    case flags

    /// The hook at a path, with what a query begins with cut off; `nil` when there is none.
    package static func reached(by path: String) -> Hook? {
        guard path.hasPrefix("/hooks/") || path.hasPrefix(ofrep) else { return nil }
        switch path {
        case "/hooks/litellm/beta/litellm_basic_guardrail_api": return .liteLLM
        case "/hooks/claude-code": return .claudeCode
        case "/hooks/copilot-studio/validate": return .copilotValidate
        case "/hooks/copilot-studio/analyze-tool-execution": return .copilotAnalyze
        case "/hooks/authz": return .authorization
        case ofrep: return .flags
        default: break
        }
        if path.hasPrefix("/hooks/authz/") { return .authorization }
        guard path.hasPrefix(ofrep + "/") else { return nil }
        let key = String(path.dropFirst(ofrep.count + 1))
        return .flag(key.removingPercentEncoding ?? key)
    }

    private static let ofrep = "/ofrep/v1/evaluate/flags"

    /// Every path, with the method it takes, as documents have them.
    package static let table: [(method: String, path: String)] = [
        ("POST", "/hooks/litellm/beta/litellm_basic_guardrail_api"),
        ("POST", "/hooks/claude-code"),
        ("POST", "/hooks/copilot-studio/validate"),
        ("POST", "/hooks/copilot-studio/analyze-tool-execution"),
        ("any", "/hooks/authz"), ("any", "/hooks/authz/{path}"),
        ("POST", ofrep), ("POST", ofrep + "/{key}"),
    ]

    /// Any one of them is enough, on a token that is bound to a workflow.
    package static let permissions: Set<Permission> = [.askGate, .callThroughGateway]

    /// The enforcement point's name, and the source of what is recorded.
    package var name: String {
        switch self {
        case .liteLLM: "litellm"
        case .claudeCode: "claude-code"
        case .copilotValidate, .copilotAnalyze: "copilot-studio"
        case .authorization: "authz"
        case .flag, .flags: "ofrep"
        }
    }

    /// Every name, for figures that are shown before anybody has asked.
    static let names = ["litellm", "claude-code", "copilot-studio", "authz", "ofrep"]

    /// Everything but Envoy's and nginx's question is a POST; those come as what they ask about.
    var takesAnyMethod: Bool { self == .authorization }

    /// Bytes of a body.
    ///
    /// LiteLLM sends a whole conversation twice, with its pictures: as much as a request to a model
    /// may have.
    package var bytesAtMost: Int { self == .liteLLM ? Gateway.requestAtMost : 1 << 20 }

    /// Whether whoever asks goes on without an answer that comes too late.
    var hasDeadline: Bool { self == .copilotAnalyze }

    /// Whether people are asked about a call that needs them: where each is told once, and whole.
    ///
    /// LiteLLM tells of a call while it is still being written, Claude Code has its own person.
    var asksPeople: Bool { self == .copilotAnalyze }

    /// Whether a denial is kept as a record: a proxy and a flag are asked too often for that.
    var recordsDenials: Bool {
        switch self {
        case .liteLLM, .claudeCode, .copilotAnalyze: true
        case .copilotValidate, .authorization, .flag, .flags: false
        }
    }
}
