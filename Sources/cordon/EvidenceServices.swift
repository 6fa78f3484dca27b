import CordonCore
import CordonGateway
import CordonOperations
import CordonWeb
import Logging
import ServiceLifecycle

extension TraceReader {
    /// OpenTelemetry's protocol, read by the room that knows protocols.
    static let otlp = TraceReader { body, isJSON in
        do {
            let traces = try OTLPTraces.read(body, isJSON: isJSON)
            return TraceBatch(
                records: traces.records,
                answer: OTLPTraces.answer(
                    refused: traces.refused, message: traces.message, isJSON: isJSON))
        } catch let fault as OTLPFault {
            throw Refusal(.invalidInput, fault.message)
        }
    }
}

/// Does what the evidence wants done beside the requests, each at its own pace.
struct EvidenceService: Service {
    let operations: Operations
    let logger: Logger

    /// How often gaps are looked for: they have to be told within a minute.
    private static let pace = Duration.seconds(1)
    /// Every so many looks, what retention lets go is deleted: once an hour.
    private static let retentionEvery = 3_600

    func run() async throws {
        var hasStarted = false
        var looks = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if !hasStarted {
                hasStarted = await attempt("the senders could not be read") {
                    try await operations.startEvidence()
                }
            }
            await attempt("gaps could not be looked for") { try await operations.watchCapture() }
            await attempt("no dictionary could be trained") {
                try await operations.trainDictionary()
            }
            looks += 1
            if looks % Self.retentionEvery == 0 {
                await attempt("retention could not run") { try await retain() }
            }
            // A cancelled pause is the end of the loop.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pace) }
        }
    }

    private func retain() async throws {
        let unreadable = try await operations.retain()
        guard unreadable > 0 else { return }
        logger.error(
            "retention left damaged records; cordon fsck names them",
            metadata: ["records": "\(unreadable)"])
    }

    /// What fails is told and tried again at the next look.
    @discardableResult
    private func attempt(_ message: Logger.Message, _ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            logger.error(message, metadata: ["error": "\(error)"])
            return false
        }
    }
}

/// Carries look backs out as they are asked for.
struct LookbackService: Service {
    let operations: Operations
    let logger: Logger

    private static let pace = Duration.milliseconds(100)

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await operations.carryOutLookbacks()
            } catch {
                logger.error("a look back could not go on", metadata: ["error": "\(error)"])
            }
            // A cancelled pause is the end of the loop.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pace) }
        }
    }
}
