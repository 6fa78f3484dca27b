import CordonAPI
import CordonCore

@testable import CordonWeb

/// Evidence, the policy, the journal, the search and the help.
extension Sample {
    static func evidencePages(_ say: (String) -> String) -> [Sample] {
        [
            Sample("Evidence", found(say)), Sample("EvidenceNone", foundNothing),
            Sample("EvidenceRefused", searchRefused(say)),
            Sample("Record", record(say)), Sample("RecordLong", recordLong),
            Sample("RecordGone", recordGone(say)),
            Sample("Comparison", comparison(say)),
            Sample("ComparisonFaulty", comparisonFaulty(say)),
            Sample("ComparisonTooLong", comparisonOf(say, .tooLong)),
            Sample("ComparisonGone", comparisonOf(say, .gone)),
            Sample("Holds", holds(say)), Sample("HoldsFaulty", holdsFaulty(say)),
            Sample("Erasures", erasures(say)), Sample("ErasuresFaulty", erasuresFaulty(say)),
            Sample("Erasure", erasure(say, isExecuted: false)),
            Sample("ErasureExecuted", erasure(say, isExecuted: true)),
            Sample("Retention", retention(say)), Sample("RetentionNone", retentionNone),
            Sample("Gaps", gaps(say)), Sample("GapsNone", GapsPage(gaps: [], workflow: "")),
            Sample("Shadow", shadow(say)), Sample("ShadowNone", ShadowPage(workflows: [])),
            Sample("Policy", shownPolicy(say)), Sample("PolicyOld", shownOldPolicy(say)),
            Sample("PolicyChange", policyChanging(say)),
            Sample("PolicyChangeFaulty", policyChangingFaulty(say)),
            Sample("Audit", journalShown(say)), Sample("AuditNone", journalEmpty),
            Sample("Search", foundEverywhere(say)), Sample("SearchNone", foundNowhere(say)),
            Sample("SearchAsks", SearchPage(query: "")), Sample("Help", HelpPage()),
        ]
    }

    private static let at = Instant(milliseconds: 1_776_459_785_000)
    private static let id = "01JTESTRECORD00000000000A1"
    private static let otherID = "01JTESTRECORD00000000000A2"
    private static let hash = String(repeating: "0f", count: 32)
    private static let note = """
        cordon.example/log
        4321
        9mXhcUN6VcKqBXhAm6oMGs1dYSXv1Tuh/kw0l1FOiqc=

        — cordon.example/log az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5
        — witness.example az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5

        """

    // MARK: Finding

    private static func summary(
        _ say: (String) -> String, _ kind: RecordKind = .modelExchange, state: String = "kept"
    ) -> RecordSummaryView {
        RecordSummaryView(
            id: otherID, index: 41, workflow: say("monthly-summaries"), kind: kind.rawValue,
            at: at.rfc3339, receivedAt: at.rfc3339, model: say("gpt-5"), actor: say("ana"),
            target: say("ACME Ltd"), trace: say("4bf9"), session: say("run-7"),
            status: say("ok"), snippet: say("…the customer Birch & Co…"), state: state)
    }

    private static func coverage(scanned: Int) -> CoverageView {
        CoverageView(
            fromIndex: 12, toIndex: 12_345, examined: 9_876, scanned: scanned,
            indexedThrough: scanned > 0 ? 12_000 : 0, erased: scanned, unreadable: scanned,
            folding: 1)
    }

    private static func found(_ say: (String) -> String) -> EvidenceSearchPage {
        var items = RecordKind.allCases.map { summary(say, $0) }
        items.append(summary(say, state: "erased"))
        items.append(summary(say, state: "expired"))
        return EvidenceSearchPage(
            asked: .init(
                text: say("Birch"), workflow: say("monthly-summaries"), kind: "note",
                model: say("gpt-5"), actor: say("ana"), target: say("ACME"),
                from: "2026-04-01", to: "2026-04-17", isEverything: true),
            found: RecordPageView(items: items, coverage: coverage(scanned: 1), next: "12"),
            faults: [])
    }

    private static var foundNothing: EvidenceSearchPage {
        EvidenceSearchPage(
            asked: .init(),
            found: RecordPageView(items: [], coverage: coverage(scanned: 0), next: nil), faults: [])
    }

    private static func searchRefused(_ say: (String) -> String) -> EvidenceSearchPage {
        EvidenceSearchPage(
            asked: .init(text: say("*"), to: say("yesterday")), found: nil,
            faults: [FormFault("q", say("This cannot be searched for."))])
    }

    // MARK: One record

    private static func message(_ role: String, _ text: String) -> JSONValue {
        ["role": .string(role), "content": .string(text)]
    }

    private static func envelope(_ say: (String) -> String) -> JSONValue {
        [
            "at": .string(at.rfc3339), "ended_at": .string(at.rfc3339),
            "model": .string(say("gpt-5")), "actor": .string(say("ana")),
            "target": .string(say("ACME Ltd")), "session": .string(say("run-7")),
            "trace": .string(say("4bf9")), "span": .string(say("00f0")),
            "status": .string(say("ok")), "source": .string(say("api")),
            "key": .string(say("r-17")), "tokens_in": 1_200, "tokens_out": 80,
            "sequence": 7, "sequence_source": .string(say("worker-1")),
            "shortfalls": .array(Shortfall.allCases.map { .string($0.rawValue) }),
            "groups": .array(GroupName.allCases.map { .string($0.rawValue) }),
        ]
    }

