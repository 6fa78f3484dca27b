import ArgumentParser
import CordonAPI
import CordonClient
import CordonLedger
import Foundation

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verify a bundle, a checkpoint or a receipt, offline.",
        discussion: """
            Examples:
              cordon verify INC-2026-0001.zip --key ledger.vkey
              cordon verify INC-2026-0001.zip --key ledger.vkey --witness witness.vkey \\
                --known yesterdays-checkpoint
              cordon verify checkpoint --key ledger.vkey
              cordon verify checkpoint --key ledger.vkey --known yesterdays-checkpoint
              cordon verify entry.tlog-proof --key ledger.vkey --entry entry

            Exit codes: 0 valid, 3 valid but another log than the known checkpoint, 4 invalid.
            """)

    @Argument(help: "The file; - is standard input.")
    var file: String
    @Option(help: "The log's verifier key, or a file with it.")
    var key: String
    @Option(help: ArgumentHelp("A checkpoint that you kept.", valueName: "file"))
    var known: String?
    @Option(help: ArgumentHelp("For a receipt: the bytes of the entry.", valueName: "file"))
    var entry: String?
    @Option(
        help: ArgumentHelp(
            "For a bundle: the key of a witness that you trust, or a file with it (repeatable).",
            valueName: "vkey"))
    var witness: [String] = []
    @Flag(help: "Print JSON.")
    var json = false

    private static let receipt = "c2sp.org/tlog-proof@"

    func run() async throws {
        let bytes = try InputFile.mapped(file)
        let verifier = try readKey(key)
        if BundleVerification.isBundle(bytes) { return try verifyBundle(bytes, verifier) }
        guard witness.isEmpty else {
            throw CommandFault("\(file) is no bundle: --witness is for those")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let isReceipt = text.utf8.starts(with: Self.receipt.utf8)
        let checkpoint: Checkpoint
        var index: UInt64?
        if isReceipt {
            guard let entry else {
                throw CommandFault("a receipt is checked against its entry: name it with --entry")
            }
            let bytes = try InputFile.bytes(entry)
            checkpoint = try valid { () throws(TlogProofError) in
                let proof = try TlogProof(text: text)
                index = proof.index
                return try proof.verify(leaf: Merkle.leaf(bytes), verifier: verifier)
            }
        } else {
            guard entry == nil else {
                throw CommandFault("\(file) is a checkpoint: --entry is for receipts")
            }
            checkpoint = try valid { () throws(CheckpointError) in
                try Checkpoint.open(text, verifier: verifier)
            }
        }
        try tell(checkpoint, index: index, kept: try kept(verifier))
    }

    private func verifyBundle(_ bytes: Data, _ verifier: NoteVerifier) throws {
        guard entry == nil else {
            throw CommandFault("\(file) is a bundle: --entry is for receipts")
        }
        let report = BundleVerifier(
            log: verifier, witnesses: try witness.map(readWitness), known: try kept(verifier)
        ).verify(bytes)
        try BundleVerification(file: file, report: report).tell(json: json)
    }

    private func kept(_ verifier: NoteVerifier) throws -> Checkpoint? {
        try known.map { path in
            let text = try InputFile.text(path)
            return try valid { () throws(CheckpointError) in
                try Checkpoint.open(text, verifier: verifier)
            }
        }
    }

    private func tell(_ checkpoint: Checkpoint, index: UInt64?, kept: Checkpoint?) throws {
        // Two trees of one size must be the same tree; for other sizes a proof would be needed.
        let isSameSize = kept.map { $0.size == checkpoint.size } ?? false
        let diverges = isSameSize && kept.map { $0.root != checkpoint.root } ?? false
        if json {
            let view = JSONValue.object(
                [
                    "valid": true, "origin": .string(checkpoint.origin),
                    "size": .integer(Int64(clamping: checkpoint.size)),
                    "root": .string(checkpoint.root.base64),
                    "index": index.map { .integer(Int64(clamping: $0)) },
                    "diverges": kept == nil || !isSameSize ? nil : .bool(diverges),
                ].compactMapValues(\.self))
            Console.say(String(decoding: view.encoded(pretty: true), as: UTF8.self))
        } else {
            if let index { Console.say("The entry is number \(index) of the log.") }
            Console.say(
                "The checkpoint is valid: \(checkpoint.origin), \(checkpoint.size) entries, "
                    + "root \(checkpoint.root.base64).")
        }
        guard let kept else { return }
        if diverges {
            Console.complain(
                "cordon: the log diverges: the known checkpoint has another root for "
                    + "\(kept.size) entries, \(kept.root.base64)")
            throw ExitStatus.diverges.code
        }
        if !isSameSize, !json {
            Console.say(
                "The known checkpoint has \(kept.size) entries: nothing contradicts it, but that "
                    + "one extends the other takes a consistency proof.")
        }
    }

    private func readKey(_ key: String) throws -> NoteVerifier {
        let text = try Self.keyText(key)
        do {
            return try NoteVerifier(text)
        } catch {
            throw CommandFault("\(text == key ? "--key" : key) is no verifier key: \(error)")
        }
    }

    private func readWitness(_ key: String) throws -> CosignatureVerifier {
        let text = try Self.keyText(key)
        do {
            return try CosignatureVerifier(text)
        } catch {
            throw CommandFault("\(text == key ? "--witness" : key) is no witness's key: \(error)")
        }
    }

    private static func keyText(_ key: String) throws -> String {
        // A key has two plus signs; a file with such a name is not worth guessing about.
        let isKey = key.split(separator: "+", omittingEmptySubsequences: false).count >= 3
        return isKey
            ? key : try InputFile.text(key).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What is not valid is exit code 4, whatever is wrong with it.
    private func valid<Value, Fault: Error & CustomStringConvertible>(
        _ body: () throws(Fault) -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch {
            if json { Console.say("{\"valid\":false}") }
            Console.complain("cordon: \(error.description)")
            throw ExitStatus.invalid.code
        }
    }
}
