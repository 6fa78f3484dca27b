import Testing

@testable import CordonStore

/// A dictionary outlives the records that it was trained on.
@Suite struct DictionaryTrainingTests {
    /// Twenty texts, the first `count` of which have the word; in the first it stands twice.
    private static func texts(with word: String, in count: Int) -> [String] {
        (0..<20).map { number in
            let said = number < count ? "Dear \(word)," : "Dear all,"
            return number == 0 ? "\(said) \(word)! it is late." : "\(said) it is late."
        }
    }

    private static func common(_ texts: [String]) -> [String] {
        DictionaryTraining.common(of: texts.map { Array($0.utf8) }).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test(arguments: ["Birch", "Zoë", "4711", "x"])
    func aWordOfSixteenSamplesIsKept(_ word: String) {
        for count in [16, 17, 20] {
            let texts = Self.texts(with: word, in: count)
            // Of the greeting that the others have, there are fewer than sixteen.
            #expect(Self.common(texts) == texts.map { $0.replacing("all", with: "") })
        }
    }

    @Test(arguments: ["Birch", "Zoë", "4711", "x"])
    func aWordOfFifteenSamplesIsLeftOut(_ word: String) {
        for count in [1, 15] {
            let kept = Self.common(Self.texts(with: word, in: count))
            #expect(kept.allSatisfy { !$0.contains(word) })
            #expect(kept[0] == "Dear , ! it is late.")
        }
    }

    @Test func whatStandsBetweenTheWordsStays() {
        #expect(Self.common(["", "a", "{\"a\": 1}\n", "…"]) == ["", "", "{\"\": }\n", ""])
        #expect(Self.common([]) == [])
    }
}
