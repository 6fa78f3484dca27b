package import CordonStore

/// What a rotation of the master key has wrapped anew.
package struct KeyRotation: Equatable, Sendable {
    /// The number of the key that wraps everything now.
    package let key: Int
    package var records = 0
    package var dictionaries = 0
    /// Lists of names that look backs are kept with.
    package var lists = 0
}

extension Operations {
    /// Wraps everything that an older master key wraps with the newest one, offline.
    ///
    /// The caller has written the file with both keys before, and removes the older ones from it
    /// only after this has returned. A crash at any point is healed by running it again: each batch
    /// is one durable transaction that looks for what is not wrapped by the newest key yet, and as
    /// long as the file holds all keys, everything stored can be opened, half done or not.
    ///
    /// - Throws: `SealError` when something does not open; what was done so far stays done.
    package func rotateKeys(to masters: MasterKeys) async throws -> KeyRotation {
        // The index is ended first: it must not make a shard with the older key behind us. Its
        // files are made again from the records, so a crash that leaves some of them costs nothing;
        // one that stays until the older key is gone is removed at the next start, as it no longer
        // opens.
        try search.closeAndRemove()
        var rotation = KeyRotation(key: masters.newest.number)
        var place: Int64? = 0
        while let from = place {
            let outside = outside
            let done = try await store.write { transaction in
                try transaction.rewrap(masters: masters, from: from, limit: Self.rewrapBatch) {
                    outside.randomBytes($0)
                }
            }
            rotation.records += done.count
            place = done.next
        }
        let outside = outside
        rotation.dictionaries = try await store.write { transaction in
            try transaction.rewrapDictionaries(masters: masters) { outside.randomBytes($0) }
        }
        rotation.lists = try await store.write { transaction in
            try transaction.rewrapLists(masters: masters) { outside.randomBytes($0) }
        }
        // The older form of what was wrapped stays in the write-ahead log until it is cut off.
        try await store.truncateLog()
        return rotation
    }

    /// Records of one transaction.
    private static let rewrapBatch = 2_000
}

extension Transaction {
    /// Wraps the keys of the lists of all look backs anew.
    ///
    /// - Returns: how many there were.
    func rewrapLists(masters: MasterKeys, nonce: (Int) -> [UInt8]) throws -> Int {
        var count = 0
        for stored in try storedRuns() {
            var run = try LookbackRun(stored)
            guard run.list.master != masters.newest.number else { continue }
            run.list = try run.list.rewrapped(
                owner: run.listOwner, masters: masters, nonce: nonce(12))
            try runSave(try run.stored())
            count += 1
        }
        return count
    }
}
