import CPostgres

/// One libpq connection, owned by the thread that made it: nothing here is shared or locked.
final class PostgresConnection: SQLConnection {
    private let connection: OpaquePointer
    /// Prepared statements by text and types of the bindings.
    private var prepared: [String: Prepared] = [:]

    private struct Prepared {
        let name: String
        let isBinary: Bool
    }

    private typealias Call = (Prepared, PostgresParameters)

    /// What was sent and has not gone out yet.
    private var waiting: [Call] = []
    private var bytesWaiting = 0
    private static let bytesWaitingAtMost = 1 << 20

    var dialect: Dialect { .postgres }

    /// Connects, which blocks until the server answered or the address's timeout is over.
    ///
    /// What the address says wins over the first four settings, but not over the last.
    init(url: String) throws {
        let settings = [
            ("connect_timeout", "10"), ("keepalives_idle", "15"), ("tcp_user_timeout", "30000"),
            ("fallback_application_name", "cordon"), ("dbname", url), ("client_encoding", "UTF8"),
        ]
        guard let opened = Self.open(settings) else {
            throw StoreError.unavailable("libpq has no memory for a connection")
        }
        connection = opened
        guard PQstatus(connection) == CONNECTION_OK else {
            throw StoreError.unavailable(lastMessage)
        }
        // Notices are for people at a terminal; libpq would print them on standard error.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        try script(
            """
            SET TIME ZONE 'UTC';
            SET standard_conforming_strings = on;
            SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') = 'off';
            SELECT set_config(name, value, false)
            FROM (VALUES ('statement_timeout', '60s'), ('lock_timeout', '15s'),
                ('idle_in_transaction_session_timeout', '60s')) AS wanted (name, value)
            WHERE current_setting(name) = '0'
            """)
    }

    deinit { PQfinish(connection) }

    func rows(_ statement: SQL) throws -> [Row] { try execute(statement).rows() }

    @discardableResult func run(_ statement: SQL) throws -> Int { try execute(statement).changes }

    func send(_ statement: SQL) throws { try send(statement, forEach: [statement.values]) }

    func send(_ statement: SQL, forEach rows: [[SQL.Value]]) throws {
        guard statement.bindings.count <= mostBindingsKeptPrepared else {
            for row in rows { try run(statement.binding(row)) }
            return
        }
        let prepared = try prepare(statement.text(for: .postgres), PostgresParameters(statement))
        for row in rows {
            let parameters = PostgresParameters(statement.binding(row))
            waiting.append((prepared, parameters))
            bytesWaiting += parameters.size
            if bytesWaiting >= Self.bytesWaitingAtMost { try flush() }
        }
    }

    func forget() {
        waiting = []
        bytesWaiting = 0
    }

    func script(_ text: String) throws {
        try flush()
        _ = try checked(PQexec(connection, text))
    }

    /// - Throws: `StoreError.refused` when the server rolled back instead, which it does silently
    ///   after a failed statement.
    func commit() throws {
        let result = try execute("COMMIT")
        guard result.command == "COMMIT" else {
            throw StoreError.refused("the server answered COMMIT with \(result.command)")
        }
    }

    private func execute(_ statement: SQL) throws -> PostgresResult {
        let text = statement.text(for: .postgres)
        let parameters = PostgresParameters(statement)
        guard statement.bindings.count <= mostBindingsKeptPrepared else {
            try flush()
            return try checked(
                parameters.withPointers { values, lengths, formats in
                    PQexecParams(
                        connection, text, parameters.count, parameters.types, values, lengths,
                        formats, 0)
                })
        }
        let prepared = try prepare(text, parameters)
        guard waiting.isEmpty else { return try pipeline(with: (prepared, parameters)) }
        return try checked(
            parameters.withPointers { values, lengths, formats in
                PQexecPrepared(
                    connection, prepared.name, parameters.count, values, lengths, formats,
                    prepared.isBinary ? 1 : 0)
            })
    }

    private func prepare(_ text: String, _ parameters: PostgresParameters) throws -> Prepared {
        let key = parameters.signature + text
        if let known = prepared[key] { return known }
        let name = "cordon_\(prepared.count)"
        _ = try checked(PQprepare(connection, name, text, parameters.count, parameters.types))
        let shape = try checked(PQdescribePrepared(connection, name))
        let new = Prepared(name: name, isBinary: shape.canBeBinary)
        prepared[key] = new
        return new
    }

    // MARK: The pipeline

    private func flush() throws { if !waiting.isEmpty { _ = try pipeline(with: nil) } }

    /// Sends what waits, and `last` behind it, before it reads the first answer: waiting for each
    /// would cost more than its work.
    ///
    /// - Returns: the last answer.
    /// - Throws: the first refusal, behind which the server has run nothing.
    private func pipeline(with last: Call?) throws -> PostgresResult {
        var calls = waiting
        forget()
        if let last { calls.append(last) }
        try inPipeline(PQenterPipelineMode(connection))
        for (prepared, parameters) in calls {
            try inPipeline(
                parameters.withPointers { values, lengths, formats in
                    PQsendQueryPrepared(
                        connection, prepared.name, parameters.count, values, lengths, formats,
                        prepared.isBinary ? 1 : 0)
                })
        }
        try inPipeline(PQpipelineSync(connection))
        var result: PostgresResult?
        var failure: PostgresResult.Failure?
        for _ in calls {
            // A null ends the answer to each.
            while let pointer = PQgetResult(connection) {
                let answer = PostgresResult(pointer)
                result = answer
                failure = failure ?? answer.failure
                if let failure, PQstatus(connection) == CONNECTION_BAD {
                    throw StoreError.unavailable(failure.cause)
                }
            }
        }
        // The answer to the synchronisation.
        PQclear(PQgetResult(connection))
        try inPipeline(PQexitPipelineMode(connection))
        if let failure { throw StoreError(failure) }
        guard let result else { throw StoreError.unavailable(lastMessage) }
        return result
    }

    /// A connection that cannot go on in the middle of a pipeline is of no use any more.
    private func inPipeline(_ isDone: Int32) throws {
        guard isDone == 1 else { throw StoreError.unavailable(lastMessage) }
    }

    /// - Throws: the server's refusal, or `.unavailable` when there is no server any more.
    private func checked(_ pointer: OpaquePointer?) throws -> PostgresResult {
        guard let pointer else { throw StoreError.unavailable(lastMessage) }
        let result = PostgresResult(pointer)
        guard let failure = result.failure else { return result }
        if PQstatus(connection) == CONNECTION_BAD { throw StoreError.unavailable(failure.cause) }
        throw StoreError(failure)
    }

    private var lastMessage: String {
        // libpq ends its messages with a line break, and some have several lines.
        String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(separator: "; ")
    }

    private static func open(_ settings: [(String, String)]) -> OpaquePointer? {
        // Kept in one block each, because libpq wants two arrays of C strings that end with null.
        withCStrings(settings.map(\.0)) { keywords in
            withCStrings(settings.map(\.1)) { values in PQconnectdbParams(keywords, values, 1) }
        }
    }

    private static func withCStrings<T>(
        _ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> T
    ) -> T {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for string in strings {
            starts.append(bytes.count)
            bytes += string.utf8CString
        }
        return bytes.withUnsafeBufferPointer { buffer in
            body(starts.map { start in buffer.baseAddress.map { $0 + start } } + [nil])
        }
    }
}

