import CMalloc
import CordonClient
import CordonCore
import CordonGateway
import CordonOperations
import CordonStore
import CordonWeb
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The one function that builds the server from its settings, and runs it until it is told to stop.
struct ServerRun {
    let options: ServeOptions

    init(_ options: ServeOptions) { self.options = options }

    /// What is done with the running server: the demo plays its story.
    typealias Story = @Sendable (_ client: CordonClient, _ setupToken: String?) async throws -> Void

    /// Serves until it is told to stop; a story is played once the server listens.
    func run(playing story: Story? = nil) async throws {
        LoopExecutor.takeOver()
        // It cannot be refused here; without it a server that rests only keeps more than it needs.
        _ = cordon_gives_memory_back()
        let settings = try Settings.read(
            options.data, listen: options.listen,
            environment: ProcessInfo.processInfo.environment)
        let opened = try await openCordon(settings)
        let operations = opened.operations
        let logger = Self.logger(settings)
        let setupToken = try await Self.setupToken(operations)
        let (host, port) = try settings.address
        let outbound = OutboundHTTP(allowed: try settings.allowedHosts)
        let upstreamWays = settings.upstreams.map {
            UpstreamHTTP(url: $0.url, idleSeconds: $0.idleSeconds, outbound: outbound)
        }
        let servers = try MCPServers(settings, outbound, operations.outside, logger)
        let ways = upstreamWays + servers.ways
        let url = ServerURL(said: settings.publicURL, isSecure: settings.secureCookies)
        let gateway = Gateway(
            operations: operations, upstreams: try Self.upstreams(settings, upstreamWays),
            servers: servers.servers, address: { url.text(host: $0) },
            version: CordonVersion.text, logger: logger)
        let site = Site(
            version: CordonVersion.text, url: url, secureCookies: settings.secureCookies,
            publicLedger: settings.publicLedger,
            setupTokenHash: setupToken.map { Hex.sha256(Array($0.utf8)) },
            sessionHours: settings.sessionHours, traces: .otlp,
            watchesDisconnects: true,
            departure: { channel in
                let watch = await ConnectionWatch.of(channel)
                return { watch?.isGone == true || Task.isShuttingDownGracefully }
            }, moreMetrics: { gateway.metrics })
        let router = try cordonRouter(operations, site: site, logger: logger)
        let (listening, whenListening) = AsyncStream.makeStream(of: String.self)
        var app = Application(
            responder: GatewayResponder(
                gateway: gateway, next: router.buildResponder(),
                requestID: operations.outside.newID),
            server: HTTPServerBuilder { responder in
                LoopBoundChannel(
                    bound: HTTP1Channel(
                        responder: responder,
                        configuration: .init(
                            additionalChannelHandlers: [FlushesTogether(), ConnectionWatch()])))
            },
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(bound)"
                Self.greet(url, setupToken)
                whenListening.yield(url)
                whenListening.finish()
            },
            logger: logger)
        if let story {
            app.addServices(
                StoryService(listening: listening, story: story, setupToken: setupToken))
        }
        app.addServices(
            ClockService(operations: operations, logger: logger),
            EvidenceService(operations: operations, logger: logger),
            LookbackService(operations: operations, logger: logger))
        if !operations.publisher.targets.isEmpty {
            app.addServices(PublishingService(publisher: operations.publisher, logger: logger))
        }
        if !servers.servers.isEmpty {
            app.addServices(MCPService(programs: servers.programs, gateway: gateway))
        }
        do {
            try await app.runService()
        } catch {
            for way in ways { await way.close() }
            await gateway.end()
            operations.close()
            throw CommandFault("the server ended: \(error)")
        }
        for way in ways { await way.close() }
        await gateway.end()
        operations.close()
        opened.release()
    }

    private static func upstreams(
        _ settings: Settings, _ ways: [UpstreamHTTP]
    ) throws -> [Upstream] {
        let environment = ProcessInfo.processInfo.environment
        return try zip(settings.upstreams, ways).map { upstream, way in
            Upstream(
                name: upstream.name, front: upstream.front, address: upstream.url,
                models: upstream.models, credential: try upstream.credential(environment),
                send: way.send)
        }
    }

    private static func logger(_ settings: Settings) -> Logger {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "cordon")
        logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .notice
        return logger
    }

    /// A one-time token, as long as there is no account.
    private static func setupToken(_ operations: Operations) async throws -> String? {
        let caller = Caller(Actor(.cordon, grants: []), cause: "start", permissions: [])
        guard try await !operations.ask(caller, { try $0.accountExists() }) else { return nil }
        return Hex.text(operations.outside.randomBytes(20))
    }

    private static func greet(_ url: String, _ setupToken: String?) {
        var lines = ["Cordon \(CordonVersion.text) listens on \(url)"]
        if let setupToken {
            lines.append("First start. Make the first administrator, once, at:")
            lines.append("  \(url)/setup?token=\(setupToken)")
        }
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// Plays a story through the server's own interface, once it listens; the server stays up after it.
private struct StoryService: Service {
    let listening: AsyncStream<String>
    let story: ServerRun.Story
    let setupToken: String?

    func run() async throws {
        for await url in listening {
            do {
                // The address is the one that was asked for with --listen.
                let client = CordonClient(server: url, allowsInsecureHTTP: true)
                try await story(client, setupToken)
                try await client.shutdown()
            } catch {
                // Told, and the server left up: what was played so far can be looked at.
                let line = "cordon: the story broke off: \(error)\n"
                FileHandle.standardError.write(Data(line.utf8))
            }
        }
        try await gracefulShutdown()
    }
}

/// Watches the clock for what time alone brings about, at its own pace.
private struct ClockService: Service {
    let operations: Operations
    let logger: Logger

    /// How often is looked: a lease of at most a second is proved over within this after its end.
    private static let pace = Duration.milliseconds(50)
    /// Every so many looks, approvals whose window has ended are looked for.
    private static let approvalsEvery = 20
    /// Every so many looks, the last uses of tokens are noted.
    private static let usesEvery = 1_200

    func run() async throws {
        var looks = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await operations.tick()
                looks += 1
                if looks % Self.approvalsEvery == 0 { try await operations.expireApprovals() }
                if looks % Self.usesEvery == 0 { try await operations.noteTokenUses() }
            } catch {
                // What is due stays due: it is tried again at the next look.
                logger.error("the clock's work failed", metadata: ["error": "\(error)"])
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pace) }
        }
        // The last uses are worth keeping, not worth failing for.
        try? await operations.noteTokenUses()
    }
}

extension CordonContext: GatewayContext {}
