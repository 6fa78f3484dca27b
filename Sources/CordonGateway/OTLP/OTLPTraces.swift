package import CordonCore
import FoundationEssentials
import SwiftProtobuf

/// The body of a request was not what its content type says.
package struct OTLPFault: Error, Equatable {
    package let message: String
}

/// One request of an OTLP exporter, read into records of evidence.
///
/// <https://opentelemetry.io/docs/specs/otlp/#otlphttp>
package struct OTLPTraces: Sendable {
    /// Content beyond this size, of one span alone, is refused.
    package static let largestSpan = 8 << 20

    package private(set) var records: [CapturedRecord] = []
    /// How many spans were not taken, and why.
    package private(set) var refused = 0
    package private(set) var message: String?

    private init() {}

    /// Reads an `ExportTraceServiceRequest`.
    ///
    /// - Throws: ``OTLPFault`` when the body is none; nothing of it is to be kept then.
    package static func read(_ body: [UInt8], isJSON: Bool) throws(OTLPFault) -> OTLPTraces {
        let request = try decode(body, isJSON: isJSON)
        var traces = OTLPTraces()
        let fingerprints = Fingerprints()
        for spans in request.resourceSpans {
            let resource = ResourceFacts(spans)
            for group in spans.scopeSpans {
                let scope = ScopeFacts(group, of: resource)
                var mapping = SpanMapping(scope, of: resource, fingerprints: fingerprints)
                traces.records.reserveCapacity(traces.records.count + group.spans.count)
                for span in group.spans { traces.take(mapping.record(of: span)) }
            }
        }
        return traces
    }

    /// The answer to a request that was taken, all or in part, in the encoding of the request.
    package static func answer(refused: Int, message: String?, isJSON: Bool) -> [UInt8] {
        var answer = OTLPAnswer()
        if refused > 0 || message != nil {
            answer.partialSuccess.rejectedSpans = Int64(refused)
            answer.partialSuccess.errorMessage = message ?? ""
        }
        // Neither can fail: the message has no field that a text could not hold.
        let bytes: [UInt8]? =
            isJSON ? try? answer.jsonUTF8Bytes() : try? answer.serializedBytes()
        return bytes ?? []
    }

    /// The body of an answer that refuses the whole request: a `google.rpc.Status`.
    package static func fault(_ message: String, isJSON: Bool) -> [UInt8] {
        guard isJSON else {
            var bytes: [UInt8] = [0x12]
            var length = message.utf8.count
            while length > 0x7F {
                bytes.append(UInt8(length & 0x7F) | 0x80)
                length >>= 7
            }
            bytes.append(UInt8(length))
            return bytes + Array(message.utf8)
        }
        var json = JSONText()
        json.beginObject()
        json.member("message", message)
        json.endObject()
        return json.bytes
    }

    private mutating func take(_ record: CapturedRecord) {
        let size = record.groups.reduce(0) { $0 + $1.json.count }
        guard size <= OTLPTraces.largestSpan else {
            refused += 1
            message = "\(refused) of the spans hold more than \(OTLPTraces.largestSpan) bytes."
            return
        }
        records.append(record)
    }

    private static func decode(_ body: [UInt8], isJSON: Bool) throws(OTLPFault) -> OTLPRequest {
        do {
            guard isJSON else { return try OTLPRequest(serializedBytes: body) }
            var options = JSONDecodingOptions()
            options.ignoreUnknownFields = true
            return try OTLPRequest(jsonUTF8Bytes: body, options: options)
        } catch {
            let form = isJSON ? "JSON" : "protobuf"
            throw OTLPFault(message: "This is no ExportTraceServiceRequest in \(form): \(error)")
        }
    }
}
