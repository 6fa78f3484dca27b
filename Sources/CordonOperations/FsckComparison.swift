import CordonCore
import CordonStore
import FoundationEssentials

/// How one row is compared with what it has to be.
extension FsckRun {
    func compare(
        _ row: StoredRow, named name: String, with said: [(column: String, value: SQL.Value)],
        source: String = "the journal"
    ) {
        for difference in row.differences(from: said, name: name, source: source) {
            findings.add(difference)
        }
    }

    /// The key of what a row is about: its own, or, if that was changed, the one that `other`
    /// finds.
    func known<Value>(
        _ row: StoredRow, _ column: String, in values: [String: Value],
        else other: (StoredRow) -> String?
    ) -> String? {
        if let key = row.text(column), values[key] != nil { return key }
        return other(row).flatMap { values[$0] == nil ? nil : $0 }
    }

    func addMissing(_ table: StoredTable, _ row: String) {
        findings.add(table.name, row, nil, "The row is missing.")
    }

    func addSurplus(_ row: StoredRow, because reason: String = "The journal knows nothing of it.") {
        findings.add(row.table.name, row.name, nil, "The row is surplus. \(reason)")
    }

    /// The same value gives the same bytes, so a body has to be equal byte by byte.
    func compareBody(_ row: StoredRow, named name: String, with value: some Encodable) throws {
        guard let stored = row.bytes("body") else { return }
        let expected = try Canonical.bytes(value)
        if stored != expected { addDifference(row, named: name, stored, expected) }
    }

    /// An account holds sets, which are written in any order: the value has to be equal, and the
    /// bytes apart from their order.
    func compareAccount(_ row: StoredRow, named name: String, with account: Account) throws {
        guard let stored = row.bytes("body") else { return }
        let expected = try Canonical.bytes(account)
        // What cannot be read is a difference, whatever the reason.
        let found = try? Canonical.read(Account.self, from: stored)
        if found != account || stored.sorted() != expected.sorted() {
            addDifference(row, named: name, stored, expected)
        }
    }

    /// Names the first field of two JSON objects that differs.
    private func addDifference(
        _ row: StoredRow, named name: String, _ stored: [UInt8], _ expected: [UInt8]
    ) {
        let found = fields(stored)
        let said = fields(expected)
        guard let found, let said else {
            findings.add(row.table.name, name, "body", "It cannot be read.")
            return
        }
        let field = Set(found.keys).union(said.keys).sorted().first { found[$0] != said[$0] }
        findings.add(
            row.table.name, name, field.map { "body.\($0)" } ?? "body",
            "It is not what the journal gives.")
    }

    private func fields(_ bytes: [UInt8]) -> [String: JSONField]? {
        // Only which field differs is asked here; that it differs is known.
        try? JSONDecoder().decode([String: JSONField].self, from: Data(bytes))
    }
}

/// Any JSON, for comparison.
private indirect enum JSONField: Decodable, Equatable {
    case null
    case flag(Bool)
    case number(Double)
    case text([UInt8])
    case list([JSONField])
    case object([String: JSONField])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // One kind after the other: a failure only means that it is another.
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(Array(text.utf8))
        } else if let list = try? container.decode([JSONField].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSONField].self))
        }
    }
}
