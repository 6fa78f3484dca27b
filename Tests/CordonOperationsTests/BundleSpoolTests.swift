import CordonStore
import Foundation
import Testing

@testable import CordonOperations

/// A bundle comes back from its spool as it went in, and nothing of it is left to be read.
@Suite struct BundleSpoolTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    private func spooled(_ parts: [[UInt8]]) throws -> ExportedBundle {
        var spool = try BundleSpool(folder: folder.path)
        for part in parts { try spool.append(part) }
        return try spool.finish()
    }

    private func whole(_ bundle: ExportedBundle) throws -> [UInt8] {
        try (0..<bundle.pieces).flatMap { try bundle.piece($0) }
    }

    private static let piece = BundleSpool.pieceSize

    @Test(arguments: [0, 1, piece - 1, piece, piece + 1, 2 * piece, 3 * piece + 7])
    func itComesBackWhole(_ size: Int) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        for step in [1_000, Self.piece, 4 * Self.piece] {
            let parts = stride(from: 0, to: size, by: step).map {
                Array(bytes[$0..<min($0 + step, size)])
            }
            let bundle = try spooled(parts)
            #expect(bundle.size == size)
            #expect(bundle.pieces == (size + Self.piece - 1) / Self.piece)
            let same = try whole(bundle) == bytes
            #expect(same)
        }
    }

    @Test func itHasNoNameAndIsSealed() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let words = Array("Dear Birch, ".utf8)
        let bundle = try spooled([Array(repeatElement(words, count: 50_000).joined())])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        let stored = try bundle.file.read(1 << 20, at: 0)
        #expect(stored.count > bundle.size)
        #expect(Data(stored).range(of: Data(words)) == nil)
    }

    @Test func noOtherPieceStandsInForOne() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try AnonymousFile(in: folder.path)
        let bundle = try spooled([[UInt8](repeating: 7, count: 2 * Self.piece)])
        let sealed = Self.piece + 16
        let second = try bundle.file.read(sealed, at: sealed)
        try file.append(second + second)
        let other = ExportedBundle(size: bundle.size, file: file, key: bundle.key)
        #expect(throws: (any Error).self) { _ = try other.piece(0) }
        let same = try other.piece(1) == bundle.piece(1)
        #expect(same)
    }

    @Test func aFolderThatIsNotThereIsRefused() {
        #expect(throws: StoreError.self) { try BundleSpool(folder: folder.path + "/none") }
        try? FileManager.default.removeItem(at: folder)
    }
}
