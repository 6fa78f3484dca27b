import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes

/// The home page, made of what the operations know.
enum HomePages {
    static let all: [Page] = [home]

    /// Workflows on the page that simply run; the others are all there, up to ``impededAtMost``.
    private static let runningAtMost = 12
    private static let impededAtMost = 40

    private static let home = Page(.get, PagePaths.home, .readWorkflows) { visit in
        let gate = visit.exchange.operations.gate
        // The worst first: what is cut off then is what matters least.
        let impeded = gate.impeded.sorted {
            (HomeReading.rank($0.state), $0.key) < (HomeReading.rank($1.state), $1.key)
        }
        let stops = impeded.flatMap(\.stops).map(\.incident).filter { !$0.isEmpty }
        let states = gate.states
        let now = visit.exchange.operations.outside.now()
        let permissions = Set(Permission.allCases.filter(visit.may))
        let page = try await visit.exchange.operations.ask(visit.exchange.asCaller) { work in
            try HomeReading(work: work, permissions: permissions, now: now, stops: stops)
                .page(impeded.map(\.key), states)
        }
        return visit.page(page)
    }

    /// Collects what stands on the page, within one snapshot.
    private struct HomeReading {
        let work: Work
        let permissions: Set<Permission>
        let now: Instant
        /// The numbers of the incidents that have stopped something.
        let stops: [String]

        func page(
            _ impeded: [String], _ states: [Workflow.State: Int]
        ) throws -> HomePage {
            let mayRead = permissions.contains(.readIncidents)
            let open = mayRead ? try openIncidents() : []
            let some = try work.workflows(after: "", limit: HomePages.runningAtMost)
            let stopped = try impeded.prefix(HomePages.impededAtMost).map {
                try work.workflowNamed($0)
            }
            let known = Set(stopped.map(\.key))
            let shown = stopped + some.filter { !known.contains($0.key) && $0.state != .retired }
            let nearMisses =
                mayRead
                ? try work.incidents(IncidentList(kind: .nearMiss), before: nil, limit: 5) : []
            return HomePage(
                acts: try acts(open: open, stopping: stopped.filter { $0.state == .stopping }),
                workflows: try shown.map(workflowLine),
                states: Workflow.State.allCases.map { ($0, states[$0] ?? 0) },
                incidents: open.map(Self.line), nearMisses: nearMisses.map(Self.line),
                reports: mayRead ? [] : try reports().map(Self.line),
                unready: permissions.contains(.amendWorkflows)
                    ? try unready(drafts(and: some)) : nil,
                now: now, mayReadIncidents: mayRead)
        }

        private func reports() throws -> [ResponseSequence] {
            try work.incidents(
                IncidentList(reporter: work.caller.actor.person.id), before: nil, limit: 5)
        }

        /// The most pressing first: by level, then the oldest.
        private func openIncidents() throws -> [ResponseSequence] {
            let pressing = try work.incidentsPressing(limit: HomePage.incidentsAtMost)
            let open = try pressing + stoppingQualityIssues()
            let ordered = open.sorted {
                ($1.level, $0.incident.reportedAt) < ($0.level, $1.incident.reportedAt)
            }
            return Array(ordered.prefix(HomePage.incidentsAtMost))
        }

        /// A quality issue is everyday work, unless something was stopped for it.
        private func stoppingQualityIssues() throws -> [ResponseSequence] {
            let most = HomePage.incidentsAtMost
            var found = try Set(stops).sorted().suffix(most).map { try work.sequence($0) }.filter {
                $0.kind == .qualityIssue && $0.incident.closedAt == nil
            }
            let known = Set(found.map(\.incident.number))
            for state in [Incident.State.restarted, .watch] {
                let list = IncidentList(kind: .qualityIssue, state: state)
                found += try work.incidents(list, before: nil, limit: most).filter {
                    !$0.incident.containments.isEmpty && !known.contains($0.incident.number)
                }
            }
            return found
        }

