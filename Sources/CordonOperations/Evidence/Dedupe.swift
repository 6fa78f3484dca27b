import CordonCore
import Crypto
import FoundationEssentials

/// What a record is told apart by: eight bytes that name it and eight of what it says.
///
/// Without a name of the sender's own, what it says is its name. Everything that goes in stands in
/// the record, so that it can be made again from what is kept.
struct Dedupe {
    let workflow: String
    let kind: String
    let trace: String?
    let span: String?
    /// When it happened, as the sender said it; `nil` when the sender did not say.
    let at: String?
    let actor: String?
    let target: String?
    /// The sender's own name for the record.
    let key: String?

    /// Over the committed bytes; the envelope, which is the first, is left out.
    func bytes(_ groups: [[UInt8]]) -> [UInt8] {
        var content = SHA256()
        for text in [workflow, kind, trace, span, at, actor, target] {
            var text = text ?? ""
            text.withUTF8 { content.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            Self.separate(&content)
        }
        for group in groups.dropFirst() {
            group.withUnsafeBytes { content.update(bufferPointer: $0) }
            Self.separate(&content)
        }
        let said = content.finalize().prefix(8)
        guard let key else { return Array(said) + Array(said) }
        let named = SHA256.hash(data: Array("\(workflow)\u{0}\(key)".utf8)).prefix(8)
        return Array(named) + Array(said)
    }

    private static func separate(_ content: inout SHA256) {
        withUnsafeBytes(of: UInt8(0)) { content.update(bufferPointer: $0) }
    }
}
