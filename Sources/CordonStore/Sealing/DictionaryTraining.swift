import FoundationEssentials

/// Trains a dictionary out of records, without keeping what only a few of them say.
///
/// A dictionary outlives the records it was trained on, so a person's name must not survive in one
/// after that person's records were erased. What goes in is therefore vocabulary: a run of letters
/// that fewer than ``recordsAtLeast`` of the samples use, and anything with a digit that is as
/// rare, is left out before the training.
package enum DictionaryTraining {
    /// In how many different sample records a word must occur to be kept.
    package static let recordsAtLeast = 16
    /// How many records are looked at.
    package static let sampleSize = 1_024
    /// A dictionary is worth having only if it saves this share of what it is tried on, in percent.
    package static let savingAtLeast = 5

    package static func dictionary(from samples: [[UInt8]]) -> [UInt8]? {
        var vocabulary: [Word: Uses] = [:]
        vocabulary.reserveCapacity(1 << 15)
        let joined = samples.flatMap(\.self)
        let shown = joined.withUnsafeBytes { joined in
            var start = 0
            for (number, sample) in samples.enumerated() {
                let bytes = joined[start..<start + sample.count]
                start = bytes.endIndex
                forEachRun(of: bytes) { run in
                    if isTelling(run) { vocabulary[Word(run), default: Uses()].note(number) }
                }
            }
            start = 0
            return samples.map { sample in
                let bytes = joined[start..<start + sample.count]
                start = bytes.endIndex
                var kept: [UInt8] = []
                kept.reserveCapacity(sample.count)
                forEachRun(of: bytes) { run in
                    if !isTelling(run) || (vocabulary[Word(run)]?.samples ?? 0) >= recordsAtLeast {
                        kept.append(contentsOf: run)
                    }
                }
                return kept
            }
        }
        return ZstdDictionary.train(shown)
    }

    /// A run of letters and digits where it stands among the samples, which outlive it.
    private struct Word: Hashable {
        let bytes: UnsafeRawBufferPointer

        init(_ run: Slice<UnsafeRawBufferPointer>) { bytes = UnsafeRawBufferPointer(rebasing: run) }

        static func == (left: Word, right: Word) -> Bool { left.bytes.elementsEqual(right.bytes) }

        func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }
    }

    /// In how many samples a word occurs.
    private struct Uses {
        private(set) var samples = 0
        private var last: Int?

        mutating func note(_ sample: Int) {
            guard last != sample else { return }
            last = sample
            samples += 1
        }
    }

    /// How many percent a dictionary saves on records that it was not trained on, compared with
    /// what they take now.
    package static func saving(
        of dictionary: [UInt8], over current: EvidenceDictionaries, on records: [[UInt8]]
    ) -> Int {
        guard let new = ZstdDictionary(dictionary), !records.isEmpty else { return 0 }
        let compressor = ZstdCompressor()
        var before = 0
        var after = 0
        for record in records {
            record.withUnsafeBytes { bytes in
                before += compressor.compress(bytes, current.newest.dictionary).count
                after += compressor.compress(bytes, new).count
            }
        }
        return before == 0 ? 0 : (before - after) * 100 / before
    }

    /// Gives the runs of letters and digits, and what stands between them, in turn.
    private static func forEachRun(
        of bytes: Slice<UnsafeRawBufferPointer>, _ body: (Slice<UnsafeRawBufferPointer>) -> Void
    ) {
        var start = bytes.startIndex
        for place in bytes.indices.dropFirst()
        where isWordByte(bytes[place]) != isWordByte(bytes[place - 1]) {
            body(bytes[start..<place])
            start = place
        }
        if start < bytes.endIndex { body(bytes[start...]) }
    }

    private static func isTelling(_ run: Slice<UnsafeRawBufferPointer>) -> Bool {
        run.first.map(isWordByte) ?? false
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: false
        }
    }
}
