package import CordonCore

/// The answer to a call that waits for a person longer than a client would.
///
/// It is a result, so that the session and the run go on: the same call, made again after the
/// approval, is carried out once. `inputRequests` of 2026-07-28 are no way to wait for somebody
/// else: clients give up after ten rounds.
package struct MCPApproval: Sendable {
    /// The member of a result's `_meta` that names the approval.
    package static let metaKey = "cordon/approval"

    package let id: String
    /// Where a person decides.
    package let url: String
    package let expires: Instant
    /// The only arguments with which people allow the call, where they have changed them.
    package let arguments: String?

    package init(id: String, url: String, expires: Instant, arguments: String? = nil) {
        self.id = id
        self.url = url
        self.expires = expires
        self.arguments = arguments
    }

    package init(_ approval: Approval, url: String) {
        self.init(
            id: approval.id, url: url, expires: approval.request.expiresAt,
            arguments: approval.edited?.arguments)
    }

    /// The pending result.
    ///
    /// It is no error, but for a tool that has an output schema: there all clients take a success
    /// without the promised structure for a broken answer and show the model nothing of it.
    package func result(
        to id: some Collection<UInt8>, in revision: MCPRevision, promisesStructure: Bool
    ) -> [UInt8] {
        MCPResult.json(to: id, in: revision) { json in
            json.key("content")
            MCPResult.content(sentence, into: &json)
            if promisesStructure {
                json.key("isError")
                json.bool(true)
            }
            json.key("_meta")
            json.beginObject()
            json.key(MCPApproval.metaKey)
            json.beginObject()
            json.member("id", self.id)
            json.member("url", url)
            json.member("expires", expires.rfc3339)
            if let arguments {
                json.key("arguments")
                json.raw(Array(arguments.utf8))
            }
            json.endObject()
            json.endObject()
        }
    }

    /// What the model reads.
    package var sentence: String {
        if let arguments {
            return "Not done: a person allows this call once, before \(expires.rfc3339), with "
                + "other arguments only. Make it again with exactly these: \(arguments)"
        }
        return
            "Not done yet: a person has to approve this call at \(url) before \(expires.rfc3339). "
            + "Do not retry until it is approved; then make exactly the same call again. Do not "
            + "try to reach the same by another way. Until then, go on with other work or tell "
            + "the person you work for."
    }
}
