import ArgumentParser

/// Where the data lies: shared by everything that opens it.
struct DataOptions: ParsableArguments {
    @Option(help: "The directory that holds everything. Default: ./cordon-data")
    var data: String?

    @Option(
        help: ArgumentHelp(
            "PostgreSQL instead of the embedded database: postgresql://USER@HOST/NAME.",
            discussion: "A password belongs into CORDON_DATABASE_FILE, not on the command line."))
    var database: String?

    @Option(help: "A TOML file with settings; the environment and flags go before it.")
    var config: String?
}

/// What the server listens on.
struct ServeOptions: ParsableArguments {
    @OptionGroup var data: DataOptions

    @Option(help: "Address and port. Default: 127.0.0.1:8080")
    var listen: String?
}
