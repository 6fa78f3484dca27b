import ArgumentParser
import CordonAPI
import CordonClient
import CordonCore
import Foundation

/// `cordon review …`: what a quarter came to.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "The quarterly review.",
        subcommands: [ShowReview.self])
}

struct ShowReview: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "What the records say of a quarter.",
        discussion: """
            Examples:
              cordon review show
              cordon review show 2026-Q3 --json
            """)

    @Argument(help: "The quarter, by UTC, such as 2026-Q3 (default: this one).")
    var quarter: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let name = Paths.segment(quarter ?? Self.current())
        run.show(try await run.get(Paths.root + "/reviews/" + name), Self.lines)
    }

    private static func current() -> String {
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        let month = Int(now.rfc3339.dropFirst(5).prefix(2)) ?? 1
        return "\(now.year)-Q\((month - 1) / 3 + 1)"
    }

    private static func lines(_ review: JSONValue) -> [String] {
        let name = review["quarter"]?.text ?? ""
        let isOver = review["is_over"]?.truth == true
        var lines = [isOver ? name : "\(name), which is not over yet"]
        lines += Console.table(
            ["INCIDENTS", "NEAR MISSES", "QUALITY ISSUES", "ACTIONS OPEN", "OVERDUE"],
            [
                ["incidents", "near_misses", "quality_issues", "open_actions", "overdue_actions"]
                    .map { "\(review[$0]?.integer ?? 0)" }
            ])
        if let time = review["time_to_contain"], time["count"] != nil {
            lines.append(
                "Contained \(time["count"]?.integer ?? 0): half within "
                    + "\(time["median_seconds"]?.integer ?? 0) s, nine in ten within "
                    + "\(time["p90_seconds"]?.integer ?? 0) s.")
        }
        for control in review["repeated_controls"]?.items ?? [] {
            let numbers = (control["incidents"]?.items ?? []).compactMap(\.text)
            lines.append(
                "Failed again: \(control["control"]?.text ?? "") in "
                    + numbers.joined(separator: ", "))
        }
        for workflow in review["stopped"]?.items ?? [] {
            lines.append(
                "Stopped: \(workflow["workflow"]?.text ?? "") for "
                    + "\(workflow["seconds"]?.integer ?? 0) s")
        }
        for decision in review["overrides"]?.items ?? [] {
            lines.append(
                "Runs with gaps: \(decision["workflow"]?.text ?? "") until "
                    + "\(decision["expires_at"]?.text ?? ""): \(decision["reason"]?.text ?? "")")
        }
        return lines
    }
}
