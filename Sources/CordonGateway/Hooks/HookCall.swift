import CordonCore
import CordonOperations
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// One question of a hook's sender, from the request to the answer.
struct HookCall: Sendable {
    let gateway: Gateway
    let hook: Hook
    let method: HTTPRequest.Method
    let fields: HTTPFields
    let query: String?
    let secret: String?
    /// The server's address as its callers know it.
    let base: String
    let requestID: String

    /// When the question came, on the clock that only goes forward.
    private let beganAt: Int64

    init(
        gateway: Gateway, hook: Hook, request: Request, secret: String?, base: String,
        requestID: String
    ) {
        self.gateway = gateway
        self.hook = hook
        method = request.method
        fields = request.headers
        query = request.uri.query
        self.secret = secret
        self.base = base
        self.requestID = requestID
        beganAt = gateway.operations.outside.uptime()
    }

    func answer(_ body: RequestBody) async -> Response {
        gateway.hooks.add(hook, \.asked)
        do throws(HookFault) {
            let key = try key()
            return try await answer(body, key)
        } catch {
            return response(reply(to: error, [], nil), nil, isRefused: error.kind.isAnsweredWithNo)
        }
    }

    private func answer(_ body: RequestBody, _ key: Gateway.Key) async throws(HookFault) -> Response
    {
        var bytes: [UInt8] = []
        do throws(HookFault) {
            guard hook.takesAnyMethod || method == .post else {
                throw HookFault(.wrongMethod, "\(method) is not for this path; it takes POST.")
            }
            try await read(body, into: &bytes)
            let question = try question(bytes, key)
            let verdict = try await judge(question, key)
            guard let entry = gateway.operations.gate.entry(key.workflow) else {
                throw HookFault(.unknown, "There is no workflow \(key.workflow).")
            }
            return response(question.reply(to: verdict, entry), key, isRefused: verdict != .allowed)
        } catch {
            gateway.hooks.add(hook, \.unreadable)
            return response(
                reply(to: error, bytes, key), key, isRefused: error.kind.isAnsweredWithNo)
        }
    }

    // MARK: Who asks, and what

    private func key() throws(HookFault) -> Gateway.Key {
        do throws(Denial) {
            return try gateway.key(secret, for: Hook.permissions)
        } catch {
            throw HookFault(error.status == 401 ? .unknownKey : .notPermitted, error.message)
        }
    }

    /// Where it fails, `bytes` has what had come until then.
    private func read(
        _ body: RequestBody, into bytes: inout [UInt8]
    ) async throws(HookFault) {
        let held = HeldBytes(gateway.budget)
        defer { held.giveBack() }
        let most = hook.bytesAtMost
        do {
            for try await piece in body {
                let room = most - bytes.count
                // First what is here anyway: even a no may depend on what was asked.
                bytes.append(contentsOf: piece.readableBytesView.prefix(room))
                guard piece.readableBytes <= room else {
                    throw HookFault(.tooLarge, "A question has \(most) bytes at most.")
                }
                try held.take(piece.readableBytes)
            }
        } catch let fault as HookFault {
            throw fault
        } catch let denial as Denial {
            throw HookFault(.overloaded, denial.message)
        } catch {
            throw HookFault(.unreadable, "The question broke off.")
        }
    }

    private func question(
        _ body: [UInt8], _ key: Gateway.Key
    ) throws(HookFault) -> any HookQuestion {
        let record = fields.said("x-cordon-record")
        switch hook {
        case .liteLLM: return try LiteLLMGuardrail(body, record: record)
        case .claudeCode: return try ClaudeCodeHook(body, record: record)
        case .copilotValidate:
            try CopilotStudioHook.check(query: query)
            return CopilotStudioTrial()
        case .copilotAnalyze:
            try CopilotStudioHook.check(query: query)
            return try CopilotStudioHook(body, record: record)
        case .authorization:
            return try AuthorizationHook(
                action: fields["x-cordon-action"], tool: fields["x-cordon-tool"],
                record: record)
        case .flag(let name): return try FlagHook(name, of: key.workflow, body)
        case .flags:
            return try FlagHook(allOf: key.workflow, body, ifNoneMatch: fields[.ifNoneMatch])
        }
    }

