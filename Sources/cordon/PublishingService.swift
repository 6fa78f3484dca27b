import CordonOperations
import Logging
import ServiceLifecycle

/// Follows the log with everybody whom its checkpoints go to, one beside the other.
///
/// It needs somebody to publish to: a service that has nothing to do would end the server.
struct PublishingService: Service {
    let publisher: Publisher
    let logger: Logger

    /// How often is looked for a newer checkpoint.
    private static let pace = Duration.seconds(5)

    func run() async throws {
        tell()
        await withDiscardingTaskGroup { group in
            for target in publisher.targets {
                group.addTask { await follow(target) }
            }
        }
    }

    private func follow(_ target: PublishingTarget) async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            // A shutdown does not wait for others; whatever was cut off is asked for again.
            try? await cancelWhenGracefulShutdown {
                await publisher.step(target)
                tell()
                try await Task.sleep(for: Self.pace)
            }
        }
    }

    private func tell() {
        for news in publisher.takeNews() {
            let level: Logger.Level =
                switch news.weight {
                case .notice: .notice
                case .warning: .warning
                case .alarm: .critical
                }
            logger.log(level: level, "publishing: \(news.text)")
        }
    }
}
