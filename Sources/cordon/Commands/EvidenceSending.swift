import ArgumentParser
import CordonAPI
import CordonClient
import CordonCore

struct SendEvidence: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send records, in batches.",
        discussion: """
            Examples:
              cordon evidence send record.json --workflow monthly-summaries
              cordon evidence send exchanges.ndjson --workflow monthly-summaries
              ./convert.py | cordon evidence send - --ndjson

            A file holds one record, a list of them, or the API's own object; with
            --ndjson, or when its name ends in .ndjson or .jsonl, one record a line. Each
            batch is kept whole or not at all. When the server is busy it is asked again
            after the time that it names.

            Sending the same file again is harmless: what is there already is not kept
            twice.
            """)

    @Argument(help: "The file; - is standard input.")
    var file: String
    @Option(help: "The workflow of records that name none.")
    var workflow: String?
    @Flag(help: "One record a line.")
    var ndjson = false
    @OptionGroup var server: ServerOptions

    /// Seconds for which a busy server is asked again and again before it is given up.
    private static let patience = 300

    func carryOut(_ run: CommandRun) async throws {
        var tally = EvidenceTally()
        if ndjson || file.hasSuffix(".ndjson") || file.hasSuffix(".jsonl") {
            var reader = RecordLines(try InputLines(file), name: file, workflow: workflow)
            while let batch = try reader.next() { try await send(batch, run, &tally) }
        } else {
            for batch in RecordBatch.batches(of: try records(), workflow: workflow) {
                try await send(batch, run, &tally)
            }
        }
        Console.progressEnd()
        guard tally.batches > 0 else { throw CommandFault("\(file) holds no record") }
        if run.wantsJSON {
            Console.say(String(decoding: tally.json.encoded(pretty: true), as: UTF8.self))
        } else {
            Console.say(tally.sentence)
        }
    }

    /// The records of a file that is one JSON value, as they are written there.
    private func records() throws(CommandFault) -> [[UInt8]] {
        let bytes = try InputFile.bytes(file)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw CommandFault("\(file) is no JSON: \(error); for one record a line add --ndjson")
        }
        switch value {
        case .array: return JSONScan.rawItems(of: bytes).map { Array($0) }
        case .object(let members) where members["records"] != nil:
            let list = JSONScan.rawMembers(of: bytes).last { $0.name == "records" }?.value ?? []
            return JSONScan.rawItems(of: Array(list)).map { Array($0) }
        case .object: return [bytes]
        default: throw CommandFault("\(file) holds no record: a record is a JSON object")
        }
    }

    private func send(
        _ batch: RecordBatch, _ run: CommandRun, _ tally: inout EvidenceTally
    ) async throws {
        var waited = 0
        while true {
            do throws(CordonClientError) {
                let answer = try await run.change("POST", Paths.root + "/evidence", batch.body)
                tally.add(answer.json ?? .null, keeping: run.wantsJSON)
                Console.progress("\(tally.accepted + tally.duplicates) records")
                return
            } catch {
                // Nothing of a refused batch was kept, so that it can be sent again.
                guard case .refused(let problem) = error, problem.status == 503,
                    waited < Self.patience
                else {
                    Console.progressEnd()
                    if tally.batches > 0 { Console.complain("cordon: \(tally.sentence)") }
                    Console.complain("cordon: \(file), \(batch.place): this batch was refused")
                    throw error
                }
                let seconds = max(1, problem.retryAfter ?? 1)
                waited += seconds
                try? await Task.sleep(for: .seconds(seconds))
            }
        }
    }
}

/// Records that go in one request.
struct RecordBatch {
    let body: CordonBody
    /// Where in the file it begins and ends, in words.
    let place: String

    static let recordsAtMost = 512
    /// Bytes of one request; the server takes 16 MiB.
    static let bytesAtMost = 15 << 20

    static func batches(of records: [[UInt8]], workflow: String?) -> [RecordBatch] {
        var batches: [RecordBatch] = []
        var batch: [[UInt8]] = []
        var size = 0
        var first = 1
        func finish() {
            guard !batch.isEmpty else { return }
            let last = first + batch.count - 1
            batches.append(RecordBatch(batch, first: first, last: last, noun: "record"))
            first = last + 1
            batch = []
            size = 0
        }
        for record in records {
            let bytes = naming(workflow, record)
            if batch.count == recordsAtMost || size + bytes.count > bytesAtMost { finish() }
            batch.append(bytes)
            size += bytes.count + 1
        }
        finish()
        return batches
    }

