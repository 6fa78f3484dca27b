import CordonCore

/// The figures of a quarter, counted from its incidents.
struct QuarterFigures: Sendable {
    let quarter: Quarter
    /// Those of the quarter that are counted and that something can be said of, newest first.
    let incidents: [ReviewedIncident]
    /// Of this quarter and the seven before it, oldest first: what the chart compares.
    let quarters: [Quarter]
    /// How many of the quarter are counted.
    let total: Int
    /// How many there are at each level, from the lowest.
    let levels: [(level: LevelText, count: Int)]
    private let kinds: [Quarter: [Kind: Int]]

    /// So many make a trend; fewer are read one by one.
    static let trendFrom = 5
    static let quartersCompared = 8

    /// `tally` counts all incidents, and `telling` are those of the quarter that say more.
    init(
        _ quarter: Quarter, _ tally: QuarterTally, telling: [ReviewedIncident], policy: Policy
    ) {
        self.quarter = quarter
        incidents = telling.filter { $0.kind != .declined && $0.quarter == quarter }
        quarters = Self.compared(with: quarter)
        let kinds = tally.kinds
        self.kinds = kinds
        total = (kinds[quarter] ?? [:]).filter { $0.key != .declined }.values.reduce(0, +)
        levels = tally.levels.sorted { $0.key < $1.key }.map { number, count in
            (LevelText(number, policy.level(number)?.title ?? ""), count)
        }
    }

    static func compared(with quarter: Quarter) -> [Quarter] {
        (1 - quartersCompared...0).map { quarter.advanced(by: $0) }
    }

    /// Whether there are enough for figures that mean more than the list does.
    var hasTrend: Bool { total >= Self.trendFrom }

    /// Whether anything was reported in the quarters that are compared.
    var hasAnything: Bool { kinds.values.contains { $0.values.contains { $0 > 0 } } }

    func count(_ kind: Kind, in quarter: Quarter) -> Int { kinds[quarter]?[kind] ?? 0 }

    func count(_ kind: Kind) -> Int { count(kind, in: quarter) }

    // MARK: Time to contain

    /// Those whose stop was proved, newest first.
    var contained: [ReviewedIncident] { incidents.filter { $0.secondsToContain != nil } }

    /// Within how many seconds that share of them was contained; `nil` when there is none.
    func secondsToContain(percent: Int) -> Int? {
        Self.percentile(percent, of: contained.compactMap(\.secondsToContain))
    }

    /// By the nearest rank: always a value that did occur.
    static func percentile(_ percent: Int, of values: [Int]) -> Int? {
        guard !values.isEmpty else { return nil }
        let rank = (values.count * min(max(percent, 0), 100) + 99) / 100
        return values.sorted()[max(rank, 1) - 1]
    }

    // MARK: Causes

    /// Controls that failed more than once, the most frequent first, with the incidents.
    var repeated: [(control: String, incidents: [String])] {
        let found = failures.filter { $0.value.count > 1 }
        return found.map { (control: $0.key, incidents: $0.value) }.sorted {
            ($1.incidents.count, $0.control) < ($0.incidents.count, $1.control)
        }
    }

    /// By the control's key.
    private var failures: [String: [String]] {
        incidents.reduce(into: [:]) { failures, incident in
            for control in Set(incident.controls) {
                failures[control, default: []].append(incident.number)
            }
        }
    }

    /// The controls that failed and the classes of cause, in the order of the policy; what the
    /// policy does not know any more stands at the end.
    func causes(_ policy: Policy) -> (classes: [String], controls: [String]) {
        (
            Self.ordered(
                Set(incidents.filter { !$0.controls.isEmpty }.compactMap(\.failureClass)),
                by: policy.failureClasses.map(\.key)),
            Self.ordered(Set(failures.keys), by: policy.controls.map(\.key))
        )
    }

    private static func ordered(_ found: Set<String>, by known: [String]) -> [String] {
        known.filter(found.contains) + found.subtracting(known).sorted()
    }

    /// In how many incidents a control failed under a class of cause.
    func count(control: String, failureClass: String) -> Int {
        incidents.filter {
            $0.failureClass == failureClass && $0.controls.contains(control)
        }.count
    }

    // MARK: What is left

    var openActions: Int { incidents.map(\.openActions).reduce(0, +) }
    var overdueActions: Int { incidents.map(\.overdueActions).reduce(0, +) }
}

/// How many incidents were reported, without any of them being read.
struct QuarterTally: Sendable {
    private(set) var kinds: [Quarter: [Kind: Int]] = [:]
    /// Those of the quarter that is reviewed, by level; what was declined has none.
    private(set) var levels: [Int: Int] = [:]

    mutating func add(
        _ lines: [(kind: Kind, level: Int, count: Int)], of quarter: Quarter, isReviewed: Bool
    ) {
        for line in lines {
            kinds[quarter, default: [:]][line.kind, default: 0] += line.count
            if isReviewed, line.kind != .declined { levels[line.level, default: 0] += line.count }
        }
    }
}
