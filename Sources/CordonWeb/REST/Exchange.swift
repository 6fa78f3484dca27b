import CordonAPI
import CordonCore
import CordonOperations
import FoundationEssentials
import HTTPTypes
import NIOCore

/// One request with everything a route needs of it, read and checked.
struct Exchange: Sendable {
    let operations: Operations
    let site: Site
    let checks: BodyChecks
    let operationID: String
    let requestID: String
    let method: String
    let path: String
    let parameters: [String: String]
    let query: [String: String]
    /// The host and port that the request was sent to, as its sender says.
    let host: String?
    let headers: HTTPFields
    let body: [UInt8]
    /// The body as JSON, checked against the route's schema; `nil` when it is something else.
    let json: JSONValue?
    /// Who asks; `nil` on routes that anybody may call.
    var caller: GateCaller?
    /// The hash of the credential that was shown, to sign out with.
    let credential: String?
    let remoteAddress: String
    let channel: any Channel

    func parameter(_ name: String) throws(Refusal) -> String {
        guard let value = parameters[name] else {
            throw Refusal(.notFound, "The path names no \(name).")
        }
        return value
    }

    /// The server's address as people, or this caller, know it: without a slash at the end.
    var address: String { site.url.text(host: host) }

    /// Says, as often as it is asked, whether nobody waits for the answer any more.
    func departure() async -> @Sendable () -> Bool { await site.departure(channel) }

    var isJSON: Bool { json != nil }

    /// The body's media type without its parameters, in small letters.
    var mediaType: String { Self.mediaType(headers) }

    static func mediaType(_ headers: HTTPFields) -> String {
        guard let whole = headers[.contentType] else { return "" }
        if whole == "application/json" { return whole }
        return String(whole.prefix { $0 != ";" && $0 != " " }).lowercased()
    }

    /// The body as one of our types.
    ///
    /// The dispatcher has checked it against the type's schema; what
    /// is left are numbers that do not fit.
    func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try (json ?? .object([:])).decoded(as: type)
        } catch {
            throw Refusal(.invalidInput, "A value in the body does not fit: \(error)")
        }
    }

    /// The caller as the operations know it.
    var asCaller: Caller {
        guard let caller else {
            return Caller(
                Actor(Person(id: "nobody", name: "nobody"), grants: []), cause: requestID,
                permissions: [])
        }
        return Caller(
            Actor(caller.actor, grants: caller.grants), cause: requestID,
            permissions: caller.permissions, workflow: caller.workflow)
    }

    /// The version that the caller has read, from `If-Match`.
    ///
    /// - Throws: a refusal when the header is absent or no version of ours.
    func ifMatch() throws(Refusal) -> Int {
        guard let header = headers[.ifMatch] else {
            throw Refusal(
                .preconditionRequired,
                "Send If-Match with the ETag that you read, so that no change is overwritten.")
        }
        let bare = header.filter { $0 != "\"" }
        guard let version = Int(bare) else {
            throw Refusal(.versionConflict, "If-Match is not an ETag of this resource.")
        }
        return version
    }

    /// The request's own name for itself.
    ///
    /// `secrets` are members of the body that its fingerprint, which is stored, must not help to
    /// guess.
    ///
    /// - Throws: a refusal when it is empty or longer than 200 characters.
    func idempotency(without secrets: Set<String> = []) throws -> IdempotencyKey? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = headers[name] else {
            return nil
        }
        guard (1...200).contains(key.utf8.count) else {
            throw Refusal(.invalidInput, "An Idempotency-Key has 1 to 200 characters.")
        }
        let asked = query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let condition = headers[.ifMatch] ?? ""
        var whole = Array("\(method) \(path)?\(asked)\n\(condition)\n".utf8)
        if !secrets.isEmpty, case .object(let members)? = json {
            whole += try Canonical.bytes(
                JSONValue.object(members.filter { !secrets.contains($0.key) }))
        } else {
            whole += body
        }
        return IdempotencyKey(key: key, fingerprint: Hex.sha256(whole))
    }

    /// How many items a page has: 25 when nothing is said.
    func limit(default usual: Int = 25) throws(Refusal) -> Int {
        guard let text = query["limit"] else { return usual }
        guard let limit = Int(text), (1...200).contains(limit) else {
            throw Refusal(
                .invalidInput, "limit is a number from 1 to 200.",
                blockers: [Blocker("limit", "from 1 to 200", pointer: "/limit")])
        }
        return limit
    }

    /// A number of seconds in the query, 0 when it is not there.
    func seconds(_ name: String, atMost most: Int) throws(Refusal) -> Int {
        guard let text = query[name] else { return 0 }
        guard let seconds = Int(text), (0...most).contains(seconds) else {
            throw Refusal(
                .invalidInput, "\(name) is a number from 0 to \(most).",
                blockers: [Blocker(name, "from 0 to \(most)", pointer: "/\(name)")])
        }
        return seconds
    }

    /// A query parameter that has to be one of a few words.
    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Value.Type
    ) throws(Refusal) -> Value? {
        guard let text = query[name] else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(
                .invalidInput, "\(name) is one of: \(known).",
                blockers: [Blocker(name, "one of: \(known)", pointer: "/\(name)")])
        }
        return value
    }
}

/// What a route answers.
struct Answer: Sendable {
    var status: Int
    var mediaType: String
    var body: [UInt8]
    /// Sent in place of `body`, a piece at a time.
    var bundle: ExportedBundle?
    /// Sent in place of `body`, each piece as it comes, until there are no more.
    var pieces: AsyncStream<[UInt8]>?
    var headers: [(name: String, value: String)] = []

    static let noContent = Answer(status: 204, mediaType: "", body: [])

    static func json(_ value: some Encodable, status: Int = 200) throws -> Answer {
        Answer(status: status, mediaType: "application/json", body: try Wire.bytes(value))
    }

    static func text(_ text: String, _ mediaType: String = "text/plain; charset=utf-8") -> Answer {
        Answer(status: 200, mediaType: mediaType, body: Array(text.utf8))
    }

    func with(_ name: String, _ value: String) -> Answer {
        var answer = self
        answer.headers.append((name, value))
        return answer
    }
}

/// JSON as it goes over the wire: snake case, no escaped slashes, sorted keys.
enum Wire {
    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
