import CordonAPI
import CordonClient

/// What the story says while it is played.
enum Narration {
    static func chapter(_ title: String) { Console.say("\n\(title)") }

    static func tell(_ text: String) { Console.say("  \(text)") }

    static func list(_ lines: [String]) { lines.forEach { Console.say("      \($0)") } }

    /// Something that must not work, and why it does not.
    ///
    /// - Throws: what went wrong instead, or that it was let through.
    static func refused(
        _ attempt: String, _ kind: String, _ body: () async throws -> CordonAnswer
    ) async throws {
        tell(attempt)
        do {
            _ = try await body()
        } catch CordonClientError.refused(let problem) where problem.kind == kind {
            tell("  Refused (\(problem.status), \(kind)): \(problem.detail)")
            list(problem.blockers.map { "- \($0.message)" })
            if let fallback = problem.json?["fallback"] { list(FallbackText.lines(fallback)) }
            return
        }
        throw CommandFault("it should have been refused as \(kind): \(attempt)")
    }
}
