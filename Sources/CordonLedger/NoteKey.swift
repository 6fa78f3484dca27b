import Crypto

/// The text form that public and private note keys share: `<name>+<key ID>+<key>`.
///
/// The key is Base64 of a type byte and 32 bytes (c2sp.org/signed-note, "Signature types").
struct NoteKey {
    static let ed25519: UInt8 = 0x01
    /// Ed25519 over a checkpoint and the time (c2sp.org/tlog-cosignature).
    static let ed25519Cosignature: UInt8 = 0x04

    let name: String
    let statedID: UInt32
    let material: [UInt8]

    init(parsing text: String, type expected: UInt8 = ed25519) throws(NoteError) {
        let fields = text.utf8.split(
            separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { throw .malformedKey }
        name = String(decoding: fields[0], as: UTF8.self)
        guard NoteKey.isName(name) else { throw .invalidName }
        guard let id = ExactText.bytes(hex: fields[1]), id.count == 4,
            let key = ExactText.bytes(base64: String(decoding: fields[2], as: UTF8.self)),
            let type = key.first
        else { throw .malformedKey }
        guard type == expected else { throw .unsupportedKeyType(type) }
        guard key.count == 33 else { throw .malformedKey }
        statedID = NoteKey.bigEndian(id)
        material = Array(key.dropFirst())
    }

    static func text(
        name: String, id: UInt32, type: UInt8 = ed25519, material: some Sequence<UInt8>
    ) -> String {
        "\(name)+\(ExactText.hex(bytes(of: id)))+\(ExactText.base64([type] + material))"
    }

    /// The first four bytes of SHA-256 over the name, a newline, the type and the public key.
    static func id(
        name: String, type: UInt8 = ed25519, publicKey: some Sequence<UInt8>
    ) -> UInt32 {
        let hashed = Array(name.utf8) + [ExactText.newline, type] + publicKey
        return bigEndian(SHA256.hash(data: hashed).prefix(4))
    }

    /// Whether a key name has no spaces, no plus sign and no control characters.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20
            }
    }

    static func bigEndian(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func bytes(of id: UInt32) -> [UInt8] {
        [UInt8(id >> 24), UInt8(id >> 16 & 255), UInt8(id >> 8 & 255), UInt8(id & 255)]
    }
}
