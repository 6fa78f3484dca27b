import CordonClient

/// The text of the connection `swift`, but for four words: compiled here, run and compared by
/// ``GuardTests``.
func runSwiftCard(
    server: String, key: String, token: String?, done: @escaping @Sendable () -> Void
) async throws {
    // The card begins.
    let client = CordonClient(server: server, token: token)
    do {
        try await Guard.following(key, client) { gate in
            try await gate.withPermission(.generate) {
                done()
            }
        }
    } catch {
        print("Nothing was done: \(error)")
    }
    try await client.shutdown()
    // The card ends.
}
