import CordonCore
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
        let digest = SealedDictionary.digest(bytes)
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
            (
                Int(try row.integer("num")),
                try SealedDictionary(
                    digest: try row.text("sha256"),
                    wrapped: WrappedSecret(
                        master: Int(try row.integer("master")), bytes: try row.blob("wrapped")),
                    sealed: try row.blob("sealed")
                ).opened(masters)
            )
        }
    }
}

/// A dictionary as it is kept.
private struct SealedDictionary {
    let digest: String
    let wrapped: WrappedSecret
    let sealed: [UInt8]

    func opened(_ masters: MasterKeys) throws(SealError) -> [UInt8] {
        let owner = Data(digest.utf8)
        let secret = try wrapped.opened(for: owner, with: masters)
        guard sealed.count > 16,
            let nonce = try? AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: sealed.dropLast(16), tag: sealed.suffix(16)),
            // Whatever is wrong with it, it is not what was sealed.
            let opened = try? AES.GCM.open(box, using: secret.key, authenticating: owner)
        else { throw .broken }
        let bytes = Array(opened)
        guard Self.digest(bytes) == digest else { throw .broken }
        return bytes
    }

    /// What a dictionary is named by: SHA-256 over its bytes, in hexadecimal.
    static func digest(_ bytes: [UInt8]) -> String {
        Hex.sha256(bytes)
    }
}

extension StoredRow {
    /// What a row of `evidence_dictionary` opens to; `nil` when a column cannot be read.
    package func openedDictionary(_ masters: MasterKeys) throws(SealError) -> [UInt8]? {
        guard let digest = text("sha256"), let master = integer("master"),
            let wrapped = bytes("wrapped"), let sealed = bytes("sealed")
        else { return nil }
        return try SealedDictionary(
            digest: digest, wrapped: WrappedSecret(master: Int(master), bytes: wrapped),
            sealed: sealed
        ).opened(masters)
    }

    /// What a row of `evidence_body` holds; `nil` when a column cannot be read.
    package var sealedBody: SealedBody? {
        guard let master = integer("master"), let wrapped = bytes("wrapped"),
            let dictionary = integer("dictionary"), let sealed = bytes("sealed")
        else { return nil }
        return SealedBody(
            wrapped: WrappedSecret(master: Int(master), bytes: wrapped),
            dictionary: Int(dictionary), sealed: sealed)
    }
}

/// Wrapping everything anew, after `cordon keys rotate` put a new master key in front.
extension Transaction {
    /// Wraps the secrets of records that an older key wraps with the newest one, looking at up to
    /// `limit` records from a place of the log on.
    ///
    /// - Returns: how many were wrapped anew, and where to go on; `nil` when all is done.
    package func rewrap(
        masters: MasterKeys, from index: Int64, limit: Int, nonce: (Int) -> [UInt8]
    ) throws -> (count: Int, next: Int64?) {
        // By place, not by key alone: each batch would else look through all that is done already.
        let rows = try rows(
            """
            SELECT b.idx, b.master, b.wrapped, e.leaf FROM evidence_body b
            JOIN evidence e ON e.idx = b.idx
            WHERE b.idx >= \(index) ORDER BY b.idx LIMIT \(limit)
            """)
        let old = try rows.filter { try $0.integer("master") != Int64(masters.newest.number) }
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
        let isDone = rows.count < limit
        return (old.count, isDone ? nil : try rows.last.map { try $0.integer("idx") + 1 })
    }

    /// The same for the dictionaries, all at once: there are few.
    package func rewrapDictionaries(masters: MasterKeys, nonce: (Int) -> [UInt8]) throws -> Int {
        let old = try rows(
            """
            SELECT num, sha256, master, wrapped FROM evidence_dictionary
            WHERE master <> \(masters.newest.number)
            """)
        for row in old {
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
        return old.count
    }
}
