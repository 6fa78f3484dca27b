import CordonCore
import Testing

@testable import CordonGateway

@Suite struct MCPRefusalTests {
    private static let fallback = Fallback(
        title: "Quotes by hand", steps: ["Open the sheet"], contact: "Ana", capacity: "20 a day")
    private static let id = Array("7".utf8)

    private static let stopped = MCPRefusal(
        .stopped(reason: "Wrong totals", incident: "INC-1"), fallback: fallback, decisionID: "d1")

    private static let stoppedText =
        "Not done. This workflow is stopped: Wrong totals. Do not retry, and do not try to reach "
        + "the same by another way. Use the fallback instead: Quotes by hand (ask Ana)."

    private static let stoppedFacts =
        #"{"decision":"deny","code":-31001,"reason":"Wrong totals","incident":"INC-1","#
        + #""decision_id":"d1","fallback":{"title":"Quotes by hand","steps":["Open the sheet"],"#
        + #""contact":"Ana","capacity":"20 a day"}}"#

    @Test func aRefusedCallIsAResultThatIsAnError() throws {
        let content = #""content":[{"type":"text","text":"\#(MCPRefusalTests.stoppedText)"}]"#
        let facts = MCPRefusalTests.stoppedFacts
        let rest =
            #"\#(content),"isError":true,"structuredContent":{"cordon":\#(facts)},"#
            + #""_meta":{"cordon/decision":\#(facts)}}}"#
        for revision in [MCPRevision.june2025, .november2025] {
            let answer = MCPRefusalTests.stopped.result(
                to: MCPRefusalTests.id, in: revision, promisesStructure: false)
            #expect(answer.text == #"{"jsonrpc":"2.0","id":7,"result":{\#(rest)"#)
        }
        let answer = MCPRefusalTests.stopped.result(
            to: MCPRefusalTests.id, in: .july2026, promisesStructure: false)
        #expect(
            answer.text == #"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete",\#(rest)"#)
        #expect(MCPRefusal.status == 200)
    }

    /// The TypeScript client holds the structured content of an error against the schema too.
    @Test func aToolWithAnOutputSchemaGetsNoStructureThatIsNotItsOwn() throws {
        let answer = MCPRefusalTests.stopped.result(
            to: MCPRefusalTests.id, in: .july2026, promisesStructure: true)
        let result = try MCPRefusalTests.result(answer)
        #expect(result["structuredContent"] == nil)
        #expect(result["isError"]?.text == "true")
        let meta = try #require(result["_meta"].flatMap { JSONMembers($0) })
        #expect(meta["cordon/decision"]?.text == MCPRefusalTests.stoppedFacts)
    }

