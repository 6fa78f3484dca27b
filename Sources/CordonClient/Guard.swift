import CordonAPI
public import FoundationEssentials

/// Asks Cordon before a workflow acts, and hears of stops while it does.
///
/// One guard serves one workflow and the whole program. An allow is used again for the very same
/// question until its lease has run out. Without an answer the workflow's own setting decides; it
/// is closed until the first allow has told it. A stop that is known of holds whoever is gone.
/// Each time that the workflow went on without an answer is told to Cordon once it answers again.
public actor Guard {
    /// The workflow's key.
    public nonisolated let workflow: String
    /// What this place is called among those where the workflow meets Cordon.
    public nonisolated let point: String
    /// Whether the stream is connected and has told of this workflow.
    public private(set) var isFollowing = false
    /// How often the workflow went on without an answer.
    public private(set) var opened = 0

    private let client: CordonClient
    private let seconds: Int64
    private let onOpen: @Sendable (String) -> Void
    private let now: @Sendable () -> Date
    private var memory: GateMemory
    private var passed = PassedOpen()
    private var heard = -1
    private var confirmed = -1

    /// The stream shows a sign of life every ten seconds.
    private static let silenceSeconds: Int64 = 25
    private static let pauseSeconds = 0.1...30.0

    /// Gets ready to ask; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - workflow: The workflow's key.
    ///   - client: The way to the server, with a token of the scope `gate`.
    ///   - point: A name for this place; `swift:` and the name of the host when absent.
    ///   - failsOpen: What holds without an answer until the first allow has told the workflow's
    ///     own setting.
    ///   - seconds: How long an answer may take.
    ///   - onOpen: Is told each time the workflow goes on without an answer.
    ///   - now: Says what time it is, for what is told of those times.
    public init(
        _ workflow: String, _ client: CordonClient, point: String? = nil, failsOpen: Bool = false,
        seconds: Int64 = 2, onOpen: @escaping @Sendable (String) -> Void = { _ in },
        now: @escaping @Sendable () -> Date = Date.init
    ) {
        self.workflow = workflow
        self.client = client
        self.point = String((point ?? "swift:\(ProcessInfo.processInfo.hostName)").prefix(120))
        self.seconds = seconds
        self.onOpen = onOpen
        self.now = now
        memory = GateMemory(failsOpen: failsOpen)
    }

    /// Follows the gate for as long as `body` runs.
    public static func following<Result: Sendable>(
        _ workflow: String, _ client: CordonClient, point: String? = nil,
        _ body: @escaping @Sendable (Guard) async throws -> Result
    ) async throws -> Result {
        let gate = Guard(workflow, client, point: point)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await gate.follow()
                return nil
            }
            group.addTask { try await body(gate) }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            throw CancellationError()
        }
    }

    /// Returns when the workflow may do it.
    ///
    /// - Throws: ``GuardError`` otherwise.
    public func may(_ question: GateQuestion) async throws(GuardError) {
        try await ask(question, isApproved: false)
    }

    /// Asks the gate; of what people have allowed already they are not asked again.
    private func ask(_ question: GateQuestion, isApproved: Bool) async throws(GuardError) {
        let askedAt = ContinuousClock.now
        if memory.hasLease(for: question, at: askedAt) { return }
        let answer: CordonAnswer
        do {
            answer = try await client.ask(
                Paths.root + "/workflows/\(Paths.segment(workflow))/gate"
                    + (isApproved ? "?ask=0" : ""),
                question.body(from: point), within: seconds)
        } catch {
            if case .refused(let problem) = error, problem.status < 500 {
                throw .refused(
                    status: problem.status, kind: problem.kind, detail: problem.detail)
            }
            return try goOnWithout(question, "\(error)")
        }
        guard let said = answer.json, said["decision"]?.text != nil else {
            return try goOnWithout(question, "what answered is not Cordon")
        }
        await tellPassed()
        if isApproved, said["decision"]?.text == "approval" { return }
        if let objection = memory.take(question, said, askedAt: askedAt) { throw objection }
    }

    /// Asks, and runs `body` when the workflow may do it.
    ///
    /// - Throws: ``GuardError`` before anything was done, and what `body` throws.
    public func withPermission<Result: Sendable>(
        _ question: GateQuestion, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await may(question)
        return try await body()
    }

    /// Returns unless a stop has come meanwhile: for the middle of what takes a while.
    ///
    /// While the stream is followed it knows without asking; otherwise it asks the gate again.
    public func check(_ question: GateQuestion) async throws(GuardError) {
        if let objection = memory.objection(to: question) { throw objection }
        if !isFollowing { try await ask(question, isApproved: memory.isApproved(question)) }
    }

    private func goOnWithout(_ question: GateQuestion, _ reason: String) throws(GuardError) {
        if let objection = memory.objection(to: question) { throw objection }
        guard memory.failsOpen else {
            throw .unreachable("\(workflow) may not go on: \(reason)")
        }
        opened += 1
        passed.note(question.tool ?? question.action, because: reason, at: now())
        onOpen(reason)
    }

    /// Tells how often the workflow went on without an answer, now that there is one: the token
    /// needs the scope `capture` for it.
    private func tellPassed() async {
        guard !passed.isEmpty else { return }
        let told = passed
        passed = PassedOpen()
        let body = told.evidence(of: workflow, at: point)
        // What cannot be told now is told with the next answer.
        let answer = try? await client.ask(Paths.root + "/evidence", body, within: seconds)
        if answer == nil { passed.add(before: told) }
    }

    // MARK: The stream

    /// Hears of stops as they happen and confirms them, until the task is cancelled.
    public func follow() async {
        var pause = Self.pauseSeconds.lowerBound
        while !Task.isCancelled {
            var events = GateEvents()
            // Whatever is not as it should be is a stream that is lost.
            _ = try? await client.receive(
                Paths.root + "/gate/stream", query: [], accept: "text/event-stream",
                silence: Self.silenceSeconds
            ) { bytes in
                guard let told = events.take(bytes) else { throw CancellationError() }
                for event in told { await hear(event) }
                pause = Self.pauseSeconds.lowerBound
            }
            isFollowing = false
            // Not all of them at once; the hash is another one in each process.
            let share = 0.5 + Double(point.hashValue & 0xFF) / 512
            // A cancelled pause is the end of the loop.
            try? await Task.sleep(for: .milliseconds(Int(pause * share * 1_000)))
            pause = min(pause * 2, Self.pauseSeconds.upperBound)
        }
    }

    private func hear(_ event: GateEvents.Event) async {
        // The server may have been another one before.
        if event.name == "snapshot" { confirmed = -1 }
        for state in event.states where state["key"]?.text == workflow {
            isFollowing = memory.learn(state)
            heard = max(heard, state["revision"]?.integer ?? -1)
        }
        guard confirmed < heard else { return }
        let now = heard
        // What fails is tried again at the next sign of life.
        let answer = try? await client.ask(
            Paths.root + "/gate/ack",
            ["revision": .integer(Int64(now)), "point": .string(point)], within: seconds)
        if answer != nil { confirmed = max(confirmed, now) }
    }
}
