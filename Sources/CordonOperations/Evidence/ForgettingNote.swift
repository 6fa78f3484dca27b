import CordonStore
import Foundation

/// A note on the disk that shards hold words which are about to go.
///
/// It is written before the records' content is deleted and removed after the shards are: a crash
/// in between is seen by the next start, whether or not the deletion was committed. A shard that is
/// removed for nothing is made again.
struct ForgettingNote: Sendable {
    private let file: DurableFile

    /// Writes a note of these shards; `nil` stands for all that there are.
    init(in directory: String, id: String, shards: Set<UInt64>?) throws {
        file = DurableFile("\(directory)/\(id)\(Self.suffix)")
        try file.write(shards.map { $0.sorted().map(String.init).joined(separator: "\n") } ?? "all")
    }

    private static let suffix = ".forget"

    func remove() throws { try FileManager.default.removeItem(atPath: file.path) }

    /// Which shards a process that has ended was to remove, and removes the notes once `body` has
    /// removed them.
    ///
    /// - Returns: whether there were any.
    static func finish(
        in directory: String, _ body: (Set<UInt64>) throws -> Void
    ) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        let paths = names.filter { $0.hasSuffix(suffix) }.map { "\(directory)/\($0)" }
        var shards: Set<UInt64> = []
        for path in paths {
            let lines = try DurableFile(path).readText()?.split(separator: "\n") ?? []
            // What is no list of numbers may have been meant for any of them.
            let numbers = lines.compactMap { UInt64($0) }
            shards.formUnion(
                numbers.count == lines.count ? numbers : SearchShard.numbers(in: directory))
        }
        try body(shards)
        for path in paths { try FileManager.default.removeItem(atPath: path) }
        return !paths.isEmpty
    }
}
