package import CordonCore
import Crypto
import Foundation

/// What a backup holds: every file with its size and digest, and the log as its database ends.
///
/// It is written last. Beside it lies its own digest in the form of `sha256sum`, so that a change
/// of the manifest itself is found as well, by Cordon or by `sha256sum --check manifest.sha256`.
package struct BackupManifest: Codable, Equatable, Sendable {
    package struct File: Codable, Equatable, Sendable {
        /// From the backup's folder: `data/cordon.sqlite`.
        package let path: String
        package let size: UInt64
        /// In lowercase hexadecimal.
        package let sha256: String
    }

    /// A key file that was left out; the digests tell the right one from another, nothing else.
    package struct LeftOut: Codable, Equatable, Sendable {
        /// From the data directory: `master.key`.
        package let path: String
        /// One for each line, because a file with more keys than these will do as well.
        package let digests: [String]
    }

    package let format: Int
    package let createdAt: Instant
    /// The version of the program that made it.
    package let cordon: String
    /// The public half of the key that signs the log.
    package let verifierKey: String
    /// The newest checkpoint in the database, as it was signed.
    package let checkpoint: String
    /// How many entries the log has.
    package let size: UInt64
    /// In Base64, as checkpoints have it.
    package let root: String
    package let files: [File]
    package let leftOut: [LeftOut]

    private enum CodingKeys: String, CodingKey {
        case format, cordon, checkpoint, size, root, files
        case createdAt = "created_at"
        case verifierKey = "verifier_key"
        case leftOut = "left_out"
    }

    /// The newest format that this Cordon writes and reads.
    static let newestFormat = 1
    static let name = "manifest.json"
    static let digestName = "manifest.sha256"
    /// The folder in the backup that is a data directory.
    static let dataName = "data"

    /// Writes the manifest and its digest; a crash between them leaves an unfinished backup.
    func write(in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = Array(try encoder.encode(self)) + Array("\n".utf8)
        try DurableFile("\(folder)/\(Self.digestName)").write(Self.digestLine(text))
        try DurableFile("\(folder)/\(Self.name)").write(text)
    }

    /// - Throws: ``BackupRefusal`` when there is no backup or a newer Cordon made it,
    ///   ``BackupDamage`` when the manifest is not what was written.
    static func read(in folder: String) throws -> BackupManifest {
        guard let text = try DurableFile("\(folder)/\(name)").read() else {
            throw BackupRefusal("\(folder) is no backup: it has no \(name)")
        }
        let stated = try DurableFile("\(folder)/\(digestName)").read()
        guard stated == Array(digestLine(text).utf8) else {
            throw BackupDamage([
                BackupFinding(
                    path: name, message: "it is not what \(digestName) says, or that was changed")
            ])
        }
        struct Head: Decodable { let format: Int }
        do {
            let decoder = JSONDecoder()
            let format = try decoder.decode(Head.self, from: Data(text)).format
            guard format <= newestFormat else {
                throw BackupRefusal(
                    "\(folder) is a backup of format \(format), but this Cordon knows only "
                        + "\(newestFormat): use a newer one")
            }
            let manifest = try decoder.decode(BackupManifest.self, from: Data(text))
            try manifest.checkPaths()
            return manifest
        } catch let error as DecodingError {
            throw BackupDamage([BackupFinding(path: name, message: "it cannot be read: \(error)")])
        }
    }

    /// A backup may come from anywhere: none of its paths may lead out of the folder.
    private func checkPaths() throws {
        let all = files.map(\.path) + leftOut.map { "\(Self.dataName)/\($0.path)" }
        for path in all {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count >= 2, parts[0] == Self.dataName,
                !parts.contains(where: { ["", ".", ".."].contains($0) }), !path.contains("\0")
            else {
                throw BackupDamage([
                    BackupFinding(path: Self.name, message: "it names a file outside: \(path)")
                ])
            }
        }
    }

    private static func digestLine(_ text: [UInt8]) -> String {
        "\(Hex.sha256(text))  \(name)\n"
    }
}

/// Something in a backup that is not as it was written.
package struct BackupFinding: Equatable, Sendable, CustomStringConvertible {
    /// From the backup's folder.
    package let path: String
    package let message: String

    package init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    package var description: String { "\(path): \(message)" }
}

/// The backup is not what was written: it must not be restored.
package struct BackupDamage: Error, Equatable, CustomStringConvertible {
    package let findings: [BackupFinding]

    package init(_ findings: [BackupFinding]) { self.findings = findings }

    package var description: String { findings.map(\.description).joined(separator: "; ") }
}

/// What was asked for cannot be done here, and the operator can change that; nothing was changed.
package struct BackupRefusal: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
