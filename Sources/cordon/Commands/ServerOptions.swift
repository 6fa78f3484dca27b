import ArgumentParser
import CordonClient
import Foundation

/// Which server a command speaks with, and as whom.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server (default: $CORDON_SERVER, then \(Self.usual)).", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "A file with an API token or a session (default: $CORDON_TOKEN_FILE).",
            valueName: "file"))
    var tokenFile: String?

    @Flag(help: "Print the server's own JSON.")
    var json = false

    @Flag(help: "Allow http:// to another machine: the token can be read on its way.")
    var insecureHttp = false

    private static let usual = "http://127.0.0.1:8080"

    /// What speaks with that server; a sign-in (`isSignedIn` false) presents no token yet.
    func client(isSignedIn: Bool = true) throws -> CordonClient {
        let environment = ProcessInfo.processInfo.environment
        let address = server ?? environment["CORDON_SERVER"] ?? Self.usual
        let file = tokenFile ?? environment["CORDON_TOKEN_FILE"]
        let token = isSignedIn ? try file.map(InputFile.secret) : nil
        return CordonClient(
            server: address, token: token, allowsInsecureHTTP: insecureHttp)
    }
}
