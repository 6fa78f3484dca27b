import FoundationEssentials
import SwiftASN1

/// An authority's answer to a ``TimestampQuery``: the time that it signed (RFC 3161 section 2.4.2).
///
/// What it says is read; that the authority said it, and whether it is to be trusted, is not looked
/// at here: `openssl ts -verify` does that with the certificates that the judge trusts.
public struct TimestampReply: Hashable, Sendable {
    /// SHA-256 of what was stamped.
    public let digest: MerkleHash
    /// The number of the request, if it was repeated and is of 64 bits at most.
    public let nonce: UInt64?
    /// The time that the authority signed, in seconds since 1970; fractions are cut off.
    public let time: Int64

    /// Reads an answer.
    ///
    /// - Throws: ``TimestampError/refused(status:text:)`` when the authority gave no token, and
    ///   ``TimestampError/malformed`` when it is no answer about a SHA-256.
    public init(_ bytes: [UInt8]) throws(TimestampError) {
        let signed: [UInt8]
        do {
            signed = try Self.signedContent(try BER.parse(bytes))
        } catch let error as TimestampError {
            throw error
        } catch {
            throw .malformed
        }
        do {
            (digest, nonce, time) = try Self.content(try DER.parse(signed))
        } catch {
            throw .malformed
        }
    }

    /// Makes sure that this is the answer to that request.
    ///
    /// - Throws: ``TimestampError/foreign`` when hash or nonce are others.
    public func check(_ query: TimestampQuery) throws(TimestampError) {
        guard digest == query.digest, nonce == query.nonce else { throw .foreign }
    }

    /// The content that is signed: status, then ContentInfo, SignedData, EncapsulatedContentInfo.
    ///
    /// In BER, as the outer layers of a token need not be in DER (RFC 5652).
    private static func signedContent(_ answer: ASN1Node) throws -> [UInt8] {
        try BER.sequence(answer, identifier: .sequence) { answer in
            try checkStatus(try answer.need())
            let token = try answer.need()
            let signedData = try BER.sequence(token, identifier: .sequence) { content in
                let type = try ASN1ObjectIdentifier(berEncoded: try content.need())
                guard type == .signedData else { throw TimestampError.malformed }
                return try explicit(try content.need())
            }
            return try BER.sequence(signedData, identifier: .sequence) { signedData in
                _ = try signedData.need()
                _ = try signedData.need()
                let content = try signedData.need()
                // Certificates and signatures are for whoever judges them.
                signedData.skip()
                return try BER.sequence(content, identifier: .sequence) { content in
                    let type = try ASN1ObjectIdentifier(berEncoded: try content.need())
                    guard type == .timestampContent else { throw TimestampError.malformed }
                    let octets = try explicit(try content.need())
                    return Array(try ASN1OctetString(berEncoded: octets).bytes)
                }
            }
        }
    }

    /// PKIStatusInfo: 0 is granted, 1 granted with changes.
    private static func checkStatus(_ node: ASN1Node) throws {
        try BER.sequence(node, identifier: .sequence) { parts in
            let status = try Int64(berEncoded: try parts.need())
            // What else it says is for people, and may be missing.
            let said = parts.next().flatMap {
                try? BER.sequence(of: ASN1UTF8String.self, identifier: .sequence, rootNode: $0)
            }
            parts.skip()
            guard status == 0 || status == 1 else {
                let text = (said ?? []).map { String($0) }.joined(separator: "; ")
                throw TimestampError.refused(status: status, text: text)
            }
        }
    }

    /// TSTInfo, which is always in DER.
    private static func content(_ node: ASN1Node) throws -> (MerkleHash, UInt64?, Int64) {
        try DER.sequence(node, identifier: .sequence) { parts in
            _ = try Int64(derEncoded: try parts.need())
            _ = try ASN1ObjectIdentifier(derEncoded: try parts.need())
            let digest = try imprint(try parts.need())
            _ = try parts.need()
            let time = try GeneralizedTime(derEncoded: try parts.need())
            var nonce: UInt64?
            // Of what may follow, the nonce alone is a number.
            while let part = parts.next() {
                guard part.identifier == .integer else { continue }
                // A number of more bits is none that was sent from here.
                nonce = try? UInt64(derEncoded: part)
            }
            return (digest, nonce, time.secondsSince1970)
        }
    }

    private static func imprint(_ node: ASN1Node) throws -> MerkleHash {
        try DER.sequence(node, identifier: .sequence) { imprint in
            try DER.sequence(try imprint.need(), identifier: .sequence) { algorithm in
                let name = try ASN1ObjectIdentifier(derEncoded: try algorithm.need())
                guard name == .sha256 else { throw TimestampError.malformed }
                algorithm.skip()
            }
            let octets = try ASN1OctetString(derEncoded: try imprint.need()).bytes
            guard let digest = MerkleHash(Array(octets)) else { throw TimestampError.malformed }
            return digest
        }
    }

    /// What lies in `[0] EXPLICIT`.
    private static func explicit(_ node: ASN1Node) throws -> ASN1Node {
        let tag = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        return try BER.sequence(node, identifier: tag) { try $0.need() }
    }
}

/// Why an answer is no timestamp of what was asked for.
public enum TimestampError: Error, Hashable, Sendable {
    /// It is no answer of RFC 3161 about a SHA-256.
    case malformed
    /// The authority gave no token.
    case refused(status: Int64, text: String)
    /// It answers another request.
    case foreign
}

extension TimestampError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .malformed: "This is no timestamp of a SHA-256."
        case .refused(let status, let text):
            "The authority gave no timestamp: status \(status)\(text.isEmpty ? "" : ", \(text)")."
        case .foreign: "The timestamp answers another request."
        }
    }
}

extension ASN1ObjectIdentifier {
    fileprivate static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 7, 2]
    fileprivate static let timestampContent: ASN1ObjectIdentifier = [
        1, 2, 840, 113_549, 1, 9, 16, 1, 4,
    ]
}

extension ASN1NodeCollection.Iterator {
    fileprivate mutating func need() throws(TimestampError) -> ASN1Node {
        guard let node = next() else { throw .malformed }
        return node
    }

    fileprivate mutating func skip() { while next() != nil {} }
}

extension GeneralizedTime {
    /// The day is found as in Howard Hinnant's `days_from_civil`.
    fileprivate var secondsSince1970: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return Int64(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    }
}
