import CordonAPI
import CordonCore
import CordonLedger
import CordonOperations

/// The log for outsiders: tiles and bundles of entries (c2sp.org/tlog-tiles), and receipts.
enum LedgerRoutes {
    static let all: [Route] = [
        proof, consistency, tile(depth: 1), tile(depth: 2), tile(depth: 3), tile(depth: 4),
        entries(depth: 1), entries(depth: 2), entries(depth: 3), entries(depth: 4),
    ]

    private static let tag = "Journal"

    private static let proof = Route(
        method: "GET", path: "/ledger/proof/{index}", operationID: "readProof", tag: tag,
        summary: "A receipt for one entry of the log (c2sp.org/tlog-proof).",
        permission: .readWorkflows, command: nil,
        answers: [
            .init(status: 200, mediaType: "text/plain", type: nil, description: "The receipt.")
        ], problems: [.notFound]
    ) { exchange in
        let index = try number(exchange, "index")
        return try await exchange.operations.ask(exchange.asCaller) { work in
            .text(try work.receipt(index))
        }
    }

    private static let consistency = Route(
        method: "GET", path: "/ledger/consistency/{old}", operationID: "readConsistency",
        tag: tag,
        summary: "Proof that the newest checkpoint only adds to the log of an earlier size.",
        permission: .readWorkflows, command: nil,
        answers: [
            .init(
                status: 200, mediaType: "text/plain", type: nil,
                description: "The hashes, one a line, and behind an empty line the checkpoint.")
        ], problems: [.notFound]
    ) { exchange in
        let old = try number(exchange, "old")
        return try await exchange.operations.ask(exchange.asCaller) { work in
            let (hashes, note) = try work.consistency(from: old)
            return .text(hashes.map { $0.base64 + "\n" }.joined() + "\n" + note)
        }
    }

    /// A path has one part for every three digits of the number, and one or two more at the end.
    private static func parts(_ depth: Int) -> String {
        (1...depth).map { "{n\($0)}" }.joined(separator: "/")
    }

    private static func tile(depth: Int) -> Route {
        bytes(
            "/ledger/tile/{level}/\(parts(depth))", "readTile\(depth)",
            "A tile of hashes, each of 32 bytes."
        ) { exchange in
            let level = Int(clamping: try number(exchange, "level"))
            let (index, width) = try place(exchange, depth: depth)
            guard level < 64 else { throw Refusal(.notFound, "There is no such level.") }
            return try await exchange.operations.ask(exchange.asCaller) { work in
                try work.tile(level: level, index: index, width: width)
            }
        }
    }

    private static func entries(depth: Int) -> Route {
        bytes(
            "/ledger/tile/entries/\(parts(depth))", "readEntries\(depth)",
            "A bundle of entries, each behind its length in two bytes."
        ) { exchange in
            let (index, width) = try place(exchange, depth: depth)
            return try await exchange.operations.ask(exchange.asCaller) { work in
                try work.entryBundle(index: index, width: width)
            }
        }
    }

    private static func bytes(
        _ path: String, _ operationID: String, _ summary: String,
        _ read: @escaping @Sendable (Exchange) async throws -> [UInt8]
    ) -> Route {
        Route(
            method: "GET", path: path, operationID: operationID, tag: tag, summary: summary,
            permission: .readWorkflows, command: nil,
            answers: [
                .init(
                    status: 200, mediaType: "application/octet-stream", type: nil,
                    description: summary)
            ], problems: [.notFound]
        ) { exchange in
            Answer(
                status: 200, mediaType: "application/octet-stream", body: try await read(exchange))
        }
    }

    /// `x001/x234/067` or `x001/x234/067.p/17`, as ``TilePath`` writes it.
    private static func place(
        _ exchange: Exchange, depth: Int
    ) throws(Refusal) -> (index: UInt64, width: Int) {
        var parts: [String] = []
        for number in 1...depth { parts.append(try exchange.parameter("n\(number)")) }
        let written = parts.joined(separator: "/")
        var width = TilePath.fullWidth
        if parts.count > 1, parts[parts.count - 2].hasSuffix(".p") {
            width = Int(parts.removeLast()) ?? 0
            parts[parts.count - 1] = String(parts[parts.count - 1].dropLast(2))
        }
        let digits = parts.map { $0.hasPrefix("x") ? String($0.dropFirst()) : $0 }.joined()
        guard let index = UInt64(digits), index < 1 << 48, (1...TilePath.fullWidth).contains(width),
            // One spelling only, so that a cache never holds the same tile twice.
            TilePath.entries(index: index, width: width) == "tile/entries/" + written
        else { throw Refusal(.notFound, "This is not the path of a tile.") }
        return (index, width)
    }

    private static func number(_ exchange: Exchange, _ name: String) throws(Refusal) -> UInt64 {
        guard let number = UInt64(try exchange.parameter(name)), number <= UInt64(Int64.max) else {
            throw Refusal(.notFound, "\(name) is a number.")
        }
        return number
    }
}
