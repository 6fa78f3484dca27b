package import CordonCore
import CordonLedger
import FoundationEssentials

/// An answer that is kept, so that a repeated request gets it again instead of a second effect.
package struct StoredAnswer: Equatable, Sendable {
    package let fingerprint: String
    package let status: Int
    package let mediaType: String
    package let body: [UInt8]
    package let at: Instant

    package init(fingerprint: String, status: Int, mediaType: String, body: [UInt8], at: Instant) {
        self.fingerprint = fingerprint
        self.status = status
        self.mediaType = mediaType
        self.body = body
        self.at = at
    }

    /// A sum over the row, for `cordon fsck`: nothing in the journal vouches for this table.
    func sum(account: String, key: String) -> String {
        let head = "\(account)\u{0}\(key)\u{0}\(fingerprint)\u{0}\(status)\u{0}\(mediaType)\u{0}"
        return Merkle.leaf(Data(Array("\(head)\(at.milliseconds)\u{0}".utf8) + body)).hex
    }
}

extension Transaction {
    package func answer(account: String, key: String) throws -> StoredAnswer? {
        try row(
            """
            SELECT fingerprint, status, media_type, body, at_ms FROM idempotency
            WHERE account = \(account) AND key = \(key)
            """
        ).map(StoredAnswer.init)
    }

    package func answerInsert(_ answer: StoredAnswer, account: String, key: String) throws {
        try send(
            """
            INSERT INTO idempotency (account, key, fingerprint, status, media_type, body, at_ms, sum)
            VALUES (\(account), \(key), \(answer.fingerprint), \(answer.status),
                \(answer.mediaType), \(answer.body), \(answer.at.milliseconds),
                \(answer.sum(account: account, key: key)))
            """)
    }

    package func answersForget(before: Instant) throws {
        try run("DELETE FROM idempotency WHERE at_ms < \(before.milliseconds)")
    }

    /// Names the first stored answer whose sum does not fit, if there is one.
    package func answersFirstDamaged() throws -> String? {
        for row in try rows("SELECT * FROM idempotency ORDER BY account, key") {
            let account = try row.text("account")
            let key = try row.text("key")
            let sum = try StoredAnswer(row).sum(account: account, key: key)
            if try sum != row.text("sum") { return "\(account)/\(key)" }
        }
        return nil
    }
}

extension StoredAnswer {
    fileprivate init(_ row: Row) throws {
        fingerprint = try row.text("fingerprint")
        status = Int(try row.integer("status"))
        mediaType = try row.text("media_type")
        body = try row.blob("body")
        at = Instant(milliseconds: try row.integer("at_ms"))
    }
}

extension Transaction {
    /// Notes when a token was used last.
    package func tokenUseNote(_ token: String, at: Instant) throws {
        try send(
            """
            INSERT INTO token_use (token, at_ms, sum)
            VALUES (\(token), \(at.milliseconds), \(Self.sum(token, at.milliseconds)))
            ON CONFLICT (token) DO UPDATE SET at_ms = excluded.at_ms, sum = excluded.sum
            """)
    }

    package func tokenUse(_ token: String) throws -> Instant? {
        try row("SELECT at_ms FROM token_use WHERE token = \(token)").map {
            Instant(milliseconds: try $0.integer("at_ms"))
        }
    }

    /// Names the first note of use whose sum does not fit, if there is one.
    package func tokenUseFirstDamaged() throws -> String? {
        for row in try rows("SELECT token, at_ms, sum FROM token_use ORDER BY token") {
            let token = try row.text("token")
            if try Self.sum(token, row.integer("at_ms")) != row.text("sum") { return token }
        }
        return nil
    }

    private static func sum(_ token: String, _ milliseconds: Int64) -> String {
        Merkle.leaf(Data("\(token)\u{0}\(milliseconds)".utf8)).hex
    }
}
