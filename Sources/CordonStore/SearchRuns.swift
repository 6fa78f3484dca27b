import CordonLedger
import Crypto
import FoundationEssentials

/// A look back through the records as it is kept between two starts.
package struct StoredRun: Equatable, Sendable {
    package let id: String
    package let incident: String
    package let state: String
    package let body: String

    package init(id: String, incident: String, state: String, body: String) {
        self.id = id
        self.incident = incident
        self.state = state
        self.body = body
    }

    /// A sum over the row, for `cordon fsck`: what is under way is not in the journal yet.
    var sum: String { Merkle.leaf(Data("\(id)\u{0}\(incident)\u{0}\(state)\u{0}\(body)".utf8)).hex }
}

/// A record in which a look back has found something, with the numbers of what it found.
package struct StoredHit: Equatable, Sendable {
    package let index: UInt64
    package let terms: [Int]

    package init(index: UInt64, terms: [Int]) {
        self.index = index
        self.terms = terms
    }

    var text: String { terms.map(String.init).joined(separator: ",") }

    func sum(_ run: String) -> String { Self.sum("\(run)\u{0}\(index)\u{0}\(text)") }

    fileprivate static func sum(_ row: String) -> String { Merkle.leaf(Data(row.utf8)).hex }
}

extension Transaction {
    package func runSave(_ run: StoredRun) throws {
        try self.run(
            """
            INSERT INTO search_run (id, incident, state, body, sum)
            VALUES (\(run.id), \(run.incident), \(run.state), \(run.body), \(run.sum))
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body,
                sum = excluded.sum
            """)
    }

    package func storedRun(_ id: String) throws -> StoredRun? {
        try row("SELECT id, incident, state, body FROM search_run WHERE id = \(id)")
            .map(StoredRun.init)
    }

    package func storedRuns(incident: String) throws -> [StoredRun] {
        try rows(
            """
            SELECT id, incident, state, body FROM search_run WHERE incident = \(incident)
            ORDER BY id
            """
        ).map(StoredRun.init)
    }

    package func storedRuns(state: String) throws -> [StoredRun] {
        try rows(
            "SELECT id, incident, state, body FROM search_run WHERE state = \(state) ORDER BY id"
        ).map(StoredRun.init)
    }

    /// All of them; there are as many as people have asked for.
    package func storedRuns() throws -> [StoredRun] {
        try rows("SELECT id, incident, state, body FROM search_run ORDER BY id")
            .map(StoredRun.init)
    }

    package func hitSave(_ hit: StoredHit, run: String) throws {
        try self.run(
            """
            INSERT INTO search_hit (run, idx, terms, sum)
            VALUES (\(run), \(Int64(hit.index)), \(hit.text), \(hit.sum(run)))
            ON CONFLICT (run, idx) DO NOTHING
            """)
    }

    /// Hits in the order of the log, from behind a place.
    package func hits(
        run: String, from index: UInt64, limit: Int
    ) throws -> [StoredHit] {
        try rows(
            """
            SELECT idx, terms FROM search_hit
            WHERE run = \(run) AND idx >= \(Int64(clamping: index)) ORDER BY idx LIMIT \(limit)
            """
        ).map { row in
            StoredHit(
                index: UInt64(try row.integer("idx")),
                terms: try row.text("terms").split(separator: ",").compactMap { Int($0) })
        }
    }

    package func hitCount(run: String) throws -> Int {
        Int(try row("SELECT count(*) AS n FROM search_hit WHERE run = \(run)")?.integer("n") ?? 0)
    }

    /// How many records of a stretch of the log a window covers, and of how many the content is
    /// gone.
    package func evidencePopulation(
        from: UInt64, to: UInt64, sources: [Int], window: ClosedRange<Int64>
    ) throws -> (records: Int, gone: Int) {
        guard !sources.isEmpty else { return (0, 0) }
        let wanted = SQL.joined(sources.map { "\($0)" })
        let row = try row(
            """
            SELECT count(*) AS n, count(g.idx) AS gone FROM evidence e
            LEFT JOIN evidence_gone g ON g.idx = e.idx
            WHERE e.idx >= \(Int64(from)) AND e.idx < \(Int64(clamping: to))
                AND e.at_ms BETWEEN \(window.lowerBound) AND \(window.upperBound)
                AND e.source IN (\(fragment: wanted))
            """)
        return (Int(try row?.integer("n") ?? 0), Int(try row?.integer("gone") ?? 0))
    }
}

extension StoredRow {
    /// Whether the sum of a row of `search_run` or `search_hit` fits; `nil` when a column cannot be
    /// read.
    package var runSumFits: Bool? {
        guard let sum = text("sum") else { return nil }
        if let run = text("run"), let index = integer("idx"), let terms = text("terms") {
            return StoredHit.sum("\(run)\u{0}\(index)\u{0}\(terms)") == sum
        }
        guard let id = text("id"), let incident = text("incident"), let state = text("state"),
            let body = text("body")
        else { return nil }
        return StoredRun(id: id, incident: incident, state: state, body: body).sum == sum
    }
}

extension StoredRun {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.text("id"), incident: try row.text("incident"),
            state: try row.text("state"), body: try row.text("body"))
    }
}

/// A text that is kept sealed under a key of its own, such as the names of a look back.
package struct SealedText: Codable, Equatable, Sendable {
    package let master: Int
    package let wrapped: [UInt8]
    package let sealed: [UInt8]

    package init(
        _ text: String, owner: String, masters: MasterKeys, secret: RecordSecret, nonce: [UInt8]
    ) throws {
        let wrappedSecret = try WrappedSecret(
            secret, for: Data(owner.utf8), with: masters.newest, nonce: nonce)
        master = wrappedSecret.master
        wrapped = wrappedSecret.bytes
        let box = try AES.GCM.seal(
            Array(text.utf8), using: secret.key,
            nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
            authenticating: Data(owner.utf8))
        sealed = Array(box.ciphertext + box.tag)
    }

    private init(_ wrapped: WrappedSecret, sealed: [UInt8]) {
        master = wrapped.master
        self.wrapped = wrapped.bytes
        self.sealed = sealed
    }

    /// The same text with its key under the newest master key.
    package func rewrapped(
        owner: String, masters: MasterKeys, nonce: [UInt8]
    ) throws -> SealedText {
        let owner = Data(owner.utf8)
        let secret = try WrappedSecret(master: master, bytes: wrapped).opened(
            for: owner, with: masters)
        let anew = try WrappedSecret(secret, for: owner, with: masters.newest, nonce: nonce)
        return SealedText(anew, sealed: sealed)
    }

    package func opened(owner: String, masters: MasterKeys) throws -> String {
        let secret = try WrappedSecret(master: master, bytes: wrapped).opened(
            for: Data(owner.utf8), with: masters)
        guard sealed.count >= 16 else { throw SealError.broken }
        let box = try AES.GCM.SealedBox(
            nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
            ciphertext: sealed.dropLast(16), tag: sealed.suffix(16))
        return String(
            decoding: try AES.GCM.open(
                box, using: secret.key, authenticating: Data(owner.utf8)), as: UTF8.self)
    }
}
