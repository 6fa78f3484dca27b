import Testing

@testable import CordonGateway

@Suite struct ServerSentEventsTests {
    /// What a reader made of a stream.
    private struct Reading: Equatable {
        var raws: [[UInt8]] = []
        var events: [Seen] = []
        var rest: [UInt8] = []

        /// Everything that came out, in order.
        var bytes: [UInt8] { raws.flatMap(\.self) + rest }

        init(_ pieces: [ArraySlice<UInt8>], limit: Int = 8 << 20) throws {
            var reader = ServerSentEvents(limit: limit)
            for piece in pieces {
                try reader.take(piece) { event in
                    raws.append(event.raw)
                    events.append(Seen(event))
                }
            }
            rest = reader.rest()
        }

        init(_ text: String) throws { try self.init([Array(text.utf8)[...]]) }
    }

    private struct Seen: Equatable, CustomStringConvertible {
        var name: String
        var data: String?
        var description: String { "\(name): \(data ?? "-")" }

        init(_ name: String, _ data: String?) {
            self.name = name
            self.data = data
        }

        init(_ event: ServerSentEvents.Event) {
            self.init(event.name.text, event.hasData ? event.data.text : nil)
        }
    }

    @Test(arguments: [
        ("data: one\n\n", [Seen("", "one")]),
        ("data:one\n\n", [Seen("", "one")]),
        ("data:  one\n\n", [Seen("", " one")]),
        ("data\n\n", [Seen("", "")]),
        ("data:\n\n", [Seen("", "")]),
        ("data: \n\n", [Seen("", "")]),
        ("data\ndata\n\n", [Seen("", "\n")]),
        ("data: a\ndata: b\ndata: c\n\n", [Seen("", "a\nb\nc")]),
        ("data:\ndata: b\n\n", [Seen("", "\nb")]),
        ("data: a\ndata:\n\n", [Seen("", "a\n")]),
        ("event: error\ndata: x\n\n", [Seen("error", "x")]),
        ("event: a\nevent: b\ndata: x\n\n", [Seen("b", "x")]),
        ("event: a\nevent\ndata: x\n\n", [Seen("", "x")]),
        ("event: a\n\n", [Seen("a", nil)]),
        ("event: a\ndata: 1\n\ndata: 2\n\n", [Seen("a", "1"), Seen("", "2")]),
        (": a comment\n\n", [Seen("", nil)]),
        (":\n\n", [Seen("", nil)]),
        (": c\nid: 7\nretry: 10\ndata: x\n\n", [Seen("", "x")]),
        ("datas: x\ndat: y\nData: z\n data: w\n\n", [Seen("", nil)]),
        ("events: x\nevent : y\n\n", [Seen("", nil)]),
        ("data : x\n\n", [Seen("", nil)]),
        ("\n\n", [Seen("", nil), Seen("", nil)]),
        ("data: x\r\n\r\n", [Seen("", "x")]),
        ("data: x\r\r", [Seen("", "x")]),
        ("data: x\n\r\n", [Seen("", "x")]),
        ("data: x\r\ndata: y\rdata: z\n\n", [Seen("", "x\ny\nz")]),
        ("\u{FEFF}data: x\n\n", [Seen("", "x")]),
        ("\u{FEFF}\u{FEFF}data: x\n\n", [Seen("", nil)]),
        ("data: x\n\n\u{FEFF}data: y\n\n", [Seen("", "x"), Seen("", nil)]),
        ("data: é世\u{0}\n\n", [Seen("", "é世\u{0}")]),
    ])
    private func aStreamIsReadAsItsStandardSays(_ text: String, _ expected: [Seen]) throws {
        let reading = try Reading(text)
        #expect(reading.events == expected)
        #expect(reading.rest.isEmpty)
        #expect(reading.bytes.text == text)
    }

    @Test(arguments: ["", "data: x", "data: x\n", ": c", "\u{FEFF}"])
    func whatIsUnfinishedIsHandedOutAsTheRest(_ text: String) throws {
        let reading = try Reading(text)
        #expect(reading.events.isEmpty)
        #expect(reading.rest.text == text)
    }

    @Test func theSecondHalfOfALineEndIsNotAnEvent() throws {
        let stream = Array("data: x\r\n\r\ndata: y\r\n\r\n".utf8)
        let reading = try Reading([stream[..<10], stream[10...]])
        #expect(reading.events == [Seen("", "x"), Seen("", "y")])
        // The event is out before the chunk with the LF comes, and no byte is lost.
        #expect(reading.raws.map(\.text) == ["data: x\r\n\r", "\ndata: y\r\n\r\n"])
    }

    @Test(arguments: [
        "data: a\n\nevent: e\ndata: b\ndata: c\n\n: k\n\ndata: last",
        "\u{FEFF}data: a\r\n\r\nevent: e\r\ndata: b\r\ndata: c\r\n\r\n\r\n: k\r\n\r\nid",
        "data: a\r\revent: e\rdata: b\r\r\r",
    ])
    func everyCutGivesTheSameEvents(_ text: String) throws {
        let stream = Array(text.utf8)
        let whole = try Reading(text)
        for first in 0...stream.count {
            for second in first...stream.count {
                let cut = try Reading(
                    [stream[..<first], stream[first..<second], stream[second...]])
                #expect(cut.events == whole.events, "\(first), \(second)")
                #expect(cut.bytes == stream)
            }
        }
        let bytes = try Reading(stream.indices.map { stream[$0...$0] })
        #expect(bytes.events == whole.events)
        #expect(bytes.bytes == stream)
    }

