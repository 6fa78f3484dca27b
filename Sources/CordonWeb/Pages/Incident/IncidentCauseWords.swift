import CordonCore

/// Cause, repair, evaluation and restart, in words for people.
extension IncidentWords {
    static func control(state name: String) -> Phrase {
        guard let state = Cause.ControlFinding.State(rawValue: name) else {
            return Phrase(said: name)
        }
        return switch state {
        case .failed: "It failed"
        case .missing: "It was not there"
        case .bypassed: "It was passed by"
        case .worked: "It worked"
        }
    }

    static var controlStates: [FormOption] {
        Cause.ControlFinding.State.allCases.map {
            FormOption($0.rawValue, control(state: $0.rawValue))
        }
    }

    static func confidence(_ name: String) -> Phrase {
        guard let confidence = Cause.Confidence(rawValue: name) else { return Phrase(said: name) }
        return switch confidence {
        case .low: "A guess"
        case .medium: "Likely"
        case .high: "Sure"
        }
    }

    static var confidences: [FormOption] {
        Cause.Confidence.allCases.map { FormOption($0.rawValue, confidence($0.rawValue)) }
    }

    /// What the policy wants looked at before the model alone is blamed.
    static func subject(_ name: String) -> Phrase {
        switch name {
        case "permissions": "What was found about permissions?"
        case "retrieval": "What was found about the documents that were looked up?"
        case "data": "What was found about the data?"
        case "review": "What was found about the review by people?"
        default: "What was found about \(HTML.said(name))?"
        }
    }

    static func action(_ name: String) -> Phrase {
        guard let kind = Action.Kind(rawValue: name) else { return Phrase(said: name) }
        return switch kind {
        case .prompt: "The prompt"
        case .permission: "Permissions"
        case .retrieval: "What may be looked up"
        case .data: "The data"
        case .integration: "A connected system"
        case .process: "How the work is done"
        case .training: "Training of people"
        case .vendor: "The supplier"
        case .outputCheck: "A check of results"
        case .evaluation: "The evaluation"
        case .other: "Something else"
        }
    }

    static var actionKinds: [FormOption] {
        Action.Kind.allCases.map { FormOption($0.rawValue, action($0.rawValue)) }
    }

    static func subject(ofRun name: String) -> Phrase {
        name == EvaluationRun.Subject.failed.rawValue
            ? "The version that failed" : "The fixed version"
    }

    static var runSubjects: [FormOption] {
        EvaluationRun.Subject.allCases.map { FormOption($0.rawValue, subject(ofRun: $0.rawValue)) }
    }

    static func update(_ name: String) -> Phrase {
        guard let kind = Review.Update.Kind(rawValue: name) else { return Phrase(said: name) }
        return switch kind {
        case .evaluationCase: "A test case"
        case .policy: "The policy"
        case .training: "Training"
        }
    }

    static var updateKinds: [FormOption] {
        Review.Update.Kind.allCases.map { FormOption($0.rawValue, update($0.rawValue)) }
    }

    /// What makes a watched workflow stop itself again.
    static func watch(_ name: String) -> Phrase {
        guard let kind = Watch.Kind(rawValue: name) else { return Phrase(said: name) }
        return switch kind {
        case .newReport: "Somebody reports something about the workflow"
        case .evaluationFailed: "A test case fails on the fixed version"
        case .deniedAction: "It tries what it may not do"
        }
    }

    /// A role, as it is named in the playbook.
    static func role(_ name: String) -> Phrase {
        guard let role = Role(rawValue: name) else { return Phrase(said: name) }
        return switch role {
        case .reporter: "Reporter"
        case .operator: "Operator"
        case .reviewer: "Reviewer"
        case .owner: "Owner of the workflow"
        case .functionalLeader: "Functional leader"
        case .executiveSponsor: "Executive sponsor"
        case .executiveLeadership: "Executive leadership"
        case .legal: "Legal"
        case .security: "Security"
        case .hr: "Human resources"
        case .finance: "Finance"
        case .operations: "Operations"
        case .governance: "Governance"
        case .auditor: "Auditor"
        case .administrator: "Administrator"
        }
    }

    /// A function of the company: one of the usual ones, or the workflow's own.
    static func function(_ name: String) -> Phrase {
        let usual: [Role] = [.legal, .security, .hr, .finance, .operations]
        let isUsual = usual.contains { $0.rawValue == name }
        return isUsual ? role(name) : Phrase(said: name)
    }

    // MARK: Stops

    /// What of the workflow is stopped.
    static func scope(_ containment: ContainmentView) -> Phrase {
        switch containment.scope {
        case "tool": "The tool “\(HTML.said(containment.tool ?? ""))”"
        case "outbound": "Everything that leaves the company"
        default: "The whole workflow"
        }
    }

    static func containmentBadge(_ name: String) -> HTML {
        switch name {
        case "stopped": Badge(.bad, "■", "Stopped").html
        case "stopping": Badge(.bad, "▲", "Stopping").html
        default: Badge(.calm, "○", "Lifted by a restart").html
        }
    }

    static func target(_ target: TargetView) -> Phrase {
        switch Containment.Target.Kind(rawValue: target.kind) {
        case .gate?: "Cordon’s own gate"
        case .leases?: "Permissions that were given just before"
        case .gateway?: "Calls that were passing through"
        case .manual?, nil: "By hand: \(HTML.said(target.name))"
        }
    }

    // MARK: Changes

    /// What of a workflow was changed.
    static func aspect(_ name: String) -> Phrase {
        switch name {
        case "model": "The model"
        case "system_prompt", "prompt": "The prompt"
        case "tools": "The tools"
        case "retrieval_scope": "What may be looked up"
        case "parameters": "Settings of the model"
        case "permission": "Permissions"
        case "data": "The data"
        case "integration": "A connected system"
        case "process": "How the work is done"
        default: Phrase(said: name)
        }
    }
}
