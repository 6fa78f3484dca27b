import CordonAPI
import CordonCore
import CordonOperations
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// One page, or the target of one form.
struct Page: Sendable {
    let method: HTTPRequest.Method
    let path: String
    /// What the visitor must be allowed to do; `nil` when anybody may come.
    let permission: Permission?
    /// Bytes of a form that is sent here.
    let formLimit: Int
    /// Who is let in beside that, asked before anything of a form is read.
    let admit: @Sendable (Visit) async throws -> Void
    /// Whether a session counts for nothing here: whoever comes is nobody in particular.
    let isAnonymous: Bool
    let run: @Sendable (Visit) async throws -> Answer

    init(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission?,
        formLimit: Int = Page.usualFormLimit, isAnonymous: Bool = false,
        admit: @escaping @Sendable (Visit) async throws -> Void = { _ in },
        _ run: @escaping @Sendable (Visit) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.permission = permission
        self.formLimit = formLimit
        self.isAnonymous = isAnonymous
        self.admit = admit
        self.run = run
    }

    /// Bytes of a form without files: 1 MiB, so that a list of 10,000 names fits.
    static let usualFormLimit = 1 << 20
    /// Bytes of a form with files: what one of them may have, and its text.
    static let fileFormLimit = ResponseRoutes.fileLimit + usualFormLimit
    /// Bytes of the files that somebody without an account may send with one form: 10 MiB.
    static let anonymousFileLimit = 10 << 20

    func respond(
        _ request: Request, _ context: CordonContext, _ dispatcher: Dispatcher
    ) async -> Response {
        let id = dispatcher.requestIDs.next()
        let exchange = exchange(request, context, dispatcher, id)
        let here = Visit(exchange)
        do {
            if let permission {
                guard let caller = exchange.caller else {
                    return Dispatcher.response(try await signedOut(here, request), id)
                }
                guard caller.permissions.contains(permission) else {
                    throw Refusal(.notPermitted, "You may not see or do this.")
                }
            }
            try await admit(here)
            let visit = method == .post ? try await here.reading(request, upTo: formLimit) : here
            return Dispatcher.response(try await run(visit), id)
        } catch {
            let refusal = Dispatcher.refusal(error)
            if refusal.kind == .internalFault {
                dispatcher.logger.error(
                    "page failed", metadata: ["request_id": "\(id)", "error": "\(error)"])
            }
            return Dispatcher.response(
                here.page(
                    ErrorPage(refusal, requestID: id),
                    status: ProblemText.of(refusal.kind).status), id)
        }
    }

    /// Leads to the sign-in; whoever has sent a form gets back what they typed.
    private func signedOut(_ visit: Visit, _ request: Request) async throws -> Answer {
        guard method == .post else {
            return .redirect(
                PagePaths.signIn + "?next=\(Paths.segment(Self.whole(request)))")
        }
        // What another site made a browser send is not shown under our name.
        guard let name = HTTPField.Name("Sec-Fetch-Site"),
            request.headers[name] == "same-origin"
        else { return .redirect(PagePaths.signIn) }
        // Whoever is not signed in fills no memory with files.
        let form = try await visit.reading(request, upTo: Self.usualFormLimit).form
        return visit.page(SignedOutPage(form), status: 401)
    }

    private static func whole(_ request: Request) -> String {
        request.uri.path + (request.uri.query.map { "?\($0)" } ?? "")
    }

