import CordonCore
import Foundation
import SwiftProtobuf
import Testing

@testable import CordonGateway

/// Bodies that real senders sent, kept as they came.
enum Bodies {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Bodies")

    static func read(_ name: String) throws -> OTLPTraces {
        let body = try Data(contentsOf: folder.appending(path: name))
        return try OTLPTraces.read([UInt8](body), isJSON: name.hasSuffix(".json"))
    }

    /// The one record of a body.
    static func record(_ name: String) throws -> CapturedRecord {
        let traces = try read(name)
        #expect(traces.records.count == 1)
        return try #require(traces.records.first)
    }
}

/// A span with a few attributes, for what no sender at hand sends.
struct Sent {
    var span = OTLPSpan()
    var resource: [(String, String)] = []
    var scope = ""

    init(_ attributes: KeyValuePairs<String, String> = [:]) {
        span.traceID = Data(1...16)
        span.spanID = Data(1...8)
        for (name, text) in attributes { set(name, .stringValue(text)) }
    }

    mutating func set(_ name: String, _ value: OTLPValue.OneOf_Value) {
        span.attributes.append(Sent.attribute(name, value))
    }

    mutating func addEvent(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        var event = OTLPSpan.Event()
        event.name = name
        event.timeUnixNano = 5
        event.attributes = attributes.map { Sent.attribute($0.key, .stringValue($0.value)) }
        span.events.append(event)
    }

    var body: [UInt8] {
        get throws {
            var request = OTLPRequest()
            var spans = OTLPResourceSpans()
            spans.resource.attributes = resource.map { Sent.attribute($0.0, .stringValue($0.1)) }
            var inner = OTLPScopeSpans()
            inner.scope.name = scope
            inner.spans = [span]
            spans.scopeSpans = [inner]
            request.resourceSpans = [spans]
            return try request.serializedBytes()
        }
    }

    var traces: OTLPTraces {
        get throws { try OTLPTraces.read(body, isJSON: false) }
    }

    var record: CapturedRecord {
        get throws { try #require(traces.records.first) }
    }

    static func attribute(_ name: String, _ value: OTLPValue.OneOf_Value) -> OTLPAttribute {
        var attribute = OTLPAttribute()
        attribute.key = name
        attribute.value.value = value
        return attribute
    }
}

extension CapturedRecord {
    /// A group as text; empty when the record has none of that name.
    func text(_ name: GroupName) -> String {
        groups.first { $0.name == name }.map { String(decoding: $0.json, as: UTF8.self) } ?? ""
    }

    /// What came out, for a search.
    var output: [String] {
        var bytes: [UInt8] = []
        EvidenceReading.outputText(of: groups, into: &bytes)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