/// A statement's values in libpq's binary form, in one piece of memory.
struct PostgresParameters {
    let types: [Oid]
    /// A letter for each type: the same text prepared for other types is another statement.
    let signature: String
    private var bytes: [UInt8] = []
    private var spans: [Range<Int>?] = []

    var count: Int32 { Int32(types.count) }

    /// Bytes of memory, roughly.
    var size: Int { bytes.count + 64 * types.count }

    init(_ statement: SQL) {
        var signature = ""
        types = statement.bindings.map { binding in
            switch binding.kind {
            case .integer: PostgresType.int8
            case .text: PostgresType.text
            case .blob: PostgresType.bytea
            }
        }
        for binding in statement.bindings {
            switch binding.kind {
            case .integer: signature += "i"
            case .text: signature += "t"
            case .blob: signature += "b"
            }
        }
        self.signature = signature + ":"
        for binding in statement.bindings {
            let start = bytes.count
            switch binding.value {
            case .null:
                spans.append(nil)
                continue
            case .integer(let integer):
                withUnsafeBytes(of: integer.bigEndian) { bytes += $0 }
            case .text(let text): bytes += text.utf8
            case .blob(let blob): bytes += blob
            }
            spans.append(start..<bytes.count)
        }
        // An empty value still needs an address, as none at all means null.
        bytes.append(0)
    }

    func withPointers<T>(
        _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> T
    ) -> T {
        bytes.withUnsafeBytes { buffer in
            let start = buffer.assumingMemoryBound(to: CChar.self).baseAddress
            let values = spans.map { span -> UnsafePointer<CChar>? in
                guard let span, let start else { return nil }
                return start + span.lowerBound
            }
            let lengths = spans.map { Int32($0?.count ?? 0) }
            return body(values, lengths, [Int32](repeating: 1, count: spans.count))
        }
    }
}