    private func exchange(
        _ request: Request, _ context: CordonContext, _ dispatcher: Dispatcher, _ id: String
    ) -> Exchange {
        // Pages know sessions only: a token in a header is for programs.
        let session =
            isAnonymous ? nil : Credential.cookie("cordon_session", request.headers)
        let credential = session.map { Credential(cookie: $0) }
        let known = credential.flatMap { dispatcher.operations.gate.caller($0.hash) }
        let caller = known?.token == nil ? known : nil
        var parameters: [String: String] = [:]
        for part in path.split(separator: "/") where part.hasPrefix("{") {
            let name = String(part.dropFirst().dropLast())
            guard let value = context.parameters.get(name)?.removingPercentEncoding,
                !value.utf8.contains(0), value.utf8.count <= 200
            else { continue }
            parameters[name] = value
        }
        return Exchange(
            operations: dispatcher.operations, site: dispatcher.site, checks: dispatcher.checks,
            operationID: "", requestID: id, method: request.method.rawValue,
            path: request.uri.path, parameters: parameters,
            query: Dispatcher.query(request.uri), host: request.head.authority,
            headers: request.headers, body: [], json: nil, caller: caller,
            credential: credential?.hash, remoteAddress: context.address, channel: context.channel)
    }
}

/// One request for a page.
struct Visit: Sendable {
    private(set) var exchange: Exchange
    private(set) var form: [String: String] = [:]
    private(set) var files: [MultipartForm.File] = []
    /// The session's secret, or that of a form for somebody who is not signed in.
    let formSecret: String

    init(_ exchange: Exchange) {
        self.exchange = exchange
        let known =
            exchange.caller == nil
            ? nil : Credential.cookie("cordon_session", exchange.headers)
        formSecret =
            known ?? Credential.cookie("cordon_form", exchange.headers)
            ?? Door(exchange).newSecret()
    }

    /// The same with what the form holds.
    func reading(_ request: Request, upTo limit: Int) async throws -> Visit {
        let body: [UInt8]
        do {
            body = Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Refusal(
                .tooLarge,
                "What you sent has more than \(limit >> 20) MB: choose fewer or smaller files.")
        }
        var visit = self
        if let boundary = MultipartForm.boundary(request.headers[.contentType] ?? "") {
            let sent = try MultipartForm(body, boundary: boundary)
            visit.form = sent.fields
            visit.files = sent.files
        } else {
            visit.form = FormText.fields(String(decoding: body, as: UTF8.self))
        }
        return visit
    }

    func parameter(_ name: String) throws(Refusal) -> String { try exchange.parameter(name) }

    func may(_ permission: Permission) -> Bool {
        exchange.caller?.permissions.contains(permission) == true
    }

    // MARK: Showing

    var reading: Reading {
        let language =
            Credential.cookie("cordon_language", exchange.headers).flatMap(Language.init)
            ?? Language(accepted: exchange.headers[.acceptLanguage])
        // The script remembers the browser's zone, with a dot for every slash.
        let zone = Credential.cookie("cordon_zone", exchange.headers)
            .flatMap(Self.zone)
        return Reading(
            language: language, zone: zone ?? .gmt, formToken: Door.csrf(formSecret),
            onceKey: exchange.operations.outside.newID())
    }

