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

    func run() async throws {
        let settings = try Settings.read(
            options.data, listen: options.listen,
            environment: ProcessInfo.processInfo.environment)
        let directory = settings.data + "/demo"
        try await ServerRun(options).run { client, setupToken in
            await Self.play(client, setupToken, directory: directory)
        }
    }

    /// A story that breaks off leaves the server up: what was played can be looked at.
    private static func play(
        _ client: CordonClient, _ setupToken: String?, directory: String
    ) async {
        do {
            let example = WorkedExample(client: client, directory: directory)
            try await example.play(setupToken: setupToken)
        } catch let error as CordonClientError {
            CommandRun.explain(error).forEach(Console.complain)
            Console.complain("cordon: the story broke off; the server stays up")
        } catch {
            Console.complain("cordon: the story broke off, the server stays up: \(error)")
        }
    }
}
