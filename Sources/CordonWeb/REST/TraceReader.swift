package import CordonCore

/// What a reader of traces makes of a request: records to keep, and what the sender is told.
package struct TraceBatch: Sendable {
    package let records: [CapturedRecord]
    /// The body of the answer, in the encoding of the request.
    package let answer: [UInt8]

    package init(records: [CapturedRecord], answer: [UInt8]) {
        self.records = records
        self.answer = answer
    }
}

/// Reads traces as some protocol has them; the protocols themselves are another room's.
package struct TraceReader: Sendable {
    /// - Throws: a refusal when the body is not what it says it is.
    package let read: @Sendable (_ body: [UInt8], _ isJSON: Bool) throws -> TraceBatch

    package init(
        read: @escaping @Sendable (_ body: [UInt8], _ isJSON: Bool) throws -> TraceBatch
    ) {
        self.read = read
    }
}
