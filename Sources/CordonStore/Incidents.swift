package import CordonCore

/// What a list shows of an incident, and what it is found by.
package struct IncidentIndex: Equatable, Sendable {
    package let kind: Kind
    package let level: Int
    package let isProvisional: Bool

    package init(kind: Kind, level: Int, isProvisional: Bool) {
        self.kind = kind
        self.level = level
        self.isProvisional = isProvisional
    }
}

/// Which incidents a list is about; what is `nil` does not narrow it.
package struct IncidentFilter: Sendable {
    package var workflow: String?
    package var kind: Kind?
    package var state: Incident.State?
    /// The login's account, when only one's own reports may be seen.
    package var reporter: String?

    package init(
        workflow: String? = nil, kind: Kind? = nil, state: Incident.State? = nil,
        reporter: String? = nil
    ) {
        self.workflow = workflow
        self.kind = kind
        self.state = state
        self.reporter = reporter
    }
}

extension Transaction {
    package func incident(_ number: String) throws -> Incident? {
        try row("SELECT body FROM incident WHERE number = \(number)").map(Self.incident)
    }

    /// The next number of a year, gapless: `INC-2026-0042`.
    package func incidentNextSequence(year: Int) throws -> Int {
        let row = try row(
            "SELECT COALESCE(MAX(sequence), 0) + 1 AS next FROM incident WHERE year = \(year)")
        return Int(try row?.integer("next") ?? 1)
    }

    /// Incidents, newest first, before the cursor.
    package func incidents(
        _ filter: IncidentFilter, before cursor: (year: Int, sequence: Int)?, limit: Int
    ) throws -> [Incident] {
        var narrowed: SQL = ""
        if let workflow = filter.workflow { narrowed = narrowed + "AND workflow = \(workflow) " }
        if let kind = filter.kind { narrowed = narrowed + "AND kind = \(kind.rawValue) " }
        if let state = filter.state { narrowed = narrowed + "AND state = \(state.rawValue) " }
        if let reporter = filter.reporter { narrowed = narrowed + "AND reporter = \(reporter) " }
        let cursor = cursor ?? (year: 99_999, sequence: 0)
        return try rows(
            """
            SELECT body FROM incident
            WHERE (year < \(cursor.year) OR (year = \(cursor.year) AND sequence < \(cursor.sequence)))
            \(fragment: narrowed)
            ORDER BY year DESC, sequence DESC LIMIT \(limit)
            """
        ).map(Self.incident)
    }

    /// Whether there is such an incident and this person reported it.
    package func incidentIs(_ number: String, reportedBy reporter: String) throws -> Bool {
        try !rows(
            "SELECT 1 AS one FROM incident WHERE number = \(number) AND reporter = \(reporter)"
        ).isEmpty
    }

    /// What waits for people, the highest level first and then the oldest: what is neither closed
    /// nor declined and is more than a quality issue.
    ///
    /// The conditions here and below are those of indexes, see ``Migration/lists``.
    package func incidentsPressing(limit: Int) throws -> [Incident] {
        try rows(
            """
            SELECT body FROM incident
            WHERE state <> 'closed' AND state <> 'declined' AND kind <> 'quality_issue'
            ORDER BY level DESC, year, sequence LIMIT \(limit)
            """
        ).map(Self.incident)
    }

    /// Incidents that are not closed and name something to put right, done or not, newest first.
    package func incidentsActing(limit: Int) throws -> [Incident] {
        try rows(
            """
            SELECT body FROM incident
            WHERE state <> 'closed' AND body NOT LIKE '%"actions":[]%'
            ORDER BY year DESC, sequence DESC LIMIT \(limit)
            """
        ).map(Self.incident)
    }

    /// Of what waits for people that in which a duty to notify came up, in the same order.
    package func incidentsNotifying(limit: Int) throws -> [Incident] {
        try rows(
            """
            SELECT body FROM incident
            WHERE state <> 'closed' AND state <> 'declined' AND kind <> 'quality_issue'
                AND body NOT LIKE '%"obligations":[]%'
            ORDER BY level DESC, year, sequence LIMIT \(limit)
            """
        ).map(Self.incident)
    }

    /// Of the newest incidents those that have raised a collective review, newest first.
    package func incidentsCollective(amongNewest count: Int) throws -> [Incident] {
        try rows(
            """
            SELECT body FROM (
                SELECT body, year, sequence FROM incident
                ORDER BY year DESC, sequence DESC LIMIT \(count)
            ) AS newest
            WHERE body NOT LIKE '%"collectiveReviews":{}%' ORDER BY year DESC, sequence DESC
            """
        ).map(Self.incident)
    }

