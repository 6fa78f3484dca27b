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
        ZstdDictionary.train(common(of: samples))
    }

    /// The samples without the words that too few of them use.
    static func common(of samples: [[UInt8]]) -> [[UInt8]] {
        samples.flatMap(\.self).withUnsafeBytes { joined in
            let pieces = pieces(of: joined, samples)
            var vocabulary = Vocabulary()
            for (number, piece) in pieces.enumerated() {
                forEachRun(of: piece) { run, isTelling in
                    if isTelling { vocabulary.note(run, in: number) }
                }
            }
            var words = vocabulary.words[...]
            return pieces.map { piece in
                var kept: [UInt8] = []
                kept.reserveCapacity(piece.count)
                forEachRun(of: piece) { run, isTelling in
                    if !isTelling || vocabulary.samples(of: words.removeFirst()) >= recordsAtLeast {
                        kept.append(contentsOf: run)
                    }
                }
                return kept
            }
        }
    }

    private static func pieces(
        of joined: UnsafeRawBufferPointer, _ samples: [[UInt8]]
    ) -> [UnsafeRawBufferPointer] {
        var start = 0
        return samples.map { sample in
            defer { start += sample.count }
            return UnsafeRawBufferPointer(rebasing: joined[start..<start + sample.count])
        }
    }

    /// The words of the samples, and in how many samples each occurs.
    private struct Vocabulary {
        /// The number of each word, in the order in which they stand in the samples.
        private(set) var words: [Int] = []
        private var numbers: [Word: Int] = [:]
        private var uses: [(samples: Int, last: Int)] = []

        mutating func note(_ run: UnsafeRawBufferPointer, in sample: Int) {
            let number = numbers[Word(bytes: run), default: uses.count]
            if number == uses.count {
                numbers[Word(bytes: run)] = number
                uses.append((samples: 1, last: sample))
            } else if uses[number].last != sample {
                uses[number] = (samples: uses[number].samples + 1, last: sample)
            }
            words.append(number)
        }

        func samples(of word: Int) -> Int { uses[word].samples }
    }

    /// A run of letters and digits where it stands among the samples, which outlive it.
    private struct Word: Hashable {
        let bytes: UnsafeRawBufferPointer

        static func == (left: Word, right: Word) -> Bool { left.bytes.elementsEqual(right.bytes) }

        func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }
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

    /// Gives the runs of letters and digits, which may tell something, and what stands between
    /// them, in turn.
    private static func forEachRun(
        of bytes: UnsafeRawBufferPointer,
        _ body: (_ run: UnsafeRawBufferPointer, _ isTelling: Bool) -> Void
    ) {
        guard var isTelling = bytes.first.map(isWordByte) else { return }
        var start = 0
        for place in bytes.indices where isWordByte(bytes[place]) != isTelling {
            body(UnsafeRawBufferPointer(rebasing: bytes[start..<place]), isTelling)
            start = place
            isTelling.toggle()
        }
        body(UnsafeRawBufferPointer(rebasing: bytes[start...]), isTelling)
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