    private static func groups(_ say: (String) -> String) -> [String: JSONValue] {
        let call: JSONValue = [
            "name": .string(say("crm_read")), "arguments": ["record": .string(say("ACME"))],
            "result": .string(say("12 tickets")),
        ]
        return [
            "envelope": envelope(say),
            "system": ["system": .string(say("You write monthly summaries."))],
            "input": [
                "input": [
                    message("user", say("Summarise April.")),
                    message("tool", say("12 tickets")), message("critic", say("Be brief.")),
                ]
            ],
            "retrieved": ["documents": [["content": .string(say("A ticket of Birch & Co."))]]],
            "output": ["output": .string(say("Dear ACME,\nin April…"))],
            "tools": ["tools": [call]],
            "delivery": ["channel": "email", "to": .string(say("ana@example.com"))],
            "change": ["before": ["temperature": 1], "after": ["temperature": 0.5]],
            "note": ["note": .string(say("Seen in review."))],
        ]
    }

    private static func view(
        _ say: (String) -> String, _ groups: [String: JSONValue]?, state: String = "kept",
        holds: [String] = []
    ) -> RecordView {
        RecordView(
            id: id, index: 42, workflow: say("monthly-summaries"), kind: "model_exchange",
            at: at.rfc3339, receivedAt: at.rfc3339, state: state, groups: groups, reading: nil,
            proof: ProofView(index: 42, leaf: hash, hashes: [hash, hash], checkpoint: note),
            holds: holds, event: groups == nil ? 99 : nil)
    }

    private static func record(_ say: (String) -> String) -> RecordPage {
        let groups = groups(say)
        return RecordPage(
            record: view(say, groups, holds: ["01JHOLD"]),
            conversation: RecordConversation(groups, limit: RecordPage.shownAtMost), end: nil,
            neighbours: [summary(say)],
            custody: .init(looks: [.init(by: say("ben"), at: at)], isPartial: true),
            commitments: GroupName.allCases.map { _ in hash } + [hash])
    }

    private static var recordLong: RecordPage {
        let words = String(repeating: "All the same. ", count: 900)
        let groups: [String: JSONValue] = ["input": ["input": .string(words)]]
        return RecordPage(
            record: view({ $0 }, groups), conversation: RecordConversation(groups, limit: 200),
            end: nil, neighbours: [], custody: nil, commitments: nil)
    }

    private static func recordGone(_ say: (String) -> String) -> RecordPage {
        RecordPage(
            record: view(say, nil, state: "erased"),
            conversation: RecordConversation([:], limit: 0),
            end: .init(
                at: at, by: say("ben"), basis: say("GDPR, article 17"), request: "01JERASURE",
                retention: say("standard")), neighbours: [], custody: nil, commitments: nil)
    }

    // MARK: Two records

    private static func side(_ say: (String) -> String, _ id: String) -> ComparisonPage.Side {
        ComparisonPage.Side(
            id: id, kind: "model_exchange", workflow: say("monthly-summaries"),
            model: say("gpt-5"), at: at.rfc3339)
    }

    private static func comparisonOf(
        _ say: (String) -> String, _ outcome: ComparisonPage.Outcome?, _ faults: [FormFault] = []
    ) -> ComparisonPage {
        ComparisonPage(
            id: id, with: say(otherID), part: .output,
            other: outcome == nil ? nil : side(say, otherID), side: side(say, id),
            difference: outcome, faults: faults)
    }

    private static func comparison(_ say: (String) -> String) -> ComparisonPage {
        let same = (1...9).map { "Line \($0)" }.joined(separator: "\n")
        let outcome = TextDifference(
            from: "Dear ACME,\n" + say("in April") + "\n" + same,
            to: "Dear Birch,\n" + say("in April") + "\n" + same
        ).map(ComparisonPage.Outcome.difference)
        return comparisonOf(say, outcome)
    }

    private static func comparisonFaulty(_ say: (String) -> String) -> ComparisonPage {
        comparisonOf(say, nil, [FormFault("with", say("There is no record 1."))])
    }

    // MARK: Keeping

    private static func held(_ say: (String) -> String) -> [PlacedHoldView] {
        let ana = Person(id: "01A", name: say("ana"))
        let ben = Person(id: "01B", name: say("ben"))
        let ofIncident = Hold.Terms(
            workflow: say("monthly-summaries"), from: at.adding(days: -60),
            reason: say("Opened with INC-2026-0007."), incident: say("INC-2026-0007"),
            gaps: Shortfall.allCases.map { "\($0.rawValue): " + say("Nothing has come.") })
        let ofPerson = Hold.Terms(
            workflow: say("refunds"), from: at.adding(days: -60), to: at,
            reason: say("A claim by Birch."))
        let events: [(Hold.Terms, [HoldEvent])] = [
            (ofIncident, []), (ofPerson, [.releaseProposed(reason: say("Settled."))]),
            (
                ofPerson,
                [.releaseProposed(reason: say("Settled.")), .released(reason: say("Agreed."))]
            ),
        ]
        return events.enumerated().compactMap { number, entry -> PlacedHoldView? in
            guard
                var hold = Hold(
                    id: "01JHOLD\(number)", first: .placed(entry.0), by: ana, at: at)
            else { return nil }
            for event in entry.1 { hold.apply(event, by: ben, at: at) }
            return PlacedHoldView(hold)
        }
    }

