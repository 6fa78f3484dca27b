import CordonCore
import Dispatch
import Logging
import NIOCore
import Synchronization

/// One running MCP server behind pipes, and those who wait for what it says.
///
/// Safe to share: all that changes is behind one lock; the pipes have threads of their own.
final class StdioChild: Sendable {
    /// Messages that are kept until somebody listens to a session.
    static let heldAtMost = 100

    /// What bounds it.
    struct Limits {
        /// How long it has for each step of ending: to end by itself, then at SIGTERM; and how long
        /// its end waits for that of its output.
        var patience = Duration.seconds(2)
        /// Bytes that may wait for each of those who wait for what it says.
        var bytesWaiting = StdioPieces.bytesAtMost
    }

    private struct State {
        var routing = StdioRouting()
        var answers: [Int: StdioPieces] = [:]
        var session: StdioPieces?
        var held: [[UInt8]] = []
        var framing = MCPStdioFraming()
        var errors = StdioErrors()
        var lastUsedAt: Int64
        /// Why it is of no use any more.
        var end: String?
        var hasEnded = false
    }

    private let name: String
    private let process: ChildProcess
    private let writer: PipeWriter
    private let logger: Logger
    private let uptime: @Sendable () -> Int64
    private let limits: Limits
    private let state: Mutex<State>

    /// - Throws: ``ChildProcess/Fault``.
    init(
        _ name: String, _ command: ChildProcess.Command, logger: Logger,
        uptime: @escaping @Sendable () -> Int64, limits: Limits = Limits()
    ) throws(ChildProcess.Fault) {
        self.name = name
        self.logger = logger
        self.uptime = uptime
        self.limits = limits
        process = try ChildProcess.start(command)
        writer = PipeWriter("mcp-in", process.input)
        state = Mutex(State(lastUsedAt: uptime()))
    }

    /// Begins to listen; `whenEnded` is called once it has ended.
    ///
    /// Its last answer may still be on its way when it has ended already, so it is over when its
    /// output is. But whoever has the same pipe may keep that open for ever, and a program without
    /// output may go on: neither end waits long for the other.
    func start(whenEnded: @escaping @Sendable () -> Void) {
        let outputEnds = DispatchSemaphore(value: 0)
        let processEnds = DispatchSemaphore(value: 0)
        PipeReader.start("mcp-out", process.output) { [self] in
            take($0)
        } atEnd: { [self] in
            outputEnds.signal()
            // Its exit code says more.
            guard processEnds.wait(timeout: deadline) == .timedOut else { return }
            end("it has closed its output")
        }
        if let errors = process.errors {
            PipeReader.start("mcp-err", errors) { [self] in
                log($0)
                return true
            } atEnd: {
            }
        }
        PipeReader.wait("mcp-wait", for: process) { [self] code in
            processEnds.signal()
            if isUsable { _ = outputEnds.wait(timeout: deadline) }
            end("it has ended with exit code \(code)")
            // Whoever waits for its end finds its place free.
            whenEnded()
            state.withLock { $0.hasEnded = true }
        }
    }

    private var deadline: DispatchTime {
        DispatchTime.now() + .milliseconds(Int(limits.patience / Duration.milliseconds(1)))
    }

    // MARK: What is asked

    /// Whether it still serves.
    var isUsable: Bool { state.withLock { $0.end == nil } }

    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// For how many milliseconds nobody has waited for anything of it.
    func idleMilliseconds() -> Int64 {
        let now = uptime()
        return state.withLock { state in
            let isUsed = !state.answers.isEmpty || state.session != nil
            return isUsed ? 0 : now - state.lastUsedAt
        }
    }

    /// Sends a request; what comes of it comes as events, the last of which is the answer.
    func ask(_ message: MCPMessage) throws(MCPFault) -> StdioPieces.Stream {
        let now = uptime()
        let (pieces, stream) = StdioPieces.make(bytesAtMost: limits.bytesWaiting)
        let (number, line) = try state.withLock { state throws(MCPFault) in
            if let end = state.end { throw Self.fault(name, end, message.id) }
            let begun = try state.routing.begin(message)
            state.answers[begun.number] = pieces
            pieces.whenGone { [self, number = begun.number] in abandon(number) }
            state.lastUsedAt = now
            return (begun.number, MCPStdioFraming.line(begun.bytes))
        }
        guard writer.write(line) else {
            abandon(number)
            throw Self.fault(name, "it does not read what is sent to it", message.id)
        }
        return stream
    }

