import CordonLedger

/// What a ``Publisher`` remembers of everybody whom it publishes to: a plain value.
struct PublishingState: Sendable {
    /// The log as far as the head register has it.
    var edge = MerkleFrontier()
    private var targets: [PublishingTarget: Progress] = [:]
    private var untold: [PublishingNews] = []

    private struct Progress: Sendable {
        /// The size that was published last; nil until it is known.
        var size: UInt64?
        /// When it was done, in milliseconds that only go forward.
        var doneAt: Int64?
        var failures = 0
        /// Before this nothing is tried.
        var notBefore: Int64 = 0
        var trouble: PublishingTrouble?
    }

    /// The pause after the first failure, in milliseconds; it doubles with each one after it.
    private static let firstPause: Int64 = 5_000
    /// The longest pause, in milliseconds: ten minutes.
    private static let longestPause: Int64 = 600_000

    func isPaused(_ target: PublishingTarget, at uptime: Int64) -> Bool {
        uptime < targets[target]?.notBefore ?? 0
    }

    func size(_ target: PublishingTarget) -> UInt64? { targets[target]?.size }

    func doneAt(_ target: PublishingTarget) -> Int64? { targets[target]?.doneAt }

    func isFailing(_ target: PublishingTarget) -> Bool { targets[target]?.trouble != nil }

    /// Notes what was published in an earlier life of the server.
    mutating func know(_ target: PublishingTarget, size: UInt64) {
        targets[target, default: Progress()].size = size
    }

    mutating func succeed(_ target: PublishingTarget, size: UInt64, at uptime: Int64) {
        let before = targets[target] ?? Progress()
        targets[target] = Progress(size: size, doneAt: uptime)
        if before.trouble != nil {
            tell(.notice, "\(target.name): published again, \(size) entries")
        }
    }

    mutating func fail(
        _ target: PublishingTarget, _ trouble: PublishingTrouble, _ reason: String,
        at uptime: Int64
    ) {
        var progress = targets[target] ?? Progress()
        let doublings = min(progress.failures, 10)
        progress.failures += 1
        progress.notBefore = uptime + min(Self.firstPause << doublings, Self.longestPause)
        // Told once for each change, not once for each try.
        if progress.trouble != trouble {
            progress.trouble = trouble
            tell(trouble == .contradiction ? .alarm : .warning, "\(target.name): \(reason)")
        }
        targets[target] = progress
    }

    mutating func tell(_ weight: PublishingNews.Weight, _ text: String) {
        untold.append(PublishingNews(weight: weight, text: text))
    }

    mutating func takeNews() -> [PublishingNews] {
        defer { untold = [] }
        return untold
    }
}

/// What is wrong with publishing to somebody, as roughly as a change of it is worth a line.
enum PublishingTrouble: Sendable {
    /// Nobody answers.
    case silence
    /// It was answered, but not with what was asked for.
    case refusal
    /// Somebody knows something that this log does not: it was set back, or has forked.
    case contradiction
}

/// Something that the operator should read.
package struct PublishingNews: Equatable, Sendable {
    package enum Weight: Sendable {
        case notice, warning
        /// The log contradicts what was published.
        case alarm
    }

    package let weight: Weight
    package let text: String
}

/// How far publishing to somebody has come, for metrics.
package struct PublishingProgress: Equatable, Sendable {
    package let name: String
    /// The size that was published last; nil when none is known of.
    package let size: UInt64?
    package let isFailing: Bool
}
