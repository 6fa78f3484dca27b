package import CordonCore
import CordonOperations

/// OpenFeature's Remote Evaluation Protocol, read only:
/// <https://openfeature.dev/docs/reference/other-technologies/ofrep/openapi>.
///
/// There is one flag, `may_run`, and it is true while the workflow runs. Whoever cannot reach
/// Cordon takes the default, which has to be false.
package struct FlagHook: HookQuestion {
    package let acts: [HookAct] = [.run]
    package let session: String? = nil
    private let asked: Asked

    private enum Asked {
        case one(String)
        case all(workflow: String, known: String?)
    }

    package static let name = "may_run"

    /// One flag of the workflow that the key belongs to.
    package init(_ key: String, of workflow: String, _ body: [UInt8]) throws(HookFault) {
        try Self.check(body)
        guard [Self.name, workflow, "\(workflow).\(Self.name)"].contains(key) else {
            throw HookFault(
                .unknown, "There is no flag \(key); this key's workflow has \(Self.name).")
        }
        asked = .one(key)
    }

    /// All flags of the workflow, unless they are what the asker has already.
    package init(
        allOf workflow: String, _ body: [UInt8], ifNoneMatch: String?
    ) throws(HookFault) {
        try Self.check(body)
        asked = .all(workflow: workflow, known: ifNoneMatch)
    }

    /// The context is not looked at, but it has to be one.
    private static func check(_ body: [UInt8]) throws(HookFault) {
        guard !body.isEmpty else { return }
        guard let members = JSONMembers(body[...]) else {
            throw HookFault(.unreadable, "The body is no JSON object.")
        }
        if let context = members["context"], JSONMembers(context) == nil {
            throw HookFault(.unreadable, "The context is no object.")
        }
    }

    package func reply(to verdict: HookVerdict, _ entry: GateEntry) -> HookReply {
        switch asked {
        case .one(let key):
            var json = JSONText()
            Self.write(key, verdict, entry, into: &json)
            return HookReply(body: json.bytes)
        case .all(let workflow, let known):
            let reply = HookReply.object { json in
                json.key("flags")
                json.beginArray()
                for key in [Self.name, "\(workflow).\(Self.name)"] {
                    Self.write(key, verdict, entry, into: &json)
                }
                json.endArray()
            }
            // Of everything that is told, so that what time alone has changed is never the same.
            let tag = "\"\(Hex.sha256(reply.body))\""
            let fields = ["etag": tag, "cache-control": "no-cache"]
            guard !Self.holds(known, tag) else { return HookReply(304, fields: fields, body: []) }
            return HookReply(fields: fields, body: reply.body)
        }
    }

    /// Whether a tag is among those of an `If-None-Match`; `*` says nothing about what is known.
    private static func holds(_ known: String?, _ tag: String) -> Bool {
        (known ?? "").split(separator: ",").contains { given in
            let given = given.drop { $0 == " " }
            return (given.hasPrefix("W/") ? given.dropFirst(2) : given)
                .prefix { $0 != " " } == tag[...]
        }
    }

    private static func write(
        _ key: String, _ verdict: HookVerdict, _ entry: GateEntry, into json: inout JSONText
    ) {
        let mayRun = verdict == .allowed
        json.beginObject()
        json.member("key", key)
        json.key("value")
        json.bool(mayRun)
        // Some clients keep what is STATIC.
        json.member("reason", "TARGETING_MATCH")
        json.member("variant", mayRun ? "on" : "off")
        json.key("metadata")
        json.beginObject()
        json.member("workflow", entry.key)
        json.member("revision", Int(entry.revision))
        json.member("state", entry.state.rawValue)
        if let denial = verdict.denial {
            json.member("why", denial.message)
            json.member("incident", denial.incident)
            json.member("fallback", entry.fallback?.title)
        }
        json.endObject()
        json.endObject()
    }

    package static func reply(to fault: HookFault, key: String?) -> HookReply {
        .object(fault.kind.status) { json in
            json.member("key", key)
            json.member("errorCode", errorCode(fault.kind))
            json.member("errorDetails", fault.message)
        }
    }

    private static func errorCode(_ kind: HookFault.Kind) -> String {
        switch kind {
        case .unknown: "FLAG_NOT_FOUND"
        case .unreadable: "PARSE_ERROR"
        case .unknownKey, .notPermitted, .wrongMethod, .wrongVersion, .tooLarge, .overloaded:
            "GENERAL"
        }
    }
}