    /// A time zone by its name, with a dot for every slash; `nil` when it is none.
    static func zone(_ text: String) -> TimeZone? {
        let isName = text.utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || "._+-".unicodeScalars.contains(scalar)
        }
        guard isName, text.utf8.count <= 64, !text.contains("..") else { return nil }
        return TimeZone(identifier: text.replacing(".", with: "/"))
    }

    /// This page with what was asked of it, to come back to in another language.
    private var place: String {
        let asked = exchange.query.filter { $0.key != "token" }.sorted { $0.key < $1.key }
        return PagePaths.asking(exchange.path, asked.map { ($0.key, $0.value) })
    }

    func page(_ model: some PageModel, status: Int = 200) -> Answer {
        let frame = PageFrame(
            reader: exchange.caller.map {
                Reader(login: $0.actor.name, permissions: $0.permissions)
            }, reading: reading, path: place)
        return Answer(
            status: status, mediaType: "text/html; charset=utf-8",
            body: Array(frame.text(around: model.content).utf8))
    }

    // MARK: Forms

    /// - Throws: a refusal when the form was not made by a page of ours for this visitor.
    func checkedForm() throws(Refusal) -> [String: String] {
        guard form["csrf"] == Door.csrf(formSecret) else {
            throw Refusal(
                .notPermitted, "The form is not from this server or too old: open the page again.")
        }
        return form.filter { $0.key != "csrf" && $0.key != "once" }
    }

    /// Half a day: somebody may think about what to write.
    private static let formSeconds = 43_200

    /// `Lax`, so that whoever comes by a link from elsewhere a second time keeps the first form.
    func withFormCookie(_ answer: Answer) -> Answer {
        answer.with(
            "set-cookie", cookie("cordon_form", formSecret, seconds: Self.formSeconds, site: "Lax"))
    }

    /// The same visit by somebody whom no session names.
    func acting(as caller: GateCaller) -> Visit {
        var visit = self
        visit.exchange.caller = caller
        return visit
    }

    /// A cookie of ours that scripts do not read.
    func cookie(_ name: String, _ value: String, seconds: Int, site: String = "Strict") -> String {
        let secure = exchange.site.secureCookies ? "; Secure" : ""
        return "\(name)=\(value); Path=/; HttpOnly; SameSite=\(site); Max-Age=\(seconds)\(secure)"
    }

    // MARK: The REST interface

    /// What a question of the REST interface answers to this visitor.
    func view<View: Decodable>(
        _ type: View.Type, _ operationID: String, _ parameters: [String: String]? = nil,
        query: [String: String] = [:]
    ) async throws -> View {
        let answer = try await call(operationID, parameters, query: query)
        return try JSONValue(parsing: answer.body).decoded(as: type)
    }

    /// The answer of a question of the REST interface as it is, such as a file.
    func answer(of operationID: String, query: [String: String]) async throws -> Answer {
        try await call(operationID, nil, query: query)
    }

    /// Does what an operation of the REST interface does, with a form's fields as its body.
    ///
    /// - Throws: the operation's refusal; a fault of a field has its place as the pointer.
    func perform(
        _ operationID: String, _ form: [String: String], _ parameters: [String: String]? = nil
    ) async throws -> JSONValue {
        let answer = try await call(
            operationID, parameters, json: try json(of: operationID, form),
            version: form["version"], once: self.form["once"])
        return answer.body.isEmpty ? .null : try JSONValue(parsing: answer.body)
    }

    /// A form's fields as the input of an operation, for what an operation alone does not do.
    ///
    /// - Throws: a refusal that names everything that the operation does not read so.
    func input<Input: Decodable>(
        _ type: Input.Type, of operationID: String, _ form: [String: String]
    ) throws -> Input {
        try (try json(of: operationID, form) ?? .object([:])).decoded(as: type)
    }

    /// `nil` where the operation takes no body.
    private func json(of operationID: String, _ form: [String: String]) throws -> JSONValue? {
        guard let schema = exchange.checks.schema(try Self.route(operationID)) else { return nil }
        let value = FormJSON(
            schemas: exchange.checks.set, reading: reading, fields: form
        ).object(schema)
        try exchange.checks.check(value, of: operationID)
        return value
    }

    /// Hands bytes to an operation that takes a file.
    func perform(
        _ operationID: String, bytes: [UInt8], mediaType: String, query: [String: String],
        _ parameters: [String: String]? = nil
    ) async throws {
        _ = try await call(
            operationID, parameters, query: query, bytes: bytes, mediaType: mediaType,
            once: form["once"])
    }

    private func call(
        _ operationID: String, _ parameters: [String: String]?, query: [String: String] = [:],
        json: JSONValue? = nil, bytes: [UInt8] = [], mediaType: String? = nil,
        version: String? = nil, once: String? = nil
    ) async throws -> Answer {
        let route = try Self.route(operationID)
        if let permission = route.permission, !may(permission) {
            throw Refusal(
                .notPermitted,
                "This needs the permission \(permission.rawValue); ask an administrator.")
        }
        let body = try json.map { try Canonical.bytes($0) } ?? bytes
        var headers = HTTPFields()
        if let mediaType { headers[.contentType] = mediaType }
        if let version { headers[.ifMatch] = "\"\(version)\"" }
        let place = parameters ?? exchange.parameters
        if let once, !once.isEmpty, let name = HTTPField.Name("Idempotency-Key") {
            // What is sent twice from one showing of a page, unchanged, is meant once.
            // Sorted, since a dictionary has its order anew each time.
            let asked = [place, query].map { $0.sorted { $0.key < $1.key } }
            let whole = "\(operationID) \(asked)"
            headers[name] = Hex.sha256(Array("\(once) \(whole)".utf8) + body)
        }
        return try await route.run(
            Exchange(
                operations: exchange.operations, site: exchange.site, checks: exchange.checks,
                operationID: operationID, requestID: exchange.requestID, method: route.method,
                path: exchange.path, parameters: place, query: query, host: exchange.host,
                headers: headers, body: body, json: json, caller: exchange.caller,
                credential: exchange.credential, remoteAddress: exchange.remoteAddress,
                channel: exchange.channel))
    }

    private static let routes = Dictionary(
        uniqueKeysWithValues: RouteTable.all.map { ($0.operationID, $0) })

    private static func route(_ operationID: String) throws -> Route {
        guard let route = routes[operationID] else {
            throw Refusal(.internalFault, "No operation is called \(operationID).")
        }
        return route
    }
}

