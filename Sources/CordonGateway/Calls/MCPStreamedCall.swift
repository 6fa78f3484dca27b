import AsyncHTTPClient
import CordonCore
import CordonOperations
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// The answer to a call of a tool that comes as a stream of events.
///
/// What comes before the answer, such as notices of progress, passes as it comes, and a stop ends
/// it with a result that says so. The answer itself is held until it is on record where the
/// workflow records first, and is the last that passes.
struct MCPStreamedCall: Sendable {
    let call: MCPCall
    let admitted: MCPCall.Admitted
    let response: HTTPClientResponse
    let upstream: UpstreamCall
    let finish: Finish

    /// The stream ended, and nobody said how the call did.
    private struct NoAnswer: Error, CustomStringConvertible {
        let description = "no answer"
    }

    private struct Progress {
        var passage = MCPPassage()
        let delivered = OpaqueCopy()
        /// The message that answers the call, once it has come.
        var answer: [UInt8] = []
        var isAnswered: Bool { !answer.isEmpty }
        /// Whether it has passed, so that nothing more does.
        var isOver = false
        var isGone = false
        var isOnRecord = false
    }

    func passing() -> Response {
        Response(
            status: .init(code: Int(response.status.code)),
            headers: ForwardedFields.answer(response.headers),
            body: ResponseBody { writer in
                await pass(to: &writer)
                try await writer.finish(nil)
            })
    }

    @concurrent private func pass(to writer: inout any ResponseBodyWriter) async {
        var progress = Progress()
        do {
            while let piece = try await MCPCall.next(of: upstream) {
                for event in try progress.passage.take(piece) {
                    try await pass(event, &progress, to: &writer)
                }
            }
            if !progress.isAnswered { try leaveOpen(progress) }
        } catch  where progress.isOver {
            // A caller that has its answer may go before the stream ends.
            upstream.giveUp(.callerGone)
        } catch {
            await breakOff(error, &progress, to: &writer)
        }
        if progress.isOver { call.watch?.whenGone(nil) } else { finish.end() }
    }

    @concurrent private func pass(
        _ event: MCPPassage.Event, _ progress: inout Progress,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        // Nothing comes behind the answer.
        guard !progress.isOver else { return }
        guard !admitted.passing.isCut else { throw CancellationError() }
        guard event.isAnswer || event.mayOfferTools else {
            return try await write(event.raw, &progress, to: &writer)
        }
        guard event.mayAnswer(admitted.message.id ?? []), !event.mayOfferTools else {
            let shown = await call.shownOfAnother(event, response, admitted.beganAt)
            return try await write(
                shown == event.message ? event.raw : MCPEvents.event(shown), &progress,
                to: &writer)
        }
        progress.answer = event.message
        guard admitted.passing.settle() else { throw CancellationError() }
        let status = MCPCall.status(response, event.message)
        if admitted.entry.recordsFirst {
            let delivered = progress.delivered.with(ByteBuffer(bytes: event.raw))
            try await call.keep(
                admitted, status: status, response, event.message,
                progress.isGone ? progress.delivered : delivered)
            progress.isOnRecord = true
        }
        try await write(event.raw, &progress, to: &writer)
        if !progress.isOnRecord {
            call.keepBehind(admitted, status: status, response, event.message, progress.delivered)
            progress.isOnRecord = true
        }
        progress.isOver = true
        finish.end()
        // The server closes the stream when it likes: until then only its caller can.
        call.watch?.whenGone { [upstream] in upstream.giveUp(.callerGone) }
    }

    @concurrent private func write(
        _ bytes: [UInt8], _ progress: inout Progress, to writer: inout any ResponseBodyWriter
    ) async throws {
        guard !progress.isGone, !bytes.isEmpty else { return }
        let bytes = ByteBuffer(bytes: bytes)
        do {
            try await writer.write(bytes)
            progress.delivered.take(bytes)
        } catch {
            // By the older revisions a caller may come back: its call goes on.
            progress.isGone = true
            if admitted.revision.goingAwayCancels { throw error }
        }
    }

    /// The server has closed the stream before the answer, which may come on another.
    private func leaveOpen(_ progress: Progress) throws {
        guard progress.passage.isResumable, !admitted.revision.goingAwayCancels else {
            throw NoAnswer()
        }
        finish.end()
        call.keepOpen(admitted)
    }

    @concurrent private func breakOff(
        _ error: any Error, _ progress: inout Progress, to writer: inout any ResponseBodyWriter
    ) async {
        let isCut = admitted.passing.isCut
        let isGone = progress.isGone || error is StdioPieces.Cancelled
        let status = isCut ? "cut" : isGone ? "caller_gone" : "error: \(error)"
        if isCut || !isGone { call.gateway.figures.add(isCut ? \.cut : \.upstreamFailures) }
        upstream.giveUp(.callerGone)
        let isFull = (error as? Refusal).map { $0.kind == .overloaded } ?? false
        let refusal =
            admitted.passing.stop.map { call.refusal(of: $0, admitted) }
            ?? MCPRefusal(
                isFull ? .overloaded : .upstreamFailed, fallback: admitted.entry.fallback,
                decisionID: call.requestID)
        let event = ByteBuffer(bytes: MCPEvents.event(call.result(refusal, admitted)))
        // A caller that is gone needs no last word.
        try? await writer.write(event)
        if isCut, progress.passage.isResumable, !admitted.revision.goingAwayCancels {
            call.keepWithheld(admitted)
        }
        guard !progress.isOnRecord else { return }
        progress.delivered.take(event)
        call.keepBehind(admitted, status: status, response, progress.answer, progress.delivered)
    }
}
