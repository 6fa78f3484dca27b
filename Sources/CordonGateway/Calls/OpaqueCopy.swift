import CordonCore
import CordonOperations
import Crypto
import Foundation
import NIOCore
import Synchronization

/// What is kept of a body that passes unread: its beginning, its size and its SHA-256.
///
/// Safe to share: everything that changes is behind one lock.
final class OpaqueCopy: Sendable {
    private struct State {
        var kept: [UInt8] = []
        var size = 0
        var hash = SHA256()
    }

    private let state: Mutex<State>

    init() { state = Mutex(State()) }

    private init(_ state: State) { self.state = Mutex(state) }

    /// A copy that has this piece as well.
    func with(_ piece: ByteBuffer) -> OpaqueCopy {
        let copy = OpaqueCopy(state.withLock { $0 })
        copy.take(piece)
        return copy
    }

    func take(_ piece: ByteBuffer) {
        state.withLock { state in
            state.size += piece.readableBytes
            piece.withUnsafeReadableBytes { state.hash.update(bufferPointer: $0) }
            let room = max(0, Gateway.opaqueKept - state.kept.count)
            state.kept.append(contentsOf: piece.readableBytesView.prefix(room))
        }
    }

    /// Whether there is more than what is kept.
    var isTruncated: Bool { state.withLock { $0.size > $0.kept.count } }

    var size: Int { state.withLock { $0.size } }

    /// As JSON: text as text, anything else in base64.
    var json: [UInt8] {
        state.withLock { state in
            var json = JSONText(capacity: state.kept.count + 160)
            json.beginObject()
            json.member("bytes", state.size)
            json.member("sha256", Hex.text(state.hash.finalize()))
            if let text = String(validating: state.kept, as: UTF8.self) {
                json.member("text", text)
            } else {
                json.member("base64", Data(state.kept).base64EncodedString())
            }
            json.endObject()
            return json.bytes
        }
    }

    /// Its size and its digest alone.
    var digestJSON: [UInt8] {
        state.withLock { state in
            var json = JSONText()
            json.beginObject()
            json.member("bytes", state.size)
            json.member("sha256", Hex.text(state.hash.finalize()))
            json.endObject()
            return json.bytes
        }
    }
}
