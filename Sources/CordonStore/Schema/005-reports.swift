extension Migration {
    /// Who looks for what they have reported, or for what Cordon has, finds it by an index.
    static let reports = Migration(5, "reports") { _ in
        ["CREATE INDEX incident_of_reporter ON incident (reporter, year, sequence)"]
    }
}