    private func isStopped(_ key: Gateway.Key) -> Bool {
        gateway.operations.gate.isStopped(key.workflow, GateRequest(action: .generate))
    }

    private func reply(
        to fault: HookFault, _ beginning: [UInt8], _ key: Gateway.Key?
    ) -> HookReply {
        switch hook {
        case .liteLLM: LiteLLMGuardrail.reply(to: fault)
        case .claudeCode:
            ClaudeCodeHook.reply(to: fault, beginning, isStopped: key.map(isStopped) ?? true)
        case .copilotValidate, .copilotAnalyze: CopilotStudioHook.reply(to: fault)
        case .authorization: AuthorizationHook.reply(to: fault)
        case .flag(let key): FlagHook.reply(to: fault, key: key)
        case .flags: FlagHook.reply(to: fault, key: nil)
        }
    }

    // MARK: What the gate says

    /// The first no, or that all of it may be done.
    private func judge(
        _ question: any HookQuestion, _ key: Gateway.Key
    ) async throws(HookFault) -> HookVerdict {
        for act in question.acts {
            guard let said = decision(on: act, key) else {
                throw HookFault(.unknown, "There is no workflow \(key.workflow).")
            }
            var verdict = HookVerdict(said.decision, entry: said.entry)
            if hook.asksPeople, case .approval(let need) = said.decision,
                case .call(let request, let arguments) = act
            {
                verdict = await askPeople(need, request, arguments, question, key, said.entry)
            }
            guard let denial = verdict.denial else {
                gateway.note([said.shadowUse].compactMap(\.self), key)
                continue
            }
            gateway.hooks.add(hook, \.denied)
            record(denial, act, question, key)
            await follow(said, key)
            return verdict
        }
        return .allowed
    }

    /// Uses what people have allowed for exactly this call, or asks them: the sender does not wait.
    private func askPeople(
        _ need: ApprovalNeed, _ request: GateRequest, _ arguments: [UInt8],
        _ question: any HookQuestion, _ key: Gateway.Key, _ entry: GateEntry
    ) async -> HookVerdict {
        let people = PeopleAsked(
            gateway: gateway, key: key, fields: fields, base: base, requestID: requestID)
        do throws(Refusal) {
            let question = try people.question(
                request, arguments: arguments.isEmpty ? Array("{}".utf8) : arguments, need: need,
                at: hook.name)
            let now = gateway.operations.outside.uptime()
            let answers = try await people.answers(
                to: [question], until: now, isGone: { false })
            guard let answer = try answers.first?.get() else {
                return .denied(HookDenial(.approvalRequired, "Nobody could be asked."))
            }
            guard case .granted(let approval) = answer else {
                return .approval(HookDenial(.approvalRequired, people.sentence(answer)))
            }
            // People allow a call, not what the gate forbids: a stop may have come in between.
            let again = gateway.operations.gate.decide(
                key.workflow, request, at: hook.name, .hook, approved: approval)
            return again.map { HookVerdict($0.decision, entry: $0.entry) }
                ?? HookVerdict(.deny("The workflow is gone."), entry: entry)
        } catch {
            return .denied(HookDenial(.approvalRequired, error.detail))
        }
    }

