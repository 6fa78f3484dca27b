import ArgumentParser
import Foundation

/// Looks at the server's settings without starting it: `cordon config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the server's settings.",
        subcommands: [Check.self])

    /// Says what the server would run with, after file, environment and flags.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the settings and print what holds.",
            discussion: """
                Examples:
                  cordon config check --config /etc/cordon.toml
                """)

        @OptionGroup var options: ServeOptions

        func run() async throws {
            let settings = try Settings.read(
                options.data, listen: options.listen,
                environment: ProcessInfo.processInfo.environment)
            // An address may hold a password: only what kind of database it is may be shown.
            let database = settings.database == nil ? "sqlite in the data directory" : "postgresql"
            Console.say(
                """
                data            \(settings.data)
                listen          \(settings.listen)
                database        \(database)
                secure_cookies  \(settings.secureCookies)
                public_ledger   \(settings.publicLedger)
                session_hours   \(settings.sessionHours)
                scrypt_log_n    \(settings.scryptLogN)
                log_level       \(settings.logLevel)
                """)
            Console.say(try settings.publishingLines)
            Console.say(settings.upstreams.map(\.line) + settings.mcpServers.map(\.line))
        }
    }
}
