import CordonAPI

/// Where the pages of evidence are.
extension PagePaths {
    static let evidenceHolds = evidence + "/holds"
    static let evidenceErasures = evidence + "/erasures"
    static let evidenceRetention = evidence + "/retention"
    static let evidenceGaps = evidence + "/gaps"
    static let evidenceShadow = evidence + "/shadow"

    /// Two records beside each other, line by line.
    static func comparison(_ id: String) -> String { record(id) + "/compare" }

    static func releaseOfHold(_ id: String) -> String {
        evidenceHolds + "/" + Paths.segment(id) + "/release"
    }

    static func keepingOfHold(_ id: String) -> String {
        evidenceHolds + "/" + Paths.segment(id) + "/keep"
    }

    /// One request for erasure.
    static func erasure(_ id: String) -> String { evidenceErasures + "/" + Paths.segment(id) }

    static func approvalOfErasure(_ id: String) -> String { erasure(id) + "/approve" }

    /// The receipt for one entry of the log, for programs that verify it.
    static func logReceipt(_ index: UInt64) -> String { "/ledger/proof/\(index)" }

    static let logKey = "/ledger/key"
    static let logCheckpoint = "/ledger/checkpoint"
}

/// The pages of evidence beside each other.
enum EvidenceTab: CaseIterable, Sendable {
    case search, holds, erasures, retention, gaps, shadow

    var path: String {
        switch self {
        case .search: PagePaths.evidence
        case .holds: PagePaths.evidenceHolds
        case .erasures: PagePaths.evidenceErasures
        case .retention: PagePaths.evidenceRetention
        case .gaps: PagePaths.evidenceGaps
        case .shadow: PagePaths.evidenceShadow
        }
    }

    var title: Phrase {
        switch self {
        case .search: "Find records"
        case .holds: "Holds"
        case .erasures: "Erasures"
        case .retention: "Retention"
        case .gaps: "Gaps"
        case .shadow: "Shadow use"
        }
    }

    /// The row of links; `current` is marked, if the page is one of them.
    static func row(_ current: EvidenceTab?) -> HTML {
        let lines = allCases.map { tab -> HTML in
            let mark: HTML = tab == current ? " aria-current=\"page\"" : .nothing
            return "<li><a href=\"\(tab.path)\"\(mark)>\(say: tab.title)</a></li>"
        }
        return """
            <nav class="tabs" aria-label="\(say: "Pages of evidence")">
            <ul>
            \(lines)
            </ul>
            </nav>
            """
    }
}
