import Crypto
import FoundationEssentials

/// The folded text of a few hundred records in one piece: compressed together, sealed under the
/// key of their shard.
///
/// Expanded it is a table of place and length for each record, then the texts one behind the other,
/// each with a newline after it, so that no match can reach from one into the next.
package struct SearchBlock: Sendable {
    /// Records of one block: enough to compress well, few enough to read one quickly.
    package static let recordsAtMost = 256
    /// Bytes of text of one block, unless a single record has more.
    package static let bytesAtMost = 4 << 20

    /// One record's text within the block.
    package struct Piece: Equatable, Sendable {
        package let index: UInt64
        /// The record's workflow, by number, and when it happened: a scan skips by them.
        package let source: Int
        package let at: Int64
        /// Where the text ends in the block's bytes, with its newline.
        package let end: Int
    }

    package let pieces: [Piece]
    package let bytes: [UInt8]
    /// Where the first text begins.
    package let textStart: Int

    package struct Text: Sendable {
        package let index: UInt64
        package let source: Int
        package let at: Int64
        package let folded: [UInt8]

        package init(index: UInt64, source: Int, at: Int64, folded: [UInt8]) {
            self.index = index
            self.source = source
            self.at = at
            self.folded = folded
        }
    }

    private static let headSize = 4
    private static let pieceSize = 28

    static func pack(_ texts: [Text]) -> [UInt8] {
        var packed: [UInt8] = []
        let head = headSize + texts.count * pieceSize
        packed.reserveCapacity(texts.reduce(head) { $0 + $1.folded.count + 1 })
        append(UInt64(texts.count), bytes: 4, to: &packed)
        for text in texts {
            append(text.index, bytes: 8, to: &packed)
            append(UInt64(text.source), bytes: 8, to: &packed)
            append(UInt64(bitPattern: text.at), bytes: 8, to: &packed)
            append(UInt64(text.folded.count + 1), bytes: 4, to: &packed)
        }
        for text in texts {
            packed.append(contentsOf: text.folded)
            packed.append(UInt8(ascii: "\n"))
        }
        return packed
    }

    /// - Returns: `nil` when the bytes are not what ``pack(_:)`` gives.
    init?(unpacking bytes: [UInt8]) {
        guard bytes.count >= Self.headSize else { return nil }
        let count = Int(Self.number(bytes, 0, 4))
        let start = Self.headSize + count * Self.pieceSize
        guard bytes.count >= start else { return nil }
        var end = start
        var pieces: [Piece] = []
        pieces.reserveCapacity(count)
        for place in 0..<count {
            let offset = Self.headSize + place * Self.pieceSize
            end += Int(Self.number(bytes, offset + 24, 4))
            pieces.append(
                Piece(
                    index: Self.number(bytes, offset, 8),
                    source: Int(truncatingIfNeeded: Self.number(bytes, offset + 8, 8)),
                    at: Int64(bitPattern: Self.number(bytes, offset + 16, 8)), end: end))
        }
        guard end == bytes.count else { return nil }
        self.pieces = pieces
        self.bytes = bytes
        textStart = start
    }

    private static func append(_ number: UInt64, bytes: Int, to packed: inout [UInt8]) {
        for place in 0..<bytes {
            packed.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place)))
        }
    }

    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
        var number: UInt64 = 0
        for place in 0..<count { number |= UInt64(bytes[start + place]) << UInt64(8 * place) }
        return number
    }
}

/// Seals and opens the blocks of one shard; belongs to one thread.
package final class BlockSeal {
    private let key: SymmetricKey
    private let compressor = ZstdCompressor()
    private let expander = ZstdExpander()

    init(_ secret: RecordSecret) { key = secret.key }

    func seal(_ texts: [SearchBlock.Text], nonce: [UInt8]) throws -> [UInt8] {
        let compressed = SearchBlock.pack(texts).withUnsafeBytes { compressor.compress($0, nil) }
        let box = try AES.GCM.seal(
            compressed, using: key, nonce: AES.GCM.Nonce(data: nonce))
        return nonce + box.ciphertext + box.tag
    }

    /// - Throws: ``SealError/broken`` when it is no block of this shard.
    package func open(_ sealed: [UInt8]) throws(SealError) -> SearchBlock {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            // Why does not matter: the shard is made anew.
            let compressed = try? AES.GCM.open(box, using: key),
            let packed = compressed.withUnsafeBytes({
                expander.expand($0, nil, limit: 1 << 30)
            }), let block = SearchBlock(unpacking: packed)
        else { throw .broken }
        return block
    }
}
