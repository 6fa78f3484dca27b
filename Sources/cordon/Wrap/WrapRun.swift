import CordonCore
import CordonGateway
import Foundation
import Synchronization

/// One run of `mcp-wrap`: the client's pipes, the server's, and Cordon between them.
///
/// Safe to share: what passes is behind one lock; each pipe has a thread of its own.
final class WrapRun: Sendable {
    private let process: ChildProcess
    private let gate: WrapGate
    private let toServer: PipeWriter
    private let toClient: PipeWriter
    private let traffic = Mutex(WrapTraffic())
    /// Answers and records that are on their way.
    private let errands = Mutex(0)
    private let flushed = OneSignal()
    private let outputEnded = OneSignal()

    /// How long the server has to end by itself once its client has gone, and then at SIGTERM.
    private static let patience = Duration.seconds(5)

    init(_ process: ChildProcess, _ gate: WrapGate) {
        self.process = process
        self.gate = gate
        toServer = PipeWriter("wrap-in", process.input)
        let flushed = flushed
        toClient = PipeWriter("wrap-out", dup(STDOUT_FILENO)) { flushed.send() }
    }

    /// Runs until the server has ended.
    ///
    /// - Returns: the server's exit code.
    func run() async -> Int32 {
        let signals = [SIGTERM, SIGINT, SIGHUP].map { number in
            Foundation.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in end() }
            source.resume()
            return source
        }
        defer { for source in signals { source.cancel() } }
        let followed = Task { [self] in
            await gate.follow { [self] stops in cut(stops) }
        }
        readClient()
        readServer { [outputEnded] in outputEnded.send() }
        let code = await withCheckedContinuation { continuation in
            PipeReader.wait("wrap-wait", for: process) { continuation.resume(returning: $0) }
        }
        await outputEnded.wait()
        followed.cancel()
        await settle()
        toClient.close()
        await flushed.wait()
        return code
    }

    /// What is on its way may arrive, for a while.
    private func settle() async {
        let end = ContinuousClock.now + Self.patience
        while errands.withLock({ $0 }) > 0, ContinuousClock.now < end {
            // A cancelled wait only makes it quicker.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Asks the server to end, then makes it; who still holds its output open is not waited for.
    private func end() {
        process.signalGroup(ChildProcess.terminate)
        Task {
            // A cancelled wait only makes it quicker.
            try? await Task.sleep(for: Self.patience)
            process.signalGroup(ChildProcess.killAll)
            outputEnded.send()
        }
    }

    private func errand(_ body: @escaping @Sendable () async -> Void) {
        errands.withLock { $0 += 1 }
        Task {
            await body()
            errands.withLock { $0 -= 1 }
        }
    }

    // MARK: The client

    private func readClient() {
        let lines = Mutex(WrapLines())
        PipeReader.start("wrap-client", STDIN_FILENO) { [self] bytes in
            for piece in lines.withLock({ $0.take(bytes) }) {
                switch piece {
                case .line(let line): take(line)
                // A call could hide in it.
                case .part(let part) where part.last == 0x0A: say(Self.tooLong.body)
                case .part: break
                }
            }
            return true
        } atEnd: { [self] in
            let rest = lines.withLock { $0.rest() }
            if !rest.isEmpty { take(rest) }
            toServer.close()
            Task {
                // A cancelled wait only makes it quicker.
                try? await Task.sleep(for: Self.patience)
                end()
            }
        }
    }

    private static let tooLong = MCPFault(
        .invalidRequest, "A message has \(MCPMessage.largest >> 20) MiB at most.")

    private func take(_ line: [UInt8]) {
        switch traffic.withLock({ $0.fromClient(line) }) {
        case .pass: toServer.writeWhenRoom(line)
        case .answer(let answer): say(answer)
        case .drop: break
        case .judge(let call):
            // What is judged is answered by somebody who may not wait.
            toClient.waitForRoom()
            errand { [self] in await judge(call) }
        }
    }

    private func judge(_ call: WrapTraffic.Call) async {
        switch await gate.ask(call) {
        case .allow:
            // In one step, so that a stop finds it either here or at the server.
            let isSent = traffic.withLock { $0.send(call) }
            guard isSent else { return }
            if !toServer.write(call.line), traffic.withLock({ $0.refuse(call) }) {
                answer(call, MCPRefusal(.upstreamFailed))
            }
        case .refuse(let refusal, let id):
            if traffic.withLock({ $0.refuse(call) }) { answer(call, refusal) }
            guard let id else { return }
            await gate.kept(call, status: "denied: \(refusal.code)", decision: id)
        case .wait(let approval, let id):
            if traffic.withLock({ $0.refuse(call) }) {
                sayAtOnce(
                    approval.result(to: call.id, in: call.revision, promisesStructure: true))
            }
            await gate.kept(call, status: "pending: \(approval.id)", decision: id)
        }
    }

    private func cut(_ stops: [WrapGate.Stop]) {
        for stop in stops {
            let ended = traffic.withLock { traffic in
                traffic.cut { tool in stop.tool.map { $0 == tool } ?? true }
            }
            for (call, notice) in ended {
                if let notice { toServer.write(notice + [0x0A]) }
                answer(call, stop.refusal)
                errand { [gate] in await gate.kept(call, status: "cut") }
            }
        }
    }

    private func answer(_ call: WrapTraffic.Call, _ refusal: MCPRefusal) {
        sayAtOnce(
            refusal.result(
                to: call.id, in: call.revision, promisesStructure: call.promisesStructure))
    }

    private func sayAtOnce(_ message: [UInt8]) { toClient.writeAtOnce(message + [0x0A]) }

    private func say(_ message: [UInt8]) { toClient.writeWhenRoom(message + [0x0A]) }

    // MARK: The server

    private func readServer(_ atEnd: @escaping @Sendable () -> Void) {
        let lines = Mutex(WrapLines())
        PipeReader.start("wrap-server", process.output) { [self] bytes in
            for piece in lines.withLock({ $0.take(bytes) }) {
                switch piece {
                case .line(let line): takeFromServer(line)
                case .part(let part): takeFromServer(part: part)
                }
            }
            return true
        } atEnd: { [self] in
            let rest = lines.withLock { $0.rest() }
            if !rest.isEmpty { takeFromServer(rest) }
            atEnd()
        }
    }

    private func takeFromServer(_ line: [UInt8]) {
        switch traffic.withLock({ $0.fromServer(line) }) {
        case .pass: toClient.writeWhenRoom(line)
        case .replace(let message): say(message)
        case .drop: break
        case .end(let call):
            toClient.writeWhenRoom(line)
            let outcome = WrapTraffic.outcome(line)
            errand { [gate] in
                await gate.kept(call, status: outcome.status, result: outcome.result)
            }
        }
    }

    private func takeFromServer(part: [UInt8]) {
        switch traffic.withLock({ $0.fromServer(part: part) }) {
        case .pass: toClient.writeWhenRoom(part)
        case .drop: break
        case .end(let calls):
            let reason = "it has sent a message of more than \(MCPMessage.largest >> 20) MiB"
            Console.complain("cordon: the server is ended: \(reason)")
            for call in calls {
                answer(call, MCPRefusal(.upstreamFailed))
                errand { [gate] in await gate.kept(call, status: "error: \(reason)") }
            }
            end()
        }
    }
}

/// Something that happens once, and those who wait for it.
///
/// Safe to share: whether it has happened is behind one lock.
final class OneSignal: Sendable {
    private struct State {
        var hasHappened = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func send() {
        let waiting = state.withLock { state in
            state.hasHappened = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let hasHappened = state.withLock { state in
                if !state.hasHappened { state.waiting.append(continuation) }
                return state.hasHappened
            }
            if hasHappened { continuation.resume() }
        }
    }
}