    private static func holds(_ say: (String) -> String) -> HoldsPage {
        HoldsPage(
            holds: held(say), next: "01JHOLD2",
            asked: .init(workflow: say("refunds"), showsReleased: true, after: "01JHOLD"),
            mayHold: true, returned: nil)
    }

    private static func holdsFaulty(_ say: (String) -> String) -> HoldsPage {
        HoldsPage(
            holds: [], next: nil, asked: .init(), mayHold: true,
            returned: ReturnedForm(
                id: HoldsPage.placing, fields: ["workflow": say("refunds"), "reason": say(" ")],
                faults: [FormFault("reason", say("This is too short."))]))
    }

    private static func requested(
        _ say: (String) -> String, isExecuted: Bool
    ) -> [ErasureView] {
        let request = Erasure.Request(
            indices: [1, 2], basis: say("GDPR, article 17"), reason: say("Asked for."))
        guard
            var erasure = Erasure(
                id: "01JERASURE", first: .proposed(request),
                by: Person(id: "01A", name: say("ana")), at: at)
        else { return [] }
        let ben = Person(id: "01B", name: say("ben"))
        erasure.apply(.refused(because: say("Held by 01JHOLD.")), by: ben, at: at)
        if isExecuted {
            erasure.apply(.executed(records: 1, basis: say("GDPR")), by: ben, at: at)
        }
        return [ErasureView(erasure)]
    }

    private static func erasures(_ say: (String) -> String) -> ErasuresPage {
        ErasuresPage(
            erasures: requested(say, isExecuted: false) + requested(say, isExecuted: true),
            next: "01J", mayErase: true, returned: nil)
    }

    private static func erasuresFaulty(_ say: (String) -> String) -> ErasuresPage {
        ErasuresPage(
            erasures: [], next: nil, mayErase: true,
            returned: ReturnedForm(
                id: ErasuresPage.proposing,
                fields: ["records": say("1\n2"), "person": say("Birch"), "basis": ""],
                faults: [
                    FormFault("basis", say("This is too short.")),
                    FormFault("records/0", say("There is no record 1.")),
                ]))
    }

    private static func erasure(_ say: (String) -> String, isExecuted: Bool) -> ErasurePage {
        let request = requested(say, isExecuted: isExecuted)
        return ErasurePage(
            erasure: request[0], mayErase: true,
            returned: isExecuted
                ? nil
                : ReturnedForm(
                    id: ErasurePage.approving, fields: [:],
                    faults: [FormFault("", say("You proposed this erasure yourself."))]))
    }

    private static func retention(_ say: (String) -> String) -> RetentionPage {
        let due = RetentionDueView(
            workflow: say("monthly-summaries"), retention: say("standard"), days: 183, due: 3,
            held: 1, oldest: at.rfc3339)
        let rest = RetentionDueView(
            workflow: say("refunds"), retention: say("usual"), days: 183, due: 0, held: 0,
            oldest: nil)
        return RetentionPage(
            workflows: [due, rest], mayErase: true, run: .init(deleted: 12, unreadable: 1),
            returned: nil)
    }

    private static var retentionNone: RetentionPage {
        RetentionPage(workflows: [], mayErase: true, run: nil, returned: nil)
    }

    private static func gaps(_ say: (String) -> String) -> GapsPage {
        let open = Shortfall.allCases.map {
            GapStateView(
                workflow: say("monthly-summaries"), kind: $0.rawValue,
                detail: say("Nothing has come since noon."), openedAt: at.rfc3339, closedAt: nil)
        }
        let closed = GapStateView(
            workflow: say("refunds"), kind: "silence", detail: say("Nothing has come."),
            openedAt: at.rfc3339, closedAt: at.rfc3339)
        return GapsPage(
            gaps: open + Array(repeating: closed, count: 42), workflow: say("monthly"))
    }

    private static func shadow(_ say: (String) -> String) -> ShadowPage {
        let use = ShadowPage.Use(
            what: say("model gpt-2"), firstAt: at.rfc3339, lastAt: at.rfc3339)
        func line(_ isRegistered: Bool) -> ShadowPage.Line {
            ShadowPage.Line(
                workflow: say("summaries-2"), isRegistered: isRegistered, records: 12,
                firstAt: at.rfc3339, lastAt: isRegistered ? nil : at.rfc3339,
                uses: isRegistered ? [use] : [])
        }
        return ShadowPage(workflows: [line(false)] + Array(repeating: line(true), count: 50))
    }
}
