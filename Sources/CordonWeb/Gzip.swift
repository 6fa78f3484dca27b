import CZlib

/// Bytes as one gzip stream (RFC 1952), as small as zlib makes it.
///
/// For what is made once and is no secret. A page that holds both a secret and what somebody else
/// chose must not be compressed on its way: its length would tell one from the other.
enum Gzip {
    /// - Returns: `nil` where zlib refuses, as for want of memory.
    static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // 16 more than the window's 15 bits: a gzip head, without name or time.
        guard
            deflateInit2_(
                &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let most = Int(deflateBound(&stream, UInt(bytes.count)))
        var source = bytes
        var isWhole = false
        let made = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            source.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(most)
                isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = most - Int(stream.avail_out)
        }
        return isWhole ? made : nil
    }
}
