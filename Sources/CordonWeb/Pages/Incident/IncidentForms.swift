import CordonAPI
import CordonCore
import HTTPTypes

/// The targets of the forms of one incident: each does what one operation of the REST interface
/// does, and leads back to the part of the page that the form stands in.
enum IncidentForms {
    static let all: [Page] =
        response + investigation + restart + LookbackSearchForms.all
        + [attach, correction, runFile]

    private typealias Fields = [String: String]

    // MARK: One form, one operation

    /// A form whose target is below the incident's page.
    ///
    /// The variable parts of `path` are those of the operation. `id` is the form's id; where there
    /// is one form for each of many things it is its beginning, and `names` are the variable parts
    /// that complete it. `stays` says that one is likely to do the same again, so that its forms
    /// stay there; `prepare` makes the operation's fields out of those that were sent.
    private static func form(
        _ path: String, _ permission: Permission, _ id: String, of names: [String] = [],
        _ operation: String, _ part: IncidentPart, stays: Bool = false,
        _ prepare: @escaping @Sendable (Fields) -> Fields = { $0 }
    ) -> Page {
        Page(.post, "/incidents/{number}/" + path, permission) { visit in
            let fields = try visit.checkedForm()
            let own = [id] + names.map { visit.exchange.parameters[$0] ?? "" }
            return try await visit.orAgain(own.joined(separator: "-"), fields, again(part)) {
                _ = try await visit.perform(operation, prepare(fields))
                return .redirect(place(try visit.parameter("number"), part, stays: stays))
            }
        }
    }

    /// The page with the forms of the part, among them the one that came back.
    static func again(
        _ part: IncidentPart
    ) -> @Sendable (Visit, ReturnedForm) async throws -> Answer {
        { visit, returned in try await IncidentPages.page(visit, at: part, returned) }
    }

    private static func place(_ number: String, _ part: IncidentPart, stays: Bool) -> String {
        stays
            ? PagePaths.incident(number, workingOn: part) : PagePaths.incident(number, part)
    }

    private static let response: [Page] = [
        form("triage", .triage, "do-triage", "triage", .report),
        form("times", .respond, "do-times", "stateTime", .report, stays: true),
        form(
            "containments/{key}/{id}/targets/{name}", .confirmContainment, "do-confirm",
            of: ["id", "name"], "confirmTarget", .contain),
        form("fallback", .respond, "do-fallback", "noteFallback", .contain),
        form("gaps", .respond, "do-gap", "nameGap", .preserve, stays: true),
        form("assessment", .respond, "do-assess", "assess", .assess),
        form("raise", .respond, "do-raise", "assess", .assess),
        form("lowering", .respond, "do-lower", "assess", .assess),
        form("lowering/confirm", .respond, "do-confirm-lowering", "assess", .assess),
        form("impact", .respond, "do-impact", "stateImpact", .assess),
        form(
            "notifications", .respond, "do-notify", "decideNotification", .escalate, stays: true),
        form(
            "notifications/{place}", .respond, "do-notify", of: ["place"], "decideNotification",
            .escalate, stays: true),
    ]

    private static let investigation: [Page] = [
        form("lookbacks", .respond, "do-lookback", "openLookback", .lookBack),
        form(
            "lookbacks/{id}/findings", .respond, "do-finding", of: ["id"], "addFinding",
            .lookBack, stays: true),
        form(
            "lookbacks/{id}/conclusion", .respond, "do-conclude", of: ["id"], "concludeLookback",
            .lookBack),
        form("cause", .respond, "do-cause", "recordCause", .cause),
        form("affected", .respond, "do-affected", "addAffected", .correct, stays: true),
        form("actions", .respond, "do-action", "addAction", .correct, stays: true),
        form(
            "actions/{id}/done", .respond, "do-done", of: ["id"], "finishAction", .correct,
            stays: true),
        form(
            "cases", .respond, "do-case", "recordEvaluation", .evaluate, stays: true,
            caseWithRun),
        form("runs", .respond, "do-run", "recordEvaluation", .evaluate, stays: true) {
            rows("results", with: "passed", of: $0)
        },
    ]

    private static let restart: [Page] = [
        form("skips", .respond, "do-skip", "skipStep", .close),
        form("signatures", .sign, "do-sign", "sign", .restart),
        form("restart", .restart, "do-restart", "restart", .restart) {
            rows("watch", with: "kind", of: $0)
        },
        form("review", .respond, "do-review", "recordReview", .review),
        form("exception", .signException, "do-exception", "signException", .close),
        form("close", .close, "do-close", "close", .close),
    ]

    // MARK: Fields as the operation wants them

