import AsyncHTTPClient
import HTTPTypes
import NIOHTTP1

/// Which header fields pass, and which belong to one connection or to Cordon.
///
/// RFC 9110 section 7.6.1 names what a forwarder takes away; whatever `Connection` names goes too.
enum ForwardedFields {
    private static let ofOneConnection: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]
    /// What opens Cordon does not open the provider, and the other way round.
    private static let ofCaller: Set<String> = [
        "authorization", "x-api-key", "api-key", "cookie", "host", "content-length", "expect",
        "accept-encoding",
    ]

    /// The fields that go to the upstream; its answer is asked for without compression, because it
    /// is read on its way.
    static func request(_ fields: HTTPFields) -> HTTPHeaders {
        var headers = HTTPHeaders()
        let named = named(fields[.connection])
        for field in fields {
            let name = field.name.canonicalName
            if ofOneConnection.contains(name) || ofCaller.contains(name) || named.contains(name)
                || name.hasPrefix("x-cordon-")
            {
                continue
            }
            headers.add(name: field.name.rawName, value: field.value)
        }
        headers.add(name: "accept-encoding", value: "identity")
        return headers
    }

    /// The fields that go to the caller.
    static func answer(_ headers: HTTPHeaders) -> HTTPFields {
        var fields = HTTPFields()
        let named = named(headers.first(name: "connection"))
        for (raw, value) in headers {
            let lower = raw.lowercased()
            if ofOneConnection.contains(lower) || named.contains(lower)
                || lower == "content-length" || lower == "set-cookie"
            {
                continue
            }
            guard let name = HTTPField.Name(raw) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    private static func named(_ connection: String?) -> Set<String> {
        guard let connection else { return [] }
        return Set(connection.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() })
    }
}