    /// Of the newest incidents those whose number or report holds a run, newest first; all of them
    /// without one.
    package func incidents(
        holding run: PlainRun?, amongNewest count: Int, limit: Int
    ) throws -> [Incident] {
        guard let run else { return try incidents(IncidentFilter(), before: nil, limit: count) }
        let pattern = "%\(run.text)%"
        return try rows(
            """
            SELECT body FROM (
                SELECT number, body, year, sequence FROM incident
                ORDER BY year DESC, sequence DESC LIMIT \(count)
            ) AS newest
            WHERE lower(body) LIKE \(pattern) AND (lower(number) LIKE \(pattern)
                OR lower(\(fragment: reported)) LIKE \(pattern))
            ORDER BY year DESC, sequence DESC LIMIT \(limit)
            """
        ).map(Self.incident)
    }

    /// What was reported, in the words of the report.
    ///
    /// A fork: the engines read JSON in different words.
    private var reported: SQL {
        switch dialect {
        case .sqlite: "json_extract(body, '$.report.what')"
        case .postgres: "(CAST(body AS JSONB) #>> '{report,what}')"
        }
    }

    /// Earlier quality issues of a workflow since `since`, oldest first, at most 100.
    package func incidentsAlike(
        workflow: String, kind: Kind, since: Instant
    ) throws -> [Incident] {
        try rows(
            """
            SELECT body FROM incident
            WHERE workflow = \(workflow) AND kind = \(kind.rawValue)
                AND reported_at_ms >= \(since.milliseconds)
            ORDER BY reported_at_ms, year, sequence LIMIT 100
            """
        ).map(Self.incident)
    }

    package func incidentSave(
        _ incident: Incident, sequence: Int, index: IncidentIndex, revision: UInt64
    ) throws {
        let body = try Canonical.text(incident)
        try send(
            """
            INSERT INTO incident (year, sequence, number, version, revision, workflow, reporter,
                state, kind, level, provisional, reported_at_ms, body)
            VALUES (\(incident.reportedAt.year), \(sequence), \(incident.number),
                \(incident.version), \(Int64(revision)), \(incident.workflow),
                \(incident.reporter.id), \(incident.state.rawValue), \(index.kind.rawValue),
                \(index.level), \(index.isProvisional), \(incident.reportedAt.milliseconds), \(body))
            ON CONFLICT (year, sequence) DO UPDATE SET version = excluded.version,
                revision = excluded.revision, workflow = excluded.workflow,
                state = excluded.state, kind = excluded.kind, level = excluded.level,
                provisional = excluded.provisional, body = excluded.body
            """)
    }

    /// How many incidents there are by kind, level and state: for metrics.
    package func incidentCounts() throws -> [(kind: String, level: Int, state: String, count: Int)]
    {
        try rows(
            """
            SELECT kind, level, state, COUNT(*) AS n FROM incident
            GROUP BY kind, level, state ORDER BY kind, level, state
            """
        ).map {
            (
                try $0.text("kind"), Int(try $0.integer("level")), try $0.text("state"),
                Int(try $0.integer("n"))
            )
        }
    }

    /// How many incidents were reported in a span of time, by kind and level.
    ///
    /// Each kind and level is counted by itself, so that the engine only walks an index; grouping
    /// would sort all of them first, which takes six times as long.
    package func incidentTally(
        from start: Instant, to end: Instant
    ) throws -> [(kind: Kind, level: Int, count: Int)] {
        let kinds = Kind.allCases.map { kind -> SQL in "SELECT \(kind.rawValue) AS kind" }
        let levels = Policy.levelNumbers.map { level -> SQL in "SELECT \(level) AS level" }
        return try rows(
            """
            SELECT kind, level, n FROM (
                SELECT kinds.kind AS kind, levels.level AS level, (
                    SELECT COUNT(*) FROM incident AS counted
                    WHERE counted.kind = kinds.kind AND counted.level = levels.level
                        AND counted.reported_at_ms >= \(start.milliseconds)
                        AND counted.reported_at_ms < \(end.milliseconds)
                ) AS n
                FROM (\(fragment: SQL.joined(kinds, by: " UNION ALL "))) AS kinds
                CROSS JOIN (\(fragment: SQL.joined(levels, by: " UNION ALL "))) AS levels
            ) AS tally
            WHERE n > 0 ORDER BY kind, level
            """
        ).map {
            guard let kind = Kind(rawValue: try $0.text("kind")) else {
                throw StoreError.unreadable(table: "incident", column: "kind")
            }
            return (kind, Int(try $0.integer("level")), Int(try $0.integer("n")))
        }
    }

    /// How many incidents of each kind a workflow had in a span of time.
    package func incidentTally(
        of workflow: String, from start: Instant, to end: Instant
    ) throws -> [Kind: Int] {
        let found = try rows(
            """
            SELECT kind, COUNT(*) AS n FROM incident
            WHERE workflow = \(workflow) AND reported_at_ms >= \(start.milliseconds)
                AND reported_at_ms < \(end.milliseconds)
            GROUP BY kind
            """)
        return try found.reduce(into: [:]) { tally, row in
            guard let kind = Kind(rawValue: try row.text("kind")) else {
                throw StoreError.unreadable(table: "incident", column: "kind")
            }
            tally[kind] = Int(try row.integer("n"))
        }
    }

