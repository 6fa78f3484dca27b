import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Reporting without an account, by a link that an administrator has made, and following the
/// report by an address that the reporter alone has.
///
/// The secrets in the addresses are what lets people in: of both only hashes are kept. Nothing of
/// the connection is written down.
enum NamelessReportPages {
    static let all: [Page] = [form, report, follow, add]

    private static let linkPath = "/report/link/{secret}"
    private static let followedPath = "/report/followed/{secret}/{number}"

    private static func page(
        _ method: HTTPRequest.Method, _ path: String,
        admit: @escaping @Sendable (Visit) async throws -> Void,
        _ run: @escaping @Sendable (Visit) async throws -> Answer
    ) -> Page {
        Page(
            method, path, nil, formLimit: Page.namelessFileLimit + Page.usualFormLimit,
            isNameless: true, admit: admit, run)
    }

    // MARK: Report

    private static let form = page(.get, linkPath, admit: { try checkLink($0) }) { visit in
        visit.withFormCookie(try await reportPage(visit, nil))
    }

    private static let report = page(
        .post, linkPath,
        admit: {
            try checkLink($0)
            try count($0)
        }
    ) { visit in
        let fields = try visit.checkedForm().filter { $0.key != "stop" && $0.key != "contact" }
        return try await visit.orAgain(
            ReportPage.formID, fields, { try await reportPage($0, $1) }
        ) {
            // A secret for each report: two of one person cannot be told to belong together.
            let secret = try secret(of: visit)
            let reporter = visit.acting(as: AnonymousReporter(secret: secret))
            let answer = try await reporter.perform("report", fields)
            let number = try answer.decoded(as: ReportView.self).incident
            let unkept = try await ReportPages.keep(reporter, number)
            return .redirect(
                PagePaths.asking(PagePaths.followed(secret, number), ReportPages.query(unkept)))
        }
    }

    private static func reportPage(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let link = PagePaths.reportLink(try visit.parameter("secret"))
        return visit.page(try await ReportPages.model(visit, returned, link: link))
    }

    /// The reporter's secret: the same for a form that is sent twice from one showing of its page,
    /// so that it counts once.
    ///
    /// Both the visitor's cookie and the page's key are random and known to that browser alone.
    private static func secret(of visit: Visit) throws -> String {
        guard let once = visit.form["once"], !once.isEmpty else {
            return Door(visit.exchange).newSecret()
        }
        return "cordon_report_" + Hex.sha256(Array("report \(visit.formSecret) \(once)".utf8))
    }

    // MARK: Follow

    private static let follow = page(.get, followedPath, admit: { try await checkReporter($0) }) {
        visit in
        visit.withFormCookie(try await followed(visit, nil))
    }

    private static let add = page(
        .post, followedPath,
        admit: {
            try await checkReporter($0)
            try count($0)
        }
    ) { visit in
        let fields = try visit.checkedForm()
        let files = visit.files.filter { $0.field == "files" && !$0.bytes.isEmpty }
        return try await visit.orAgain(
            FollowedReportPage.formID, fields, { try await followed($0, $1) }
        ) {
            let number = try visit.parameter("number")
            let hasText = fields["text"]?.contains { !$0.isWhitespace } == true
            guard hasText || !files.isEmpty else {
                let message = "Write a text or choose a file."
                throw Refusal(
                    .invalidInput, message,
                    blockers: [Blocker("text", message, pointer: "/text")])
            }
            let reporter = try reporter(visit)
            if hasText {
                let text = fields["text"] ?? ""
                let named = ["kind": "other", "name": "What the reporter added", "text": text]
                _ = try await reporter.perform("attachEvidence", named)
            }
            let unkept = try await ReportPages.keep(reporter, number)
            let back = PagePaths.followed(try visit.parameter("secret"), number)
            return .redirect(PagePaths.asking(back, ReportPages.query(unkept)))
        }
    }

    private static func followed(
        _ visit: Visit, _ returned: ReturnedForm?
    ) async throws -> Answer {
        let secret = try visit.parameter("secret")
        let exchange = try reporter(visit).exchange
        let model = try await exchange.operations.ask(exchange.asCaller) { work in
            let sequence = try IncidentRoutes.readable(work, exchange)
            let path = PagePaths.followed(secret, sequence.incident.number)
            return FollowedReportPage(
                sequence, path: path, address: exchange.address + path,
                unkept: ReportPages.unkept(visit), returned: returned)
        }
        return visit.page(model)
    }

    private static func reporter(_ visit: Visit) throws -> Visit {
        visit.acting(as: AnonymousReporter(secret: try visit.parameter("secret")))
    }

    // MARK: Who is let in

    private static func checkLink(_ visit: Visit) throws {
        let secret = try visit.parameter("secret")
        let hash = Credential(cookie: secret).hash
        guard visit.exchange.operations.gate.caller(hash)?.isReportLink == true else {
            throw Refusal(
                .notFound, "This link is not in use any more: ask who gave it to you for a new one."
            )
        }
    }

    private static func checkReporter(_ visit: Visit) async throws {
        let exchange = try reporter(visit).exchange
        try await exchange.operations.ask(exchange.asCaller) { work in
            _ = try IncidentRoutes.readable(work, exchange)
        }
    }

    /// Counts what is sent by one address and one link, before it is read.
    private static func count(_ visit: Visit) throws {
        let exchange = visit.exchange
        let secret = Credential(cookie: try visit.parameter("secret")).hash
        let subjects =
            ["secret \(secret)"] + Throttle.subjects(address: exchange.remoteAddress)
        let now = exchange.operations.outside.now()
        try exchange.site.reports.check(subjects, now: now)
        exchange.site.reports.note(subjects, now: now)
    }
}

extension Visit {
    fileprivate func acting(as reporter: AnonymousReporter) -> Visit {
        acting(as: reporter.caller(now: exchange.operations.outside.now()))
    }
}
