extension Migration {
    /// Indexes for what somebody has reported, and for how many were reported; they hold no fact.
    static let reports = Migration(5, "reports") { _ in
        [
            "CREATE INDEX incident_of_reporter ON incident (reporter, year, sequence)",
            "CREATE INDEX incident_counted ON incident (kind, level, reported_at_ms)",
        ]
    }
}
