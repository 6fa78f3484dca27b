import CordonCore
import CordonLedger
import CordonOperations
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// The witness on the network: one path, exactly as c2sp.org/tlog-witness has it.
struct WitnessServer: Sendable {
    let desk: WitnessDesk
    let signer: CosignatureSigner

    /// A proof of 63 lines and a checkpoint with many signatures are far smaller.
    private static let bodyLimit = 64 << 10

    func run(host: String, port: Int) async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "witness")
        logger.logLevel = .notice
        let desk = desk
        let signer = signer
        let router = Router()
        let log = logger
        router.post("/add-checkpoint") { request, _ in
            let body = try await request.body.collect(upTo: Self.bodyLimit)
            return try await Self.answer(desk, Array(body.readableBytesView), log)
        }
        let app = Application(
            router: router,
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                let shown = host.contains(":") ? "[\(host)]" : host
                Console.say([
                    "Cordon \(CordonVersion.text) witness listens on http://\(shown):\(bound)",
                    "Its key, for the setting witnesses of the logs:",
                    "  \(signer.verifierKey)",
                ])
            },
            logger: logger)
        do {
            try await app.runService()
        } catch {
            throw CommandFault("the witness ended: \(error)")
        }
    }

    private static func answer(
        _ desk: WitnessDesk, _ body: [UInt8], _ logger: Logger
    ) async throws -> Response {
        let now = UInt64(max(0, Outside.real.now().milliseconds / 1_000))
        do {
            // It waits for the disk, which the threads that read requests must not.
            let decided = try await NIOThreadPool.singleton.runIfActive {
                try desk.answer(body, now: now)
            }
            if let alarm = decided.alarm { logger.warning("\(alarm)") }
            return Response(
                status: .init(code: decided.answer.status),
                headers: [.contentType: decided.answer.contentType],
                body: .init(byteBuffer: ByteBuffer(string: decided.answer.body)))
        } catch {
            logger.error("a request could not be decided", metadata: ["error": "\(error)"])
            throw HTTPError(.internalServerError)
        }
    }
}
