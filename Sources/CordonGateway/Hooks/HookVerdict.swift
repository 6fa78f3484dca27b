package import CordonCore

/// What the gate said to a hook's question, in the terms in which hooks are answered.
///
/// That a person has to approve is a case of its own: what becomes of it is said by each contract.
package enum HookVerdict: Equatable, Sendable {
    case allowed
    case denied(HookDenial)
    /// A person has to approve.
    case approval(HookDenial)

    package init(_ decision: GateDecision, entry: GateEntry) {
        switch decision {
        case .allow: self = .allowed
        case .approval(let need):
            self = .approval(HookDenial(.approvalRequired, need.reason))
        case .stopped(let stop):
            let denial = Denial(stop: stop, entry: entry)
            self = .denied(HookDenial(.stopped, denial.message, incident: denial.incident))
        case .deny(let reason): self = .denied(HookDenial(.outsideAuthority, reason))
        case .notReady(let reason): self = .denied(HookDenial(.notReady, reason))
        }
    }

    /// Why not, whoever would have to agree; `nil` when it is allowed.
    package var denial: HookDenial? {
        switch self {
        case .allowed: nil
        case .denied(let denial), .approval(let denial): denial
        }
    }
}

/// A no, for people and for programs.
package struct HookDenial: Equatable, Sendable {
    /// Answered and stored: a name never changes its meaning.
    package enum Code: String, CaseIterable, Sendable {
        case stopped = "workflow_stopped"
        case outsideAuthority = "outside_authority"
        case notReady = "not_production_ready"
        case approvalRequired = "approval_required"
        /// What was asked could not be judged.
        case unreadable

        /// The same as a number, as in ``MCPCode``, without the sign.
        package var number: Int {
            switch self {
            case .stopped: -MCPCode.stopped.rawValue
            case .outsideAuthority: -MCPCode.outsideAuthority.rawValue
            case .notReady: -MCPCode.notReady.rawValue
            case .approvalRequired: -MCPCode.approvalRequired.rawValue
            case .unreadable: 31_000
            }
        }
    }

    package let code: Code
    package let message: String
    package let incident: String?

    package init(_ code: Code, _ message: String, incident: String? = nil) {
        self.code = code
        self.message = message
        self.incident = incident
    }

    package init(_ fault: HookFault) { self.init(.unreadable, fault.message) }
}

/// An answer, before it is sent.
package struct HookReply: Equatable, Sendable {
    package var status: Int
    package var fields: [String: String]
    package var body: [UInt8]

    package init(_ status: Int = 200, fields: [String: String] = [:], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// An object of members, written by `write`.
    static func object(
        _ status: Int = 200, fields: [String: String] = [:], _ write: (inout JSONText) -> Void
    ) -> HookReply {
        var json = JSONText()
        json.beginObject()
        write(&json)
        json.endObject()
        return HookReply(status, fields: fields, body: json.bytes)
    }
}

/// One question, read, and how it is answered.
package protocol HookQuestion: Sendable {
    /// All of it has to be allowed.
    var acts: [HookAct] { get }
    /// What the sender calls the conversation.
    var session: String? { get }

    func reply(to verdict: HookVerdict, _ entry: GateEntry) -> HookReply
}
