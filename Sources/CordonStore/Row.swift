/// One row of an answer, read by column name.
///
/// Both engines give the same four kinds of value. A column of another kind than asked for, or one
/// that is not there, is a fault: the statement and its reader disagree, or the data is newer.
package struct Row: Sendable {
    /// Shared by all rows of one answer.
    let columns: [String]
    let values: [SQL.Value]

    package func text(_ column: String) throws -> String {
        guard let text = try textOrNil(column) else { throw unreadable(column) }
        return text
    }

    package func textOrNil(_ column: String) throws -> String? {
        switch try value(column) {
        case .text(let text): text
        case .null: nil
        default: throw unreadable(column)
        }
    }

    package func integer(_ column: String) throws -> Int64 {
        guard let integer = try integerOrNil(column) else { throw unreadable(column) }
        return integer
    }

    package func integerOrNil(_ column: String) throws -> Int64? {
        switch try value(column) {
        case .integer(let integer): integer
        case .null: nil
        default: throw unreadable(column)
        }
    }

    package func blob(_ column: String) throws -> [UInt8] {
        guard let blob = try blobOrNil(column) else { throw unreadable(column) }
        return blob
    }

    package func blobOrNil(_ column: String) throws -> [UInt8]? {
        switch try value(column) {
        case .blob(let blob): blob
        case .null: nil
        default: throw unreadable(column)
        }
    }

    /// The value as it was stored, whatever its kind.
    package func value(_ column: String) throws -> SQL.Value {
        // A walk is faster than a dictionary for the dozen short names that a row has.
        guard let index = columns.firstIndex(of: column) else { throw unreadable(column) }
        return values[index]
    }

    private func unreadable(_ column: String) -> StoreError {
        .unreadable(table: nil, column: column)
    }
}
