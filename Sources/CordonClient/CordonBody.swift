public import CordonAPI
import FoundationEssentials

/// What a request carries.
public struct CordonBody: Sendable {
    /// The media type of the bytes.
    public let mediaType: String
    /// The bytes as they are sent.
    public let bytes: [UInt8]

    /// Takes bytes of any media type.
    public init(bytes: [UInt8], mediaType: String) {
        self.bytes = bytes
        self.mediaType = mediaType
    }

    /// Writes a JSON value.
    public static func json(_ value: JSONValue) -> CordonBody {
        CordonBody(bytes: value.encoded(pretty: false), mediaType: "application/json")
    }
}

extension JSONValue {
    /// Writes the value as JSON with its names in order.
    ///
    /// - Parameter pretty: Whether people read it.
    /// - Returns: UTF-8.
    public func encoded(pretty: Bool) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        guard let bytes = try? encoder.encode(self) else {
            preconditionFailure("a JSON value holds finite numbers only")
        }
        return Array(bytes)
    }
}
