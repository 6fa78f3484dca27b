import CordonGateway
import CordonOperations
import Foundation
import Logging
import ServiceLifecycle

/// The MCP servers of the settings: those at an address with the way to each, and those that are
/// programs.
struct MCPServers {
    private(set) var servers: [MCPServer] = []
    private(set) var ways: [UpstreamHTTP] = []
    private(set) var programs: [StdioServer] = []

    init(
        _ settings: Settings, _ outbound: OutboundHTTP, _ outside: Outside, _ logger: Logger
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let places = ChildPlaces(limit: settings.mcpChildren)
        for server in settings.mcpServers {
            switch server.way {
            case .address(let url, _):
                let way = UpstreamHTTP(
                    url: url, idleSeconds: server.idleSeconds, outbound: outbound)
                ways.append(way)
                servers.append(
                    MCPServer(
                        name: server.name, address: url,
                        credential: try server.credential(environment)
                    ) { request, _, _ in try await way.send(request) })
            case .command:
                guard let command = try server.command(environment) else { continue }
                let program = StdioServer(
                    name: server.name, command: command, idleSeconds: server.idleSeconds,
                    places: places, outside: outside, logger: logger)
                programs.append(program)
                servers.append(
                    MCPServer(
                        name: server.name, address: "stdio:", credential: nil, send: program.send))
            }
        }
    }
}

/// Ends programs that nobody uses and calls that nobody answers, and all of them with the server.
struct MCPService: Service {
    let programs: [StdioServer]
    let gateway: Gateway

    /// How often is looked: what is over its time is ended within this.
    private static let pace = Duration.seconds(1)

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            gateway.endUnanswered()
            for program in programs { await program.endIdle() }
            // A cancelled pause is the end of the loop.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pace) }
        }
        await withTaskGroup(of: Void.self) { group in
            for program in programs { group.addTask { await program.close() } }
        }
    }
}
