import CordonAPI
import CordonCore

/// What the entries of the journal say, in words for people.
///
/// The names of the events are stored and never renamed; one that is not here is shown as it is.
enum JournalWords {
    /// What an event of a stream, such as `incident/INC-2026-0001`, says.
    static func words(_ stream: String, _ kind: String) -> Phrase {
        let known: Phrase? =
            switch stream.prefix(while: { $0 != "/" }) {
            case "workflow": workflow(kind)
            case "incident": reported(kind) ?? investigated(kind) ?? ended(kind)
            case "evidence": evidence(kind)
            case "account", "sign-in": account(kind)
            case "approval": approval(kind)
            case "hold", "erasure": kept(kind)
            case "policy": kind == "imported" ? "A policy was imported" : nil
            default: nil
            }
        return known ?? Phrase(said: kind.replacing("_", with: " "))
    }

    private static func workflow(_ kind: String) -> Phrase? {
        switch kind {
        case "registered": "The workflow was registered"
        case "amended": "The workflow’s entry was changed"
        case "fallback_rehearsed": "The fallback was practised"
        case "stop_test_began": "A test of the stop began"
        case "stop_tested": "The stop was tested and works"
        case "stop_test_ended": "A test of the stop ended without proof"
        case "entered_production": "The workflow went into production"
        case "readiness_overridden": "Production was allowed in spite of gaps"
        case "override_lapsed": "The permission to run in spite of gaps ran out"
        case "stopped": "The workflow was stopped"
        case "target_confirmed": "A place where it runs confirmed the stop"
        case "contained": "The stop is proved everywhere"
        case "restarted": "The workflow was restarted"
        case "watch_ended": "The watch ended"
        case "retired": "The workflow was retired"
        default: nil
        }
    }

    private static func reported(_ kind: String) -> Phrase? {
        switch kind {
        case "reported": "An incident was reported"
        case "time_stated": "A time was stated"
        case "workflow_named": "The workflow was named"
        case "triaged": "It was decided what it is"
        case "assessed": "The questions were answered"
        case "classified": "Its kind was stated"
        case "potential_set": "What it could have become was stated"
        case "level_raised": "The level was raised"
        case "lowering_proposed": "A lower level was proposed"
        case "level_lowered": "The level was lowered"
        case "contained": "The workflow was stopped for it"
        case "containment_proved": "The stop was proved"
        case "fallback_noted": "The fallback was noted"
        case "held": "Evidence was held for it"
        case "evidence_attached": "Evidence was attached"
        case "gap_named": "A gap in the evidence was named"
        case "impact_stated": "The impact was stated"
        case "affected_added": "Somebody or something affected was added"
        case "affected_corrected": "Something affected was put right"
        case "obligation_decided": "It was decided whether somebody must be told"
        default: nil
        }
    }

    private static func investigated(_ kind: String) -> Phrase? {
        switch kind {
        case "lookback_opened": "A look back was opened"
        case "finding_added": "A finding of the look back was added"
        case "lookback_concluded": "The look back was concluded"
        case "cause_found": "The cause was stated"
        case "action_added": "An action was added"
        case "action_done": "An action was done"
        case "case_added": "A test case was added"
        case "run_recorded": "A run of the tests was recorded"
        case "step_skipped": "A step was skipped"
        default: nil
        }
    }

    private static func ended(_ kind: String) -> Phrase? {
        switch kind {
        case "signed": "The restart was signed"
        case "signatures_voided": "Signatures became void"
        case "restarted": "The workflow was restarted"
        case "watch_tripped": "The watch stopped the workflow again"
        case "watch_ended": "The watch ended"
        case "reviewed": "The incident was reviewed"
        case "exception_signed": "An exception was signed"
        case "promoted": "It was raised because it repeats"
        case "collective_review_raised": "A review together was called for"
        case "closed": "The incident was closed"
        default: nil
        }
    }

    private static func evidence(_ kind: String) -> Phrase? {
        switch kind {
        case "source_seen": "The workflow sent its first record"
        case "change_seen": "A change of the workflow was noticed"
        case "change_pushed": "A change of the workflow was announced"
        case "gap_opened": "A gap in the evidence opened"
        case "gap_closed": "A gap in the evidence ended"
        case "open_used": "Something went on without the gate or without a record"
        case "shadow_used": "Something was used outside the lane"
        case "viewed": "A record was read"
        case "searched": "Records were searched"
        case "exported": "Records were taken out"
        case "expired": "Records were deleted when their time was over"
        default: nil
        }
    }

    private static func account(_ kind: String) -> Phrase? {
        switch kind {
        case "created": "An account was created"
        case "granted": "Roles were given or taken"
        case "password_set": "A password was set"
        case "disabled": "An account was closed"
        case "enabled": "An account was opened again"
        case "signed_in": "Somebody signed in"
        case "signed_out": "Somebody signed out"
        case "token_created": "A token was made"
        case "token_revoked": "A token was withdrawn"
        case "failed": "Somebody failed to sign in"
        default: nil
        }
    }

    private static func approval(_ kind: String) -> Phrase? {
        switch kind {
        case "asked": "A call waits for a person"
        case "opened": "Somebody looked at the call"
        case "approved": "The call was approved"
        case "approved_edited": "The call was approved with other arguments"
        case "rejected": "The call was rejected"
        case "used": "The call was carried out"
        case "voided": "The approval became void"
        case "expired": "Nobody answered in time"
        default: nil
        }
    }

    private static func kept(_ kind: String) -> Phrase? {
        switch kind {
        case "placed": "A hold was placed"
        case "release_proposed": "The release of a hold was proposed"
        case "release_withdrawn": "The release of a hold was rejected"
        case "released": "A hold was let go"
        case "proposed": "An erasure was proposed"
        case "refused": "An erasure was refused"
        case "executed": "Records were erased"
        default: nil
        }
    }

    /// The page of what an entry belongs to, if it has one.
    static func path(_ stream: String) -> String? {
        let parts = stream.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return stream == "policy" ? PagePaths.policy : nil }
        return switch parts[0] {
        case "workflow": PagePaths.workflow(parts[1])
        case "incident": PagePaths.incident(parts[1])
        case "evidence":
            PagePaths.asking(
                PagePaths.evidence,
                [(name: "workflow", value: parts[1] == "all" ? "" : parts[1])])
        case "approval": PagePaths.approval(parts[1])
        case "hold": PagePaths.evidenceHolds
        case "erasure": PagePaths.erasure(parts[1])
        default: nil
        }
    }

    /// What a person stated with it: a reason, or what was changed.
    static func detail(_ event: JSONPlace) -> String? {
        guard case .object(let members)? = event.value, let payload = members.values.first else {
            return nil
        }
        let places = [JSONPlace(payload), JSONPlace(payload)["_0"]]
        for place in places {
            for name in ["reason", "what", "because", "detail", "finding", "title", "login"] {
                if let text = place[name].text { return TextBeginning.of(text, bytes: 240) }
            }
        }
        return nil
    }
}
