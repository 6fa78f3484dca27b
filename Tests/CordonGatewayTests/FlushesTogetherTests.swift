import NIOCore
import NIOEmbedded
import Testing

@testable import CordonGateway

/// What a client flushes piece by piece goes out together, and before its connection closes.
@Suite struct FlushesTogetherTests {
    private let channel = EmbeddedChannel(handlers: [FlushCount(), FlushesTogether()])

    private var flushes: Int {
        get throws { try channel.pipeline.syncOperations.handler(type: FlushCount.self).count }
    }

    private func writeAndFlush(_ text: String) {
        channel.pipeline.syncOperations.writeAndFlush(
            NIOAny(ByteBuffer(string: text)), promise: nil)
    }

    @Test func piecesOfOneTurnAreFlushedOnce() throws {
        for text in ["head", "body", "end"] { writeAndFlush(text) }
        #expect(try flushes == 0)
        channel.embeddedEventLoop.run()
        #expect(try flushes == 1)
        for text in ["head", "body", "end"] {
            #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: text))
        }
    }

    @Test func theNextTurnIsFlushedAgain() throws {
        for round in 1...3 {
            writeAndFlush("\(round)")
            channel.embeddedEventLoop.run()
            #expect(try flushes == round)
        }
    }

    @Test func whatWaitsGoesOutBeforeTheConnectionCloses() throws {
        writeAndFlush("last words")
        channel.close(promise: nil)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "last words"))
    }

    @Test func aTurnInWhichNothingIsFlushedFlushesNothing() throws {
        channel.pipeline.syncOperations.write(NIOAny(ByteBuffer(string: "held")), promise: nil)
        channel.embeddedEventLoop.run()
        #expect(try flushes == 0)
    }
}

/// Counts how often it was asked to flush.
private final class FlushCount: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var count = 0

    func flush(context: ChannelHandlerContext) {
        count += 1
        context.flush()
    }
}
