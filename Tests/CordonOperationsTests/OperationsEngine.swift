import CordonOperations
import CordonTesting
import Foundation
import Synchronization
import Testing

@testable import CordonStore

/// The engines that a whole Cordon is tested on.
enum OperationsEngine: String, Sendable, CustomTestStringConvertible {
    case sqlite, postgres

    private static let url = ProcessInfo.processInfo.environment["CORDON_TEST_POSTGRES"]
    private static let made = Mutex(0)

    static let available: [OperationsEngine] = url == nil ? [.sqlite] : [.sqlite, .postgres]

    var testDescription: String { rawValue }

    /// Runs the body with a new Cordon, which is closed and gone afterwards.
    func withCordon(seed: UInt64 = 1, _ body: (TestCordon) async throws -> Void) async throws {
        guard self == .postgres else {
            let cordon = try await Operations.forTesting(seed: seed)
            try await body(cordon)
            return
        }
        let url = try #require(Self.url)
        let number = Self.made.withLock { made in
            made += 1
            return made
        }
        let schema = "cordon_operations_\(getpid())_\(number)"
        let administration = try PostgresConnection(url: url)
        try administration.script(
            "DROP SCHEMA IF EXISTS \(schema) CASCADE; CREATE SCHEMA \(schema)")
        let join = url.contains("?") ? "&" : "?"
        let cordon = try await Operations.forTesting(
            engine: .postgres(url: "\(url)\(join)options=-csearch_path%3D\(schema)"), seed: seed)
        let result: Result<Void, any Error>
        do { result = .success(try await body(cordon)) } catch { result = .failure(error) }
        cordon.operations.close()
        try administration.script("DROP SCHEMA \(schema) CASCADE")
        try result.get()
    }
}
