package import NIOCore

/// Sends what is written within one turn of the event loop in one piece: the head of a request or
/// an answer, its body and its end are each flushed for itself, and each is a call of the kernel
/// and a packet.
///
/// A turn that works for many connections sends for none of them before it has worked for all.
///
/// Not `Sendable`: it belongs to its connection's event loop.
package final class FlushesTogether: ChannelOutboundHandler, RemovableChannelHandler {
    package typealias OutboundIn = NIOAny
    package typealias OutboundOut = NIOAny

    private var isDue = false

    package init() {}

    package func flush(context: ChannelHandlerContext) {
        guard !isDue else { return }
        isDue = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.flushNow(context)
        }
    }

    package func close(
        context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
    ) {
        flushNow(context)
        context.close(mode: mode, promise: promise)
    }

    package func handlerRemoved(context: ChannelHandlerContext) { isDue = false }

    private func flushNow(_ context: ChannelHandlerContext) {
        guard isDue else { return }
        isDue = false
        context.flush()
    }
}
