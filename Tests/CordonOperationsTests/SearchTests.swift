import CordonCore
import CordonLedger
import CordonTesting
import FoundationEssentials
import Testing

@testable import CordonOperations
@testable import CordonStore

/// What is found is what is there, whether it comes from the index, the records or both.
@Suite struct SearchTests {
    private static let names = ["Maria Lindgren", "Łukasz Nowak", "O'Brien Foods", "Ørsted"]
    private static let written = [
        "MARIA LINDGREN", "Maria\u{00A0}Lindgren", "Lukasz Nowak's", "O’Brien Foods", "orsted",
        "Mаria Lindgren", "Łukasz-Nowak",
    ]

    private func filled(_ seed: UInt64) async throws -> (TestCordon, Caller, [(UInt64, String)]) {
        let cordon = try await Operations.forTesting(seed: seed)
        try await cordon.operations.startEvidence()
        let reader = try await cordon.account("ada", RoleGrant(.governance), RoleGrant(.legal))
        var chance = SplitMix(state: seed)
        var said: [(UInt64, String)] = []
        for batch in 0..<6 {
            var texts: [String] = []
            for number in 0..<80 {
                var text = "Summary \(batch) \(number) of nothing in particular"
                if chance.next() % 5 == 0 {
                    let form = Self.written[Int(chance.next() % UInt64(Self.written.count))]
                    text += " for \(form)."
                }
                texts.append(text)
            }
            let receipts = try await cordon.capture(
                texts.map { .said($0, at: cordon.clock.now) }, workflow: "drafts")
            said += zip(receipts.map(\.index), texts)
            // Half of it is indexed, half is read.
            if batch == 2 { try await cordon.indexed() }
        }
        return (cordon, reader, said)
    }

    /// What a search must find, by the definition of a match.
    private func expected(_ said: [(UInt64, String)], _ name: String) throws -> Set<UInt64> {
        let automaton = TermAutomaton(try TermSet(lines: name))
        return Set(
            said.filter { _, text in
                var isFound = false
                automaton.scan(Folding.fold(text)) { _, _ in isFound = true }
                return isFound
            }.map(\.0))
    }

    @Test(arguments: [1, 2] as [UInt64])
    func everySearchFindsWhatIsThereAndNothingElse(seed: UInt64) async throws {
        let (cordon, reader, said) = try await filled(seed)
        for name in Self.names {
            var found: Set<UInt64> = []
            var query = EvidenceQuery(text: name, workflow: "drafts", limit: 7)
            while true {
                let page = try await cordon.operations.find(query, reader)
                for hit in page.hits { #expect(found.insert(hit.index).inserted) }
                guard let next = page.next else { break }
                query.below = next
            }
            #expect(found == (try expected(said, name)), "\(name)")
        }
        let absent = try await cordon.operations.find(EvidenceQuery(text: "nobody at all"), reader)
        #expect(absent.hits.isEmpty)
        #expect(absent.coverage.fromIndex == 0)
        #expect(absent.coverage.examined == said.count)
    }

    /// A page ends where the most common way of writing was looked for, and no later.
    @Test func whatIsTooCommonForOnePageIsFoundOnTheNext() async throws {
        let cordon = try await Operations.forTesting()
        try await cordon.operations.startEvidence()
        let texts = (0..<60).map { number in
            number < 5 ? "To Orsted, \(number)" : "To Oersted, \(number)"
        }
        let receipts = try await cordon.capture(texts.map { .said($0) }, workflow: "drafts")
        try await cordon.indexed()
        let search = EvidenceSearch(
            store: cordon.operations.store, index: cordon.operations.search,
            keys: cordon.operations.keys, candidatesAtMost: 10)
        var found: [UInt64] = []
        var query = EvidenceQuery(text: "Ørsted", limit: 1_000)
        while true {
            let page = try search.page(query, Cancellation())
            found += page.hits.map(\.index)
            guard let next = page.next else { break }
            query.below = next
        }
        #expect(found == receipts.map(\.index).reversed())
    }

    @Test func aSearchThatNobodyWaitsForEnds() async throws {
        let (cordon, _, _) = try await filled(4)
        let search = EvidenceSearch(
            store: cordon.operations.store, index: cordon.operations.search,
            keys: cordon.operations.keys)
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: CancellationError.self) {
            try search.page(EvidenceQuery(text: "Maria"), cancellation)
        }
    }

    @Test func aLookBackStatesWhatItExaminedAndSignsIt() async throws {
        let (cordon, reader, said) = try await filled(3)
        let operations = cordon.operations
        try await cordon.capture(.said("Another workflow: Maria Lindgren"), workflow: "others")
        let number = try await operations.perform(reader) { work in
            _ = try work.registerWorkflow(
                "drafts", WorkflowProfile(name: "Drafts", function: "sales"))
            return try work.report(
                ReportInput(
                    workflow: "drafts", what: "A name.", leftCompany: .unknown, stop: false)
            ).0.incident.number
        }
        let list = Self.names.joined(separator: "\n")
        let terms = try TermSet(lines: list)
        let run = try await operations.perform(reader) { work in
            try work.startLookback(number, LookbackOrder(terms: terms, list: list))
        }
        _ = try await operations.cancelLookback(number, run.id, reader)
        try await operations.carryOutLookbacks()
        let stopped = try await operations.ask(reader) { try $0.lookback(number, run.id) }
        #expect(stopped.state == .cancelled)
        _ = try await operations.perform(reader) {
            try $0.setLookback(number, run.id, running: true)
        }
        try await operations.carryOutLookbacks()
        let (finished, hits, incident) = try await operations.ask(reader) { work in
            let run = try work.lookback(number, run.id)
            return (
                run, try work.hits(of: run, from: 0, limit: 1_000),
                try work.sequence(number).incident
            )
        }
        #expect(finished.state == .finished)
        #expect(finished.examined == said.count)
        #expect(finished.erased + finished.unreadable == 0)
        let all = try Self.names.map { try expected(said, $0) }.reduce(Set()) { $0.union($1) }
        #expect(Set(hits.map(\.index)) == all)
        let item = try #require(incident.evidence.map(\.value).last)
        #expect(item.sha256 == finished.statement)
        let bytes = try await operations.store.read { try $0.attachment(sha256: item.sha256) }
        let envelope = try DSSEEnvelope(text: Data(try #require(bytes)))
        let verifier = try NoteVerifier(operations.verifierKey)
        let statement = String(decoding: try envelope.verify(by: verifier), as: UTF8.self)
        #expect(statement.contains("\"examined\":\(said.count)"))
        #expect(!statement.contains("Lindgren"))
        #expect(incident.lookbacks.map(\.populationCount) == [said.count])
    }
}
