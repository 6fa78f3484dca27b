package import NIOCore
package import NIOHTTPTypes
import Synchronization

/// Notices when a caller's connection closes while its call is still under way.
///
/// One stands in the pipeline of each connection. A connection that its caller closes for writing
/// counts as closed: nobody who waits for an answer does that.
///
/// Safe to share: everything that changes is behind one lock.
package final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    package typealias InboundIn = HTTPRequestPart

    private struct State {
        var isGone = false
        var onGone: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    /// Says what is to be done when the caller goes away; done at once if it has gone.
    package func whenGone(_ body: (@Sendable () -> Void)?) {
        let isLate = state.withLock { state in
            state.onGone = body
            return state.isGone
        }
        if isLate { body?() }
    }

    /// Whether the caller has gone away.
    package var isGone: Bool { state.withLock { $0.isGone } }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { gone() }
        context.fireUserInboundEventTriggered(event)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    private func gone() {
        let body = state.withLock { state in
            state.isGone = true
            return state.onGone
        }
        body?()
    }

    /// The watch of a connection; `nil` where none stands, as in a test without sockets.
    package static func of(_ channel: any Channel) async -> ConnectionWatch? {
        guard channel.eventLoop.inEventLoop else {
            return try? await channel.pipeline.handler(type: ConnectionWatch.self).get()
        }
        return try? channel.pipeline.syncOperations.handler(type: ConnectionWatch.self)
    }
}