    /// Passes on what wants no answer; whoever waits for a request that it cancels waits no longer.
    func tell(_ message: MCPMessage) throws(MCPFault) {
        let now = uptime()
        let (passed, pieces) = try state.withLock {
            state throws(MCPFault) -> (StdioRouting.Passed?, StdioPieces?) in
            if let end = state.end { throw Self.fault(name, end, message.id) }
            state.lastUsedAt = now
            guard let passed = state.routing.passed(message) else { return (nil, nil) }
            guard let number = passed.cancelled else { return (passed, nil) }
            return (passed, state.answers.removeValue(forKey: number))
        }
        guard let passed else { return }
        if passed.cancelsCall {
            // A call that has no answer must not look like one that went well.
            pieces?.finish(throwing: StdioPieces.Cancelled())
        } else {
            pieces?.finish()
        }
        guard writer.write(MCPStdioFraming.line(passed.bytes)) else {
            throw Self.fault(name, "it does not read what is sent to it", message.id)
        }
    }

    /// What the process says by itself from now on; `nil` when somebody listens already.
    func listen() -> StdioPieces.Stream? {
        let (pieces, stream) = StdioPieces.make(bytesAtMost: limits.bytesWaiting)
        let held = state.withLock { state -> [[UInt8]]? in
            guard state.session == nil, state.end == nil else { return nil }
            state.session = pieces
            // Nothing may be lost in a stream of which nobody would notice that it is over.
            pieces.whenGone { [self] in leave() }
            defer { state.held = [] }
            return state.held
        }
        guard let held else { return nil }
        for message in held { pieces.add(message) }
        return stream
    }

    /// Nobody listens to the session any more.
    private func leave() {
        let now = uptime()
        state.withLock { state in
            state.session = nil
            state.lastUsedAt = now
        }
    }

    private func abandon(_ number: Int) {
        let now = uptime()
        let notice = state.withLock { state in
            state.answers[number] = nil
            state.lastUsedAt = now
            return state.routing.abandon(number, reason: "The caller has gone, or was stopped.")
        }
        if let notice { writer.write(MCPStdioFraming.line(notice)) }
    }

    // MARK: What it says

    private func take(_ bytes: ArraySlice<UInt8>) -> Bool {
        var lines: [[UInt8]] = []
        let isInOrder = state.withLock { state in
            do {
                try state.framing.take(bytes) { lines.append($0) }
                return true
            } catch {
                return false
            }
        }
        for line in lines { take(line: line) }
        // Whoever waits for it would wait forever.
        if !isInOrder { end("it has sent a message of more than \(MCPMessage.largest >> 20) MiB") }
        return isInOrder
    }

    private func take(line: [UInt8]) {
        guard let message = try? MCPMessage.read(line) else {
            logger.debug("an MCP server says what is no message", metadata: ["server": "\(name)"])
            return
        }
        let (pieces, bytes, isLast) = state.withLock {
            state -> (StdioPieces?, [UInt8], Bool) in
            switch state.routing.take(message) {
            case .answer(let number, let bytes):
                return (state.answers.removeValue(forKey: number), bytes, true)
            case .about(let number, let bytes): return (state.answers[number], bytes, false)
            case .session(let bytes):
                // The stream of a call is read; one for the session many clients do not open.
                let newest = state.answers.max { $0.key < $1.key }?.value
                guard let pieces = newest ?? state.session else {
                    if state.held.count < Self.heldAtMost { state.held.append(bytes) }
                    return (nil, [], false)
                }
                return (pieces, bytes, false)
            case .nobody: return (nil, [], false)
            }
        }
        guard let pieces else { return }
        pieces.add(bytes)
        if isLast { pieces.finish() }
    }

    private func log(_ bytes: ArraySlice<UInt8>) {
        let now = uptime()
        let lines = state.withLock { $0.errors.take(bytes, at: now) }
        for line in lines {
            logger.notice("\(line)", metadata: ["mcp_server": "\(name)"])
        }
    }

    // MARK: Its end

    /// Ends it: by closing its input, then by SIGTERM, then by SIGKILL.
    func close() async {
        end("it was ended")
        for signal in [ChildProcess.terminate, ChildProcess.killAll] {
            for _ in 0..<40 where !hasEnded {
                // A cancelled wait only makes it quicker.
                try? await Task.sleep(for: limits.patience / 40)
            }
            if hasEnded { return }
            process.signalGroup(signal)
        }
    }

    private func end(_ reason: String) {
        let (asked, answers, session) = state.withLock { state in
            guard state.end == nil else {
                return ([:], [:], nil)
                    as ([Int: StdioRouting.Waiting], [Int: StdioPieces], StdioPieces?)
            }
            state.end = reason
            defer {
                state.answers = [:]
                state.session = nil
            }
            return (state.routing.end(), state.answers, state.session)
        }
        writer.close()
        for (number, pieces) in answers {
            if let asked = asked[number], asked.method != MCPToolCall.method {
                pieces.add(Self.fault(name, reason, asked.id[...]).body)
                pieces.finish()
            } else {
                // Of a call it is said that nobody knows what it did.
                pieces.finish(throwing: Self.fault(name, reason, nil))
            }
        }
        session?.finish()
    }

    static func fault(_ name: String, _ reason: String, _ id: MCPMessage.Raw?) -> MCPFault {
        MCPFault(
            .upstreamFailed, "The MCP server \(name) does not answer: \(reason).", status: 200,
            id: id)
    }
}
