import ArgumentParser
import CordonAPI
import CordonClient
import Dispatch
import Foundation
import Synchronization

struct SearchIncident: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Compare every record of a window with names, values or patterns.",
        discussion: """
            Examples:
              cordon incident search INC-2026-0001 --terms customers.txt --wait
              cordon incident search INC-2026-0001 --csv accounts.csv --column 'Account' \\
                --from 2026-04-01 --workflow invoice-coding
              cut -f1 people.tsv | cordon incident search INC-2026-0001 --terms -
              cordon incident search INC-2026-0001
              cordon incident search INC-2026-0001 --run 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB --wait

            The server carries it out, whether or not anybody waits: an interrupt (Ctrl-C)
            ends the waiting alone, with exit code 130. At its end what was examined is
            signed and attached to the incident. Without options, the searches of the
            incident are listed.
            """)

    @OptionGroup var incident: IncidentTarget
    @Option(help: ArgumentHelp("One name, value or pattern a line; - is standard input."))
    var terms: String?
    @Option(help: ArgumentHelp("Comma-separated values; - is standard input.", valueName: "file"))
    var csv: String?
    @Option(help: "The column's name in the first row (default: the first column of all rows).")
    var column: String?
    @OptionGroup var window: TimeWindow
    @Option(help: "A workflow beside the incident's own (repeatable).")
    var workflow: [String] = []
    @Flag(help: "Examine what went in as well as what came out.")
    var all = false
    @Option(help: "Why the window is shorter than the policy asks.")
    var shorterBecause: String?
    @Option(name: .customLong("run"), help: ArgumentHelp("One search.", valueName: "id"))
    var id: String?
    @Flag(help: "Stop it where it is.")
    var cancel = false
    @Flag(help: "Let it go on.")
    var resume = false
    @Flag(help: "Wait for its end.")
    var wait = false
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard terms == nil || csv == nil else {
            throw ValidationError("Give --terms or --csv.")
        }
        guard column == nil || csv != nil else { throw ValidationError("--column needs --csv.") }
        let isNew = terms != nil || csv != nil
        guard id == nil || !isNew else {
            throw ValidationError("--run is about a search that was begun before.")
        }
        guard id != nil || (!cancel && !resume) else {
            throw ValidationError("Say which --run to cancel or resume.")
        }
        guard !(cancel && (resume || wait)) else {
            throw ValidationError("--cancel stands alone.")
        }
        let isNarrowed =
            window.from != nil || window.to != nil || !workflow.isEmpty || all
            || shorterBecause != nil
        guard isNew || (!isNarrowed && (id != nil || !wait)) else {
            throw ValidationError("Say what to look for: --terms FILE or --csv FILE.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let path = incident.path + "/lookbacks/search"
        let answer: CordonAnswer
        if terms != nil || csv != nil {
            answer = try await run.change("POST", path, .json(try request()))
        } else if let id {
            let one = path + "/" + Paths.segment(id)
            if cancel {
                answer = try await run.changeUnrepeated("POST", one + "/cancel")
            } else if resume {
                answer = try await run.changeUnrepeated("POST", one + "/resume")
            } else if wait {
                answer = try await run.get(one)
            } else {
                answer = try await run.get(one, query: page.query)
            }
        } else {
            return run.show(try await run.get(path), list)
        }
        guard wait, let started = answer.json?["id"]?.text else {
            return run.show(answer, EvidenceText.run)
        }
        let ended = try await SearchWait(path: path + "/" + Paths.segment(started)).end(run, answer)
        run.show(ended, EvidenceText.run)
        if ended.json?["state"]?.text == "failed" { throw ExitStatus.unreachable.code }
    }

    private func request() throws -> JSONValue {
        let list = try terms.map { path throws(CommandFault) in
            // Blank lines stay, so that a complaint names the line that an editor shows.
            var lines = try InputFile.text(path).split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline
            ).map(String.init)
            while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
            return lines
        }
        if let list, list.isEmpty {
            throw CommandFault("\(terms ?? "") holds nothing to look for: write one name a line")
        }
        let table = try csv.map { path throws(CommandFault) in try InputFile.text(path) }
        return try RequestBody.json([
            "terms": list?.json, "csv": table.json, "column": column.json,
            "from": window.from.json, "to": window.to.json, "workflows": workflow.json,
            "everything": all.json, "shorter_because": shorterBecause.json,
        ])
    }

    private func list(_ list: JSONValue) -> [String] {
        let rows = list["items"]?.items ?? []
        guard !rows.isEmpty else {
            return [
                "No search was begun.",
                "Next: cordon incident search \(incident.number) --terms FILE --wait",
            ]
        }
        return Console.table(
            ["ID", "STATE", "TERMS", "EXAMINED", "FOUND", "STARTED", "BY"],
            rows.map { row in
                [
                    row["id"]?.text ?? "", row["state"]?.text ?? "",
                    "\(row["terms"]?.integer ?? 0)", "\(row["examined"]?.integer ?? 0)",
                    "\(row["found"]?.integer ?? 0)", row["started_at"]?.text ?? "",
                    row["started_by"]?.text ?? "",
                ]
            })
    }
}

