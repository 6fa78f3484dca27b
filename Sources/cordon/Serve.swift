import ArgumentParser

/// Runs the server: `cordon serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion: """
            Examples:
              cordon serve
              cordon serve --data /var/lib/cordon --listen 0.0.0.0:8080
              CORDON_DATABASE_FILE=/etc/cordon/database cordon serve

            The directory holds the embedded database, the key that signs the log, and the lock that
            keeps a second server out. The first start prints an address at which the first
            administrator is made.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws { try await ServerRun(options).run() }
}
