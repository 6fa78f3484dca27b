import ArgumentParser
import CordonClient
import Foundation

/// `cordon demo`: the server, with the worked example played on it.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run the server and play the worked example on it.",
        discussion: """
            Examples:
              cordon demo
              cordon demo --data ./demo-data --listen 127.0.0.1:9090

            A draft of a monthly summary names another customer. The example is played through the
            same interface that everybody uses, once per data directory; the server stays up
            afterwards. The people's passwords and tokens are in DIR/demo, readable by you alone.
            """)

    @OptionGroup var options: ServeOptions

    /// Where the server listens, and the one-time token of a first start.
    private struct Start: Sendable {
        let server: String
        let setupToken: String?
    }

    func run() async throws {
        let settings = try Settings.read(
            options.data, listen: options.listen,
            environment: ProcessInfo.processInfo.environment)
        let directory = settings.data + "/demo"
        let options = options
        let (starts, announce) = AsyncStream<Start>.makeStream(bufferingPolicy: .bufferingOldest(1))
        try await withThrowingTaskGroup { group in
            group.addTask {
                // The server answers nobody before this closure returns: the story plays beside it.
                defer { announce.finish() }
                try await ServerRun(options).run { client, setupToken in
                    announce.yield(Start(server: client.server, setupToken: setupToken))
                    announce.finish()
                }
            }
            group.addTask {
                for await start in starts { await Self.play(start, directory: directory) }
            }
            try await group.waitForAll()
        }
    }

    /// A story that breaks off leaves the server up: what was played can be looked at.
    private static func play(_ start: Start, directory: String) async {
        // The address is the one that was asked for with --listen, so the tokens are for it.
        let client = CordonClient(server: start.server, allowsInsecureHTTP: true)
        do {
            let example = WorkedExample(client: client, directory: directory)
            try await example.play(setupToken: start.setupToken)
        } catch let error as CordonClientError {
            CommandRun.explain(error).forEach(Console.complain)
            Console.complain("cordon: the story broke off; the server stays up")
        } catch {
            Console.complain("cordon: the story broke off, the server stays up: \(error)")
        }
        // Nothing is left to be sent.
        try? await client.shutdown()
    }
}
