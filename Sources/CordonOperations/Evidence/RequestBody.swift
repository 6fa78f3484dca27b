package import CordonCore
import CordonStore

/// A request's bytes as they came, and how they were compressed.
package struct CaptureBody: Sendable {
    private let bytes: [UInt8]
    private let coding: Expansion.Coding?

    /// - Throws: a refusal for a coding that is not known.
    package init(_ bytes: [UInt8], encoding: String?) throws(Refusal) {
        self.bytes = bytes
        switch encoding?.lowercased() {
        case nil, "", "identity": coding = nil
        case let name?:
            guard let known = Expansion.Coding(rawValue: name) else {
                throw Refusal(
                    .unsupportedMediaType,
                    "Content-Encoding is identity, gzip or zstd, not \(name).")
            }
            coding = known
        }
    }

    package var size: Int { bytes.count }

    /// Called on a sealing thread, as expanding takes a while.
    ///
    /// - Throws: a refusal when it is no such stream or becomes larger than a request may be.
    package func expanded() throws(Refusal) -> [UInt8] {
        guard let coding else { return bytes }
        do throws(Expansion.Fault) {
            return try Expansion.expand(bytes, coding, limit: Capture.bytesAtMost)
        } catch {
            switch error {
            case .broken:
                throw Refusal(.invalidInput, "The body is not compressed with \(coding.rawValue).")
            case .tooLarge(let limit):
                throw Refusal(
                    .tooLarge, "The body expands to more than \(limit) bytes: send less at once.")
            }
        }
    }
}