    @Test func anyOtherRequestIsAnsweredWithAnError() {
        let answer = MCPRefusalTests.stopped.answer(
            to: "resources/read", id: MCPRefusalTests.id, in: .july2026, promisesStructure: false)
        #expect(
            answer.text
                == #"{"jsonrpc":"2.0","id":7,"error":{"code":-31001,"message":"#
                + #""\#(MCPRefusalTests.stoppedText)","#
                + #""data":{"cordon":\#(MCPRefusalTests.stoppedFacts)}}}"#)
        #expect(
            MCPRefusalTests.stopped.answer(
                to: "tools/call", id: MCPRefusalTests.id, in: .july2026, promisesStructure: false)
                == MCPRefusalTests.stopped.result(
                    to: MCPRefusalTests.id, in: .july2026, promisesStructure: false))
    }

    @Test(arguments: [
        (
            MCPRefusal(.outsideAuthority(reason: "The tool x is not in the authority.")), -31002,
            "deny",
            "Not done. The tool x is not in the authority. Do not retry, and do not try to reach "
                + "the same by another way. Tell the person you work for."
        ),
        (
            MCPRefusal(.notReady(reason: "The workflow is retired.")), -31005, "deny",
            "Not done. The workflow is retired. Do not retry, and do not try to reach "
                + "the same by another way. Tell the person you work for."
        ),
        (
            MCPRefusal(.unapproved(reason: "Nobody could be asked")), -31006, "approval",
            "Not done. Nobody could be asked. Do not retry, and do not try to reach "
                + "the same by another way. Tell the person you work for."
        ),
        (
            MCPRefusal(.overloaded), -31003, "deny",
            "Not done. Cordon has too many calls under way. Do not retry at once. "
                + "Tell the person you work for."
        ),
        (
            MCPRefusal(.upstreamFailed), -31004, "deny",
            "Not done. The tool's server did not answer as it should. It is not known whether the "
                + "tool did anything. Do not retry blindly. Tell the person you work for."
        ),
    ])
    func everyCauseHasItsCodeAndItsSentence(
        _ refusal: MCPRefusal, _ code: Int, _ decision: String, _ sentence: String
    ) throws {
        #expect(refusal.code.rawValue == code)
        #expect(refusal.sentence == sentence)
        // Outside what JSON-RPC and MCP keep for themselves.
        #expect(!(-32_768...(-32_000)).contains(code))
        let error = try #require(
            JSONMembers(refusal.error(to: MCPRefusalTests.id)[...])?["error"]
                .flatMap { JSONMembers($0) })
        #expect(error["code"]?.text == "\(code)")
        let facts = try #require(
            error["data"].flatMap { JSONMembers($0) }?["cordon"].flatMap { JSONMembers($0) })
        #expect(facts.text("decision") == decision)
        #expect(facts["incident"] == nil && facts["fallback"] == nil)
    }

    @Test func theGatesDecisionsBecomeRefusals() {
        let stop = GateEntry.Stop(scope: .whole, reason: "Why", incident: "INC-2")
        let codes = [
            GateDecision.stopped(stop), .deny("Why"), .approval(ApprovalNeed(reason: "Why")),
            .notReady("Why"),
        ].map { MCPRefusal($0, fallback: nil, decisionID: nil)?.code }
        #expect(codes == [.stopped, .outsideAuthority, .approvalRequired, .notReady])
        #expect(
            MCPRefusal(.allow(leaseMilliseconds: 1), fallback: nil, decisionID: nil) == nil)
        #expect(
            MCPRefusal(.stopped(stop), fallback: nil, decisionID: nil)?.error(to: [0x31]).text
                .contains(#""incident":"INC-2""#) == true)
    }

    @Test func aLongReasonIsCutForTheModelOnly() throws {
        for (length, isCut) in [(499, false), (500, false), (501, true)] {
            let reason = String(repeating: "r", count: length)
            let refusal = MCPRefusal(.outsideAuthority(reason: reason))
            #expect(refusal.sentence.contains("r…") == isCut)
            #expect(refusal.sentence.contains(reason) != isCut)
            #expect(refusal.error(to: MCPRefusalTests.id).text.contains(#":"\#(reason)""#))
        }
    }

    @Test func whatIsWrittenIsEscaped() throws {
        let fallback = Fallback(title: "a\"b\n", steps: ["\\"], contact: "", capacity: "")
        let refusal = MCPRefusal(
            .stopped(reason: "\"}]\u{0}", incident: "\""), fallback: fallback, decisionID: "\"")
        for promises in [true, false] {
            let answer = refusal.result(
                to: Array(#""i\"d""#.utf8), in: .july2026, promisesStructure: promises)
            let message = try MCPMessage.read(answer)
            #expect(message.id?.text == #""i\"d""#)
        }
        #expect(try MCPMessage.read(refusal.error(to: MCPRefusalTests.id)).id?.text == "7")
    }

    @Test func aPendingApprovalIsNoError() throws {
        let approval = MCPApproval(
            id: "a1", url: "https://cordon.example/approvals/a1",
            expires: Instant(milliseconds: 1_790_000_000_000))
        let text =
            "Not done yet: a person has to approve this call at "
            + "https://cordon.example/approvals/a1 before 2026-09-21T14:13:20.000Z. Do not retry "
            + "until it is approved; then make exactly the same call again. Do not try to reach "
            + "the same by another way. Until then, go on with other work or tell the person you "
            + "work for."
        let content = #""content":[{"type":"text","text":"\#(text)"}]"#
        let meta =
            #""_meta":{"cordon/approval":{"id":"a1","url":"https://cordon.example/approvals/a1","#
            + #""expires":"2026-09-21T14:13:20.000Z"}}}}"#
        func answer(_ revision: MCPRevision, _ promises: Bool) -> String {
            approval.result(to: MCPRefusalTests.id, in: revision, promisesStructure: promises).text
        }
        #expect(
            answer(.november2025, false)
                == #"{"jsonrpc":"2.0","id":7,"result":{\#(content),\#(meta)"#)
        #expect(
            answer(.july2026, false)
                == #"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete",\#(content),"#
                + meta)
        // All clients take a success without the promised structure for a broken answer.
        #expect(
            answer(.june2025, true)
                == #"{"jsonrpc":"2.0","id":7,"result":{\#(content),"isError":true,\#(meta)"#)
    }

    private static func result(_ answer: [UInt8]) throws -> JSONMembers {
        guard case .response(_, let result) = try MCPMessage.read(answer).content else {
            throw MCPFault(.internalError, "no response")
        }
        return try #require(JSONMembers(result))
    }
}
