import FoundationEssentials

/// As much of an RFC 3161 answer as can be said without judging certificates.
enum TimestampAnswer {
    /// Whether the answer holds a message imprint that is the SHA-256 of the checkpoint's text.
    ///
    /// A MessageImprint (RFC 3161 section 2.4.1) is a SEQUENCE of the algorithm and an OCTET
    /// STRING. Its DER has two forms, as SHA-256 may have NULL parameters or none (RFC 5754
    /// section 2), and the rest is left to `openssl ts -verify`.
    static func isAbout(_ checkpoint: Checkpoint, _ answer: Data) -> Bool {
        let digest = MerkleHash(hashing: Data(checkpoint.text.utf8)).bytes
        let sha256: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
        let octets: [UInt8] = [0x04, 0x20] + digest
        let withNull = [0x30, 0x31, 0x30, 0x0d] + sha256 + [0x05, 0x00] + octets
        let without = [0x30, 0x2f, 0x30, 0x0b] + sha256 + octets
        return [withNull, without].contains { answer.firstRange(of: $0) != nil }
    }
}
