/// The members of an envelope that a check of many records compares, without decoding the rest.
///
/// Envelopes are written by ``Envelope`` alone: one object, members one level deep.
package struct EnvelopeFields {
    package enum Member: Int, CaseIterable, Sendable {
        case id, workflow, kind, at, receivedAt, actor, target, trace, span, key

        fileprivate var name: StaticString {
            switch self {
            case .id: "id"
            case .workflow: "workflow"
            case .kind: "kind"
            case .at: "at"
            case .receivedAt: "received_at"
            case .actor: "actor"
            case .target: "target"
            case .trace: "trace"
            case .span: "span"
            case .key: "key"
            }
        }
    }

    private let bytes: [UInt8]
    private var places = [Range<Int>?](repeating: nil, count: Member.allCases.count)

    /// - Returns: `nil` when the bytes are no group with the name of the envelope.
    package init?(canonical bytes: [UInt8]) {
        self.bytes = bytes
        let start = Self.beginning.utf8CodeUnitCount
        guard bytes.count > start + 1, bytes.starts(with: Self.beginning.bytes) else { return nil }
        var places = places
        let isWhole = bytes.withUnsafeBufferPointer { buffer in
            var scan = JSONScan(buffer, at: start)
            var isFirst = true
            while scan.hasAnother(before: UInt8(ascii: "}"), isFirst: isFirst) {
                isFirst = false
                guard let name = scan.skipName() else { return false }
                let value = scan.at
                guard scan.skipValue() else { return false }
                guard buffer[value] == UInt8(ascii: "\""),
                    let member = Member.allCases.first(where: {
                        $0.name.bytes.elementsEqual(buffer[name])
                    })
                else { continue }
                places[member.rawValue] = (value + 1)..<(scan.at - 1)
            }
            return scan.at == buffer.count - 1 && scan.current == UInt8(ascii: "}")
        }
        guard isWhole else { return nil }
        self.places = places
    }

    /// Whether a member is exactly this text, which needs no escaping in JSON.
    package func holds(_ member: Member, _ text: String) -> Bool {
        guard let place = places[member.rawValue] else { return false }
        var text = text
        return bytes.withUnsafeBufferPointer { bytes in
            text.withUTF8 { $0.elementsEqual(bytes[place]) }
        }
    }

    /// The text of a member, if it is there.
    package func text(_ member: Member) -> String? {
        guard let place = places[member.rawValue] else { return nil }
        return bytes.withUnsafeBufferPointer { bytes in
            bytes[place].contains(UInt8(ascii: "\\"))
                ? JSONScan.text(bytes, place) : String(decoding: bytes[place], as: UTF8.self)
        }
    }

    private static let beginning: StaticString = "{\"envelope\":{"
}

extension StaticString {
    fileprivate var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
