import CordonCore
import CordonLedger
import CordonTesting
import Foundation
import Testing

@testable import CordonOperations
@testable import CordonStore

@Suite struct RecorderTests {
    private func started() async throws -> TestCordon {
        let cordon = try await Operations.forTesting()
        try await cordon.operations.startEvidence()
        return cordon
    }

    @Test func whoSendsBeforeTheSendersAreKnownWaitsForThem() async throws {
        let cordon = try await Operations.forTesting()
        let refusal = await #expect(throws: Refusal.self) {
            try await cordon.operations.recorder.untilSendersAreKnown(within: .milliseconds(20))
        }
        #expect(refusal?.kind == .overloaded)
        let early = Task { try await cordon.capture(.said("Early."), workflow: "drafts") }
        #expect(throws: Refusal.self) { try cordon.operations.recorder.checkReady() }
        try await cordon.operations.startEvidence()
        #expect(try await early.value.count == 1)
        try cordon.operations.recorder.checkReady()
    }

    @Test func whoGoesAwayNoLongerWaits() async throws {
        let cordon = try await Operations.forTesting()
        let early = Task { try await cordon.capture(.said("Early."), workflow: "drafts") }
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        #expect(try await records(cordon) == 0)
    }

    @Test func whatIsSentAgainIsKeptOnce() async throws {
        let cordon = try await started()
        let first = try await cordon.capture(.said("One."), .said("Two."), workflow: "drafts")
        let again = try await cordon.capture(
            .said("Two."), .said("Three."), .said("Three."), workflow: "drafts")
        #expect(first.map(\.isDuplicate) == [false, false])
        #expect(again.map(\.isDuplicate) == [true, false, true])
        #expect(again[0].id == first[1].id)
        #expect(again[0].index == first[1].index)
        #expect(again[2].id == again[1].id)
        // Another workflow may say the same.
        #expect(try await cordon.capture(.said("One."), workflow: "others")[0].isDuplicate == false)
    }

    @Test func whatIsSentAgainAfterARestartIsKnown() async throws {
        let cordon = try await started()
        let first = try await cordon.capture(.said("One."), workflow: "drafts")
        try await cordon.operations.startEvidence()
        #expect(try await cordon.capture(.said("One."), workflow: "drafts")[0].id == first[0].id)
    }

    @Test func aKeyStandsForOneContent() async throws {
        let cordon = try await started()
        var record = CapturedRecord.said("One.")
        record.clientKey = "job-7"
        let first = try await cordon.capture(record, workflow: "drafts")
        #expect(try await cordon.capture(record, workflow: "drafts")[0].id == first[0].id)
        var other = CapturedRecord.said("Another thing.")
        other.clientKey = "job-7"
        let count = try await records(cordon)
        let refusal = await #expect(throws: Refusal.self) {
            try await cordon.capture(.said("Innocent."), other, workflow: "drafts")
        }
        #expect(refusal?.kind == .idempotencyMismatch)
        #expect(try await records(cordon) == count)
    }

    @Test func aSenderWithoutAWorkflowIsRefused() async throws {
        let cordon = try await started()
        let refusal = await #expect(throws: Refusal.self) {
            try await cordon.capture(.said("Whose?"))
        }
        #expect(refusal?.kind == .invalidInput)
        #expect(try await records(cordon) == 0)
    }

    @Test func whoNobodyRegisteredIsSeenByGovernance() async throws {
        let cordon = try await started()
        var record = CapturedRecord.said("Unknown.")
        record.workflow = "Sales / Lead Scoring!"
        try await cordon.capture(record)
        let shadows = try await cordon.operations.ask(.cordon("test")) {
            try $0.shadowWorkflows()
        }
        #expect(shadows.map(\.workflow) == ["sales-lead-scoring"])
    }

    @Test func aChangeIsNoticedOnce() async throws {
        let cordon = try await started()
        for model in ["a", "a", "b", "a", "b", "c"] {
            try await cordon.capture(
                .said("By \(model) at \(cordon.clock.now.milliseconds)", model: model),
                workflow: "drafts")
            cordon.clock.advance(milliseconds: 10)
        }
        let changes = try await cordon.operations.ask(.cordon("test")) { work in
            try work.changes("drafts", from: Instant(milliseconds: 0), to: work.now)
        }
        #expect(changes.filter { $0.aspect == "model" }.map(\.what) == ["a", "b", "c"])
        #expect(changes.filter { $0.aspect == "model" }.map(\.isFirst) == [true, false, false])
    }

    @Test func numbersThatNeverCameAreNamed() async throws {
        let cordon = try await started()
        for number in [1, 2, 5] as [Int64] {
            var record = CapturedRecord.said("Number \(number)")
            record.sequence = .init(source: "job", number: number)
            try await cordon.capture(record, workflow: "drafts")
        }
        let gaps = try await gaps(cordon)
        #expect(gaps.map(\.kind) == [.dropped])
        #expect(gaps[0].detail == "Numbers 3 to 4 of job never came.")
    }

    @Test func aGapOpensOnceAndClosesWhenNothingLacksAnyMore() async throws {
        let cordon = try await started()
        for number in 0..<3 {
            var record = CapturedRecord.said("Cut \(number)")
            record.shortfalls = [.truncated]
            try await cordon.capture(record, workflow: "drafts")
        }
        #expect(try await gaps(cordon).count == 1)
        cordon.clock.advance(milliseconds: Catalogue.gapRests + 1)
        try await cordon.capture(.said("Whole."), workflow: "drafts")
        try await cordon.operations.watchCapture()
        #expect(try await gaps(cordon).allSatisfy { $0.closedAt != nil })
    }

    @Test func manyWhoSendAtOnceShareCommitsAndLoseNothing() async throws {
        let cordon = try await started()
        try await withThrowingTaskGroup(of: [Receipt].self) { group in
            for sender in 0..<40 {
                group.addTask {
                    try await cordon.capture(
                        (0..<10).map { .said("Sender \(sender), record \($0)") },
                        workflow: "drafts")
                }
            }
            var places: Set<UInt64> = []
            for try await receipts in group { places.formUnion(receipts.map(\.index)) }
            #expect(places.count == 400)
        }
        #expect(try await records(cordon) == 400)
        let report = try await cordon.operations.fsck()
        #expect(report.isClean, "\(report.findings)")
    }

    /// A sender's text may hold what no database keeps in a text, and be of any length.
    @Test(arguments: OperationsEngine.available)
    func nothingThatASenderSaysKeepsItFromBeingKept(_ engine: OperationsEngine) async throws {
        try await engine.withCordon { cordon in
            try await cordon.operations.startEvidence()
            let odd = [
                "a\u{0}b", String(repeating: "long", count: 5_000), "e\u{301}", "\u{FFFF}", "",
            ]
            for (number, text) in odd.enumerated() {
                var record = CapturedRecord.said(text, model: text)
                (record.actor, record.target, record.status) = (text, text, text)
                (record.trace, record.span, record.session) = (text, text, text)
                record.clientKey = "\(text)\(number)"
                record.workflow = "drafts"
                record.sequence = .init(source: text, number: 1)
                try await cordon.capture(record)
                record.clientKey = "\(text)\(number) again"
                record.sequence = .init(source: text, number: 3)
                try await cordon.capture(record)
            }
            #expect(try await records(cordon) == odd.count * 2)
            let found = try await cordon.operations.ask(.cordon("test")) { work in
                try work.changes("drafts", from: Instant(milliseconds: 0), to: work.now)
            }
            #expect(found.filter { $0.aspect == "model" }.count == odd.count)
            let report = try await cordon.operations.fsck()
            #expect(report.isClean, "\(report.text)")
        }
    }

    @Test func whoHasPatienceGoesWithTheFirstWhoHasNone() async throws {
        let cordon = try await started()
        let patient = (0..<10).map { number in
            Task {
                try await cordon.capture(
                    [.said("Patient \(number)")], workflow: "drafts", patience: .seconds(3_600))
            }
        }
        let (kept, tells) = AsyncStream.makeStream(of: Void.self)
        for one in patient {
            Task {
                // One that failed is found missing below.
                _ = await one.result
                tells.yield()
            }
        }
        // They come when they come: somebody without patience comes again and again.
        let hasty = Task {
            while !Task.isCancelled {
                try await cordon.capture(.said("Now."), workflow: "drafts")
            }
        }
        _ = await kept.prefix(10).reduce(0) { sum, _ in sum + 1 }
        hasty.cancel()
        _ = await hasty.result
        #expect(try await records(cordon) == 11)
    }

    @Test func theEndOfALoneStreamWaitsForNobody() {
        #expect(Recorder.patienceOfAnEnd(passing: 1) == .zero)
        #expect(Recorder.patienceOfAnEnd(passing: 2) > .zero)
    }

    @Test func patienceEnds() async throws {
        let cordon = try await started()
        let receipts = try await cordon.capture(
            [.said("Alone.")], workflow: "drafts", patience: .milliseconds(3))
        #expect(receipts.map(\.isDuplicate) == [false])
    }

    @Test func aServerThatEndsLetsNobodyWait() async throws {
        let cordon = try await started()
        let early = Task {
            try await cordon.capture(
                [.said("Early.")], workflow: "drafts", patience: .seconds(3_600))
        }
        cordon.operations.recorder.hurry()
        #expect(try await early.value.count == 1)
        let late = try await cordon.capture(
            [.said("Late.")], workflow: "drafts", patience: .seconds(3_600))
        #expect(late.count == 1)
    }

    @Test func tooMuchAtOnceIsRefusedAndNothingOfItCounts() async throws {
        let cordon = try await started()
        let refusal = await #expect(throws: Refusal.self) {
            try await cordon.operations.recorder.record(
                size: Recorder.bytesAtMost + 1, boundTo: "drafts"
            ) { Capture(source: "api", records: [.said("Too much.")]) }
        }
        #expect(refusal?.kind == .overloaded)
        #expect(cordon.operations.recorder.refusals == 1)
        #expect(try await cordon.capture(.said("Enough."), workflow: "drafts").count == 1)
    }

    /// Many share a commit; the one that is refused takes nobody with it.
    @Test func oneThatIsRefusedTakesNoOtherDown() async throws {
        let cordon = try await started()
        var record = CapturedRecord.said("One.")
        record.clientKey = "job"
        try await cordon.capture(record, workflow: "drafts")
        let kept = await withTaskGroup(of: Bool.self) { group in
            for sender in 0..<30 {
                group.addTask {
                    var mine = CapturedRecord.said("Sender \(sender)")
                    mine.clientKey = sender == 11 ? "job" : nil
                    // Who is refused is counted below.
                    let receipts = try? await cordon.capture(mine, workflow: "drafts")
                    return receipts?.first?.isDuplicate == false
                }
            }
            var kept = 0
            for await wasKept in group where wasKept { kept += 1 }
            return kept
        }
        #expect(kept == 29)
        #expect(try await records(cordon) == 30)
    }

    @Test func aMasterKeyThatOpensNothingIsRefusedAtTheStart() async throws {
        let cordon = try await started()
        try await cordon.capture(.said("Sealed."), workflow: "drafts")
        cordon.operations.close()
        let copy = try DamagedFile(
            try Data(contentsOf: URL(fileURLWithPath: cordon.databasePath)))
        let error = await #expect(throws: StoreError.self) {
            _ = try await Operations.forTesting(
                engine: .sqlite(path: copy.path),
                masters: MasterKeys(first: Array(repeating: 1, count: 32)))
        }
        guard case .misconfigured(let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains("master.key"))
        try await Operations.forTesting(engine: .sqlite(path: copy.path)).operations.close()
    }

    private func records(_ cordon: TestCordon) async throws -> Int {
        try await cordon.operations.store.read { try $0.evidenceExtent().records }
    }

    private func gaps(_ cordon: TestCordon) async throws -> [CaptureState.Gap] {
        try await cordon.operations.ask(.cordon("test")) {
            try $0.gaps(workflow: "drafts", openOnly: false)
        }
    }
}
