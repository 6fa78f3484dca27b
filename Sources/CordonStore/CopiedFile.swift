import CordonCore
import Crypto
import Foundation

/// A file whose bytes went by once, with their number and digest.
struct CopiedFile {
    let size: UInt64
    /// In lowercase hexadecimal.
    let sha256: String

    /// Reads a file to its end.
    init(reading path: String) throws(StoreError) {
        let file = try OpenFile(path, O_RDONLY)
        try self.init(file) { _ in }
    }

    /// Copies a file to a new one for its owner alone, which is on the disk afterwards.
    ///
    /// Its name is not: that takes a ``Folder/sync()``.
    init(copying source: String, to target: String) throws(StoreError) {
        let file = try OpenFile(source, O_RDONLY)
        let copy = try OpenFile(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        try self.init(file) { part throws(StoreError) in try copy.write(part[...]) }
        try copy.sync()
    }

    private init(
        _ file: borrowing OpenFile, _ body: ([UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var hash = SHA256()
        var size: UInt64 = 0
        try file.each { part throws(StoreError) in
            hash.update(data: part)
            size += UInt64(part.count)
            try body(part)
        }
        self.size = size
        sha256 = Hex.text(hash.finalize())
    }

    func listed(as path: String) -> BackupManifest.File {
        BackupManifest.File(path: path, size: size, sha256: sha256)
    }
}

extension Folder {
    /// The paths of all files below, in order; folders are only passed through.
    ///
    /// What `isLeftOut` names is not looked at, nor what is in it.
    ///
    /// - Throws: ``BackupRefusal`` for a link to a folder, which might lead anywhere.
    func files(_ isLeftOut: (String) -> Bool = { _ in false }) throws -> [String] {
        var found: [String] = []
        try collect("", isLeftOut, into: &found)
        return found
    }

    private func collect(
        _ folder: String, _ isLeftOut: (String) -> Bool, into found: inout [String]
    ) throws {
        for name in try names(in: folder) {
            let relative = folder.isEmpty ? name : "\(folder)/\(name)"
            if isLeftOut(relative) { continue }
            var itself = stat()
            var target = stat()
            // What has gone since it was listed, and a link to nothing, is no file.
            guard lstat("\(path)/\(relative)", &itself) == 0,
                stat("\(path)/\(relative)", &target) == 0
            else { continue }
            switch (itself.st_mode & S_IFMT, target.st_mode & S_IFMT) {
            case (S_IFDIR, _): try collect(relative, isLeftOut, into: &found)
            case (_, S_IFDIR):
                throw BackupRefusal("\(path)/\(relative) is a link to a folder: put that there")
            case (_, S_IFREG): found.append(relative)
            // Sockets and pipes hold nothing.
            default: continue
            }
        }
    }

    private func names(in folder: String) throws -> [String] {
        let place = folder.isEmpty ? path : "\(path)/\(folder)"
        do {
            return try FileManager.default.contentsOfDirectory(atPath: place).sorted()
        } catch {
            throw StoreError.misconfigured("\(place) cannot be listed")
        }
    }

    /// Makes the folders that lead from `root` to a file.
    ///
    /// - Returns: those that were not there, the outer ones first.
    static func makeAll(between root: String, and file: String) throws -> [String] {
        let inner = file.dropFirst(root.count + 1).split(separator: "/").dropLast()
        var made: [String] = []
        var path = root
        for name in inner {
            path += "/\(name)"
            if try Folder(path).make() { made.append(path) }
        }
        return made
    }
}
