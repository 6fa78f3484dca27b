package import AsyncHTTPClient
import NIOHTTP1

/// An MCP server that workflows reach through Cordon, by its name in the settings.
package struct MCPServer: Sendable {
    package let name: String
    package let address: String
    /// The header field that opens it; `nil` where none is asked for.
    private let credential: (name: String, value: String)?
    /// Sends one request of a workflow, whose body is given beside it: the way to a server at an
    /// address or to one that is a program.
    package typealias Send =
        @Sendable (_ request: HTTPClientRequest, _ workflow: String, _ body: [UInt8]) async throws
        -> HTTPClientResponse
    package let send: Send

    package init(
        name: String, address: String, credential: (name: String, value: String)?,
        send: @escaping Send
    ) {
        self.name = name
        self.address = address
        self.credential = credential
        self.send = send
    }

    func authorize(_ request: inout HTTPClientRequest) {
        if let credential {
            request.headers.add(name: credential.name, value: credential.value)
        }
    }
}
