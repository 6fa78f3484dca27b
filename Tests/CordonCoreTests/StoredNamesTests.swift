import CordonCore
import Testing

/// Names that are in journals already: whoever renames one breaks the reading of the past.
@Suite struct StoredNamesTests {
    @Test(arguments: zip(Samples.incidentEvents, Samples.incidentEventNames))
    func incidentEventsKeepTheirNames(_ event: IncidentEvent, _ name: String) throws {
        try check(event, name)
    }

    @Test(arguments: zip(Samples.workflowEvents, Samples.workflowEventNames))
    func workflowEventsKeepTheirNames(_ event: WorkflowEvent, _ name: String) throws {
        try check(event, name)
    }

    @Test(arguments: zip(Samples.accountEvents, Samples.accountEventNames))
    func accountEventsKeepTheirNames(_ event: AccountEvent, _ name: String) throws {
        try check(event, name)
    }

    @Test func theOtherEventsKeepTheirNames() throws {
        try check(PolicyEvent.imported(version: 1, digest: "d", reason: "r"), "imported")
        try check(SignInEvent.failed(login: "l"), "failed")
    }

    /// Every sample list is complete: a new case without a sample here does not compile or counts
    /// wrong.
    @Test func everyCaseHasASample() {
        #expect(Samples.incidentEvents.count == Samples.incidentEventNames.count)
        #expect(Set(Samples.incidentEvents.map(Samples.ordinal)) == Set(0..<39))
        #expect(Samples.workflowEvents.count == Samples.workflowEventNames.count)
        #expect(Set(Samples.workflowEvents.map(Samples.ordinal)) == Set(0..<15))
        #expect(Samples.accountEvents.count == Samples.accountEventNames.count)
        #expect(Set(Samples.accountEvents.map(Samples.ordinal)) == Set(0..<9))
    }

    private func check<Event: Codable & Equatable>(_ event: Event, _ name: String) throws {
        #expect(eventName(event) == name)
        let bytes = try Canonical.bytes(event)
        #expect(try Canonical.read(Event.self, from: bytes) == event)
        // The stored key is the case's own name.
        let key = name.split(separator: "_").enumerated().map { index, word in
            index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("{\"\(key)\":"))
    }

    private func values<Value: CaseIterable & RawRepresentable>(
        _ type: Value.Type
    ) -> [Value.RawValue] { type.allCases.map(\.rawValue) }

