import CordonGateway
import HummingbirdCore
import Logging
import NIOCore

/// Keeps all that is done for a connection on the event loop that reads it.
struct LoopBoundChannel<Bound: ServerChildChannel>: ServerChildChannel {
    let bound: Bound

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Bound.Value> {
        bound.setup(channel: channel, logger: logger)
    }

    func handle(value: Bound.Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor.of(value.channel.eventLoop)) {
            await bound.handle(value: value, logger: logger)
        }
    }
}
