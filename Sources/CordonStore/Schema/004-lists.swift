extension Migration {
    /// Indexes for what lists and reviews ask of many incidents and records; they hold no fact.
    ///
    /// Some hold only the rows that a question is about. Their conditions stand in the question
    /// word for word, with the values written out: the engines would not see otherwise that the
    /// index answers it. See ``Transaction/incidentsPressing(limit:)`` and its neighbours.
    ///
    /// What a body holds is told by the text of an empty list, which no words of a person can look
    /// like, as their quotes are escaped.
    static let lists = Migration(4, "lists") { _ in
        [
            "CREATE INDEX incident_state ON incident (state, year, sequence)",
            "CREATE INDEX incident_of_workflow ON incident (workflow, year, sequence)",
            "CREATE INDEX incident_reported ON incident (reported_at_ms, kind, level)",
            """
            CREATE INDEX incident_pressing ON incident (level DESC, year, sequence)
            WHERE state <> 'closed' AND state <> 'declined' AND kind <> 'quality_issue'
            """,
            """
            CREATE INDEX incident_acting ON incident (year, sequence)
            WHERE state <> 'closed' AND body NOT LIKE '%"actions":[]%'
            """,
            """
            CREATE INDEX incident_telling ON incident (reported_at_ms)
            WHERE kind <> 'declined' AND (body LIKE '%"cause":{%'
                OR body NOT LIKE '%"actions":[]%' OR body NOT LIKE '%"containments":[]%')
            """,
            "CREATE INDEX evidence_of_kind ON evidence (kind, idx)",
            "CREATE INDEX evidence_of_time ON evidence (at_ms, idx)",
            """
            CREATE INDEX journal_shadow_use ON journal (stream, idx) WHERE kind = 'shadow_used'
            """,
        ]
    }
}
