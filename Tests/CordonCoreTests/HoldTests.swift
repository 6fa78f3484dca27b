import CordonCore
import Testing

/// What a hold covers, who lets it go, and who may erase.
@Suite struct HoldTests {
    private let ana = Person(id: "ana", name: "Ana")
    private let bob = Person(id: "bob", name: "Bob")

    private func hold(from: Int64 = 100, to: Int64? = nil) throws -> Hold {
        try #require(
            Hold(
                id: "h1",
                first: .placed(
                    Hold.Terms(
                        workflow: "drafts", from: Instant(milliseconds: from),
                        to: to.map(Instant.init(milliseconds:)), reason: "Asked.")),
                by: ana, at: Instant(milliseconds: 1_000)))
    }

    /// Where the sender's time and ours lie on different sides, the record is covered.
    @Test(
        arguments: [
            (99, 99, false), (100, 100, true), (50, 100, true), (100, 50, true), (200, 200, true),
            (200, 300, true), (300, 200, true), (201, 201, false), (50, 300, true),
        ] as [(Int64, Int64, Bool)])
    func aHoldCoversItsWindow(_ at: Int64, _ receivedAt: Int64, _ isCovered: Bool) throws {
        let hold = try hold(to: 200)
        let (at, receivedAt) = (
            Instant(milliseconds: at), Instant(milliseconds: receivedAt)
        )
        #expect(hold.covers(workflow: "drafts", at: at, receivedAt: receivedAt) == isCovered)
        #expect(!hold.covers(workflow: "others", at: at, receivedAt: receivedAt))
    }

    @Test func aHoldWithoutAnEndCoversWhatIsStillToCome() throws {
        let time = Instant(milliseconds: .max)
        #expect(try hold().covers(workflow: "drafts", at: time, receivedAt: time))
    }

    @Test func twoPeopleLetGo() throws {
        var hold = try hold()
        let now = Instant(milliseconds: 2_000)
        for event in try hold.release(reason: "Over.", by: ana) {
            hold.apply(event, by: ana, at: now)
        }
        #expect(hold.state == .releaseProposed)
        #expect(hold.covers(workflow: "drafts", at: now, receivedAt: now))
        let refusal = #expect(throws: Refusal.self) { try hold.release(reason: "Over.", by: ana) }
        #expect(refusal?.kind == .secondPersonRequired)
        for event in try hold.release(reason: "Yes.", by: bob) {
            hold.apply(event, by: bob, at: now)
        }
        #expect(hold.state == .released)
        #expect(hold.releasedBy == bob)
        #expect(!hold.covers(workflow: "drafts", at: now, receivedAt: now))
        #expect(throws: Refusal.self) { try hold.release(reason: "Again.", by: ana) }
        #expect(throws: Refusal.self) { try hold.withdrawRelease(reason: "No.") }
    }

    @Test func aProposalThatIsWithdrawnCountsNoMore() throws {
        var hold = try hold()
        let now = Instant(milliseconds: 2_000)
        #expect(throws: Refusal.self) { try hold.withdrawRelease(reason: "None.") }
        for event in try hold.release(reason: "Over.", by: ana) {
            hold.apply(event, by: ana, at: now)
        }
        for event in try hold.withdrawRelease(reason: "Not yet.") {
            hold.apply(event, by: bob, at: now)
        }
        #expect(hold.state == .active)
        // It has to be proposed anew, so the other alone cannot let it go.
        for event in try hold.release(reason: "Over.", by: bob) {
            hold.apply(event, by: bob, at: now)
        }
        #expect(hold.state == .releaseProposed)
    }

    @Test func nothingButAPlacingBeginsAHold() {
        #expect(
            Hold(
                id: "h", first: .released(reason: "r"), by: ana, at: Instant(milliseconds: 0))
                == nil)
        #expect(
            Erasure(
                id: "e", first: .refused(because: "b"), by: ana, at: Instant(milliseconds: 0))
                == nil)
    }

    @Test func anErasureTakesTwoPeopleAndHappensOnce() throws {
        var erasure = try #require(
            Erasure(
                id: "e1",
                first: .proposed(Erasure.Request(indices: [1, 2], basis: "Art. 17", reason: "r")),
                by: ana, at: Instant(milliseconds: 1)))
        let alone = #expect(throws: Refusal.self) { try erasure.mayApprove(ana) }
        #expect(alone?.kind == .secondPersonRequired)
        try erasure.mayApprove(bob)
        erasure.apply(.refused(because: "Held by h1."), by: ana, at: Instant(milliseconds: 2))
        #expect(erasure.state == .proposed && erasure.refusals.count == 1)
        erasure.apply(
            .executed(records: 2, basis: "Art. 17"), by: bob, at: Instant(milliseconds: 3))
        #expect(erasure.state == .executed && erasure.approvedBy == bob && erasure.erased == 2)
        let again = #expect(throws: Refusal.self) { try erasure.mayApprove(bob) }
        #expect(again?.kind == .wrongState)
    }
}
