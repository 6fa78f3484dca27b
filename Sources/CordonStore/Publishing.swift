/// What others have signed about the log: cosignatures of witnesses, and timestamps.
///
/// None of it is part of the record: it carries signatures of its own, and what is lost can be
/// asked for again.
extension Transaction {
    /// The checkpoint that was signed at exactly this size.
    package func checkpoint(size: UInt64) throws -> String? {
        try row("SELECT note FROM checkpoint WHERE size = \(Int64(size))")?.text("note")
    }

    /// Keeps a witness's signature line, with its newline, under the witness's verifier key.
    ///
    /// A later one for the same size takes its place.
    package func cosignatureSave(size: UInt64, witness: String, line: String) throws {
        try run(
            """
            INSERT INTO cosignature (size, witness, line)
            VALUES (\(Int64(size)), \(witness), \(line))
            ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line
            """)
    }

    /// The lines for the checkpoint of one size, in the order of the verifier keys.
    package func cosignatures(size: UInt64) throws -> [(witness: String, line: String)] {
        try rows(
            """
            SELECT witness, line FROM cosignature WHERE size = \(Int64(size)) ORDER BY witness
            """
        ).map { (try $0.text("witness"), try $0.text("line")) }
    }

    /// What this witness cosigned last.
    package func cosignatureNewest(witness: String) throws -> (size: UInt64, line: String)? {
        try row(
            """
            SELECT size, line FROM cosignature WHERE witness = \(witness)
            ORDER BY size DESC LIMIT 1
            """
        ).map { (UInt64(try $0.integer("size")), try $0.text("line")) }
    }

    /// The newest checkpoint that all of these witnesses have cosigned, with their lines.
    package func checkpointCosigned(
        by witnesses: [String]
    ) throws -> (size: UInt64, note: String)? {
        var newest: [UInt64] = []
        for witness in Set(witnesses) {
            guard let size = try cosignatureNewest(witness: witness)?.size else { return nil }
            newest.append(size)
        }
        guard let limit = newest.min() else { return nil }
        let names = SQL.joined(Set(witnesses).sorted().map { "\($0)" })
        // One that has been silent for long is where the search begins, not what it goes through.
        let found = try row(
            """
            SELECT size FROM cosignature
            WHERE size <= \(Int64(limit)) AND witness IN (\(fragment: names))
            GROUP BY size HAVING count(*) = \(newest.count) ORDER BY size DESC LIMIT 1
            """)
        guard let size = try found.map({ UInt64(try $0.integer("size")) }),
            let note = try checkpoint(size: size)
        else { return nil }
        let lines = Dictionary(
            try cosignatures(size: size).map { ($0.witness, $0.line) },
            uniquingKeysWith: { first, _ in first })
        return (size, note + witnesses.compactMap { lines[$0] }.joined())
    }

    /// Keeps the whole answer of an authority, as it came, under the address that was asked.
    package func timestampSave(size: UInt64, authority: String, token: [UInt8]) throws {
        try run(
            """
            INSERT INTO timestamp_token (size, authority, token)
            VALUES (\(Int64(size)), \(authority), \(token))
            ON CONFLICT (size, authority) DO UPDATE SET token = excluded.token
            """)
    }

    /// The newest timestamp of one authority, or of any.
    package func timestampNewest(
        authority: String? = nil
    ) throws -> (size: UInt64, authority: String, token: [UInt8])? {
        let chosen: SQL = authority.map { "WHERE authority = \($0)" } ?? ""
        return try row(
            """
            SELECT size, authority, token FROM timestamp_token \(fragment: chosen)
            ORDER BY size DESC, authority LIMIT 1
            """
        ).map {
            (UInt64(try $0.integer("size")), try $0.text("authority"), try $0.blob("token"))
        }
    }

    /// The timestamps of the checkpoint of one size.
    package func timestamps(size: UInt64) throws -> [(authority: String, token: [UInt8])] {
        try rows(
            """
            SELECT authority, token FROM timestamp_token WHERE size = \(Int64(size))
            ORDER BY authority
            """
        ).map { (try $0.text("authority"), try $0.blob("token")) }
    }
}