    @Test func randomStreamsAreReadLikeASlowReaderReadsThem() throws {
        let parts = [
            "data: x\n", "data\n", ":c\n", "\n", "\r", "\r\n", "event: a\r\n", "data:y\r",
            "id: 1\n",
            "\u{FEFF}", "data: a text of more than eight bytes\n", "\n\n", "e", "d", ": ",
        ]
        for seed in 0..<3_000 {
            var chance = SplitMix64(seed: UInt64(seed))
            let text = (0..<chance.roll(14)).map { _ in chance.pick(parts) }.joined()
            let stream = Array(text.utf8)
            let reading = try Reading(chance.cut(stream, longest: 7))
            #expect(reading.events == slowly(stream), "seed \(seed): \(text.debugDescription)")
            #expect(reading.bytes == stream, "seed \(seed)")
        }
    }

    /// The standard, word for word and without a thought for speed.
    private func slowly(_ stream: [UInt8]) -> [Seen] {
        var bytes = stream[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        var seen: [Seen] = []
        var name = ""
        var data: [String] = []
        while let end = bytes.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
            let line = bytes[..<end].text
            let isPair = bytes[end...].starts(with: [0x0D, 0x0A])
            bytes = bytes[(end + (isPair ? 2 : 1))...]
            if line.isEmpty {
                seen.append(Seen(name, data.isEmpty ? nil : data.joined(separator: "\n")))
                name = ""
                data = []
                continue
            }
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            var value = line[colon...].dropFirst()
            if value.first == " " { value = value.dropFirst() }
            switch line[..<colon] {
            case "event": name = String(value)
            case "data": data.append(String(value))
            default: break
            }
        }
        return seen
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func anEventMayBeAsLargeAsTheLimitAndNoLarger(_ end: String) throws {
        let limit = 100
        let next = Array("data: y\n\n".utf8)
        for size in [limit - 1, limit, limit + 1, limit + 2] {
            let padding = String(repeating: "x", count: size - 5 - 2 * end.utf8.count)
            let stream = Array(("data:" + padding + end + end).utf8)
            #expect(stream.count == size)
            let whole = { try Reading([(stream + next)[...]], limit: limit) }
            let bytes = { try Reading((stream + next).map { [$0][...] }, limit: limit) }
            // Byte by byte the event is out at the CR, and the LF is none of it.
            let inBytes = end == "\r\n" ? size - 1 : size
            for (read, size) in [(whole, size), (bytes, inBytes)] {
                if size > limit {
                    #expect(throws: ServerSentEvents.TooLarge(limit: limit)) { try read() }
                } else {
                    #expect(try read().events.count == 2)
                }
            }
        }
    }

    @Test func theSecondHalfOfALineEndDoesNotCount() throws {
        let next = Array("\ndata: 012345\n\n".utf8)
        let cut = [Array("data: x\r\n\r".utf8)[...], next[...]]
        #expect(try Reading(cut, limit: next.count - 1).events.count == 2)
        #expect(throws: ServerSentEvents.TooLarge.self) {
            try Reading(cut, limit: next.count - 2)
        }
    }

    @Test func theLimitIsForEachEventAndNotForTheStream() throws {
        let event = Array("data: 0123456789\n\n".utf8)
        let stream = Array(repeatElement(event, count: 50).joined())
        #expect(try Reading([stream[...]], limit: event.count).events.count == 50)
    }

    @Test func anEventThatNeverEndsIsRefusedAtTheLimit() throws {
        var reader = ServerSentEvents(limit: 64)
        try reader.take(Array(repeating: UInt8(ascii: "x"), count: 64)) { _ in }
        #expect(throws: ServerSentEvents.TooLarge.self) {
            try reader.take([UInt8(ascii: "x")]) { _ in }
        }
        #expect(reader.rest().count == 65)
    }

    @Test func theUsualLimitIsEightMebibytes() {
        #expect(ServerSentEvents().limit == 8_388_608)
    }

    @Test func afterAThrowTheEventsBehindAreStillThere() throws {
        struct Enough: Error {}
        var reader = ServerSentEvents()
        var seen: [String] = []
        let stream = Array("data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4".utf8)
        for piece in [stream[..<3], stream[3...]] {
            do {
                try reader.take(piece) { event in
                    seen.append(event.data.text)
                    if event.isData("2") { throw Enough() }
                }
            } catch is Enough { continue }
        }
        #expect(seen == ["1", "2"])
        try reader.take([] as [UInt8]) { seen.append($0.data.text) }
        #expect(seen == ["1", "2", "3"])
        #expect(reader.rest().text == "data: 4")
        // And the reader is as new, a byte order mark included.
        try reader.take(Array("\u{FEFF}data: 5\n\n".utf8)) { seen.append($0.data.text) }
        #expect(seen.last == "5")
    }

    @Test func anEventIsAskedForItsNameAndItsDataWithoutAText() throws {
        var reader = ServerSentEvents()
        let stream = "event: error\ndata: [DONE]\n\ndata: a\ndata: b\n\n:\n\n"
        var events: [ServerSentEvents.Event] = []
        try Array(stream.utf8).withUnsafeBytes { try reader.take($0) { events.append($0) } }
        try #require(events.count == 3)
        #expect(events[0].isNamed("error"))
        #expect(!events[0].isNamed("err"))
        #expect(events[0].isData("[DONE]"))
        #expect(!events[0].isData("[DONE"))
        #expect(events[1].isNamed(""))
        #expect(events[1].withData { Array($0).text } == "a\nb")
        #expect(events[0].withData { Array($0).text } == "[DONE]")
        #expect(events[2].withData { $0.isEmpty })
        #expect(!events[2].hasData)
    }
}
