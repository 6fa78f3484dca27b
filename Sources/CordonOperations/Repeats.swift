import CordonCore
import CordonStore

/// A request's own name for itself, so that sending it twice does it once.
package struct IdempotencyKey: Sendable {
    package let key: String
    /// SHA-256 over method, path, query, condition and body.
    package let fingerprint: String

    package init(key: String, fingerprint: String) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

extension Work {
    /// The answer that an earlier request with this key was given.
    ///
    /// - Throws: a refusal when that request was another one.
    package func earlierAnswer(
        _ key: IdempotencyKey
    ) throws -> (status: Int, mediaType: String, body: [UInt8])? {
        guard let answer = try transaction.answer(account: person.id, key: key.key),
            answer.at > now.adding(hours: -Self.answersKeptHours)
        else { return nil }
        guard answer.fingerprint == key.fingerprint else {
            throw Refusal(
                .idempotencyMismatch,
                "This Idempotency-Key was used for another request: use a new one.")
        }
        return (answer.status, answer.mediaType, answer.body)
    }

    /// Keeps an answer in the transaction whose effect it tells of.
    package func keepAnswer(
        _ key: IdempotencyKey, status: Int, mediaType: String, body: [UInt8]
    ) throws {
        try transaction.answersForget(before: now.adding(hours: -Self.answersKeptHours))
        try transaction.answerInsert(
            StoredAnswer(
                fingerprint: key.fingerprint, status: status, mediaType: mediaType, body: body,
                at: now), account: person.id, key: key.key)
    }

    package static let answersKeptHours = 24
}