extension Page {
    /// The target of a form that does what one operation of the REST interface does.
    ///
    /// `form` is the form's id on its page. When it is done, `then` says where to go, from the
    /// operation's answer; when it is refused, `again` shows the page with the form as it was sent
    /// and what is wrong with it.
    static func act(
        _ path: String, _ permission: Permission, form: String, operation: String,
        then: @escaping @Sendable (Visit, JSONValue) throws -> String,
        again: @escaping @Sendable (Visit, ReturnedForm) async throws -> Answer
    ) -> Page {
        Page(.post, path, permission) { visit in
            let fields = try visit.checkedForm()
            return try await visit.orAgain(form, fields, again) {
                .redirect(try then(visit, try await visit.perform(operation, fields)))
            }
        }
    }
}

extension Visit {
    /// Runs `body`; what it refuses is shown on the page of the form, with nothing typed lost.
    func orAgain(
        _ form: String, _ fields: [String: String],
        _ again: (Visit, ReturnedForm) async throws -> Answer,
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await body()
        } catch let refusal as Refusal where refusal.kind != .internalFault {
            var answer = try await again(
                self,
                ReturnedForm(id: form, fields: fields, faults: Self.faults(refusal)))
            answer.status = ProblemText.of(refusal.kind).status
            return answer
        }
    }

    /// A refusal as faults of a form: each at its field, or for the form as a whole.
    static func faults(_ refusal: Refusal) -> [FormFault] {
        let placed = refusal.blockers.filter { $0.pointer != nil }
        if !placed.isEmpty {
            return placed.map { blocker in
                let message =
                    switch (blocker.code, placed.count) {
                    case ("schema", _): "This \(blocker.message)."
                    // The sentence of a refusal with one place is about that place.
                    case (_, 1): refusal.detail
                    default: blocker.message
                    }
                return FormFault(String((blocker.pointer ?? "").dropFirst()), message)
            }
        }
        return [FormFault("", refusal.detail)]
            + refusal.blockers.map { FormFault("", $0.message) }
    }
}

extension Answer {
    static func redirect(_ path: String) -> Answer {
        Answer(status: 303, mediaType: "", body: []).with("location", path)
    }
}

/// `application/x-www-form-urlencoded`.
enum FormText {
    /// A name that stands several times, as of boxes that are ticked, has its values on lines.
    static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map {
                $0.replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            guard let name = decoded.first, decoded.count == 2, !decoded[1].utf8.contains(0)
            else { continue }
            let value = decoded[1].replacing("\r\n", with: "\n")
            fields[name] = fields[name].map { $0 + "\n" + value } ?? value
        }
        return fields
    }
}
