import CZstd

/// Compresses with zstd level 3, with or without a dictionary; belongs to one thread.
final class ZstdCompressor {
    private let context: OpaquePointer

    init() {
        guard let context = ZSTD_createCCtx() else {
            preconditionFailure("zstd has no memory for a context")
        }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3)
        // The row names the dictionary, so the frame need not.
        ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0)
    }

    deinit { ZSTD_freeCCtx(context) }

    func compress(_ bytes: UnsafeRawBufferPointer, _ dictionary: ZstdDictionary?) -> [UInt8] {
        ZSTD_CCtx_refCDict(context, dictionary?.forCompressing)
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            let written = ZSTD_compress2(
                context, buffer.baseAddress, bound, bytes.baseAddress, bytes.count)
            // The buffer is as large as zstd asks for, so only a lack of memory is left.
            precondition(ZSTD_isError(written) == 0, "zstd cannot compress")
            count = written
        }
    }
}

/// Expands what ``ZstdCompressor`` made; belongs to one thread.
final class ZstdExpander {
    private let context: OpaquePointer

    init() {
        guard let context = ZSTD_createDCtx() else {
            preconditionFailure("zstd has no memory for a context")
        }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// - Returns: `nil` when the bytes are no frame of ours or expand to more than `limit` bytes.
    func expand(
        _ bytes: UnsafeRawBufferPointer, _ dictionary: ZstdDictionary?, limit: Int
    ) -> [UInt8]? {
        let size = ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count)
        // Unknown sizes and errors are the two largest numbers.
        guard size <= UInt64(limit) else { return nil }
        ZSTD_DCtx_refDDict(context, dictionary?.forExpanding)
        var isWhole = false
        let expanded = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            let written = ZSTD_decompressDCtx(
                context, buffer.baseAddress, Int(size), bytes.baseAddress, bytes.count)
            isWhole = written == Int(size)
            count = isWhole ? written : 0
        }
        return isWhole ? expanded : nil
    }
}

/// A dictionary, digested once for both directions.
///
/// Safe to share: libzstd only reads a digested dictionary, from as many threads as like, and it is
/// freed with the last use.
final class ZstdDictionary: @unchecked Sendable {
    let forCompressing: OpaquePointer
    let forExpanding: OpaquePointer

    init?(_ bytes: [UInt8]) {
        guard let compressing = ZSTD_createCDict(bytes, bytes.count, 3) else { return nil }
        guard let expanding = ZSTD_createDDict(bytes, bytes.count) else {
            ZSTD_freeCDict(compressing)
            return nil
        }
        forCompressing = compressing
        forExpanding = expanding
    }

    deinit {
        ZSTD_freeCDict(forCompressing)
        ZSTD_freeDDict(forExpanding)
    }

    /// Bytes of a trained dictionary: what the zstd documentation advises.
    static let size = 112_640

    /// Trains a dictionary, or gives `nil` when the samples are too few or too alike for one.
    static func train(_ samples: [[UInt8]]) -> [UInt8]? {
        let sizes = samples.map(\.count)
        let joined = samples.flatMap(\.self)
        var isTrained = false
        let dictionary = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            // One pass with the segment length that trying several ends at for texts of a few KB;
            // trying costs a second of the processor.
            var parameters = ZDICT_fastCover_params_t()
            parameters.k = 1_024
            parameters.d = 8
            parameters.f = 20
            parameters.accel = 1
            parameters.zParams.compressionLevel = 3
            let written = ZDICT_trainFromBuffer_fastCover(
                buffer.baseAddress, size, joined, sizes, UInt32(sizes.count), parameters)
            isTrained = ZDICT_isError(written) == 0
            count = isTrained ? written : 0
        }
        return isTrained ? dictionary : nil
    }
}
