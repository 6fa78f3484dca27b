package import CordonCore
import CordonStore

/// Shadow use since the start: what is new is journaled, and all of it is counted.
struct ShadowTally {
    private(set) var count = 0
    /// When each use was journaled last, on the clock that only goes forward.
    private var told: [String: [String: Int64]] = [:]

    /// How often one use of one workflow is journaled: once a day, in milliseconds.
    static let rest: Int64 = 86_400_000
    /// How many different uses of one workflow are told apart within a day.
    static let usesAtMost = 100

    /// Counts one call, and says what of it is news.
    mutating func note(_ uses: [String], of workflow: String, uptime: Int64) -> [String] {
        count += 1
        var known = told[workflow, default: [:]].filter { uptime - $0.value < Self.rest }
        var news: [String] = []
        for use in uses where known[use] == nil && known.count < Self.usesAtMost {
            known[use] = uptime
            news.append(use)
        }
        told[workflow] = known
        return news
    }

    /// What could not be journaled is news once more.
    mutating func forget(_ uses: [String], of workflow: String) {
        for use in uses { told[workflow]?[use] = nil }
    }
}

/// Something outside the lane that a workflow used.
package struct SeenShadowUse: Sendable {
    package let what: String
    package let firstAt: Instant
    /// On which day it was seen last.
    package let lastAt: Instant
}

extension Operations {
    /// Counts shadow use, and journals what is new of it.
    package func noteShadowUse(_ workflow: String, _ uses: [String]) async throws {
        let news = gate.noteShadowUse(workflow, uses)
        guard !news.isEmpty else { return }
        do {
            try await perform(.cordon("gate")) { work in
                for what in news {
                    try work.journal(
                        EvidenceEvent.shadowUsed(what: what), stream: "evidence/\(workflow)")
                }
            }
        } catch {
            gate.forgetShadowUse(workflow, news)
            throw error
        }
    }
}

extension Work {
    /// What a workflow used outside the lane, the newest last.
    func shadowUses(_ workflow: String) throws -> [SeenShadowUse] {
        var seen: [String: SeenShadowUse] = [:]
        for (at, event) in try evidenceEvents(workflow, kind: "shadow_used") {
            guard case .shadowUsed(let what) = event else { continue }
            seen[what] = SeenShadowUse(
                what: what, firstAt: seen[what]?.firstAt ?? at, lastAt: at)
        }
        return seen.values.sorted { ($0.lastAt, $0.what) < ($1.lastAt, $1.what) }
    }
}
