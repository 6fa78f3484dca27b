import CordonCore
import CordonLedger
import CordonStore

/// The Merkle tree of the log, built anew from the leaves and compared with every checkpoint.
final class FsckTree {
    private let findings: FsckFindings
    /// Over the leaves as they are stored.
    private var stored = Grown()
    /// Over the leaves that the contents give, from the first that is another.
    private var given: Grown?
    /// Entries whose leaf and content do not fit: the next checkpoint says which of them is right.
    private var suspects: [Suspect] = []
    /// The size of the newest checkpoint whose root is right.
    private(set) var sizeProved: UInt64 = 0
    /// An entry is missing or none of the roots fits: from then on every root would be wrong.
    private(set) var isLost = false

    /// A tree with the tiles that it has filled.
    private struct Grown {
        var frontier = MerkleFrontier()
        var tiles: [TileRoot] = []

        mutating func append(_ leaf: MerkleHash) {
            frontier.append(leaf) { tiles.append($0) }
        }
    }

    /// An entry that is not what it has to be, wherever that lies.
    struct Suspect {
        /// Where in the findings the content is blamed.
        let place: Int
        /// What has to be said instead when it is the leaf that was changed.
        let otherwise: [FsckFinding]
        /// Its content cannot be opened, so that nobody knows what leaf it would give.
        let isClosed: Bool
    }

    init(_ findings: FsckFindings) { self.findings = findings }

    var root: MerkleHash? { isLost ? nil : stored.frontier.root }

    var hashes: [MerkleHash] { stored.frontier.hashes }

    /// The roots of the tiles that are full, as far as the leaves are known.
    var tiles: [TileRoot] { stored.tiles }

    func lose() { isLost = true }

    /// Takes in the next leaf as it is stored, and as its content gives it.
    func append(_ leaf: MerkleHash, given other: MerkleHash? = nil, suspect: Suspect? = nil) {
        if let suspect { suspects.append(suspect) }
        if isLost { return }
        if let other, other != leaf, given == nil { given = stored }
        given?.append(other ?? leaf)
        stored.append(leaf)
    }

    /// Compares the tree, which has reached the checkpoint's size, with what was signed.
    func judge(_ checkpoint: Checkpoint) {
        guard !isLost else { return }
        let size = checkpoint.size
        if checkpoint.root == stored.frontier.root {
            // The leaves are the signed ones, so it is the contents that were changed.
        } else if let given, checkpoint.root == given.frontier.root {
            blameLeaves { !$0.isClosed }
            stored = given
        } else {
            blameLeaves { $0.isClosed }
            isLost = true
            let last = size - 1
            let range = last == sizeProved ? "\(last)" : "\(sizeProved)…\(last)"
            findings.add(
                StoredTable.journal.name, range, "leaf",
                "The checkpoint of \(size) entries signs another root: one of these entries is "
                    + "not the one that was signed.")
            return
        }
        given = nil
        suspects = []
        sizeProved = size
    }

    /// It is not the contents but the rows with their leaves that were changed.
    private func blameLeaves(of isMeant: (Suspect) -> Bool) {
        // From the last, so that the places of the others stay as they are.
        for suspect in suspects.reversed() where isMeant(suspect) {
            findings.replace(at: suspect.place, with: suspect.otherwise)
        }
    }
}
