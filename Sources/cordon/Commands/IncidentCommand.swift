import ArgumentParser
import CordonAPI
import CordonClient

/// `cordon incident …`: the response, step by step.
struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident", abstract: "The response to an incident, step by step.",
        discussion: """
            Examples:
              cordon incident list --state open
              cordon incident show INC-2026-0001
              cordon incident assess INC-2026-0001 --answer 1=no --answer 2=yes
              cordon incident restart INC-2026-0001 --dry-run
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Read",
                subcommands: [
                    ListIncidents.self, ShowIncident.self, ShowFile.self, ShowTimeline.self,
                    ListIncidentChanges.self, ExportIncident.self,
                ]),
            CommandGroup(
                name: "Judge",
                subcommands: [
                    TriageIncident.self, AssessIncident.self, StateTime.self, StateImpact.self,
                ]),
            CommandGroup(
                name: "Respond",
                subcommands: [
                    NoteFallback.self, AttachEvidence.self, NameGap.self, AddAffected.self,
                    CorrectAffected.self, DecideNotification.self, SkipStep.self,
                ]),
            CommandGroup(
                name: "Investigate",
                subcommands: [
                    SearchIncident.self, JudgeHit.self, OpenLookback.self, AddFinding.self,
                    ConcludeLookback.self, RecordCause.self, AddAction.self, FinishAction.self,
                    RecordEvaluation.self,
                ]),
            CommandGroup(
                name: "Restart",
                subcommands: [
                    SignRestart.self, RestartIncident.self, RecordReview.self, SignException.self,
                    CloseIncident.self,
                ]),
        ])
}

/// The incident that a command is about.
struct IncidentTarget: ParsableArguments {
    @Argument(help: ArgumentHelp("The incident, such as INC-2026-0001.", valueName: "number"))
    var number: String

    var path: String { Self.path(number) }

    static func path(_ number: String) -> String {
        Paths.root + "/incidents/" + Paths.segment(number.uppercased())
    }
}

struct ListIncidents: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Incidents, newest first.",
        discussion: """
            Examples:
              cordon incident list --workflow monthly-summaries --state open
              cordon incident list --near-misses
              cordon incident list --collective-reviews
            """)

    @Option(help: "Of this workflow only.")
    var workflow: String?
    @Option(help: "Of this kind only.")
    var kind: KindBody?
    @Option(
        help: ArgumentHelp(
            "Of this state only: reported, open, watch, restarted, declined, closed.",
            valueName: "state"))
    var state: String?
    @Flag(help: "Near misses only.")
    var nearMisses = false
    @Flag(help: "The quality tracker: level 1 only.")
    var quality = false
    @Flag(help: "Controls that failed again, with their incidents.")
    var collectiveReviews = false
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        let lists = [nearMisses, quality, collectiveReviews].filter(\.self).count
        let isFiltered = workflow != nil || kind != nil || state != nil
        guard lists == 0 || (lists == 1 && !isFiltered) else {
            throw ValidationError("Choose one list, or filter all incidents.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        if collectiveReviews {
            run.show(try await run.get(Paths.root + "/collective-reviews"), Self.reviews)
            return
        }
        let name = nearMisses ? "near-misses" : quality ? "quality" : "incidents"
        let query = page.query.merging([
            "workflow": workflow, "kind": kind?.rawValue, "state": state,
        ]) { $1 }
        run.show(try await run.get(Paths.root + "/" + name, query: query), Self.lines)
    }

    private static func lines(_ list: JSONValue) -> [String] {
        let rows = list["items"]?.items ?? []
        guard !rows.isEmpty else { return ["There is none."] }
        return Console.table(
            ["NUMBER", "LEVEL", "KIND", "STATE", "FILE", "WORKFLOW", "NEXT", "WHAT"],
            rows.map { row in
                [
                    row["number"]?.text ?? "",
                    "\(row["level"]?.integer ?? 0)"
                        + (row["provisional"]?.truth == true ? "?" : ""),
                    row["kind"]?.text ?? "", row["state"]?.text ?? "",
                    "\(row["file_complete"]?.integer ?? 0)/8", row["workflow"]?.text ?? "-",
                    row["next_step"]?.text ?? "-", Console.short(row["what"]?.text ?? ""),
                ]
            }) + PageOptions.hint(list)
    }

    private static func reviews(_ list: JSONValue) -> [String] {
        let rows = list["items"]?.items ?? []
        guard !rows.isEmpty else { return ["No control has failed again."] }
        return Console.table(
            ["CONTROL", "RAISED IN", "FAILED IN"],
            rows.map { row in
                [
                    row["control"]?.text ?? "", row["raised_in"]?.text ?? "",
                    (row["incidents"]?.items ?? []).compactMap(\.text).joined(separator: ", "),
                ]
            })
    }
}

struct ShowIncident: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One incident: where it stands and what comes next.")

    @OptionGroup var incident: IncidentTarget
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        run.show(try await run.get(incident.path), IncidentText.whole)
    }
}

struct ShowFile: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "file", abstract: "The minimum incident file: eight items.",
        discussion: """
            Examples:
              cordon incident file INC-2026-0001
              cordon incident file INC-2026-0001 --format markdown > file.md
            """)

    @OptionGroup var incident: IncidentTarget
    @Option(help: "How it is printed.")
    var format = Format.text
    @OptionGroup var server: ServerOptions

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, markdown, html }

    func carryOut(_ run: CommandRun) async throws {
        let path = incident.path + "/file"
        guard format == .text || run.wantsJSON else {
            Console.say(try await run.get(path, accept: "text/\(format.rawValue)").text)
            return
        }
        run.show(try await run.get(path), IncidentText.file)
    }
}

struct ShowTimeline: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline", abstract: "Everything that happened, in order.")

    @OptionGroup var incident: IncidentTarget
    @OptionGroup var page: PageOptions
    @OptionGroup var server: ServerOptions

    func carryOut(_ run: CommandRun) async throws {
        let answer = try await run.get(incident.path + "/timeline", query: page.query)
        run.show(answer) { list in
            Console.table(
                ["INDEX", "TIME", "WHO", "WHAT"],
                (list["items"]?.items ?? []).map { row in
                    [
                        "\(row["index"]?.integer ?? 0)", row["at"]?.text ?? "",
                        row["actor"]?.text ?? "", row["kind"]?.text ?? "",
                    ]
                }) + PageOptions.hint(list)
        }
    }
}
