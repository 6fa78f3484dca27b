import CZlib
import CZstd

/// Expands what came compressed, up to a limit, so that a small request cannot become a huge one.
package enum Expansion {
    package enum Coding: String, CaseIterable, Sendable { case gzip, zstd }

    package enum Fault: Error, Equatable {
        /// The bytes are no such stream, or it ends too early.
        case broken
        case tooLarge(limit: Int)
    }

    package static func expand(
        _ bytes: [UInt8], _ coding: Coding, limit: Int
    ) throws(Fault) -> [UInt8] {
        switch coding {
        case .gzip: try gunzip(bytes, limit: limit)
        case .zstd: try unzstd(bytes, limit: limit)
        }
    }

    private static let piece = 1 << 16

    private static func gunzip(_ bytes: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
        var stream = z_stream()
        // 16 more than the window's 15 bits: a gzip head is expected, and no other.
        guard
            inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .broken }
        defer { inflateEnd(&stream) }
        var expanded: [UInt8] = []
        var source = bytes
        let outcome: Result<Void, Fault> = source.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            var status = Z_OK
            while status != Z_STREAM_END {
                let made = [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(piece)
                    status = inflate(&stream, Z_NO_FLUSH)
                    count = piece - Int(stream.avail_out)
                }
                guard status == Z_OK || status == Z_STREAM_END else { return .failure(.broken) }
                guard expanded.count + made.count <= limit else {
                    return .failure(.tooLarge(limit: limit))
                }
                // Nothing made of nothing: the stream is cut off.
                if made.isEmpty, stream.avail_in == 0, status != Z_STREAM_END {
                    return .failure(.broken)
                }
                expanded += made
                // Several streams one behind the other are one (RFC 1952, section 2.2).
                if status == Z_STREAM_END, stream.avail_in > 0 {
                    inflateReset(&stream)
                    status = Z_OK
                }
            }
            return .success(())
        }
        try outcome.get()
        return expanded
    }

    private static func unzstd(_ bytes: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
        guard let stream = ZSTD_createDStream() else { throw .broken }
        defer { ZSTD_freeDStream(stream) }
        // A window beyond the limit would take its memory before anything is expanded.
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 24)
        var expanded: [UInt8] = []
        let outcome: Result<Void, Fault> = bytes.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var rest = 1
            while rest != 0 {
                var isBroken = false
                let made = [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
                    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: piece, pos: 0)
                    rest = ZSTD_decompressStream(stream, &output, &input)
                    isBroken = ZSTD_isError(rest) != 0
                    count = output.pos
                }
                if isBroken { return .failure(.broken) }
                guard expanded.count + made.count <= limit else {
                    return .failure(.tooLarge(limit: limit))
                }
                expanded += made
                if made.isEmpty, input.pos == input.size, rest != 0 { return .failure(.broken) }
                // Several frames one behind the other are one (RFC 8878, section 3).
                if rest == 0, input.pos < input.size { rest = 1 }
            }
            return .success(())
        }
        try outcome.get()
        return expanded
    }
}
