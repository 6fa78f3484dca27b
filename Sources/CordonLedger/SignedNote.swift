/// A signed note taken apart but not yet verified (c2sp.org/signed-note, "Format").
///
/// Nothing in it may be believed before a ``NoteVerifier`` has accepted the note.
struct SignedNote {
    struct Signature {
        let name: String
        let keyID: UInt32
        let bytes: [UInt8]
    }

    /// The specification asks for at least 16; the bound keeps a hostile note cheap to refuse.
    static let maximumSignatures = 100
    static let maximumSize = 1 << 20

    private static let dash = Array("— ".utf8)

    /// The signed text with its final newline.
    let text: String
    let signatures: [Signature]

    init(parsing note: String) throws(NoteError) {
        let bytes = Array(note.utf8)
        guard bytes.count <= SignedNote.maximumSize else { throw .tooLarge }
        guard ExactText.isPlain(bytes) else { throw .controlCharacter }
        guard let end = SignedNote.endOfText(bytes), bytes.count > end + 1,
            bytes.last == ExactText.newline
        else { throw .malformedNote }
        text = String(decoding: bytes[..<end], as: UTF8.self)
        let lines = bytes[(end + 1)...].dropLast().split(
            separator: ExactText.newline, omittingEmptySubsequences: false)
        guard lines.count <= SignedNote.maximumSignatures else { throw .tooLarge }
        var signatures: [Signature] = []
        for line in lines { signatures.append(try SignedNote.signature(line)) }
        self.signatures = signatures
    }

    static func compose(text: String, name: String, keyID: UInt32, signature: [UInt8]) -> String {
        "\(text)\n\(line(name: name, keyID: keyID, signature: signature))"
    }

    static func line(name: String, keyID: UInt32, signature: [UInt8]) -> String {
        "— \(name) \(ExactText.base64(NoteKey.bytes(of: keyID) + signature))\n"
    }

    /// The count of bytes before the last empty line; the text may hold empty lines of its own.
    private static func endOfText(_ bytes: [UInt8]) -> Int? {
        guard bytes.count > 1 else { return nil }
        return (1..<bytes.count).last {
            bytes[$0 - 1] == ExactText.newline && bytes[$0] == ExactText.newline
        }
    }

    private static func signature(_ line: ArraySlice<UInt8>) throws(NoteError) -> Signature {
        guard line.starts(with: dash) else { throw .malformedNote }
        let fields = line.dropFirst(dash.count).split(
            separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard fields.count == 2 else { throw .malformedNote }
        let name = String(decoding: fields[0], as: UTF8.self)
        guard NoteKey.isName(name),
            let bytes = ExactText.bytes(base64: String(decoding: fields[1], as: UTF8.self)),
            bytes.count > 4
        else { throw .malformedNote }
        return Signature(
            name: name, keyID: NoteKey.bigEndian(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }
}

/// Why a note or a note key was refused.
public enum NoteError: Error, Hashable, Sendable {
    /// The key text is not a name, a key ID and a key.
    case malformedKey
    /// The key name is empty or holds a space, a plus sign or a control character.
    case invalidName
    /// The key is for another kind of signature; the byte is its signature type.
    case unsupportedKeyType(UInt8)
    /// The key ID in the key text is not the one that its name and key give.
    case keyIDMismatch
    /// The note is not a text, an empty line and signature lines.
    case malformedNote
    /// The note holds an ASCII control character other than newline.
    case controlCharacter
    /// The note is longer than a mebibyte or has more than a hundred signatures.
    case tooLarge
    /// The text to sign does not end in a newline.
    case unfinishedText
    /// The signature that claims to be by this key is wrong.
    case badSignature(name: String)
    /// No signature is by this key.
    case notSigned(name: String)
    /// The cryptographic library could not sign.
    case signingFailed
}

extension NoteError: CustomStringConvertible {
    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .malformedKey: "The key is not of the form name+id+key."
        case .invalidName: "A key name must hold no spaces, plus signs or control characters."
        case .unsupportedKeyType(let type): "A key of type \(type) does not make these signatures."
        case .keyIDMismatch: "The key ID does not belong to this name and key."
        case .malformedNote: "This is not a signed note."
        case .controlCharacter: "A note must hold no control characters but newline."
        case .tooLarge: "The note is too long or has too many signatures."
        case .unfinishedText: "The text of a note must end in a newline."
        case .badSignature(let name): "The signature by \(name) does not fit the text."
        case .notSigned(let name): "The note is not signed by the known key of \(name)."
        case .signingFailed: "The text could not be signed."
        }
    }
}