    private func decision(on act: HookAct, _ key: Gateway.Key) -> GateAnswer? {
        let request: GateRequest?
        switch act {
        case .run: request = nil
        case .act(let asked), .call(let asked, _): request = asked
        case .offer(let tool):
            // The arguments are judged when it is called.
            return gateway.operations.gate.entry(key.workflow).map { entry in
                if let fault = entry.offerFault(tool) {
                    return GateAnswer(decision: .deny(fault), entry: entry)
                }
                var answer = GateAnswer(decision: .allow(leaseMilliseconds: 0), entry: entry)
                answer.shadowUse = entry.lane.fault(tool: tool)
                return answer
            }
        }
        return gateway.operations.gate.decide(key.workflow, request, at: hook.name, .hook)
    }

    /// What follows from a denial.
    ///
    /// Whoever does not wait long is answered meanwhile: that the answer is no does not depend on
    /// it.
    private func follow(_ said: GateAnswer, _ key: Gateway.Key) async {
        guard case .deny(let reason) = said.decision else { return }
        let noting = Task {
            do { try await gateway.follow(said, reason: reason, key) } catch {
                gateway.logger.error(
                    "a denial was not followed up",
                    metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            }
        }
        if !hook.hasDeadline { await noting.value }
    }

    private func record(
        _ denial: HookDenial, _ act: HookAct, _ question: any HookQuestion, _ key: Gateway.Key
    ) {
        guard hook.recordsDenials else { return }
        var record = CallRecord(beganAt: gateway.operations.outside.now())
        record.kind = .note
        record.status = "denied: \(denial.code.rawValue)"
        record.session = question.session
        record.target = fields.said("x-cordon-record")
        if case .call(let request, let arguments) = act {
            record.kind = .toolCall
            record.calls = RecordedCall.json(request.tool, arguments)
        }
        var facts = JSONText()
        facts.beginObject()
        facts.member("name", hook.name)
        facts.member("decision", denial.code.rawValue)
        facts.member("reason", denial.message)
        facts.member("incident", denial.incident)
        facts.member("request_id", requestID)
        facts.endObject()
        record.attributes = [("hook", facts.bytes)]
        gateway.keepBehind(
            record, source: hook.name, key: key,
            size: facts.bytes.count + (record.calls?.count ?? 0))
    }

    // MARK: The answer

    private func response(_ reply: HookReply, _ key: Gateway.Key?, isRefused: Bool) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        if reply.status == 405 { headers[.allow] = "POST" }
        headers[values: .init("x-request-id") ?? .server] = [requestID]
        for (name, value) in reply.fields {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let status = HTTPResponse.Status(code: reply.status)
        guard method != .head, !reply.body.isEmpty else {
            return Response(status: status, headers: headers, body: .init())
        }
        let bytes = ByteBuffer(bytes: reply.body)
        guard hook.hasDeadline else {
            return Response(status: status, headers: headers, body: .init(byteBuffer: bytes))
        }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: bytes.readableBytes) { writer in
                try await writer.write(bytes)
                try await writer.finish(nil)
                watchDeadline(key, isRefused: isRefused)
            })
    }

    /// An answer that came too late counts, and somebody is told of one that decided nothing.
    private func watchDeadline(_ key: Gateway.Key?, isRefused: Bool) {
        let taken = gateway.operations.outside.uptime() - beganAt
        guard let lateness = HookLateness(milliseconds: taken) else { return }
        gateway.hooks.add(hook, lateness == .wanted ? \.late : \.missed)
        gateway.logger.warning(
            "a hook was answered late",
            metadata: [
                "hook": "\(hook.name)", "milliseconds": "\(taken)",
                "workflow": "\(key?.workflow ?? "unknown")", "request_id": "\(requestID)",
            ])
        guard lateness == .missed, let key else { return }
        Task {
            do {
                try await gateway.operations.noteMissedDeadline(
                    key.workflow,
                    what: HookLateness.sentence(milliseconds: taken, isRefused: isRefused))
            } catch {
                gateway.logger.error(
                    "a missed deadline could not be noted",
                    metadata: ["request_id": "\(requestID)", "error": "\(error)"])
            }
        }
    }
}

extension HTTPFields {
    fileprivate subscript(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }
}
