import Testing

@testable import CordonGateway

/// Paths that a provider's server may take for others.
struct SpellingTests {
    @Test(arguments: [
        "//chat/completions", "/chat//completions", "/chat/completions/", "/chat/completion%73",
        "/chat%2Fcompletions", "/chat/completion%2573", "/chat\\completions", "/Chat/completions",
        "/chat/completions;v=1", "/chat/completions#x", "/files/../chat/completions", "/./files",
        "/files/%2e%2E/x", "/..;/x", "/files/..%5Cx", "/responses/", "/embeddings//",
    ])
    func anotherSpellingIsRefused(_ path: String) {
        #expect(throws: Denial.self) { try Front.openai.checkSpelling("POST", path[...]) }
    }

    @Test func theReasonNamesThePathThatIsMeant() {
        #expect {
            try Front.anthropic.checkSpelling("POST", "/v1/message%73")
        } throws: { error in
            let denial = error as? Denial
            return denial?.status == 400 && denial?.code == "invalid_path"
                && denial?.message.contains("/v1/messages") == true
        }
    }

    @Test(arguments: [
        ("POST", "/chat/completions"), ("POST", "/responses"), ("GET", "/models"), ("GET", ""),
        ("GET", "/files/a%2Fb%C3%A9"), ("GET", "/files/a..b/c.d"), ("POST", "/files/"),
        ("GET", "/chat/completions/"), ("POST", "/responses/resp_1/cancel"), ("GET", "/files/50%"),
    ])
    func whatIsNoOtherSpellingPasses(_ method: String, _ path: String) throws {
        try Front.openai.checkSpelling(method, path[...])
    }
}
