import ArgumentParser
import CordonAPI
import CordonClient

struct AttachEvidence: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Attach evidence, list it, or fetch it.",
        discussion: """
            Examples:
              cordon incident evidence INC-2026-0001
              cordon incident evidence INC-2026-0001 retrieval.log --kind log
              cordon incident evidence INC-2026-0001 --kind prompt --name 'Prompt 7' --text '…'
              cordon incident evidence INC-2026-0001 --get ID > draft.txt
            """)

    @OptionGroup var incident: IncidentTarget
    @Argument(help: "A file to attach; - is standard input.")
    var file: String?
    @Option(help: "What it is.")
    var kind: EvidenceKindBody?
    @Option(help: "Its name (default: the file's).")
    var name: String?
    @Option(help: "A text to attach instead of a file.")
    var text: String?
    @Option(help: "What has to be known of it.")
    var note: String?
    @Option(help: ArgumentHelp("Print the bytes of this evidence.", valueName: "id"))
    var get: String?
    @OptionGroup var server: ServerOptions

    func validate() throws {
        let given = [file, text, get].compactMap(\.self).count
        guard given <= 1 else { throw ValidationError("Give a file, or --text, or --get.") }
        guard text == nil || (kind != nil && name != nil) else {
            throw ValidationError("--text needs --kind and --name.")
        }
    }

    func carryOut(_ run: CommandRun) async throws {
        let path = incident.path + "/evidence"
        if let get {
            let answer = try await run.get(path + "/" + Paths.segment(get), accept: "*/*")
            // The bytes as they were received: this is meant for a file, not for a terminal.
            Console.put(answer.body)
        } else if let text {
            let body = try RequestBody.json([
                "kind": kind.json, "name": name.json, "text": .string(text), "note": note.json,
            ])
            run.show(try await run.change("POST", path, .json(body)), Self.attached)
        } else if let file {
            let read = try EvidenceFile(file, kind: kind, name: name, note: note)
            run.show(try await read.send(run, to: incident.path), Self.attached)
        } else {
            run.show(try await run.get(path), Self.list)
        }
    }

    private static func attached(_ item: JSONValue) -> [String] {
        [
            "Attached \(item["name"]?.text ?? "") as \(item["id"]?.text ?? ""), "
                + "\(item["size"]?.integer ?? 0) bytes.",
            "SHA-256 \(item["sha256"]?.text ?? "")",
        ]
    }

    private static func list(_ list: JSONValue) -> [String] {
        let items = list["items"]?.items ?? []
        guard !items.isEmpty else { return ["No evidence is attached."] }
        return Console.table(
            ["ID", "KIND", "BYTES", "SHA-256", "NAME"],
            items.map { item in
                [
                    item["id"]?.text ?? "", item["kind"]?.text ?? "",
                    "\(item["size"]?.integer ?? 0)",
                    String((item["sha256"]?.text ?? "").prefix(12)), item["name"]?.text ?? "",
                ]
            })
    }
}

/// A file that is sent as it is.
struct EvidenceFile {
    let name: String
    private let kind: EvidenceKindBody
    private let note: String?
    private let body: CordonBody

    init(
        _ path: String, kind: EvidenceKindBody? = nil, name: String? = nil, note: String? = nil
    ) throws(CommandFault) {
        let bytes = try InputFile.bytes(path)
        guard !bytes.isEmpty else { throw CommandFault("\(path) is empty") }
        let last = path.split(separator: "/").last.map(String.init) ?? path
        self.name = name ?? (path == "-" ? "standard input" : last)
        let mediaType = Self.mediaType(last)
        self.kind = kind ?? (mediaType.hasPrefix("image/") ? .screenshot : .other)
        self.note = note
        body = CordonBody(bytes: bytes, mediaType: mediaType)
    }

    func send(
        _ run: CommandRun, to incident: String
    ) async throws(CordonClientError) -> CordonAnswer {
        try await run.change(
            "POST", incident + "/evidence",
            query: ["kind": kind.rawValue, "name": name, "note": note], body)
    }

    /// JSON goes as bytes: as JSON it would be read as a request.
    private static func mediaType(_ name: String) -> String {
        switch name.split(separator: ".").last?.lowercased() {
        case "txt", "log", "md": "text/plain"
        case "csv": "text/csv"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "pdf": "application/pdf"
        case "xml": "application/xml"
        case "zip": "application/zip"
        default: "application/octet-stream"
        }
    }
}
