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
    let run: @Sendable (Visit) async throws -> Answer

    init(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission?,
        _ run: @escaping @Sendable (Visit) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.permission = permission
        self.run = run
    }

    /// Bytes of one form: 128 KiB.
    private static let formLimit = 128 << 10

    func respond(
        _ request: Request, _ context: CordonContext, _ dispatcher: Dispatcher
    ) async -> Response {
        let id = dispatcher.requestIDs.next()
        do {
            let visit = try await visit(request, context, dispatcher, id)
            if let permission {
                guard let caller = visit.exchange.caller else {
                    let next =
                        request.method == .get ? "?next=\(Paths.segment(request.uri.path))" : ""
                    return Dispatcher.response(.redirect(PagePaths.signIn + next), id)
                }
                guard caller.permissions.contains(permission) else {
                    throw Refusal(.notPermitted, "You may not see or do this.")
                }
            }
            return Dispatcher.response(try await run(visit), id)
        } catch {
            let refusal = Dispatcher.refusal(error)
            if refusal.kind == .internalFault {
                dispatcher.logger.error(
                    "page failed", metadata: ["request_id": "\(id)", "error": "\(error)"])
            }
            return Dispatcher.response(
                .page(
                    ErrorPage(refusal, requestID: id).html,
                    status: ProblemText.of(refusal.kind).status), id)
        }
    }

    private func visit(
        _ request: Request, _ context: CordonContext, _ dispatcher: Dispatcher, _ id: String
    ) async throws -> Visit {
        // Pages know sessions only: a token in a header is for programs.
        let session = Credential.cookie("cordon_session", request.headers)
        let credential = session.map { Credential(cookie: $0) }
        let caller = credential.flatMap { dispatcher.operations.gate.caller($0.hash) }
        var form: [String: String] = [:]
        if method == .post {
            let buffer: ByteBuffer
            do {
                buffer = try await request.body.collect(upTo: Self.formLimit)
            } catch is NIOTooManyBytesError {
                throw Refusal(.tooLarge, "The form has more than \(Self.formLimit) bytes.")
            }
            form = FormText.fields(String(buffer: buffer))
        }
        var parameters: [String: String] = [:]
        for part in path.split(separator: "/") where part.hasPrefix("{") {
            let name = String(part.dropFirst().dropLast())
            parameters[name] = context.parameters.get(name)?.removingPercentEncoding
        }
        let exchange = Exchange(
            operations: dispatcher.operations, site: dispatcher.site, checks: dispatcher.checks,
            operationID: "", requestID: id, method: request.method.rawValue, path: request.uri.path,
            parameters: parameters,
            query: Dispatcher.query(request.uri), host: request.head.authority,
            headers: request.headers, body: [], json: nil,
            caller: caller, credential: credential?.hash, remoteAddress: context.address,
            channel: context.channel)
        let known = caller == nil ? nil : session
        let formSecret =
            known ?? Credential.cookie("cordon_form", request.headers)
            ?? Door(exchange).newSecret()
        return Visit(
            exchange: exchange, form: form, formSecret: formSecret, checks: dispatcher.checks)
    }
}

/// One request for a page.
struct Visit: Sendable {
    let exchange: Exchange
    let form: [String: String]
    /// The session's secret, or that of a form for somebody who is not signed in.
    let formSecret: String
    let checks: BodyChecks

    /// What the page's forms carry, so that another site cannot send them.
    var csrf: String { Door.csrf(formSecret) }

    /// - Throws: a refusal when the form was not made by a page of ours for this visitor.
    func checkedForm() throws(Refusal) -> [String: String] {
        guard form["csrf"] == csrf else {
            throw Refusal(
                .notPermitted, "The form is not from this server or too old: open the page again.")
        }
        return form
    }

    func withFormCookie(_ answer: Answer) -> Answer {
        let secure = exchange.site.secureCookies ? "; Secure" : ""
        return answer.with(
            "set-cookie",
            "cordon_form=\(formSecret); Path=/; HttpOnly; SameSite=Strict; Max-Age=3600\(secure)")
    }

    /// What the REST interface would say of the same input, field by field.
    func faults(_ input: some Encodable, of operationID: String) throws -> [FormFault] {
        guard let route = RouteTable.all.first(where: { $0.operationID == operationID }),
            let schema = checks.schema(route)
        else { return [] }
        let value = try JSONValue(parsing: try Wire.bytes(input))
        return checks.set.violations(of: value, against: schema).map {
            FormFault(String($0.pointer.dropFirst()), "This \($0.message).")
        }
    }
}

extension Answer {
    static func page(_ html: HTML, status: Int = 200) -> Answer {
        Answer(status: status, mediaType: "text/html; charset=utf-8", body: Array(html.text.utf8))
    }

    static func redirect(_ path: String) -> Answer {
        Answer(status: 303, mediaType: "", body: []).with("location", path)
    }
}

/// `application/x-www-form-urlencoded`.
enum FormText {
    static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map {
                $0.replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            guard let name = decoded.first, decoded.count == 2, !decoded[1].utf8.contains(0)
            else { continue }
            fields[name] = decoded[1].replacing("\r\n", with: "\n")
        }
        return fields
    }
}