    /// The case; beside it what it gave on the version that failed, when one is named.
    private static func caseWithRun(_ sent: Fields) -> Fields {
        var fields = sent
        let version = fields["version"] ?? ""
        if version.allSatisfy(\.isWhitespace) {
            for name in ["version", "results/0/passed"] { fields[name] = nil }
        } else {
            fields["subject"] = "failed"
            fields["results/0/key"] = fields["cases/0/key"]
        }
        return fields
    }

    /// Without the rows of a list in which the one thing is not said that makes a row.
    private static func rows(_ list: String, with name: String, of sent: Fields) -> Fields {
        sent.filter { field in
            guard field.key.hasPrefix(list + "/") else { return true }
            let row = field.key.dropFirst(list.count + 1).prefix { $0 != "/" }
            return sent["\(list)/\(row)/\(name)"]?.isEmpty == false
        }
    }

    // MARK: A run from a file

    private static let runFile = Page(
        .post, "/incidents/{number}/runs/file", .respond,
        formLimit: InvestigationRoutes.reportLimit + Page.usualFormLimit
    ) { visit in
        let fields = try visit.checkedForm()
        return try await visit.orAgain("do-run-file", fields, again(.evaluate)) {
            guard let version = fields["version"], !FormJSON.trimmed(version).isEmpty,
                version.count <= 200
            else {
                let message = "Say what the version is called, in 200 characters at most."
                throw Refusal(
                    .invalidInput, message,
                    blockers: [Blocker("version", message, pointer: "/version")])
            }
            guard let file = visit.chosenFiles.first else {
                let message = "Choose the report of the run."
                throw Refusal(
                    .invalidInput, message,
                    blockers: [Blocker("files", message, pointer: "/files")])
            }
            guard file.bytes.count <= InvestigationRoutes.reportLimit else {
                throw Refusal(
                    .tooLarge,
                    "The report has \(file.bytes.count) bytes; "
                        + "\(InvestigationRoutes.reportLimit) at most.")
            }
            try await visit.perform(
                "recordEvaluation", bytes: file.bytes, mediaType: "application/xml",
                query: ["version": version, "subject": fields["subject"] ?? ""])
            return .redirect(place(try visit.parameter("number"), .evaluate, stays: true))
        }
    }

    // MARK: Evidence

    private static let attach = Page(
        .post, "/incidents/{number}/evidence", .report, formLimit: Page.fileFormLimit
    ) { visit in
        let fields = try visit.checkedForm()
        return try await visit.orAgain("do-attach", fields, again(.preserve)) {
            let (hasText, files) = try visit.textOrFiles()
            if let heavy = files.first(where: { $0.bytes.count > ResponseRoutes.fileLimit }) {
                throw Refusal(
                    .tooLarge,
                    "The file \(heavy.name) has \(heavy.bytes.count) bytes; "
                        + "\(ResponseRoutes.fileLimit) at most.")
            }
            // Evidence is never deleted: what could be refused is looked at before any is kept.
            if hasText, (fields["name"] ?? "").allSatisfy(\.isWhitespace) {
                let message = "Write what the text is called."
                throw Refusal(
                    .invalidInput, message,
                    blockers: [Blocker("name", message, pointer: "/name")])
            }
            for file in files { try await keep(file, fields, visit) }
            if hasText { _ = try await visit.perform("attachEvidence", fields) }
            return .redirect(place(try visit.parameter("number"), .preserve, stays: true))
        }
    }

    private static func keep(
        _ file: MultipartForm.File, _ fields: Fields, _ visit: Visit
    ) async throws {
        let named = fields["name"] ?? ""
        let name = String((named.isEmpty ? file.name : named).prefix(200))
        var query = ["kind": fields["kind"] ?? "", "name": name]
        if let note = fields["note"], !note.isEmpty { query["note"] = String(note.prefix(4_000)) }
        try await visit.perform(
            "attachEvidence", bytes: file.bytes, mediaType: file.evidenceType, query: query)
    }

    // MARK: Corrections

    /// Leads back to where the form stood: the incident's page, or the list of all that it touched.
    private static let correction = Page(
        .post, "/incidents/{number}/affected/{id}/correction", .respond
    ) { visit in
        let fields = try visit.checkedForm()
        let number = try visit.parameter("number")
        let from = fields["from"].flatMap { Int($0) }
        let id = "do-correct-" + (try visit.parameter("id"))
        let shown = from == nil ? again(.correct) : IncidentPages.affectedAgain
        return try await visit.orAgain(id, fields, shown) {
            _ = try await visit.perform("correctAffected", fields)
            guard let from else { return .redirect(place(number, .correct, stays: true)) }
            return .redirect(PagePaths.affected(number) + "?after=\(from)")
        }
    }
}
