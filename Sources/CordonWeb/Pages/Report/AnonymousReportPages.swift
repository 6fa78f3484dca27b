import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// Reporting without an account, by a link that an administrator has made, and following the
/// report by an address that the reporter alone has.
///
/// The secrets in the addresses are what lets people in: of both only hashes are kept. Nothing of
/// the connection is written down.
enum AnonymousReportPages {
    static let all: [Page] = [form, report, follow, add]

    private static let linkPath = "/report/link/{secret}"
    private static let followedPath = "/report/followed/{secret}/{number}"

    private static func page(
        _ method: HTTPRequest.Method, _ path: String,
        admit: @escaping @Sendable (Visit) async throws -> Void,
        _ run: @escaping @Sendable (Visit) async throws -> Answer
    ) -> Page {
        Page(
            method, path, nil, formLimit: Page.anonymousFileLimit + Page.usualFormLimit,
            isAnonymous: true, admit: admit, run)
    }

    // MARK: Report

    private static let form = page(.get, linkPath, admit: { try checkLink($0) }) { visit in
        visit.withFormCookie(try await reportPage(visit, nil))
    }

    private static let report = page(
        .post, linkPath,
        admit: {
            try checkLink($0)
            try checkAddress($0)
        }
    ) { visit in
        let fields = visit.form.filter { !["csrf", "once", "stop", "contact"].contains($0.key) }
        return try await visit.orAgain(
            ReportPage.formID, fields,
            { visit, returned in visit.withFormCookie(try await reportPage(visit, returned)) }
        ) {
            _ = try visit.checkedForm()
            try checkFiles(visit)
            try take(visit, link: try visit.parameter("secret"))
            let secret = secret(of: visit, fields)
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

    /// A secret for each report, so that two of one person cannot be told to belong together.
    ///
    /// It is the same for a form that is sent twice, unchanged, from one showing of its page, so
    /// that it counts once. The visitor's cookie and the page's key are random and known to that
    /// browser alone.
    private static func secret(of visit: Visit, _ fields: [String: String]) -> String {
        guard let once = visit.form["once"], !once.isEmpty else {
            return Door(visit.exchange).newSecret()
        }
        let said = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let whole = "report \(visit.formSecret) \(once) \(said)"
        return "cordon_report_" + Hex.sha256(Array(whole.utf8))
    }

    // MARK: Follow

    private static let follow = page(
        .get, followedPath, admit: { try await checkReporter($0) }
    ) { visit in
        visit.withFormCookie(try await followed(visit, nil))
    }

    private static let add = page(
        .post, followedPath,
        admit: {
            try await checkReporter($0)
            try checkAddress($0)
        }
    ) { visit in
        let fields = visit.form.filter { !["csrf", "once"].contains($0.key) }
        return try await visit.orAgain(
            FollowedReportPage.formID, fields,
            { visit, returned in visit.withFormCookie(try await followed(visit, returned)) }
        ) {
            _ = try visit.checkedForm()
            try checkFiles(visit)
            let number = try visit.parameter("number")
            let (hasText, files) = try visit.textOrFiles()
            let reporter = try reporter(visit)
            try await checkRoom(reporter, adding: (hasText ? 1 : 0) + files.count)
            try take(visit, link: nil)
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
        let hash = Credential(cookie: try visit.parameter("secret")).hash
        guard visit.exchange.operations.gate.caller(hash)?.isReportLink == true else {
            throw Refusal(
                .notFound, "This link is not in use any more: ask who gave it to you for a new one."
            )
        }
    }

    /// Asked before the incident is read: guessing costs next to nothing.
    private static func checkReporter(_ visit: Visit) async throws {
        let number = try visit.parameter("number")
        let exchange = try reporter(visit).exchange
        guard try await exchange.operations.ask(exchange.asCaller, { try $0.hasReported(number) })
        else { throw Refusal(.notFound, "There is no report at this address.") }
    }

    // MARK: How much

    /// Files of one form without an account.
    static let filesAtMost = 10
    /// Pieces that a reporter without an account may have with one report, and their bytes in all:
    /// adding undoes signatures, and what is kept cannot be deleted.
    static let piecesAtMost = 20
    static let bytesAtMost = Page.anonymousFileLimit

    private static func checkFiles(_ visit: Visit) throws(Refusal) {
        let files = visit.chosenFiles
        guard files.count <= filesAtMost else {
            throw tooMuch("Choose at most \(filesAtMost) files.")
        }
        guard files.reduce(0, { $0 + $1.bytes.count }) <= bytesAtMost else {
            throw tooMuch("Choose files that have at most \(bytesAtMost >> 20) MB together.")
        }
    }

    private static func checkRoom(_ reporter: Visit, adding count: Int) async throws {
        let exchange = reporter.exchange
        let own = try await exchange.operations.ask(exchange.asCaller) { work in
            let incident = try IncidentRoutes.readable(work, exchange).incident
            return incident.evidence.filter { $0.by.id == incident.reporter.id }.map(\.value.size)
        }
        let bytes = own.reduce(0, +) + reporter.chosenFiles.reduce(0) { $0 + $1.bytes.count }
        guard own.count + count <= piecesAtMost, bytes <= bytesAtMost else {
            throw Refusal(
                .tooLarge,
                "One report takes \(piecesAtMost) additions with \(bytesAtMost >> 20) MB: report "
                    + "again if there is more to say.")
        }
    }

    private static func tooMuch(_ message: String) -> Refusal {
        Refusal(.tooLarge, message, blockers: [Blocker("files", message, pointer: "/files")])
    }

    /// Before a form is read, which takes memory.
    private static func checkAddress(_ visit: Visit) throws(Refusal) {
        let exchange = visit.exchange
        try exchange.site.reportsFromAnAddress.check(
            Throttle.subjects(address: exchange.remoteAddress),
            now: exchange.operations.outside.now())
    }

    /// Counts what is sent, once it is a form of ours.
    private static func take(_ visit: Visit, link: String?) throws(Refusal) {
        let exchange = visit.exchange
        let now = exchange.operations.outside.now()
        try exchange.site.reportsFromAnAddress.take(
            Throttle.subjects(address: exchange.remoteAddress), now: now)
        guard let link else { return }
        try exchange.site.reportsByALink.take([Credential(cookie: link).hash], now: now)
    }
}

extension Visit {
    fileprivate func acting(as reporter: AnonymousReporter) -> Visit {
        acting(as: reporter.caller(now: exchange.operations.outside.now()))
    }
}
