import Crypto
import CryptoExtras
import FoundationEssentials
import Synchronization

/// Turns passwords into hashes and compares them, with scrypt, on a thread of its own.
///
/// The stored form is `scrypt$LOG_N$R$P$SALT$HASH`, so that the cost can be raised later and old
/// hashes still compare. Safe to share: a serial queue, and constants.
package final class Passwords: Sendable {
    /// The cost: log2 of scrypt's N.
    ///
    /// 15 with r = 8, p = 3 is one of the settings that OWASP's password
    /// storage page gives; each takes 32 MiB for the time of one hash, and only one runs at a time.
    private let logN: Int
    private let thread = BlockingThread(name: "cordon-scrypt")

    package init(logN: Int = 15) {
        precondition((10...20).contains(logN), "log N lies from 10 to 20")
        self.logN = logN
    }

    /// The stored form of a password, with 16 random bytes as its salt.
    package func hash(_ password: String, salt: [UInt8]) async throws -> String {
        let logN = logN
        return try await thread.run {
            let key = try Self.derive(password, salt: salt, logN: logN, r: 8, p: 3)
            let text = [Data(salt), key].map { $0.base64EncodedString() }.joined(separator: "$")
            return "scrypt$\(logN)$8$3$\(text)"
        }
    }

    /// Whether the password gives the stored hash.
    ///
    /// Without a stored hash it takes as long and says no, so
    /// that nobody can tell from the time whether an account exists.
    package func matches(_ password: String, _ stored: String?) async throws -> Bool {
        let logN = logN
        return try await thread.run {
            let parts = (stored ?? "").split(separator: "$").map(String.init)
            guard parts.count == 6, parts[0] == "scrypt", let storedLogN = Int(parts[1]),
                let r = Int(parts[2]), let p = Int(parts[3]), (10...20).contains(storedLogN),
                let salt = Data(base64Encoded: parts[4]), let key = Data(base64Encoded: parts[5])
            else {
                _ = try Self.derive(
                    password, salt: Array(repeating: 0, count: 16), logN: logN, r: 8, p: 3)
                return false
            }
            let derived = try Self.derive(password, salt: Array(salt), logN: storedLogN, r: r, p: p)
            // Over digests, so that the comparison's time says nothing about the key.
            return SHA256.hash(data: derived) == SHA256.hash(data: key)
        }
    }

    private static func derive(
        _ password: String, salt: [UInt8], logN: Int, r: Int, p: Int
    ) throws -> Data {
        try KDF.Scrypt.deriveKey(
            from: Data(password.utf8), salt: Data(salt), outputByteCount: 32, rounds: 1 << logN,
            blockSize: r, parallelism: p, maxMemory: 256 << 20
        ).withUnsafeBytes { Data($0) }
    }
}
