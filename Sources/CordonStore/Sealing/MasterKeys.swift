package import Crypto
import FoundationEssentials

/// The keys that the keys of the records are wrapped with, from `master.key`.
///
/// The first one wraps what is new; older ones are kept until everything that they wrap has been
/// wrapped anew. Whoever has the file and the database can read all evidence; whoever has only one
/// of them reads nothing.
package struct MasterKeys: Sendable {
    /// One line of the file.
    package struct Key: Sendable {
        /// Names the key in the rows that it wraps; from 1, never used twice.
        package let number: Int
        package let key: SymmetricKey
    }

    /// The newest first; never empty.
    package let keys: [Key]

    package var newest: Key { keys[0] }

    package func key(_ number: Int) -> SymmetricKey? {
        keys.first { $0.number == number }?.key
    }

    /// Begins with one key of 32 random bytes.
    package init(first bytes: [UInt8]) {
        precondition(bytes.count == 32, "a master key is 32 bytes long")
        keys = [Key(number: 1, key: SymmetricKey(data: bytes))]
    }

    private init(keys: [Key]) { self.keys = keys }

    /// The same keys with a new one in front of them.
    package func rotated(with bytes: [UInt8]) -> MasterKeys {
        precondition(bytes.count == 32, "a master key is 32 bytes long")
        let number = (keys.map(\.number).max() ?? 0) + 1
        return MasterKeys(keys: [Key(number: number, key: SymmetricKey(data: bytes))] + keys)
    }

    /// Only the newest key: for when nothing is wrapped by the others any more.
    package var withoutOlder: MasterKeys { MasterKeys(keys: [newest]) }

    private static let head = "cordon master key v1"

    /// The file: a first line, then a line a key, `NUMBER BASE64`.
    package var text: String {
        let lines = keys.map { key in
            "\(key.number) \(key.key.withUnsafeBytes { Data($0) }.base64EncodedString())"
        }
        return ([Self.head] + lines).joined(separator: "\n") + "\n"
    }

    /// - Throws: ``StoreError/misconfigured(_:)`` when the text is not exactly such a file.
    package init(text: String) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        let bad = StoreError.misconfigured(
            "master.key is no master key file: put the right one back from its backup")
        guard lines.first.map(String.init) == Self.head, lines.count > 1 else { throw bad }
        var keys: [Key] = []
        for line in lines.dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count == 2, let number = Int(fields[0]), number > 0,
                let bytes = Data(base64Encoded: String(fields[1])), bytes.count == 32,
                !keys.contains(where: { $0.number == number })
            else { throw bad }
            keys.append(Key(number: number, key: SymmetricKey(data: bytes)))
        }
        self.keys = keys
    }
}
