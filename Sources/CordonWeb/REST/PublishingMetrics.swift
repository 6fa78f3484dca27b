import CordonOperations

extension Metrics {
    /// How far publishing has come; nothing when there is nobody to publish to.
    static func publishing(_ progress: [PublishingProgress]) -> String {
        guard !progress.isEmpty else { return "" }
        var lines = [
            "# HELP cordon_published_entries Entries in the checkpoint that was published last.",
            "# TYPE cordon_published_entries gauge",
        ]
        lines += progress.map { "cordon_published_entries\(label($0)) \($0.size ?? 0)" }
        lines += [
            "# HELP cordon_publishing_failing 1 while checkpoints cannot be published.",
            "# TYPE cordon_publishing_failing gauge",
        ]
        lines += progress.map { "cordon_publishing_failing\(label($0)) \($0.isFailing ? 1 : 0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Names of witnesses are chosen by others.
    private static func label(_ progress: PublishingProgress) -> String {
        let name = progress.name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
        return "{to=\"\(name)\"}"
    }
}