/// Waits for the end of a search, which does not need anybody who waits.
struct SearchWait {
    let path: String

    private static let pace = Duration.milliseconds(200)

    func end(_ run: CommandRun, _ first: CordonAnswer) async throws -> CordonAnswer {
        let interrupt = Interrupt()
        defer { interrupt.forget() }
        var answer = first
        while answer.json?["state"]?.text == "running" {
            Console.progress(Self.progress(answer.json ?? .null))
            try? await Task.sleep(for: Self.pace)
            guard !interrupt.hasCome else {
                Console.progressEnd()
                let incident = answer.json?["incident"]?.text ?? ""
                let id = answer.json?["id"]?.text ?? ""
                Console.complain(
                    "cordon: it goes on without you; look at it with: "
                        + "cordon incident search \(incident) --run \(id)")
                throw ExitCode(128 + SIGINT)
            }
            answer = try await run.get(path)
        }
        Console.progressEnd()
        return answer
    }

    private static func progress(_ run: JSONValue) -> String {
        let through = run["progress"]?["through"]?.integer ?? 0
        let size = run["progress"]?["size"]?.integer ?? 0
        let share = size == 0 ? 100 : through * 100 / size
        return "\(share) %, \(EvidenceText.counted(run["examined"]?.integer ?? 0, "record")) "
            + "examined, \(run["found"]?.integer ?? 0) found"
    }
}

/// Notes that the person at the terminal wants no more of it, instead of ending at once.
private struct Interrupt {
    private final class Mark: Sendable {
        let isSet = Atomic(false)
    }

    private let mark = Mark()
    private let source: any DispatchSourceSignal

    init() {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT)
        let mark = mark
        source.setEventHandler { mark.isSet.store(true, ordering: .relaxed) }
        source.activate()
    }

    var hasCome: Bool { mark.isSet.load(ordering: .relaxed) }

    func forget() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}

struct JudgeHit: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdict", abstract: "Judge a record that a search found.",
        discussion: """
            Example:
              cordon incident verdict INC-2026-0001 --run 01JX3M8Q6ZK4T5V6W7X8Y9Z0AB \\
                --record 01JX3N0V5T3M8Q6ZK4T5V6W7X8 --verdict affected \\
                --description 'Names Birch in a draft for Alder.'

            What is affected becomes an affected record of the incident.
            """)

    @OptionGroup var incident: IncidentTarget
    @Option(name: .customLong("run"), help: ArgumentHelp("The search's id.", valueName: "id"))
    var id: String
    @Option(help: ArgumentHelp("The record's id.", valueName: "id"))
    var record: String
    @Option(help: "Whether it is affected.")
    var verdict: VerdictBody
    @Option(help: "What was found.")
    var description: String?
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let path = "\(incident.path)/lookbacks/search/\(Paths.segment(id))/verdicts"
        let body = try RequestBody.json([
            "record": .string(record), "verdict": verdict.json, "description": description.json,
        ])
        let answer = try await run.change("POST", path, .json(body))
        run.show(answer) { IncidentText.progress("The verdict is recorded.", $0) }
    }
}
