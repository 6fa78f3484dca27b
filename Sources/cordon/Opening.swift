import CordonCore
import CordonLedger
import CordonOperations
import CordonStore
import Foundation

/// An open data directory: nobody else can open it meanwhile.
struct OpenedCordon: Sendable {
    let operations: Operations
    let lock: DirectoryLock
    /// With PostgreSQL: the database itself, held as well.
    let databaseLock: DatabaseLock?

    func release() {
        databaseLock?.release()
        lock.release()
    }
}

/// Opens the data directory, makes it if need be, and keeps others out of it.
func openCordon(_ settings: Settings) async throws -> OpenedCordon {
    let files = FileManager.default
    do {
        try files.createDirectory(
            atPath: settings.data, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    } catch {
        throw CommandFault("the data directory \(settings.data) cannot be made: \(error)")
    }
    let lock: DirectoryLock
    do {
        lock = try DirectoryLock(directory: settings.data)
    } catch let error as StoreError {
        throw CommandFault(error.description)
    }
    let signer = try ledgerSigner(settings)
    do {
        let databaseLock: DatabaseLock? =
            if case .postgres(let url) = settings.engine { try DatabaseLock(url: url) } else { nil }
        let keptKeys = try masterKeys(settings)
        let masters = keptKeys ?? MasterKeys(first: Outside.real.randomBytes(32))
        let operations = try await Operations.open(
            engine: settings.engine, signer: signer, masters: masters,
            searchDirectory: "\(settings.data)/search", outside: .real,
            passwords: Passwords(logN: settings.scryptLogN),
            publishing: try settings.publishing(verifierKey: signer.verifierKey))
        // Not before it is known that nothing there needs another key, nor after the first record.
        if keptKeys == nil {
            do {
                try write(masters.text, to: "\(settings.data)/\(DataFile.masterKey)")
            } catch {
                operations.close()
                throw error
            }
        }
        return OpenedCordon(
            operations: operations, lock: lock, databaseLock: databaseLock)
    } catch let error as StoreError {
        throw CommandFault(error.description)
    } catch let fault as HeadRegisterFault {
        throw CommandFault(fault.description)
    } catch let fault as WitnessFault {
        throw CommandFault(fault.description)
    }
}

/// The key that signs checkpoints, made at the first start.
///
/// A crash leaves no half key; a database without its key is refused, because nobody could tell a
/// forged log from the real one.
private func ledgerSigner(_ settings: Settings) throws -> NoteSigner {
    let path = "\(settings.data)/ledger.key"
    if let text = try? String(contentsOfFile: path, encoding: .utf8) {
        do {
            return try NoteSigner(
                privateKeyText: text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw CommandFault("\(path) is no ledger key: \(error)")
        }
    }
    if settings.database == nil,
        FileManager.default.fileExists(atPath: "\(settings.data)/cordon.sqlite")
    {
        throw CommandFault(
            "\(path) is missing, but there is a database: put the key back from its backup")
    }
    let name = "cordon/\(Outside.real.newID().lowercased())"
    let signer = try NoteSigner(name: name, seed: Outside.real.randomBytes(32))
    try write(signer.privateKeyText + "\n", to: path)
    return signer
}

/// The keys that evidence is sealed with; `nil` without the file, which a start makes.
///
/// Whether they are the right ones for the database is found out when it is opened.
func masterKeys(_ settings: Settings) throws -> MasterKeys? {
    let path = "\(settings.data)/\(DataFile.masterKey)"
    do {
        return try DurableFile(path).readText().map { try MasterKeys(text: $0) }
    } catch {
        throw CommandFault("\(path): \(error)")
    }
}

private func write(_ text: String, to path: String) throws {
    do {
        try DurableFile(path).write(text)
    } catch {
        throw CommandFault("\(error)")
    }
}
