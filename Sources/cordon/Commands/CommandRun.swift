import ArgumentParser
import CordonAPI
import CordonClient
import CordonOperations

/// A command that asks a server for something.
protocol ClientCommand: AsyncParsableCommand {
    var server: ServerOptions { get }
    /// Whether the token is presented; not by commands that are there to get one.
    static var isSignedIn: Bool { get }

    func carryOut(_ run: CommandRun) async throws
}

extension ClientCommand {
    static var isSignedIn: Bool { true }

    func run() async throws {
        try await CommandRun.perform(server, isSignedIn: Self.isSignedIn) { run in
            try await carryOut(run)
        }
    }
}

/// One run of a command: here alone it is decided how answers and refusals look, and which exit
/// code they become.
struct CommandRun {
    let client: CordonClient
    let wantsJSON: Bool

    static func perform(
        _ options: ServerOptions, isSignedIn: Bool = true, _ body: (CommandRun) async throws -> Void
    ) async throws {
        let client = try options.client(isSignedIn: isSignedIn)
        do {
            try await body(CommandRun(client: client, wantsJSON: options.json))
        } catch {
            // The error that is on its way says more than this one could.
            try? await client.shutdown()
            if options.json, case .refused(let problem)? = error as? CordonClientError,
                let json = problem.json
            {
                Console.say(String(decoding: json.encoded(pretty: true), as: UTF8.self))
            }
            throw error
        }
        // The answer is there: connections that do not end well are none of it.
        try? await client.shutdown()
    }

    /// Says what went wrong, and gives its exit code; the parser's own errors stay as they are.
    static func explained(_ error: any Error) -> any Error {
        if let fault = error as? CommandFault {
            Console.complain("cordon: \(fault)")
            return ExitStatus.input.code
        }
        if let error = error as? CordonClientError {
            explain(error).forEach(Console.complain)
            return ExitStatus(error).code
        }
        return error
    }

    /// The refusal in one line, and below it everything that stands in the way.
    static func explain(_ error: CordonClientError) -> [String] {
        var lines = ["cordon: \(error)"]
        guard case .refused(let problem) = error else { return lines }
        lines += problem.blockers.map { blocker in
            let step = blocker.step.map { "step \($0): " } ?? ""
            let place = blocker.code.hasPrefix("/") ? "\(blocker.code): " : ""
            return "  \(step)\(place)\(blocker.message)"
        }
        if let fallback = problem.json?["fallback"] { lines += FallbackText.lines(fallback) }
        if problem.status == 401 {
            lines.append("  Sign in: cordon login LOGIN --password-file FILE --save FILE")
        }
        return lines
    }

    func get(
        _ path: String, query: [String: String?] = [:], accept: String? = nil
    ) async throws(CordonClientError) -> CordonAnswer {
        let pairs = query.compactMap { name, value in value.map { (name: name, value: $0) } }
        return try await client.send(
            "GET", path, query: pairs.sorted { $0.name < $1.name },
            headers: accept.map { [(name: "accept", value: $0)] } ?? [])
    }

    /// Sends a change that the server carries out once, also when it gets there twice.
    func change(
        _ method: String = "POST", _ path: String, query: [String: String?] = [:],
        _ body: CordonBody? = nil, ifMatch: String? = nil
    ) async throws(CordonClientError) -> CordonAnswer {
        let pairs = query.compactMap { name, value in value.map { (name: name, value: $0) } }
        return try await client.send(
            method, path, query: pairs.sorted { $0.name < $1.name }, body: body,
            headers: ifMatch.map { [(name: "if-match", value: "\"\($0)\"")] } ?? [],
            idempotencyKey: Outside.real.newID())
    }

    /// Sends a change that the server does not keep an answer to: it is never repeated.
    func changeUnrepeated(
        _ method: String, _ path: String, _ body: JSONValue? = nil
    ) async throws(CordonClientError) -> CordonAnswer {
        try await client.send(method, path, body: body.map { .json($0) })
    }

    /// Prints the server's JSON, or the lines that say it to people.
    func show(_ answer: CordonAnswer, _ lines: (JSONValue) -> [String]) {
        let json = answer.json ?? .null
        if wantsJSON {
            Console.say(String(decoding: json.encoded(pretty: true), as: UTF8.self))
        } else {
            Console.say(lines(json))
        }
    }

    /// Says something to people that a program does not want to read.
    func remark(_ lines: [String]) {
        if !wantsJSON { Console.say(lines) }
    }
}

/// The way of working without the AI.
enum FallbackText {
    static func lines(_ fallback: JSONValue) -> [String] {
        guard let title = fallback["title"]?.text else { return [] }
        var lines = ["  Take the fallback instead: \(title)"]
        for (index, step) in (fallback["steps"]?.items ?? []).enumerated() {
            lines.append("    \(index + 1). \(step.text ?? "")")
        }
        if let contact = fallback["contact"]?.text { lines.append("    Ask: \(contact)") }
        return lines
    }
}