    /// Incidents that were reported in a span of time and not declined, newest first.
    package func incidentsReported(
        from start: Instant, to end: Instant, limit: Int
    ) throws -> [Incident] {
        try rows(
            """
            SELECT body FROM incident
            WHERE reported_at_ms >= \(start.milliseconds) AND reported_at_ms < \(end.milliseconds)
                AND kind <> 'declined'
            ORDER BY reported_at_ms DESC, year DESC, sequence DESC LIMIT \(limit)
            """
        ).map(Self.incident)
    }

    /// What became of those in which something was stopped, a cause found or an action named,
    /// newest first.
    ///
    /// Only the parts that are wanted are taken out of the rows. A fork: the engines read JSON in
    /// different words.
    package func incidentsTelling(
        from start: Instant, to end: Instant, limit: Int
    ) throws -> [IncidentOutcome] {
        let parts: SQL =
            switch dialect {
            case .sqlite:
                """
                json_object('failureClass', json_extract(body, '$.cause.value.failureClass'),
                    'controls', json_extract(body, '$.cause.value.controls'),
                    'actions', json_extract(body, '$.actions'),
                    'containments', json_extract(body, '$.containments'),
                    'closedAt', json_extract(body, '$.closedAt'),
                    'restartedAt', json_extract(body, '$.restarts[0].at'))
                """
            case .postgres:
                """
                CAST(json_build_object(
                    'failureClass', CAST(body AS JSON) #> '{cause,value,failureClass}',
                    'controls', CAST(body AS JSON) #> '{cause,value,controls}',
                    'actions', CAST(body AS JSON) #> '{actions}',
                    'containments', CAST(body AS JSON) #> '{containments}',
                    'closedAt', CAST(body AS JSON) #> '{closedAt}',
                    'restartedAt', CAST(body AS JSON) #> '{restarts,0,at}') AS TEXT)
                """
            }
        return try rows(
            """
            SELECT number, kind, workflow, reported_at_ms, \(fragment: parts) AS parts
            FROM incident
            WHERE reported_at_ms >= \(start.milliseconds) AND reported_at_ms < \(end.milliseconds)
                AND kind <> 'declined' AND (body LIKE '%"cause":{%'
                OR body NOT LIKE '%"actions":[]%' OR body NOT LIKE '%"containments":[]%')
            ORDER BY reported_at_ms DESC, year DESC, sequence DESC LIMIT \(limit)
            """
        ).map(Self.outcome)
    }

    /// What is taken out of a row's body.
    private struct OutcomeParts: Decodable {
        let failureClass: String?
        let controls: [Cause.ControlFinding]?
        let actions: [Action]
        let containments: [Incident.ContainmentReference]
        let closedAt: Instant?
        let restartedAt: Instant?
    }

    private static func outcome(_ row: Row) throws -> IncidentOutcome {
        guard let kind = Kind(rawValue: try row.text("kind")),
            let parts = try? Canonical.read(OutcomeParts.self, from: try row.text("parts").utf8)
        else { throw StoreError.unreadable(table: "incident", column: "body") }
        return IncidentOutcome(
            number: try row.text("number"), kind: kind, workflow: try row.textOrNil("workflow"),
            reportedAt: Instant(milliseconds: try row.integer("reported_at_ms")),
            closedAt: parts.closedAt, failureClass: parts.failureClass,
            controls: parts.controls ?? [], actions: parts.actions,
            containments: parts.containments, restartedAt: parts.restartedAt)
    }

    private static func incident(_ row: Row) throws -> Incident {
        let body = try row.text("body")
        do {
            return try Canonical.read(Incident.self, from: body.utf8)
        } catch {
            throw StoreError.unreadable(table: "incident", column: "body")
        }
    }
}

extension Transaction {
    /// Notes that a control did not do its work in an incident; noting it twice changes nothing.
    package func controlFailureNote(_ control: String, incident: String, at: Instant) throws {
        try send(
            """
            INSERT INTO control_failure (control, incident, at_ms)
            VALUES (\(control), \(incident), \(at.milliseconds))
            ON CONFLICT (control, incident) DO NOTHING
            """)
    }

    /// The incidents in which a control failed since `since`, oldest first, at most 100.
    package func controlFailures(_ control: String, since: Instant) throws -> [String] {
        try rows(
            """
            SELECT incident FROM control_failure
            WHERE control = \(control) AND at_ms >= \(since.milliseconds)
            ORDER BY at_ms, incident LIMIT 100
            """
        ).map { try $0.text("incident") }
    }
}