        private func acts(
            open: [ResponseSequence], stopping: [Workflow]
        ) throws -> [HomePage.Act] {
            var acts: [HomePage.Act] = []
            if permissions.contains(.confirmContainment) {
                acts += stopping.flatMap { workflow in
                    workflow.containmentsInForce.filter { !$0.isProved }.map { containment in
                        HomePage.Act(
                            PagePaths.stopped(workflow.key, containment.id),
                            "Confirm that \(HTML.said(workflow.profile.name)) has stopped")
                    }
                }
            }
            if permissions.contains(.triage) {
                acts += open.filter { $0.incident.triage == nil }.map {
                    HomePage.Act(
                        PagePaths.incident($0.incident.number),
                        "Decide what \($0.incident.number) is")
                }
            }
            if permissions.contains(.sign) {
                acts += open.filter(maySign).map {
                    HomePage.Act(
                        PagePaths.incident($0.incident.number) + "#restart",
                        "Sign the restart of \($0.incident.number), or say why not")
                }
            }
            if permissions.contains(.respond) {
                acts += open.flatMap(dueActions)
            }
            if permissions.contains(.readApprovals) {
                let waiting = try work.approvalsWaiting()
                if waiting > 0 {
                    acts.append(
                        .init(PagePaths.approvals, "\(waiting) calls wait for a person"))
                }
            }
            return Array(acts.prefix(HomePage.incidentsAtMost))
        }

        /// Whether nothing but a signature of this person's is missing.
        private func maySign(_ sequence: ResponseSequence) -> Bool {
            guard !sequence.incident.containments.isEmpty, !sequence.incident.isRestarted,
                sequence.evidenceBlockers.isEmpty
            else { return false }
            let actor = work.caller.actor
            return sequence.requiredSignatures.contains { required in
                required.signedBy == nil
                    && required.anyOf.contains {
                        actor.holds($0, for: sequence.workflow?.context)
                    }
            }
        }

        /// Actions that are late, or due within a week.
        private func dueActions(_ sequence: ResponseSequence) -> [HomePage.Act] {
            let place = PagePaths.incident(sequence.incident.number)
            let soon = now.adding(days: 7)
            return sequence.incident.actions.filter { $0.done == nil && $0.dueAt <= soon }.map {
                let isLate = $0.dueAt < now
                let due = HTML.time($0.dueAt)
                let title = HTML.said($0.title)
                return HomePage.Act(
                    place + "#correct",
                    isLate
                        ? "“\(title)” was due \(due)" : "“\(title)” is due \(due)",
                    isLate ? .now : .soon)
            }
        }

        /// Those that have not run yet, and of the others the ones that are shown.
        private func drafts(and some: [Workflow]) throws -> [Workflow] {
            let drafts = try work.workflows(
                after: "", in: [.draft], limit: HomePages.runningAtMost)
            return drafts + some.filter { $0.state != .draft }
        }

        private func unready(
            _ workflows: [Workflow]
        ) throws -> [(key: String, name: String, gaps: Int)] {
            try workflows.filter { $0.state != .retired }.map {
                ($0.key, $0.profile.name, try work.gaps(of: $0).count)
            }.filter { $0.2 > 0 }
        }

        static func rank(_ state: Workflow.State) -> Int {
            [.stopping, .stopped, .watch, .running, .draft, .retired].firstIndex(of: state) ?? 9
        }

        private func workflowLine(_ workflow: Workflow) throws -> HomePage.WorkflowLine {
            let stop = workflow.containmentsInForce.first { $0.scope == .whole }
            return HomePage.WorkflowLine(
                key: workflow.key, name: workflow.profile.name, state: workflow.state,
                since: stop?.requestedAt, fallbackTitle: workflow.profile.fallback?.title,
                incident: try stop.flatMap { try mayRead($0.incident) ? $0.incident : nil },
                confirmed: stop.map { stop in
                    (stop.targets.filter { $0.confirmation != nil }.count, stop.targets.count)
                })
        }

        /// Whoever reads no incidents follows their own.
        private func mayRead(_ number: String) throws -> Bool {
            if permissions.contains(.readIncidents) { return true }
            return try work.sequence(number).incident.reporter.id == work.caller.actor.person.id
        }

        private static func line(_ sequence: ResponseSequence) -> HomePage.IncidentLine {
            let incident = sequence.incident
            return HomePage.IncidentLine(
                number: incident.number, what: String(incident.report.what.prefix(160)),
                kind: sequence.kind, level: LevelText(sequence), state: incident.state,
                workflow: sequence.workflow?.profile.name ?? incident.report.unlisted,
                nextStep: sequence.nextStep?.step.title, reportedAt: incident.reportedAt)
        }
    }
}
