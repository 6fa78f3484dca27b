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
        var records: [ArraySlice<UInt8>: Int] = [:]
        for sample in samples {
            for word in Set(words(sample)) where isTelling(word) { records[word, default: 0] += 1 }
        }
        let shown = samples.map { sample in
            var kept: [UInt8] = []
            kept.reserveCapacity(sample.count)
            for word in words(sample)
            where !isTelling(word) || records[word, default: 0] >= recordsAtLeast {
                kept.append(contentsOf: word)
            }
            return kept
        }
        return ZstdDictionary.train(shown)
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

    /// Runs of letters and digits, and what stands between them, in turn.
    private static func words(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        var start = 0
        for place in bytes.indices.dropFirst()
        where isWordByte(bytes[place]) != isWordByte(bytes[place - 1]) {
            words.append(bytes[start..<place])
            start = place
        }
        if start < bytes.count { words.append(bytes[start...]) }
        return words
    }

    private static func isTelling(_ word: ArraySlice<UInt8>) -> Bool {
        word.first.map(isWordByte) ?? false
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
