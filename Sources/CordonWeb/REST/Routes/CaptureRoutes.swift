import CordonAPI
import CordonCore
import CordonOperations
import HTTPTypes
import Synchronization

/// Capture: how evidence comes in.
enum CaptureRoutes {
    static let all: [Route] = [capture, traces]

    static let tag = "Evidence"

    private static let capture = Route(
        method: "POST", path: Paths.root + "/evidence", operationID: "captureEvidence", tag: tag,
        summary: "Keep records of what a workflow does: at most 512 records and 16 MiB.",
        permission: .captureEvidence, command: "evidence send",
        body: .unchecked(
            EvidenceBatchRequest.self, others: ["application/x-ndjson"],
            limit: Capture.bytesAtMost),
        answers: [
            .init(
                status: 201, mediaType: "application/json", type: ReceiptsView.self,
                description: "The records are durable; those that were there already are named.")
        ],
        problems: [
            .overloaded, .storageFull, .tooLarge, .unsupportedMediaType, .idempotencyMismatch,
        ]
    ) { exchange in
        let body = try CaptureBody(
            exchange.body, encoding: exchange.headers[.contentEncoding])
        let isLines = exchange.mediaType == "application/x-ndjson"
        let receipts = try await exchange.operations.recorder.record(
            size: body.size, boundTo: exchange.caller?.workflow
        ) {
            let expanded = try body.expanded()
            let (value, raw) =
                isLines ? try lines(expanded) : try whole(expanded, exchange.checks)
            try exchange.checks.check(value, of: exchange.operationID)
            return Capture(source: "api", records: try EvidenceReceipt.records(value, raw))
        }
        return try .json(
            ReceiptsView(
                accepted: receipts.filter { !$0.isDuplicate }.count,
                duplicates: receipts.filter(\.isDuplicate).count,
                records: receipts.map {
                    RecordReceiptView(id: $0.id, index: $0.index, duplicate: $0.isDuplicate)
                }), status: 201)
    }

    /// One record a line; empty lines are none.
    private static func lines(_ body: [UInt8]) throws -> (JSONValue, raw: [[UInt8]]) {
        var records: [JSONValue] = []
        var raw: [[UInt8]] = []
        for (number, line) in body.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            do {
                raw.append(Array(line))
                records.append(try JSONValue(parsing: Array(line)))
            } catch {
                throw Refusal(
                    .invalidInput, "Line \(number + 1) is not JSON: \(error). Nothing was kept.",
                    blockers: [Blocker("json", "\(error)", pointer: "/records/\(records.count)")])
            }
        }
        return (.object(["records": .array(records)]), raw)
    }

    private static func whole(
        _ body: [UInt8], _ checks: BodyChecks
    ) throws -> (JSONValue, raw: [[UInt8]]) {
        let value = try checks.parsed(body)
        let records = JSONScan.rawMembers(of: body).last { $0.name == "records" }?.value ?? []
        return (value, JSONScan.rawItems(of: Array(records)).map { Array($0) })
    }

    private static let traces = Route(
        method: "POST", path: "/v1/traces", operationID: "captureTraces", tag: tag,
        summary: "Keep spans of OpenTelemetry (OTLP/HTTP, protobuf or JSON) as evidence.",
        permission: .captureEvidence, command: nil,
        body: .unchecked(
            nil, others: ["application/x-protobuf", "application/json"],
            limit: Capture.bytesAtMost),
        answers: [
            .init(
                status: 200, mediaType: "application/x-protobuf", type: nil,
                description: "An ExportTraceServiceResponse, in the encoding of the request."),
            .init(
                status: 200, mediaType: "application/json", type: nil,
                description: "The same as JSON."),
        ], problems: [.overloaded, .storageFull, .tooLarge, .unsupportedMediaType]
    ) { exchange in
        guard let reader = exchange.site.traces else {
            throw Refusal(.notFound, "This server takes no traces.")
        }
        let isJSON = exchange.mediaType == "application/json"
        let body = try CaptureBody(
            exchange.body, encoding: exchange.headers[.contentEncoding])
        let answer = Mutex<[UInt8]>([])
        _ = try await exchange.operations.recorder.record(
            size: body.size, boundTo: exchange.caller?.workflow
        ) {
            let batch = try reader.read(try body.expanded(), isJSON)
            answer.withLock { $0 = batch.answer }
            return Capture(source: "otlp", records: batch.records)
        }
        return Answer(
            status: 200, mediaType: isJSON ? "application/json" : "application/x-protobuf",
            body: answer.withLock { $0 })
    }
}

/// Turns records as they come over the wire into the domain's.
enum EvidenceReceipt {
    /// The records, with `raw` as they were written, which is how their content is kept.
    static func records(_ value: JSONValue, _ raw: [[UInt8]]) throws -> [CapturedRecord] {
        let batch = try value.decoded(as: EvidenceBatchRequest.self)
        guard batch.records.count == raw.count else {
            throw Refusal(.invalidInput, "The body names `records` more than once.")
        }
        return try zip(batch.records, raw).enumerated().map { number, pair in
            try record(pair.0, raw: pair.1, pointer: "/records/\(number)")
        }
    }

    private static func record(
        _ input: EvidenceRecordRequest, raw: [UInt8], pointer: String
    ) throws -> CapturedRecord {
        let kind = try Read.same(input.kind, RecordKind.self)
        var record = CapturedRecord(
            workflow: input.workflow, kind: kind, at: try Read.time(input.at, pointer + "/at"))
        record.endedAt = try Read.time(input.endedAt, pointer + "/ended_at")
        record.model = input.model
        record.actor = input.actor
        record.target = input.target
        record.session = input.session
        record.trace = input.trace
        record.span = input.span
        record.status = input.status
        record.tokensIn = input.tokensIn
        record.tokensOut = input.tokensOut
        record.clientKey = input.key
        record.sequence = input.sequence.map {
            CapturedRecord.Sequence(source: $0.source, number: Int64($0.number))
        }
        var members: [String: ArraySlice<UInt8>] = [:]
        for (name, value) in JSONScan.rawMembers(of: raw) { members[name] = value }
        for name in GroupName.allCases where name != .envelope {
            guard let content = members[name.rawValue], !content.elementsEqual("null".utf8) else {
                continue
            }
            record.groups.append(FieldGroup(name, json: object(content, named: name.rawValue)))
        }
        if kind == .modelExchange, members["input"] == nil, members["output"] == nil {
            record.shortfalls.append(.contentMissing)
            record.advice =
                "Model exchanges come without what was asked or answered: send `input` and "
                + "`output` with each record."
        }
        if kind == .note, let note = record.groups.first(where: { $0.name == .note }) {
            record.openUse = try openUse(note.json, pointer)
            if record.openUse != nil { record.shortfalls.append(.withoutGate) }
        }
        record.fingerprints = Fingerprint.of(record)
        return record
    }

    private static func openUse(_ note: [UInt8], _ pointer: String) throws(Refusal) -> OpenUse? {
        do throws(Refusal) { return try OpenUse(note: note) } catch {
            let place = "\(pointer)/note/\(OpenUse.noteMember)"
            throw Refusal(
                .invalidInput, error.detail,
                blockers: [Blocker(OpenUse.noteMember, error.detail, pointer: place)])
        }
    }

    /// A group is an object: what is none gets the group's name as its member.
    private static func object(_ content: ArraySlice<UInt8>, named name: String) -> [UInt8] {
        if content.first == UInt8(ascii: "{") { return Array(content) }
        return Array("{\"\(name)\":".utf8) + content + Array("}".utf8)
    }
}
