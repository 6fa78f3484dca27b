import CordonAPI

/// Puts the pieces of the gate's stream together into what it tells.
struct GateEvents {
    private var waiting: [UInt8] = []
    /// Before this one, no event ends.
    private var looked = 0

    /// Bytes that one event may have: 16 MiB.
    static let limit = 16 << 20

    /// One thing that the stream tells; a sign of life tells of nothing.
    struct Event: Equatable {
        var name = ""
        /// The states of workflows.
        var states: [JSONValue] = []
    }

    /// What is whole with these bytes; `nil` when it is no stream that anybody could follow.
    mutating func take(_ bytes: [UInt8]) -> [Event]? {
        waiting += bytes
        var events: [Event] = []
        var begin = 0
        var index = looked
        while index + 1 < waiting.count {
            if waiting[index] == Self.newline, waiting[index + 1] == Self.newline {
                events.append(Self.event(waiting[begin..<index]))
                index += 2
                begin = index
            } else {
                index += 1
            }
        }
        waiting.removeFirst(begin)
        looked = max(0, waiting.count - 1)
        return waiting.count > Self.limit ? nil : events
    }

    private static let newline = UInt8(ascii: "\n")

    private static func event(_ lines: ArraySlice<UInt8>) -> Event {
        var event = Event()
        var json: JSONValue?
        for line in lines.split(separator: newline) {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix("event: ") { event.name = String(text.dropFirst(7)) }
            // Whatever cannot be read is nothing that was told.
            if text.hasPrefix("data: ") { json = try? JSONValue(parsing: line.dropFirst(6).bytes) }
        }
        event.states = event.name == "snapshot" ? json?["workflows"]?.items ?? [] : [json].bare
        return event
    }
}

extension ArraySlice<UInt8> {
    fileprivate var bytes: [UInt8] { Array(self) }
}

extension [JSONValue?] {
    fileprivate var bare: [JSONValue] { compactMap(\.self) }
}
