import ArgumentParser
import CordonAPI
import CordonClient

/// One act on one incident: its answer is the incident as it is then.
protocol IncidentAct: ClientCommand {
    /// What is said when it is done.
    static var outcome: String { get }

    var incident: IncidentTarget { get }
    /// The path below the incident.
    var place: String { get }

    func request() throws -> JSONValue
}

extension IncidentAct {
    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.change("POST", incident.path + "/" + place, .json(try request()))
        run.show(answer) { IncidentText.progress(Self.outcome, $0) }
    }
}

/// An act whose whole object can come from a file.
struct FromFile: ParsableArguments {
    @Option(
        help: ArgumentHelp("JSON with the API's object; - is standard input.", valueName: "file"))
    var from: String?
}
