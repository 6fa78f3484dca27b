import Testing

@testable import CordonOperations

@Suite struct CommitQueueTests {
    private static let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        Self.start + .milliseconds(milliseconds)
    }

    @Test func whoComesAloneWritesAtOnce() {
        var queue = CommitQueue<Int>()
        #expect(queue.joins(1, patience: 0, at(0)) == .lead)
        #expect(queue.joins(2, patience: 0, at(0)) == .wait(nil))
        #expect(queue.take { _ in true } == 2)
        #expect(queue.take { _ in true } == nil)
        #expect(queue.isDone(at(1)) == .rest(nil))
        #expect(queue.joins(3, patience: 0, at(1)) == .lead)
    }

    @Test func whoHasPatienceGoesWithTheFirstThatHasNone() {
        var queue = CommitQueue<Int>()
        #expect(queue.joins(1, patience: 5, at(0)) == .wait(at(5)))
        #expect(queue.joins(2, patience: 5, at(1)) == .wait(nil))
        #expect(queue.joins(3, patience: 0, at(2)) == .lead)
        #expect(queue.take { _ in true } == 1)
        #expect(queue.take { _ in true } == 2)
        #expect(queue.isDone(at(3)) == .rest(nil))
        #expect(queue.patienceEnds(at: at(5)) == nil)
    }

    @Test func theEarliestEndOfPatienceCounts() {
        var queue = CommitQueue<Int>()
        #expect(queue.joins(1, patience: 5, at(0)) == .wait(at(5)))
        #expect(queue.joins(2, patience: 2, at(1)) == .wait(at(3)))
        #expect(queue.patienceEnds(at: at(3)) == 1)
        #expect(queue.take { _ in true } == 2)
        // What was asked for still comes, and finds somebody who writes.
        #expect(queue.patienceEnds(at: at(5)) == nil)
        #expect(queue.isDone(at(6)) == .rest(nil))
    }

    @Test func patienceOutlastsACommitThatIsUnderWay() {
        var queue = CommitQueue<Int>()
        #expect(queue.joins(1, patience: 0, at(0)) == .lead)
        #expect(queue.joins(2, patience: 5, at(0)) == .wait(nil))
        #expect(queue.isDone(at(4)) == .rest(at(5)))
        #expect(queue.patienceEnds(at: at(5)) == 2)
        #expect(queue.joins(3, patience: 5, at(6)) == .wait(nil))
        // It ends while another is written: then there is no need for an alarm.
        #expect(queue.isDone(at(11)) == .lead(3))
    }

    @Test func whoDoesNotFitGoesNext() {
        var queue = CommitQueue<Int>()
        #expect(queue.joins(1, patience: 0, at(0)) == .lead)
        #expect(queue.joins(2, patience: 0, at(0)) == .wait(nil))
        #expect(queue.take { $0 > 2 } == nil)
        #expect(queue.isDone(at(1)) == .lead(2))
    }

    @Test func inAHurryNobodyHasPatience() {
        var queue = CommitQueue<Int>()
        #expect(queue.hurry() == nil)
        #expect(queue.joins(1, patience: 5, at(0)) == .lead)
        #expect(queue.joins(2, patience: 5, at(0)) == .wait(nil))
        #expect(queue.isDone(at(0)) == .lead(2))
        var other = CommitQueue<Int>()
        #expect(other.joins(1, patience: 5, at(0)) == .wait(at(5)))
        #expect(other.hurry() == 1)
        var third = CommitQueue<Int>()
        #expect(third.joins(1, patience: 0, at(0)) == .lead)
        #expect(third.joins(2, patience: 5, at(0)) == .wait(nil))
        #expect(third.hurry() == nil)
        #expect(third.isDone(at(0)) == .lead(2))
    }

    /// Whatever comes in whatever order: each is written once, one commit at a time, and nobody
    /// waits longer than it has patience while nobody writes.
    @Test func everyOneIsWrittenOnceAndInTime() {
        for sequence in 0..<Int(4_096 * 16) {
            var run = Run()
            for place in 0..<8 {
                run.step(sequence >> (2 * place) & 3)
                #expect(run.isInTime, "\(sequence)")
            }
            for _ in 0...5 {
                run.step(3)
                run.step(2)
            }
            #expect(run.written.sorted() == Array(0..<run.count), "\(sequence)")
        }
    }

    /// A queue, its clock and its alarms.
    private struct Run {
        private var queue = CommitQueue<Int>()
        private var now = 0
        private var alarms: [ContinuousClock.Instant] = []
        private var deadlines: [Int: Int] = [:]
        private var writes = false
        private(set) var written: [Int] = []
        private(set) var count = 0

        var isInTime: Bool { writes || !deadlines.contains { $0.value <= now } }

        private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
            CommitQueueTests.start + .milliseconds(milliseconds)
        }

        /// 0 and 1: somebody comes, without patience and with; 2: a commit ends; 3: time passes.
        mutating func step(_ kind: Int) {
            switch kind {
            case 0, 1:
                let member = count
                count += 1
                deadlines[member] = now + 2 * kind
                switch queue.joins(member, patience: 2 * kind, at(now)) {
                case .lead: lead(member)
                case .wait(let alarm): alarms += alarm.map { [$0] } ?? []
                }
            case 2:
                guard writes else { return }
                writes = false
                switch queue.isDone(at(now)) {
                case .lead(let member): lead(member)
                case .rest(let alarm): alarms += alarm.map { [$0] } ?? []
                }
            default:
                now += 1
                while let due = alarms.firstIndex(where: { $0 <= at(now) }) {
                    if let member = queue.patienceEnds(at: alarms.remove(at: due)) { lead(member) }
                }
            }
        }

        private mutating func lead(_ member: Int) {
            #expect(!writes)
            writes = true
            var members = [member]
            while let next = queue.take(where: { _ in true }) { members.append(next) }
            written += members
            for member in members { deadlines[member] = nil }
        }
    }
}

private enum Came: Equatable {
    case lead
    case wait(ContinuousClock.Instant?)
}

private enum Done: Equatable {
    case lead(Int)
    case rest(ContinuousClock.Instant?)
}

extension CommitQueue where Member == Int {
    fileprivate mutating func joins(
        _ member: Int, patience: Int, _ now: ContinuousClock.Instant
    ) -> Came {
        switch join(member, patience: .milliseconds(patience), now: now) {
        case .lead: .lead
        case .wait(let alarm): .wait(alarm)
        }
    }

    fileprivate mutating func isDone(_ now: ContinuousClock.Instant) -> Done {
        switch written(now: now) {
        case .lead(let member): .lead(member)
        case .rest(let alarm): .rest(alarm)
        }
    }
}
