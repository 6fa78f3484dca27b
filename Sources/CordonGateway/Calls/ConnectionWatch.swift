package import NIOCore
package import NIOHTTPTypes
import Synchronization

/// Notices when a caller's connection closes while its call is still under way, and closes it upon
/// a caller that does not read what a stop has cut.
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
        var channel: (any Channel)?
        /// How many requests have come by the connection.
        var requests = 0
    }

    /// How long the caller of a call that is cut has to take what was written to it.
    static let timeToRead = TimeAmount.milliseconds(250)

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

    /// Closes the connection after ``timeToRead`` if the caller has left some of what was written
    /// until then: read later, it would be delivered behind the stop.
    ///
    /// What the system has taken counts as delivered. A connection that has gone on to another
    /// request stays.
    func closeUnlessRead() {
        let (channel, requests) = state.withLock { ($0.channel, $0.requests) }
        guard let channel else { return }
        channel.eventLoop.scheduleTask(in: Self.timeToRead) { [self] in
            guard state.withLock({ $0.requests == requests }) else { return }
            let unread = try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
            if unread > 0 { channel.close(promise: nil) }
        }
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        state.withLock { $0.channel = context.channel }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        state.withLock { $0.channel = nil }
    }

    /// Whether the caller has gone away.
    package var isGone: Bool { state.withLock { $0.isGone } }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { state.withLock { $0.requests += 1 } }
        context.fireChannelRead(data)
    }

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
