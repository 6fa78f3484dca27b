import Synchronization

/// How late an answer is to somebody who does not wait for it.
package enum HookLateness: Equatable, Sendable {
    /// Later than answers should be, and still in time.
    case wanted
    /// Whoever asked has gone on without it.
    case missed

    /// What answers should take at most, in milliseconds.
    package static let wantedMilliseconds: Int64 = 100
    /// How long Copilot Studio waits.
    package static let lastMilliseconds: Int64 = 1_000

    /// `nil` when it is not late.
    package init?(milliseconds: Int64) {
        switch milliseconds {
        case ...Self.wantedMilliseconds: return nil
        case ..<Self.lastMilliseconds: self = .wanted
        default: self = .missed
        }
    }

    package static func sentence(milliseconds: Int64, isRefused: Bool) -> String {
        let answer = isRefused ? "The answer was no, and it may have come to nothing." : ""
        return "Copilot Studio was answered after \(milliseconds) ms. It waits \(lastMilliseconds) "
            + "ms and may then use the tool without an answer. \(answer)"
    }
}

/// How often hooks have asked what, since the start.
///
/// Safe to share: plain numbers behind one lock.
package final class HookFigures: Sendable {
    package struct Counts: Equatable, Sendable {
        package var asked = 0
        package var denied = 0
        package var unreadable = 0
        /// Later than 100 ms, and in time.
        package var late = 0
        /// Not before whoever asked went on.
        package var missed = 0
    }

    private let state = Mutex<[String: Counts]>([:])

    package subscript(_ hook: Hook) -> Counts {
        state.withLock { $0[hook.name] ?? Counts() }
    }

    func add(_ hook: Hook, _ count: any WritableKeyPath<Counts, Int> & Sendable) {
        state.withLock { $0[hook.name, default: Counts()][keyPath: count] += 1 }
    }

    /// In the text format of Prometheus.
    var metrics: String {
        let known = state.withLock { $0 }
        var lines: [String] = []
        func metric(_ name: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
            lines.append("# HELP cordon_hook_\(name)_total \(help)")
            lines.append("# TYPE cordon_hook_\(name)_total counter")
            for (labels, value) in samples {
                lines.append("cordon_hook_\(name)_total{\(labels)} \(value)")
            }
        }
        func each(_ value: (Counts) -> Int) -> [(labels: String, value: Int)] {
            Hook.names.map { ("hook=\"\($0)\"", value(known[$0] ?? Counts())) }
        }
        metric("questions", "Questions of hooks.", each(\.asked))
        metric("denials", "Questions of hooks that were answered with no.", each(\.denied))
        metric("unreadable", "Questions of hooks that could not be judged.", each(\.unreadable))
        let copilot = known[Hook.copilotAnalyze.name] ?? Counts()
        metric(
            "late_answers", "Answers to Copilot Studio that took longer, in seconds.",
            [
                ("hook=\"copilot-studio\",longer_than=\"0.1\"", copilot.late + copilot.missed),
                ("hook=\"copilot-studio\",longer_than=\"1\"", copilot.missed),
            ])
        return lines.joined(separator: "\n") + "\n"
    }
}
