import CordonCore
import NIOCore
import Testing

@testable import CordonGateway

/// Streamed answers of every kind, taken apart and judged as they pass.
struct AnswerStreamTests {
    private func passed(
        _ stream: SampleStream, denies: (AskedCall) -> Bool = { _ in false }
    ) throws -> Passed {
        try Passed(stream.operation, [stream.bytes[...]], denies: denies)
    }

    @Test(arguments: SampleStream.all)
    func whatIsAllowedPassesByteForByte(_ stream: SampleStream) throws {
        let passed = try passed(stream)
        #expect(passed.out == stream.bytes)
        #expect(passed.judged == [SampleStream.notes, SampleStream.pay])
        #expect(
            passed.facts == AnswerFacts(model: "m-1", id: "x1", tokensIn: 5, tokensOut: 3))
    }

    @Test(arguments: SampleStream.all)
    func whatIsRecordedIsTheWhole(_ stream: SampleStream) throws {
        let output = try passed(stream).output.map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: " ")
        for words in ["Für Birch.", "read_notes", "pay", "customer", "amount"] {
            #expect(output.contains(words), "\(words) is not in \(output)")
        }
    }

    @Test(arguments: SampleStream.all, [[], ["pay"], ["read_notes"], ["pay", "read_notes"]])
    func aDeniedCallIsGoneAndWhatIsLeftIsWhole(
        _ stream: SampleStream, _ denied: [String]
    ) throws {
        let passed = try passed(stream) { denied.contains($0.name) }
        let again = try passed.readAgain(stream.operation)
        #expect(again.out == passed.out)
        let kept = [SampleStream.notes, SampleStream.pay].filter { !denied.contains($0.name) }
        #expect(again.judged == kept)
        for name in denied {
            #expect(passed.text.contains("Cordon did not let \(name) be called: It may not."))
        }
        #expect(again.facts == passed.facts)
    }

    @Test(arguments: SampleStream.all)
    func anAnswerWithoutACallLeftWaitsForNoResult(_ stream: SampleStream) throws {
        let passed = try passed(stream) { _ in true }
        for word in [#""tool_calls""#, #""tool_use""#, #""function_call""#] {
            #expect(!passed.text.contains(word), "\(word) in \(passed.text)")
        }
    }

    /// No byte of a call that is not judged yet may be out.
    @Test(arguments: SampleStream.all)
    func nothingOfACallGoesOnBeforeItIsJudged(_ stream: SampleStream) throws {
        var passage = StreamPassage(stream.operation.reader, holdsEnd: false)
        var released = ""
        var isJudged = false
        for event in stream.events where !isJudged {
            try passage.take(ByteBuffer(string: event))
            while let step = passage.next() {
                switch step {
                case .bytes(let bytes): released += String(decoding: bytes, as: UTF8.self)
                case .calls: isJudged = true
                case .buffer, .last: Issue.record("it went past the calls")
                }
            }
        }
        #expect(isJudged && released.contains("Birch."))
        #expect(!released.contains("read_notes") && !released.contains("customer"))
    }

    @Test(arguments: 0..<60)
    func howAStreamIsCutChangesNothing(_ seed: UInt64) throws {
        var chance = SplitMix64(seed: seed)
        let stream = SampleStream.all[Int(seed) % SampleStream.all.count]
        let denies: (AskedCall) -> Bool = { $0.name == "pay" && seed % 2 == 0 }
        let expected = try passed(stream, denies: denies)
        let bytes = stream.bytes
        var pieces: [ArraySlice<UInt8>] = []
        var begin = 0
        while begin < bytes.count {
            let end = min(bytes.count, begin + Int.random(in: 0...40, using: &chance))
            pieces.append(bytes[begin..<end])
            begin = end
        }
        #expect(try Passed(stream.operation, pieces, denies: denies) == expected)
    }

    /// Wherever the provider breaks off: what a client reads holds no half of a call.
    @Test(arguments: SampleStream.all)
    func aStreamThatBreaksOffTellsNoHalfCall(_ stream: SampleStream) throws {
        let calls = [SampleStream.notes, SampleStream.pay]
        for count in 0..<stream.events.count {
            let bytes = Array(stream.events.prefix(count).joined().utf8)
            do {
                let part = try Passed(stream.operation, [bytes[...]]) { _ in false }
                #expect(part.out == bytes && calls.starts(with: part.judged))
            } catch let denial as Denial {
                #expect(denial.code == "upstream_failed" && denial.isPassing)
            }
        }
    }

    @Test func anEventThatCanBeReadInTwoWaysIsRefused() throws {
        let twice = Array(#"data: {"choices":[],"choices":[]}"#.utf8) + Array("\n\n".utf8)
        #expect(throws: Denial.self) { try Passed(.chat, [twice[...]]) { _ in false } }
    }

    @Test func theOlderCompletionsArePutTogether() throws {
        let text =
            #"data: {"choices":[{"index":0,"text":"Für "}]}"# + "\n\n"
            + #"data: {"choices":[{"index":0,"text":"Birch."}]}"# + "\n\ndata: [DONE]\n\n"
        let passed = try Passed(.completions, [Array(text.utf8)[...]]) { _ in true }
        #expect(passed.text == text)
        let output = passed.output.map { String(decoding: $0, as: UTF8.self) }
        #expect(output == [#"[{"index":0,"text":"Für Birch."}]"#])
    }

    /// With the last byte of a stated length a caller has the whole: it waits for the record.
    @Test(arguments: [true, false])
    func whatMakesAnUnreadAnswerWholeIsHeldWhereItsEndIs(_ holdsEnd: Bool) throws {
        var passage = StreamPassage(nil, holdsEnd: holdsEnd, length: 5)
        var released: [String] = []
        for piece in ["ab", "c", "de"] {
            try passage.take(ByteBuffer(string: piece))
            while let step = passage.next() {
                if case .buffer(let buffer) = step { released.append(String(buffer: buffer)) }
            }
        }
        #expect(released == (holdsEnd ? ["ab", "c"] : ["ab", "c", "de"]))
        #expect(String(buffer: try passage.ending()) == (holdsEnd ? "de" : ""))
    }

    @Test func whatIsAwaitedOfAnUnreadAnswerIsForTheRecordAlone() throws {
        var passage = StreamPassage(nil, holdsEnd: true, length: 5)
        try passage.take(ByteBuffer(string: "abcde"))
        passage.drain()
        try passage.drain(ByteBuffer(string: "f"))
        #expect(passage.withheld.size == 6 && passage.delivered.size == 0)
    }

    @Test func aCopyThatHasMoreLeavesTheOneThatHasLess() {
        let less = OpaqueCopy()
        less.take(ByteBuffer(string: "a"))
        let more = less.with(ByteBuffer(string: "b"))
        let both = OpaqueCopy()
        both.take(ByteBuffer(string: "ab"))
        #expect(more.json == both.json && less.size == 1)
    }

    @Test(arguments: [Front.Operation.embeddings, .countTokens, .models, .opaque])
    func whatHoldsNoWordsOfAModelIsNotRead(_ operation: Front.Operation) {
        #expect(operation.reader == nil)
    }
}
