import CordonAPI
import CordonCore

@testable import CordonWeb

/// The pages of one incident: as it is reported, with each of its steps at work, and at its end.
extension Sample {
    static func incidentPages(_ say: (String) -> String) -> [Sample] {
        incidentSteps(say) + incidentLists(say) + lookbackSearches(say)
    }

    private static func incidentSteps(_ say: (String) -> String) -> [Sample] {
        let inTheMiddle = IncidentSample.inTheMiddle(say)
        let ready = IncidentSample.ready(say)
        let signer = IncidentSample.everybody(signing: [.owner, .functionalLeader])
        let reporter = IncidentVisitor(permissions: Permission.everybody, isReporter: true)
        let parts: [IncidentPart] = [.preserve, .lookBack, .cause, .correct, .evaluate]
        let pages = [
            Sample("IncidentReported", IncidentSample.reportedPage(say)),
            Sample("IncidentToStop", IncidentSample.toStopPage(say)),
            Sample("Incident", IncidentSample.wholePage(say)),
            Sample("IncidentHeavy", IncidentSample.heavyPage(say)),
            Sample("IncidentFaulty", IncidentSample.faultyPage(say)),
            Sample(
                "IncidentOfReporter", IncidentSample.page(inTheMiddle, say, visitor: reporter)),
            Sample("IncidentToSign", IncidentSample.page(ready, say, visitor: signer)),
            Sample(
                "IncidentToRestart", IncidentSample.page(IncidentSample.signed(ready, say), say)),
            Sample(
                "IncidentOnWatch",
                IncidentSample.page(
                    IncidentSample.restarted(ready, say), say, asked: .review, state: .watch)),
            Sample("IncidentClosed", IncidentSample.closedPage(say)),
        ]
        let atWork = parts.map { part in
            Sample(
                "IncidentAt-\(part.rawValue)", IncidentSample.page(inTheMiddle, say, asked: part))
        }
        return pages + atWork
    }

    private static func incidentLists(_ say: (String) -> String) -> [Sample] {
        let number = IncidentSample.number
        let at = IncidentSample.at.rfc3339
        let corrected = AffectedView(
            id: "01A1", kind: "person", reference: say("Ms Alder"), description: say("Named."),
            correction: say("Told."), correctedBy: say("ben"), correctedAt: at)
        let open = AffectedView(
            id: "01A2", kind: "organisation", reference: say("Birch"), description: say("Named."),
            correction: nil, correctedBy: nil, correctedAt: nil)
        let fault = FormFault("correction", say("Say how it was put right."))
        let item = EvidenceView(
            id: "01E1", kind: "log", name: say("retrieval.log"), mediaType: "text/plain",
            size: 41_000, sha256: IncidentSample.digest, note: say("Cut at noon."),
            by: say("frida"), at: at)
        return [
            Sample("IncidentFile", IncidentFilePage(incidentSheet(say))),
            Sample(
                "IncidentTimeline",
                IncidentTimelinePage(
                    number: number, lines: IncidentSample.lines(say), count: 61, next: 99)),
            Sample(
                "IncidentTimelineEnd",
                IncidentTimelinePage(number: number, lines: [], count: 1)),
            Sample(
                "IncidentAffected",
                IncidentAffectedPage(
                    number: number, records: [corrected, open], count: 60, corrected: 1,
                    mayCorrect: true, from: 25,
                    returned: ReturnedForm(
                        id: "do-correct-01A2", fields: ["correction": say("Not yet.")],
                        faults: [fault]))),
            Sample(
                "IncidentAffectedNone",
                IncidentAffectedPage(
                    number: number, records: [], count: 0, corrected: 0, mayCorrect: false)),
            Sample(
                "IncidentEvidence",
                IncidentEvidencePage(number: number, items: [item], count: 60)),
            Sample(
                "IncidentEvidenceNone",
                IncidentEvidencePage(number: number, items: [], count: 0)),
        ]
    }

    private static func lookbackSearches(_ say: (String) -> String) -> [Sample] {
        let finished = IncidentSample.search(say, state: "finished", hits: IncidentSample.hits(say))
        let fault = FormFault("description", say("This is too long."))
        let judging = LookbackSearchPage(
            number: IncidentSample.number, run: finished, isOpen: true, mayRespond: true,
            after: "7",
            returned: ReturnedForm(
                id: "do-verdict-\(IncidentSample.hit)",
                fields: ["description": say("It names Birch.")], faults: [fault]))
        let concluded = LookbackSearchPage(
            number: IncidentSample.number, run: finished, isOpen: false, mayRespond: true)
        let others = ["running", "cancelled", "failed", "finished"].map { state in
            Sample(
                "LookbackSearch-\(state)",
                LookbackSearchPage(
                    number: IncidentSample.number,
                    run: IncidentSample.search(say, state: state, hits: []), isOpen: false,
                    mayRespond: true))
        }
        return [
            Sample("LookbackSearch", judging), Sample("LookbackSearchConcluded", concluded),
        ] + others
    }

    static func incidentSheet(_ say: (String) -> String) -> IncidentFileSheet {
        IncidentFileSheet(
            number: IncidentSample.number, title: say("A draft named another customer."),
            level: LevelText(4, say("Critical incident")),
            items: [
                .init(
                    1, say("Workflow and accountable owner"), complete: true, missing: [],
                    lines: [say("Monthly summaries, owned by Ana Ruiz"), say("Two\nlines")]),
                .init(
                    2, say("Date, time and reporter"), complete: false,
                    missing: [say("The time at which it occurred.")], lines: []),
            ])
    }
}
