package import AsyncHTTPClient
import CordonCore
import NIOHTTP1

/// Where a front's calls go: a provider, or anything that speaks like one.
///
/// Cordon holds the provider's key, so that a stopped workflow has no other way out.
package struct Upstream: Sendable {
    package let name: String
    package let front: Front
    /// As the front's SDK takes it, without a slash at the end.
    package let address: String
    /// The models that it has, `*` at the end standing for any rest; empty takes any.
    package let models: [String]
    /// The header field that opens it; `nil` where none is asked for.
    private let credential: (name: String, value: String)?
    /// Sends one request, never a second time, and follows nothing.
    package let send: @Sendable (HTTPClientRequest) async throws -> HTTPClientResponse

    package init(
        name: String, front: Front, address: String, models: [String] = [],
        credential: (name: String, value: String)? = nil,
        send: @escaping @Sendable (HTTPClientRequest) async throws -> HTTPClientResponse
    ) {
        self.name = name
        self.front = front
        self.address = address
        self.models = models
        self.credential = credential
        self.send = send
    }

    func authorize(_ request: inout HTTPClientRequest) {
        if let credential {
            request.headers.add(name: credential.name, value: credential.value)
        }
    }
}

extension Front {
    /// The upstream for a call: the one that the workflow's terms name, else the first that has the
    /// model, else the first that takes any.
    func upstream(
        among upstreams: [Upstream], terms: GatewayTerms, model: String?
    ) throws(Denial) -> Upstream {
        let mine = upstreams.filter { $0.front == self }
        if let name = terms.upstreams[rawValue] {
            guard let named = mine.first(where: { $0.name == name }) else {
                throw Denial(
                    502, "upstream_unknown",
                    "The workflow's terms name the upstream \(name), and the server has none of "
                        + "that name.")
            }
            return named
        }
        let having = mine.first { upstream in
            upstream.models.contains { NamePattern($0).matches(model ?? "") }
        }
        guard let found = having ?? mine.first(where: { $0.models.isEmpty }) else {
            throw Denial(
                502, "upstream_unknown",
                mine.isEmpty
                    ? "The server has no upstream for \(prefix): an operator names one in its "
                        + "settings."
                    : "No upstream of the server has the model \(model ?? "that was asked for").")
        }
        return found
    }
}
