import CordonCore
import FoundationEssentials
import SwiftProtobuf

// The files in `Proto` were made once, because a plugin would build a compiler with every checkout:
// by protoc 3.21 and the protoc-gen-swift of swift-protobuf 1.39.0, out of the descriptors that the
// Python package opentelemetry-proto 1.45.2 carries. They hold what traces need.

typealias OTLPRequest = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
typealias OTLPAnswer = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse
typealias OTLPResourceSpans = Opentelemetry_Proto_Trace_V1_ResourceSpans
typealias OTLPScopeSpans = Opentelemetry_Proto_Trace_V1_ScopeSpans
typealias OTLPSpan = Opentelemetry_Proto_Trace_V1_Span
typealias OTLPAttribute = Opentelemetry_Proto_Common_V1_KeyValue
typealias OTLPValue = Opentelemetry_Proto_Common_V1_AnyValue

extension OTLPValue {
    var text: String? {
        switch value {
        case .stringValue(let text): text
        case .intValue(let number): String(number)
        case .boolValue(let flag): flag ? "true" : "false"
        case .doubleValue(let number): OTLPValue.text(of: number)
        default: nil
        }
    }

    var integer: Int64? {
        switch value {
        case .intValue(let number): number
        case .doubleValue(let number): Int64(exactly: number)
        case .stringValue(let text): Int64(text)
        default: nil
        }
    }

    /// Whether it says anything: no empty text, and not the word that hides one.
    var saysSomething: Bool {
        switch value {
        case .stringValue(let text):
            !text.isEmpty && text != "[]" && text != "{}" && text != "null"
                && text != "__REDACTED__"
        case .arrayValue(let list): !list.values.isEmpty
        case .kvlistValue(let list): !list.values.isEmpty
        case .none: false
        default: true
        }
    }

    /// A whole number without a fraction, so that 1 and 1.0 are one setting.
    static func text(of number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? "\(number)"
    }
}

/// Identifiers in hexadecimal, whichever way they came.
enum OTLPIdentifier {
    /// A trace's has 16 bytes, a span's 8; others, and those of zeroes, are none.
    ///
    /// In JSON they are written in hexadecimal, which the decoder takes for base64: sixteen digits
    /// are twelve bytes then, and encoding them again gives the digits back.
    static func text(_ bytes: Data, count: Int) -> String? {
        if bytes.count == count {
            return bytes.contains { $0 != 0 } ? Hex.text(bytes) : nil
        }
        guard bytes.count == count * 3 / 2 else { return nil }
        let digits = bytes.base64EncodedString().lowercased()
        let isHexadecimal = digits.utf8.allSatisfy {
            ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f"))
        }
        return isHexadecimal && digits.utf8.contains { $0 != UInt8(ascii: "0") } ? digits : nil
    }
}
