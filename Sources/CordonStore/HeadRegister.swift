package import CordonLedger

/// The newest head of the log, kept outside the data directory, so that a log that was set back or
/// that has forked is noticed before it goes on.
///
/// A database cannot know that it is an older copy of itself: everything in it agrees. The register
/// is one file with one signed checkpoint, on another disk or another machine's share. It is
/// checked before the first write of a start, and follows the log after each published checkpoint.
///
/// What it does not see: entries after the last checkpoint that reached it. It never runs ahead of
/// the log, because a checkpoint is handed to it only when it is durable in the database.
package struct HeadRegister: Sendable {
    /// The leaf hashes of the log from an index up to, not including, another.
    package typealias Leaves = (_ from: UInt64, _ to: UInt64) throws -> [MerkleHash]

    package let path: String
    private let verifier: NoteVerifier

    /// - Throws: ``HeadRegisterFault/insideData(path:directory:)`` when the file would lie in
    ///   `directory`, where whatever sets the database back would set the register back as well.
    package init(
        _ path: String, outside directory: String, verifier: NoteVerifier
    ) throws(HeadRegisterFault) {
        guard !Folder(directory).holds(path) else {
            throw .insideData(path: path, directory: directory)
        }
        self.path = path
        self.verifier = verifier
    }

    /// Refuses a log that is not what was registered, or that does not begin with it.
    ///
    /// Reads the log up to the registered size, once.
    ///
    /// - Parameters:
    ///   - size: how many entries the log has.
    ///   - leaves: where their leaf hashes come from.
    /// - Returns: the edge of the log at the registered size, for ``advance(to:from:leaves:)``; an
    ///   empty one when nothing was registered yet.
    /// - Throws: ``HeadRegisterFault``, `StoreError`, and what `leaves` throws.
    package func check(size: UInt64, leaves: Leaves) throws -> MerkleFrontier {
        try check(size: size) { try MerkleFrontier().extended(to: $0, by: leaves) }
    }

    /// The same for a log that keeps its tiles and gives its edge at any size, so that its length
    /// does not matter.
    package func check(
        size: UInt64, edge: (_ size: UInt64) throws -> MerkleFrontier
    ) throws -> MerkleFrontier {
        guard let registered = try read() else { return MerkleFrontier() }
        guard registered.size <= size else {
            throw HeadRegisterFault.setBack(path: path, registered: registered.size, log: size)
        }
        let edge = try edge(registered.size)
        guard edge.root == registered.root else {
            throw HeadRegisterFault.forked(
                path: path, size: registered.size, registered: registered.root, log: edge.root)
        }
        return edge
    }

    /// Registers a newer head, durably, once it is worked out that it continues the registered one.
    ///
    /// A head that is not newer changes nothing. A crash leaves the old head or the new one.
    ///
    /// - Parameters:
    ///   - note: the signed checkpoint, already durable in the database.
    ///   - edge: what ``check(size:leaves:)`` or the last call of this returned.
    ///   - leaves: where the leaf hashes of the log come from.
    /// - Returns: the edge of the log at the size that is registered now.
    /// - Throws: ``HeadRegisterFault``, `StoreError`, and what `leaves` throws.
    package func advance(
        to note: String, from edge: MerkleFrontier, leaves: Leaves
    ) throws -> MerkleFrontier {
        let head = try opened(note)
        let registered = try read()
        guard (registered?.size ?? 0) == edge.size, registered.map({ $0.root == edge.root }) ?? true
        else { throw HeadRegisterFault.changed(path: path) }
        guard head.size > edge.size else {
            guard head.size < edge.size || head.root == edge.root else {
                throw HeadRegisterFault.forked(
                    path: path, size: head.size, registered: edge.root, log: head.root)
            }
            return edge
        }
        let grown = try edge.extended(to: head.size, by: leaves)
        guard grown.root == head.root else {
            throw HeadRegisterFault.unfounded(size: head.size, signed: head.root, log: grown.root)
        }
        try DurableFile(path).write(note)
        return grown
    }

    private func read() throws -> Checkpoint? {
        guard let note = try DurableFile(path).readText() else {
            // A disk that is not there must not look like a register that was never written.
            try Folder(of: path).demand()
            return nil
        }
        return try opened(note)
    }

    private func opened(_ note: String) throws(HeadRegisterFault) -> Checkpoint {
        do {
            return try Checkpoint.open(note, verifier: verifier)
        } catch {
            throw .unreadable(path: path, reason: error.description)
        }
    }
}

extension MerkleFrontier {
    /// Leaves that are asked for at once: 128 KiB.
    private static let step: UInt64 = 4_096

    fileprivate func extended(
        to end: UInt64, by leaves: HeadRegister.Leaves
    ) throws -> MerkleFrontier {
        var edge = self
        while edge.size < end {
            let stop = min(end, edge.size + Self.step)
            let found = try leaves(edge.size, stop)
            guard found.count == Int(stop - edge.size) else {
                throw StoreError.unreadable(table: "journal", column: "leaf")
            }
            for leaf in found { edge.append(leaf) }
        }
        return edge
    }
}

/// Why the log may not go on, or why the register cannot be used.
package enum HeadRegisterFault: Error, Equatable {
    /// The log has fewer entries than were registered.
    case setBack(path: String, registered: UInt64, log: UInt64)
    /// The log has another history than the registered one.
    case forked(path: String, size: UInt64, registered: MerkleHash, log: MerkleHash)
    /// A checkpoint was signed that the entries of the log do not give.
    case unfounded(size: UInt64, signed: MerkleHash, log: MerkleHash)
    /// The file holds no checkpoint that this log's key has signed.
    case unreadable(path: String, reason: String)
    /// The file is not what was left in it: somebody else writes it.
    case changed(path: String)
    /// The register lies where it is set back together with the database.
    case insideData(path: String, directory: String)
}

extension HeadRegisterFault: CustomStringConvertible {
    /// What happened, and what to do: in one line.
    package var description: String {
        switch self {
        case .setBack(let path, let registered, let log):
            "the log was set back: it has \(log) entries, but \(path) knows of \(registered), so "
                + "\(registered - log) acknowledged entries are gone. Put a newer backup or the "
                + "old disk back; going on from here would give their numbers to other entries. "
                + "docs/operations.md says what to do when nothing newer is left"
        case .forked(let path, let size, let registered, let log):
            "the log has another history than \(path) knows of: at \(size) entries its root is "
                + "\(log.base64), and was \(registered.base64). Keep both, run cordon fsck, and "
                + "find out where this database comes from; docs/operations.md has the steps"
        case .unfounded(let size, let signed, let log):
            "the checkpoint of \(size) entries has the root \(signed.base64), but the entries give "
                + "\(log.base64): stop the server and run cordon fsck"
        case .unreadable(let path, let reason):
            "\(path) is no head of this log: \(reason) Name this log's own file in head_register, "
                + "or put its content back"
        case .changed(let path):
            "\(path) was changed by somebody else: let one server alone write it, and start again"
        case .insideData(let path, let directory):
            "\(path) lies in the data directory \(directory) and would be set back with it: name a "
                + "file elsewhere in head_register, best on another disk"
        }
    }
}