    @Test func rolesKeepTheirNames() {
        #expect(
            values(Role.self) == [
                "reporter", "operator", "reviewer", "owner", "functional_leader",
                "executive_sponsor", "executive_leadership", "legal", "security", "hr", "finance",
                "operations", "governance", "auditor", "administrator",
            ])
        #expect(
            values(Permission.self) == [
                "report", "stop", "gate.ask", "gateway.call", "workflow.read", "workflow.register",
                "workflow.amend", "workflow.override", "containment.confirm",
                "incident.read_own", "incident.read", "incident.triage", "incident.respond",
                "incident.sign", "incident.restart", "incident.close", "incident.except",
                "policy.read", "policy.change", "journal.read", "evidence.capture", "evidence.read",
                "evidence.hold", "evidence.erase", "evidence.export", "change.push",
                "approval.read", "approval.decide",
                "account.manage", "report.lend", "account.own",
            ])
        #expect(
            values(Scope.self)
                == [
                    "gate", "gateway", "capture", "report", "read", "respond", "register", "admin",
                    "all", "report_link",
                ])
    }

    @Test func theWordsOfAnIncidentKeepTheirNames() {
        #expect(values(Answer.self) == ["yes", "no", "unknown"])
        #expect(
            values(Moment.self) == ["occurred", "detected", "reported", "aware", "declared"])
        #expect(values(Kind.self) == ["quality_issue", "near_miss", "incident", "declined"])
        #expect(
            values(AffectedRecord.Kind.self)
                == ["person", "organisation", "record", "output", "action"])
        #expect(
            values(EvidenceKind.self) == [
                "input", "prompt", "output", "approval", "delivery", "configuration", "change",
                "note", "other", "retrieved_document", "tool_call", "model_version",
                "screenshot", "log",
            ])
        #expect(
            values(Obligation.Decision.self) == ["applies", "does_not_apply", "pending"])
        #expect(
            values(Incident.State.self)
                == ["reported", "open", "watch", "restarted", "declined", "closed"])
        #expect(values(StepStatus.State.self) == ["done", "open", "skipped", "not_required"])
    }

    @Test func theWordsOfTheExaminationKeepTheirNames() {
        #expect(values(Lookback.Method.self) == ["all", "sample"])
        #expect(values(Lookback.Verdict.self) == ["affected", "unaffected", "unclear"])
        #expect(
            values(Cause.ControlFinding.State.self)
                == ["failed", "missing", "bypassed", "worked"])
        #expect(values(Cause.Confidence.self) == ["low", "medium", "high"])
        #expect(
            values(Action.Kind.self) == [
                "prompt", "permission", "retrieval", "data", "integration", "process",
                "training", "vendor", "other", "output_check", "evaluation",
            ])
        #expect(values(EvaluationRun.Subject.self) == ["failed", "fixed"])
        #expect(
            values(Review.Update.Kind.self) == ["evaluation_case", "policy", "training"])
    }

    @Test func theWordsOfAWorkflowKeepTheirNames() {
        #expect(
            values(Workflow.State.self)
                == ["draft", "running", "stopping", "stopped", "watch", "retired"])
        #expect(values(Containment.Target.Kind.self) == ["gate", "leases", "gateway", "manual"])
        #expect(
            values(Watch.Kind.self) == ["new_report", "evaluation_failed", "denied_action"])
        #expect(values(Authority.Mode.self) == ["draft", "act"])
        #expect(values(Authority.Delivery.self) == ["none", "inside", "outside"])
        #expect(values(ToolAuthority.Access.self) == ["read", "write"])
        #expect(values(GateAction.self) == ["generate", "tool", "deliver", "decide"])
        #expect(values(GateRequest.Recipient.self) == ["inside", "outside"])
        #expect(
            values(Readiness.self) == [
                "owner", "deputy", "fallback", "rehearsal", "review_standard",
                "escalation_path", "stop_tested", "authority", "data_classes",
                "affected_parties", "retention", "severity_owners",
            ])
    }

    @Test func theScopesOfAStopKeepTheirForm() throws {
        #expect(try Canonical.text(Containment.Scope.whole) == #"{"whole":{}}"#)
        #expect(try Canonical.text(Containment.Scope.outbound) == #"{"outbound":{}}"#)
        #expect(try Canonical.text(Containment.Scope.tool("mail")) == #"{"tool":{"_0":"mail"}}"#)
    }

    @Test func problemTypesKeepTheirNames() {
        let names = Set(values(Refusal.Kind.self))
        #expect(
            names.isSuperset(of: [
                "workflow-stopped", "not-production-ready", "restart-blocked", "below-floor",
                "second-person-required", "already-signed", "fixer-cannot-sign-alone",
                "signature-void", "file-incomplete", "on-hold", "outside-authority",
                "approval-required", "policy-invalid", "version-conflict",
                "precondition-required", "idempotency-mismatch", "too-large", "not-permitted",
                "not-signed-in", "not-found", "invalid-input", "wrong-state",
                "too-many-attempts", "overloaded", "storage-full", "internal-fault",
            ]))
    }

    @Test func timesAreStoredToTheMillisecond() throws {
        let edges = [-62_135_596_800_000, -1_001, -1, 0, 1, 999, 253_402_300_799_999]
        for milliseconds in edges + Array(1_776_416_585_000...1_776_416_585_999) {
            let instant = Instant(milliseconds: Int64(milliseconds))
            #expect(Instant(rfc3339: instant.rfc3339) == instant)
            #expect(try Canonical.read(Instant.self, from: Canonical.bytes(instant)) == instant)
        }
        #expect(Instant(milliseconds: 1_776_416_585_120).rfc3339 == "2026-04-17T09:03:05.120Z")
    }
}
