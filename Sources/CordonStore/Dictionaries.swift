import CordonLedger
import Crypto
import FoundationEssentials

extension Transaction {
    /// Keeps a dictionary under the next number, sealed like a record.
    ///
    /// - Returns: its number.
    package func dictionaryInsert(
        _ bytes: [UInt8], masters: MasterKeys, secret: RecordSecret, nonce: [UInt8]
    ) throws -> Int {
        let number =
            Int(
                try row("SELECT max(num) AS last FROM evidence_dictionary")?
                    .integerOrNil("last") ?? 0) + 1
        let digest = Self.digest(bytes)
        let owner = Data(digest.utf8)
        let wrapped = try WrappedSecret(
            secret, for: owner, with: masters.newest, nonce: nonce)
        let box = try AES.GCM.seal(
            bytes, using: secret.key, nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
            authenticating: owner)
        try run(
            """
            INSERT INTO evidence_dictionary (num, sha256, master, wrapped, sealed)
            VALUES (\(number), \(digest), \(wrapped.master), \(wrapped.bytes),
                \(Array(box.ciphertext + box.tag)))
            """)
        return number
    }

    /// All dictionaries, opened.
    ///
    /// - Throws: ``SealError`` when one cannot be opened: the records that name it could not be
    ///   read either.
    package func dictionaries(masters: MasterKeys) throws -> [(number: Int, bytes: [UInt8])] {
        try rows(
            "SELECT num, sha256, master, wrapped, sealed FROM evidence_dictionary ORDER BY num"
        )
        .map { row in
            let digest = try row.text("sha256")
            let owner = Data(digest.utf8)
            let secret = try WrappedSecret(
                master: Int(try row.integer("master")), bytes: try row.blob("wrapped")
            ).opened(for: owner, with: masters)
            let sealed = try row.blob("sealed")
            guard sealed.count > 16 else { throw SealError.broken }
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
                ciphertext: sealed.dropLast(16), tag: sealed.suffix(16))
            let bytes = Array(try AES.GCM.open(box, using: secret.key, authenticating: owner))
            guard Self.digest(bytes) == digest else { throw SealError.broken }
            return (Int(try row.integer("num")), bytes)
        }
    }

    /// What a dictionary is named by: SHA-256 over its bytes, in hexadecimal.
    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

/// Wrapping everything anew, after `cordon keys rotate` put a new master key in front.
extension Transaction {
    /// Wraps the secrets of up to `limit` records that an older key wraps with the newest one.
    ///
    /// - Returns: how many there were; 0 when all is done.
    package func rewrap(
        masters: MasterKeys, limit: Int, nonce: (Int) -> [UInt8]
    ) throws -> Int {
        let old = try rows(
            """
            SELECT b.idx, b.master, b.wrapped, e.leaf FROM evidence_body b
            JOIN evidence e ON e.idx = b.idx
            WHERE b.master <> \(masters.newest.number) ORDER BY b.idx LIMIT \(limit)
            """)
        for row in old {
            let owner = Data(try row.blob("leaf"))
            let secret = try WrappedSecret(
                master: Int(try row.integer("master")), bytes: try row.blob("wrapped")
            ).opened(for: owner, with: masters)
            let wrapped = try WrappedSecret(
                secret, for: owner, with: masters.newest, nonce: nonce(12))
            try run(
                """
                UPDATE evidence_body SET master = \(wrapped.master), wrapped = \(wrapped.bytes)
                WHERE idx = \(try row.integer("idx"))
                """)
        }
        return old.count
    }

    /// The same for the dictionaries.
    package func rewrapDictionaries(masters: MasterKeys, nonce: (Int) -> [UInt8]) throws {
        for row in try rows(
            """
            SELECT num, sha256, master, wrapped FROM evidence_dictionary
            WHERE master <> \(masters.newest.number)
            """)
        {
            let owner = Data(try row.text("sha256").utf8)
            let secret = try WrappedSecret(
                master: Int(try row.integer("master")), bytes: try row.blob("wrapped")
            ).opened(for: owner, with: masters)
            let wrapped = try WrappedSecret(
                secret, for: owner, with: masters.newest, nonce: nonce(12))
            try run(
                """
                UPDATE evidence_dictionary
                SET master = \(wrapped.master), wrapped = \(wrapped.bytes)
                WHERE num = \(try row.integer("num"))
                """)
        }
    }
}
