import CPostgres

/// The numbers by which the server names its types (`pg_type.dat`).
enum PostgresType {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let name: Oid = 19
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let bpchar: Oid = 1042
    static let varchar: Oid = 1043
    static let numeric: Oid = 1700

    /// Those that are read in binary form.
    static let binary: Set<Oid> = [bool, bytea, name, int8, int2, int4, text, bpchar, varchar]
}

/// One answer of the server.
final class PostgresResult {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    /// What the server refused, with the code that says why.
    struct Failure {
        let sqlState: String
        let cause: String
    }

    var failure: Failure? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return nil
        default:
            // The fields' names are single letters in libpq: C the code, M the message.
            let state = field("C") ?? "none"
            let message = field("M") ?? String(cString: PQresultErrorMessage(result))
            return Failure(sqlState: state, cause: "PostgreSQL \(state): \(message)")
        }
    }

    /// The command's name, as `INSERT 0 1` or `COMMIT`.
    var command: String { String(cString: PQcmdStatus(result)) }

    var changes: Int {
        command.hasPrefix("SELECT") ? 0 : Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    /// Of a description: whether all columns are of types that `rows()` reads in binary form.
    var canBeBinary: Bool {
        (0..<PQnfields(result)).allSatisfy { PostgresType.binary.contains(PQftype(result, $0)) }
    }

    func rows() throws -> [Row] {
        let fields = PQnfields(result)
        let columns = (0..<fields).map { String(cString: PQfname(result, $0)) }
        let types = (0..<fields).map { PQftype(result, $0) }
        let isBinary = PQbinaryTuples(result) == 1
        var rows: [Row] = []
        rows.reserveCapacity(Int(PQntuples(result)))
        for row in 0..<PQntuples(result) {
            var values: [SQL.Value] = []
            values.reserveCapacity(columns.count)
            for field in 0..<fields {
                let type = types[Int(field)]
                guard let value = value(row, field, type, isBinary: isBinary) else {
                    throw StoreError.unreadable(table: nil, column: columns[Int(field)])
                }
                values.append(value)
            }
            rows.append(Row(columns: columns, values: values))
        }
        return rows
    }

    /// - Returns: `nil` when the value is of no kind that Cordon stores.
    private func value(_ row: Int32, _ field: Int32, _ type: Oid, isBinary: Bool) -> SQL.Value? {
        if PQgetisnull(result, row, field) == 1 { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, field), count: Int(PQgetlength(result, row, field)))
        return isBinary ? binary(bytes, type) : textual(bytes, type)
    }

    private func binary(_ bytes: UnsafeRawBufferPointer, _ type: Oid) -> SQL.Value? {
        switch type {
        case PostgresType.int8, PostgresType.int4, PostgresType.int2:
            guard let first = bytes.first else { return nil }
            // Big-endian of 2, 4 or 8 bytes, whose first bit is the sign.
            let sign: Int64 = first >= 0x80 ? -1 : 0
            return .integer(bytes.reduce(sign) { $0 << 8 | Int64($1) })
        case PostgresType.bool: return .integer(bytes.first == 1 ? 1 : 0)
        case PostgresType.bytea: return .blob([UInt8](bytes))
        default: return .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    private func textual(_ bytes: UnsafeRawBufferPointer, _ type: Oid) -> SQL.Value? {
        switch type {
        case PostgresType.bytea: return unescaped(bytes)
        case PostgresType.bool: return .integer(bytes.first == UInt8(ascii: "t") ? 1 : 0)
        // A sum of integers is numeric in PostgreSQL and an integer in SQLite; fractions are not
        // stored at all.
        case PostgresType.int8, PostgresType.int4, PostgresType.int2, PostgresType.numeric:
            return Int64(String(decoding: bytes, as: UTF8.self)).map(SQL.Value.integer)
        case PostgresType.float4, PostgresType.float8: return nil
        default: return .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    private func unescaped(_ bytes: UnsafeRawBufferPointer) -> SQL.Value? {
        var length = 0
        let escaped = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        guard let plain = PQunescapeBytea(escaped, &length) else { return nil }
        defer { PQfreemem(plain) }
        return .blob([UInt8](UnsafeBufferPointer(start: plain, count: length)))
    }

    private func field(_ letter: Unicode.Scalar) -> String? {
        PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
    }
}

extension StoreError {
    /// The server's code in the store's words (PostgreSQL manual, appendix A).
    init(_ failure: PostgresResult.Failure) {
        switch failure.sqlState {
        case "40001", "40P01": self = .contended(failure.cause)
        case "53100": self = .full(failure.cause)
        case "55P03", "57014": self = .busy(failure.cause)
        case "57P01", "57P02", "57P03", "53300", "25P03": self = .unavailable(failure.cause)
        case let state where state.hasPrefix("08"): self = .unavailable(failure.cause)
        case let state where state.hasPrefix("23"): self = .constraint(failure.cause)
        // Raised by a trigger of the schema; SQLite counts those as constraints too.
        case "P0001": self = .constraint(failure.cause)
        default: self = .refused(failure.cause)
        }
    }
}
