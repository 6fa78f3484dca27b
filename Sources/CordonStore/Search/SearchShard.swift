import CordonCore
import Foundation
import GRDB

/// A stretch of the log as it is searched: one file with the words of each record and their folded
/// text in sealed blocks.
///
/// Nothing in it is the record: it can be removed at any time and is made again from the records.
/// It is removed when one of its records is erased, because the words in it are readable.
package final class SearchShard: Sendable {
    /// Places of the log that one shard covers.
    package static let width: UInt64 = 1 << 16

    package static func number(of index: UInt64) -> UInt64 { index / width }

    package let number: UInt64
    private let queue: DatabaseQueue
    private let secret: RecordSecret

    /// Opens the shard's file, or makes it when `secret` says with what key.
    ///
    /// - Throws: when there is no such file, or it is none of ours, or its key cannot be opened.
    package init(
        directory: String, number: UInt64, masters: MasterKeys,
        making parts: (secret: RecordSecret, nonce: [UInt8])? = nil
    ) throws {
        self.number = number
        let path = Self.path(directory, number)
        var configuration = Configuration()
        configuration.readonly = parts == nil
        configuration.busyMode = .timeout(5)
        // One page cache a shard and connection: many are open at once.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -512") }
        if parts == nil, !FileManager.default.fileExists(atPath: path) {
            throw StoreError.unavailable("there is no \(path)")
        }
        SQLiteEngine.countNoMemory()
        queue = try DatabaseQueue(path: path, configuration: configuration)
        if let parts {
            chmod(path, 0o600)
            try Self.make(queue, number, masters, parts)
        }
        secret = try Self.secret(queue, number, masters)
    }

    package func blockSeal() -> BlockSeal { BlockSeal(secret) }

    package func close() {
        // It is only read from here on, or removed: nothing is lost when closing fails.
        try? queue.close()
    }

    static func path(_ directory: String, _ number: UInt64) -> String {
        "\(directory)/\(number).search"
    }

    /// The shards of which any file is there: what a crash has left of one is found as well.
    package static func numbers(in directory: String) -> [UInt64] {
        // A directory that cannot be read has no shards; they are made again.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let found = names.compactMap { name in
            suffixes.first { name.hasSuffix(".search" + $0) }.flatMap {
                UInt64(name.dropLast(7 + $0.utf8.count))
            }
        }
        return Set(found).sorted()
    }

    /// Removes a shard, the file that names it last: a removal that is cut off is seen and done
    /// again.
    package static func remove(directory: String, number: UInt64) throws {
        for suffix in suffixes {
            let path = path(directory, number) + suffix
            guard FileManager.default.fileExists(atPath: path) else { continue }
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// What SQLite adds to a database's name for its other files; those first that go first.
    private static let suffixes = ["-wal", "-shm", "-journal", ""]

    // MARK: Writing

    /// One record as it is indexed: its folded text, and what else it can be found by.
    package struct Entry: Sendable {
        package let text: SearchBlock.Text
        package let facets: [String]

        package init(text: SearchBlock.Text, facets: [String]) {
            self.text = text
            self.facets = facets
        }
    }

    /// Adds records, and notes up to which place of the log the shard is complete.
    ///
    /// A crash before the end leaves nothing of it; the indexer then does it again.
    package func append(
        _ entries: [Entry], through: UInt64, seal: BlockSeal, nonce: () -> [UInt8]
    ) throws {
        try queue.inTransaction { database in
            let words = try database.cachedStatement(
                sql: "INSERT INTO words (rowid, text) VALUES (?, ?)")
            for entry in entries {
                var text = String(decoding: entry.text.folded, as: UTF8.self)
                for facet in entry.facets { text += facet + " " }
                try words.execute(arguments: [Int64(entry.text.index), text])
            }
            for block in Self.blocks(entries.map(\.text)) {
                let sealed = Data(try seal.seal(block, nonce: nonce()))
                try database.execute(
                    sql: "INSERT INTO block (first, last, bytes) VALUES (?, ?, ?)",
                    arguments: [
                        Int64(block[0].index), Int64(block[block.count - 1].index), sealed,
                    ])
            }
            try database.execute(
                sql: "UPDATE state SET through = ?, records = records + ?",
                arguments: [Int64(through), entries.count])
            return .commit
        }
    }

    /// Brings the index of a full shard into one piece, which is smaller and quicker to ask.
    package func finish() throws {
        try queue.inDatabase { database in
            try database.execute(sql: "INSERT INTO words (words) VALUES ('optimize')")
            try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    private static func blocks(_ texts: [SearchBlock.Text]) -> [[SearchBlock.Text]] {
        var blocks: [[SearchBlock.Text]] = []
        var bytes = 0
        for text in texts {
            if blocks.isEmpty || blocks[blocks.count - 1].count >= SearchBlock.recordsAtMost
                || bytes + text.folded.count > SearchBlock.bytesAtMost
            {
                blocks.append([])
                bytes = 0
            }
            blocks[blocks.count - 1].append(text)
            bytes += text.folded.count
        }
        return blocks
    }

    // MARK: Reading

    /// How far the shard is complete, and how many records it holds.
    package func extent() throws -> (through: UInt64, records: Int) {
        try queue.inDatabase { database in
            guard
                let row = try GRDB.Row.fetchOne(
                    database, sql: "SELECT through, records FROM state")
            else { throw StoreError.unreadable(table: "state", column: "through") }
            return (UInt64(row["through"] as Int64), row["records"])
        }
    }

    /// Records that hold all these words somewhere, newest first, below a place of the log.
    ///
    /// The words hold letters and digits only.
    package func candidates(
        _ words: [String], below index: UInt64, limit: Int
    ) throws -> [UInt64] {
        let match = words.map { "\"\($0)\"" }.joined(separator: " ")
        return try queue.inDatabase { database in
            try Int64.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT rowid FROM words WHERE words MATCH ? AND rowid < ?
                        ORDER BY rowid DESC LIMIT ?
                        """),
                arguments: [match, Int64(clamping: index), limit]
            ).map { UInt64($0) }
        }
    }

    /// The next sealed blocks that reach to `index` or beyond, in their order.
    package func blocks(from index: UInt64, limit: Int) throws -> [(last: UInt64, bytes: [UInt8])] {
        try queue.inDatabase { database in
            try GRDB.Row.fetchAll(
                database.cachedStatement(
                    sql: "SELECT last, bytes FROM block WHERE last >= ? ORDER BY first LIMIT ?"),
                arguments: [Int64(clamping: index), limit]
            ).map { (UInt64($0["last"] as Int64), [UInt8]($0["bytes"] as Data)) }
        }
    }

    // MARK: Making

    private static func make(
        _ queue: DatabaseQueue, _ number: UInt64, _ masters: MasterKeys,
        _ parts: (secret: RecordSecret, nonce: [UInt8])
    ) throws {
        let wrapped = try WrappedSecret(
            parts.secret, for: owner(number), with: masters.newest, nonce: parts.nonce)
        try queue.inDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            guard try !database.tableExists("state") else { return }
            try database.execute(
                sql: """
                    CREATE TABLE state (
                        version INTEGER NOT NULL, through INTEGER NOT NULL,
                        records INTEGER NOT NULL, master INTEGER NOT NULL, wrapped BLOB NOT NULL
                    );
                    CREATE TABLE block (
                        first INTEGER PRIMARY KEY, last INTEGER NOT NULL, bytes BLOB NOT NULL
                    );
                    CREATE INDEX block_last ON block (last);
                    CREATE VIRTUAL TABLE words USING fts5 (
                        text, content = '', columnsize = 0, detail = none,
                        tokenize = 'unicode61 remove_diacritics 0'
                    );
                    INSERT INTO words (words, rank) VALUES ('hashsize', 8388608);
                    """)
            try database.execute(
                sql: """
                    INSERT INTO state (version, through, records, master, wrapped)
                    VALUES (?, ?, 0, ?, ?)
                    """,
                arguments: [
                    version, Int64(number * width), wrapped.master, Data(wrapped.bytes),
                ])
        }
    }

    private static func secret(
        _ queue: DatabaseQueue, _ number: UInt64, _ masters: MasterKeys
    ) throws -> RecordSecret {
        let wrapped = try queue.inDatabase { database in
            let row = try GRDB.Row.fetchOne(
                database, sql: "SELECT version, master, wrapped FROM state")
            guard let row, row["version"] == version else {
                throw StoreError.unreadable(table: "state", column: "version")
            }
            return WrappedSecret(master: row["master"], bytes: [UInt8](row["wrapped"] as Data))
        }
        return try wrapped.opened(for: owner(number), with: masters)
    }

    /// Another layout, folding or reading makes another version: older shards are made again.
    package static let version = 10_000 + Folding.version * 100 + EvidenceReading.version

    private static func owner(_ number: UInt64) -> Data { Data("search/\(number)".utf8) }
}
