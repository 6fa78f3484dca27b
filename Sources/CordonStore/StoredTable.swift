/// A table as `cordon fsck` reads it: which columns it has, of which kind, and what names a row.
///
/// A class, because every row that is read refers to its table.
package final class StoredTable: Sendable {
    package let name: String
    let source: SQL
    package let columns: [StoredColumn]
    /// How many of the columns, from the first, are the primary key.
    package let keyCount: Int
    /// Rows are read in the order of the key, which is one integer, and not as they lie.
    let isInOrder: Bool
    /// Rows read at once: fewer where they are large.
    let pageSize: Int

    private init(
        _ name: StaticString, _ columns: [StoredColumn], keyCount: Int = 1,
        isInOrder: Bool = false, pageSize: Int = 1_000
    ) {
        self.name = name.description
        source = SQL(stringLiteral: name)
        self.columns = columns
        self.keyCount = keyCount
        self.isInOrder = isInOrder
        self.pageSize = pageSize
    }

    var key: ArraySlice<StoredColumn> { columns.prefix(keyCount) }
}

/// One column with the kind of value that every row of it must hold.
package struct StoredColumn: Sendable {
    package enum Kind: String, Sendable { case integer, text, blob }

    package let name: String
    let source: SQL
    package let kind: Kind
    /// Whether it may hold nothing.
    package let isOptional: Bool

    fileprivate init(_ name: StaticString, _ kind: Kind, isOptional: Bool = false) {
        self.name = name.description
        source = SQL(stringLiteral: name)
        self.kind = kind
        self.isOptional = isOptional
    }

    fileprivate static func integer(_ name: StaticString) -> StoredColumn {
        StoredColumn(name, .integer)
    }

    fileprivate static func text(_ name: StaticString) -> StoredColumn { StoredColumn(name, .text) }

    fileprivate static func blob(_ name: StaticString) -> StoredColumn { StoredColumn(name, .blob) }
}

extension StoredTable {
    package static let journal = StoredTable(
        "journal",
        [
            .integer("idx"), .integer("at_ms"), .text("actor"), .text("stream"), .text("kind"),
            .text("cause"), .blob("leaf"),
        ], isInOrder: true)

    package static let journalContent = StoredTable(
        "journal_content", [.integer("idx"), .blob("nonce"), .blob("body")], isInOrder: true)

    package static let checkpoint = StoredTable(
        "checkpoint", [.integer("size"), .text("note")], isInOrder: true)

    package static let logHead = StoredTable(
        "log_head", [.integer("id"), .integer("size"), .blob("frontier")])

    package static let workflow = StoredTable(
        "workflow",
        [
            .text("key"), .integer("version"), .integer("revision"), .text("state"), .text("body"),
        ], pageSize: 200)

    package static let incident = StoredTable(
        "incident",
        [
            .integer("year"), .integer("sequence"), .text("number"), .integer("version"),
            .integer("revision"), StoredColumn("workflow", .text, isOptional: true),
            .text("reporter"), .text("state"), .text("kind"), .integer("level"),
            .integer("provisional"), .integer("reported_at_ms"), .text("body"),
        ], keyCount: 2, pageSize: 200)

    package static let controlFailure = StoredTable(
        "control_failure", [.text("control"), .text("incident"), .integer("at_ms")], keyCount: 2)

    package static let policyVersion = StoredTable(
        "policy_version", [.integer("version"), .text("digest"), .text("yaml")], pageSize: 50)

    package static let account = StoredTable(
        "account", [.text("id"), .text("login"), .integer("version"), .text("body")],
        pageSize: 200)

    package static let credential = StoredTable(
        "credential", [.text("account"), .text("hash")])

    /// One at a time: each may be as large as an upload.
    package static let attachment = StoredTable(
        "attachment", [.text("sha256"), .blob("bytes")], pageSize: 1)

    package static let idempotency = StoredTable(
        "idempotency",
        [
            .text("account"), .text("key"), .text("fingerprint"), .integer("status"),
            .text("media_type"), .blob("body"), .integer("at_ms"), .text("sum"),
        ], keyCount: 2, pageSize: 50)

    package static let tokenUse = StoredTable(
        "token_use", [.text("token"), .integer("at_ms"), .text("sum")])

    package static let schemaMigration = StoredTable(
        "schema_migration",
        [.integer("number"), .text("name"), .integer("applied_at_ms"), .text("digest")])
}

/// The tables of evidence.
extension StoredTable {
    package static let evidence = StoredTable(
        "evidence",
        [
            .integer("idx"), .integer("source"), .integer("kind"), .integer("at_ms"),
            .integer("received_ms"), .blob("id"), .blob("dedupe"), .blob("leaf"),
        ], isInOrder: true)

    package static let evidenceBody = StoredTable(
        "evidence_body",
        [
            .integer("idx"), .integer("master"), .blob("wrapped"), .integer("dictionary"),
            .blob("sealed"),
        ], isInOrder: true, pageSize: 256)

    package static let evidenceGone = StoredTable(
        "evidence_gone",
        [.integer("idx"), .text("why"), .integer("event"), .blob("entry")], isInOrder: true)

    package static let evidenceDictionary = StoredTable(
        "evidence_dictionary",
        [
            .integer("num"), .text("sha256"), .integer("master"), .blob("wrapped"),
            .blob("sealed"),
        ], pageSize: 16)

    package static let evidenceSource = StoredTable(
        "evidence_source",
        [.integer("num"), .text("key"), .integer("first_idx"), .integer("first_ms")])

    package static let evidenceSeen = StoredTable(
        "evidence_seen",
        [
            .integer("source"), .text("aspect"), .text("value"), .integer("idx"),
            .integer("at_ms"),
        ], keyCount: 3)

    package static let evidenceGap = StoredTable(
        "evidence_gap",
        [
            .integer("source"), .text("kind"), .integer("opened_ms"),
            StoredColumn("closed_ms", .integer, isOptional: true), .text("detail"),
        ], keyCount: 3)

    package static let hold = StoredTable(
        "hold",
        [
            .text("id"), .integer("version"), .text("workflow"), .integer("released"),
            .text("body"),
        ], pageSize: 200)

    /// Few at a time: each may name ten thousand records.
    package static let erasure = StoredTable(
        "erasure", [.text("id"), .integer("version"), .text("state"), .text("body")],
        pageSize: 20)

    package static let approval = StoredTable(
        "approval",
        [
            .text("id"), .integer("version"), .text("workflow"), .text("state"), .text("asked"),
            .text("granted"), .integer("expires_ms"), .text("body"),
        ], pageSize: 50)

    package static let tileRoot = StoredTable(
        "tile_root", [.integer("level"), .integer("idx"), .blob("hash")], keyCount: 2)

    package static let searchRun = StoredTable(
        "search_run",
        [.text("id"), .text("incident"), .text("state"), .text("body"), .text("sum")],
        pageSize: 50)

    package static let searchHit = StoredTable(
        "search_hit", [.text("run"), .integer("idx"), .text("terms"), .text("sum")], keyCount: 2)

    package static let cosignature = StoredTable(
        "cosignature", [.integer("size"), .text("witness"), .text("line")], keyCount: 2)

    package static let timestampToken = StoredTable(
        "timestamp_token", [.integer("size"), .text("authority"), .blob("token")], keyCount: 2,
        pageSize: 50)
}