    init(_ records: [[UInt8]], first: Int, last: Int, noun: String) {
        // The bytes of each record stay as they are: they are what is committed to.
        let list = records.joined(separator: [UInt8(ascii: ",")])
        body = CordonBody(
            bytes: Array("{\"records\":[".utf8) + list + Array("]}".utf8),
            mediaType: "application/json")
        place = first == last ? "\(noun) \(first)" : "\(noun)s \(first) to \(last)"
    }

    /// The record with its workflow, unless it names one itself; else as it was written.
    static func naming(_ workflow: String?, _ record: [UInt8]) -> [UInt8] {
        guard let workflow, let brace = record.firstIndex(of: UInt8(ascii: "{")) else {
            return record
        }
        let names = JSONScan.rawMembers(of: record).map(\.name)
        if names.contains("workflow") { return record }
        let name = JSONValue.string(workflow).encoded(pretty: false)
        return record[...brace] + Array("\"workflow\":".utf8) + name
            + (names.isEmpty ? [] : [UInt8(ascii: ",")]) + record[(brace + 1)...]
    }
}

/// Reads records line by line, as many as go into one request.
struct RecordLines {
    private var lines: InputLines
    private let name: String
    private let workflow: String?
    private var number = 0
    /// A line that did not fit into the batch before.
    private var left: (number: Int, bytes: [UInt8])?

    init(_ lines: InputLines, name: String, workflow: String?) {
        self.lines = lines
        self.name = name
        self.workflow = workflow
    }

    /// - Returns: `nil` at the end of the file.
    /// - Throws: ``CommandFault`` with the line that is no record.
    mutating func next() throws(CommandFault) -> RecordBatch? {
        var batch: [[UInt8]] = []
        var size = 0
        var first = 0
        var last = 0
        while batch.count < RecordBatch.recordsAtMost, let line = try nextRecord() {
            if !batch.isEmpty, size + line.bytes.count > RecordBatch.bytesAtMost {
                left = line
                break
            }
            if batch.isEmpty { first = line.number }
            last = line.number
            batch.append(line.bytes)
            size += line.bytes.count + 1
        }
        return batch.isEmpty ? nil : RecordBatch(batch, first: first, last: last, noun: "line")
    }

    private mutating func nextRecord() throws(CommandFault) -> (number: Int, bytes: [UInt8])? {
        if let line = left {
            left = nil
            return line
        }
        while let line = try lines.next() {
            number += 1
            // Empty lines are none.
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) else { continue }
            return (number, try record(line))
        }
        return nil
    }

    /// Checked here, because the server counts lines within a batch and people within the file.
    private func record(_ line: [UInt8]) throws(CommandFault) -> [UInt8] {
        do {
            guard case .object = try JSONValue(parsing: line) else {
                throw CommandFault("a record is a JSON object")
            }
            return RecordBatch.naming(workflow, line)
        } catch {
            throw CommandFault(
                "\(name), line \(number) is no record: \(error); nothing of its batch was sent")
        }
    }
}

/// What became of the records of all batches.
struct EvidenceTally {
    private(set) var batches = 0
    private(set) var accepted = 0
    private(set) var duplicates = 0
    private var first: Int?
    private var last: Int?
    private var records: [JSONValue] = []

    mutating func add(_ answer: JSONValue, keeping: Bool) {
        batches += 1
        accepted += answer["accepted"]?.integer ?? 0
        duplicates += answer["duplicates"]?.integer ?? 0
        let receipts = answer["records"]?.items ?? []
        for receipt in receipts where receipt["duplicate"]?.truth != true {
            guard let index = receipt["index"]?.integer else { continue }
            first = min(first ?? index, index)
            last = max(last ?? index, index)
        }
        if keeping { records += receipts }
    }

    var sentence: String {
        var text = "Kept \(EvidenceText.counted(accepted, "record"))"
        if let first, let last { text += ", at places \(first) to \(last) of the log" }
        if duplicates > 0 { text += "; \(duplicates) were there already" }
        return text + "."
    }

    /// The API's own object, over all batches.
    var json: JSONValue {
        [
            "accepted": .integer(Int64(accepted)), "duplicates": .integer(Int64(duplicates)),
            "records": .array(records),
        ]
    }
}
