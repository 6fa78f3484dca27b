import Foundation

/// A file for what is larger than memory and is needed only until it is let go.
///
/// It loses its name as soon as it is made, so nobody else opens it, and the system removes it with
/// its last use or after a crash. Written by one and then read by any: an append and a read at the
/// same time are both calls of the system, which keeps them apart.
package final class AnonymousFile: Sendable {
    private let file: OpenFile

    /// Makes it in a folder that is there.
    ///
    /// - Throws: `StoreError.full` when there is no space, else `.broken` or `.misconfigured`.
    package init(in folder: String) throws(StoreError) {
        file = try OpenFile(temporaryIn: folder)
    }

    /// Writes all of it behind what was written before.
    package func append(_ bytes: [UInt8]) throws(StoreError) { try file.write(bytes[...]) }

    /// The bytes from a place on, at most `count` of them; fewer only at the end.
    package func read(_ count: Int, at place: Int) throws(StoreError) -> [UInt8] {
        try file.read(count, at: place)
    }
}
