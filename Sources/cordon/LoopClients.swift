import AsyncHTTPClient
import NIOCore
import NIOPosix

/// One HTTP client for each event loop, so that a call stays on the thread that reads its request:
/// a client of all loops would take whichever connection is free, and each piece of an answer would
/// go from its thread to the other.
struct LoopClients: Sendable {
    private let clients: [ObjectIdentifier: HTTPClient]
    private let group: any EventLoopGroup

    /// A client's share may be small where there are many loops, and calls are not spread evenly.
    private static let shareAtLeast = 512

    /// `make` is given the most connections that a client may have open, its share of the most that
    /// there may be.
    init(connectionsAtMost most: Int, make: (any EventLoopGroup, _ most: Int) -> HTTPClient) {
        group = HTTPClient.defaultEventLoopGroup
        let loops = Array(group.makeIterator())
        let share = max(Self.shareAtLeast, most / max(1, loops.count))
        clients = Dictionary(
            uniqueKeysWithValues: loops.map { (ObjectIdentifier($0), make($0, share)) })
    }

    /// The client of the thread that asks, or of any when it is none of theirs.
    var current: HTTPClient? {
        let current = MultiThreadedEventLoopGroup.currentEventLoop
        return current.flatMap { clients[ObjectIdentifier($0)] }
            ?? clients[ObjectIdentifier(group.any())]
    }

    func shutdown() async {
        // How their connections end adds nothing.
        for client in clients.values { try? await client.shutdown() }
    }
}
