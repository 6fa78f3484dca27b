import CordonStore
import Crypto
import FoundationEssentials

/// Takes a bundle in while it is made, and puts it on the disk a piece at a time: a bundle can be
/// larger than memory.
///
/// What it discloses stands sealed in the database, and is not left readable beside it: each piece
/// is sealed with a key (AES-256-GCM) that only this value and the finished bundle have.
struct BundleSpool {
    /// Bytes of a piece; the last one may have fewer.
    static let pieceSize = 1 << 18

    private let file: AnonymousFile
    private let key = SymmetricKey(size: .bits256)
    private var pending: [UInt8] = []
    private var size = 0

    init(folder: String) throws(StoreError) { file = try AnonymousFile(in: folder) }

    mutating func append(_ bytes: some Collection<UInt8>) throws {
        pending += bytes
        size += bytes.count
        let whole = pending.count / Self.pieceSize * Self.pieceSize
        guard whole > 0 else { return }
        for start in stride(from: 0, to: whole, by: Self.pieceSize) {
            try seal(pending[start..<start + Self.pieceSize], at: size - pending.count + start)
        }
        pending.removeFirst(whole)
    }

    /// What was taken in, ready to be read.
    consuming func finish() throws -> ExportedBundle {
        if !pending.isEmpty { try seal(pending[...], at: size - pending.count) }
        return ExportedBundle(size: size, file: file, key: key)
    }

    private func seal(_ piece: ArraySlice<UInt8>, at place: Int) throws {
        let nonce = try ExportedBundle.nonce(place / Self.pieceSize)
        let box = try AES.GCM.seal(piece, using: key, nonce: nonce)
        try file.append([UInt8](box.ciphertext) + box.tag)
    }
}

/// A finished bundle, which is on the disk without a name and goes with its last use.
package struct ExportedBundle: Sendable {
    /// Bytes in all.
    package let size: Int
    let file: AnonymousFile
    let key: SymmetricKey

    /// How many pieces it is read in.
    package var pieces: Int { (size + BundleSpool.pieceSize - 1) / BundleSpool.pieceSize }

    /// The piece of that number, from 0 on; reads the disk, so not for a thread of the pool.
    ///
    /// - Throws: `StoreError` when the disk failed, and what CryptoKit throws when it gave back
    ///   other bytes.
    package func piece(_ number: Int) throws -> [UInt8] {
        let (whole, tag) = (BundleSpool.pieceSize, Self.tagSize)
        let length = min(whole, size - number * whole)
        let sealed = try file.read(length + tag, at: number * (whole + tag))
        let box = try AES.GCM.SealedBox(
            nonce: Self.nonce(number), ciphertext: sealed.dropLast(tag), tag: sealed.suffix(tag))
        return [UInt8](try AES.GCM.open(box, using: key))
    }

    private static let tagSize = 16

    /// The number of the piece in 12 bytes: a key seals each number once.
    fileprivate static func nonce(_ number: Int) throws -> AES.GCM.Nonce {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        return try AES.GCM.Nonce(data: [0, 0, 0, 0] + bytes)
    }
}
