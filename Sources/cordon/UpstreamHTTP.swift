import AsyncHTTPClient
import CordonGateway
import CordonOperations
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// The way to one upstream, with connections that are kept.
///
/// Its addresses are judged as those of any outbound call are, again every minute: a name that
/// changes its mind leads nowhere private. A host that the operator allowed by name is looked up by
/// the client itself. No request is ever sent twice.
///
/// Safe to share: which client is used is behind one lock.
final class UpstreamHTTP: Sendable {
    private struct State {
        var clients: LoopClients?
        var address: String?
        var judgedAt: NIODeadline?
        /// Clients of addresses that are no longer used; calls may still be under way in them.
        var retired: [LoopClients] = []
    }

    private let url: String
    private let idle: TimeAmount
    private let outbound: OutboundHTTP
    private let state = Mutex(State())

    private static let judgedEvery = TimeAmount.seconds(60)
    private static let connectTimeout = TimeAmount.seconds(5)
    /// Connections to one upstream that are open at the same time; more wait.
    private static let connectionsAtMost = 4_096
    private static let retiredAtMost = 8

    init(url: String, idleSeconds: Int, outbound: OutboundHTTP) {
        self.url = url
        idle = .seconds(Int64(idleSeconds))
        self.outbound = outbound
    }

    @Sendable func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        guard let client = try await clients().current else {
            throw HTTPClientError.alreadyShutdown
        }
        return try await client.execute(request, deadline: .distantFuture)
    }

    private func clients() async throws -> LoopClients {
        let now = NIODeadline.now()
        let known = state.withLock { state -> LoopClients? in
            guard let judgedAt = state.judgedAt, now - judgedAt < Self.judgedEvery else {
                return nil
            }
            return state.clients
        }
        if let known { return known }
        let place = try await outbound.judgedPlace(of: url, before: now + Self.connectTimeout)
        return state.withLock { state in
            state.judgedAt = now
            if let clients = state.clients,
                place.isAllowed
                    || place.addresses.contains(where: {
                        $0 == state.address
                    })
            {
                return clients
            }
            let address = place.isAllowed ? nil : place.addresses.first
            let clients = make(host: place.host, address: address)
            if let old = state.clients { retire(old, &state) }
            state.clients = clients
            state.address = address
            return clients
        }
    }

    private func make(host: String, address: String?) -> LoopClients {
        LoopClients(connectionsAtMost: Self.connectionsAtMost) { loop, most in
            var configuration = HTTPClient.Configuration(
                redirectConfiguration: .disallow,
                timeout: .init(connect: Self.connectTimeout, read: idle))
            configuration.connectionPool.retryConnectionEstablishment = false
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = most
            if let address, address != host { configuration.dnsOverride = [host: address] }
            // Nobody collects traces, and a span is a fiftieth of what a call costs.
            configuration.tracing.tracer = nil
            configuration.http1_1ConnectionDebugInitializer = { channel in
                channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(
                        FlushesTogether(), position: .first)
                }
            }
            return HTTPClient(eventLoopGroup: loop, configuration: configuration)
        }
    }

    /// Eight changes of address later at the earliest, nothing is under way in a client any more.
    private func retire(_ clients: LoopClients, _ state: inout State) {
        state.retired.append(clients)
        guard state.retired.count > Self.retiredAtMost else { return }
        let oldest = state.retired.removeFirst()
        Task { await oldest.shutdown() }
    }

    func close() async {
        let clients = state.withLock { state in
            defer { state = State() }
            return state.retired + [state.clients].compactMap(\.self)
        }
        for clients in clients { await clients.shutdown() }
    }
}
