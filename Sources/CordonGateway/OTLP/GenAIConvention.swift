/// OpenTelemetry's semantic conventions for generative AI, and the few names of our own.
///
/// <https://github.com/open-telemetry/semantic-conventions-genai>, with the names that came before
/// and are still sent.
enum GenAIConvention {
    static let places: [String: Place] = content.merging(envelope) { first, _ in first }

    static let families: [(String, Place)] = [
        ("gen_ai.request.", Place(.parameters)),
        ("approval.", Place(.approval)),
        ("delivery.", Place(.delivery)),
    ]

    private static let content: [String: Place] = [
        "gen_ai.system_instructions": Place(.system, .system),
        "gen_ai.input.messages": Place(.input, .askedJSON),
        "gen_ai.output.messages": Place(.output, .answeredJSON),
        "gen_ai.prompt": Place(.input, .asked),
        "gen_ai.prompt.name": Place(.attributes),
        "gen_ai.prompt.version": Place(.attributes),
        "gen_ai.completion": Place(.output, .answered),
        "gen_ai.system_instructions.ref": Place(.system, .reference),
        "gen_ai.input.messages.ref": Place(.input, .reference),
        "gen_ai.output.messages.ref": Place(.output, .reference),
        "gen_ai.input.messages_ref": Place(.input, .reference),
        "gen_ai.output.messages_ref": Place(.output, .reference),
        "gen_ai.tool.definitions": Place(.tools, .tools),
        "gen_ai.tool.name": Place(.tools),
        "gen_ai.tool.type": Place(.tools),
        "gen_ai.tool.description": Place(.tools),
        "gen_ai.tool.call.id": Place(.tools),
        "gen_ai.tool.call.arguments": Place(.tools),
        "gen_ai.tool.call.result": Place(.tools),
        "gen_ai.retrieval.documents": Place(.retrieved),
        "gen_ai.retrieval.query.text": Place(.input),
        "gen_ai.data_source.id": Place(.retrieved, .scope),
        "db.namespace": Place(.attributes, .scope),
        "db.collection.name": Place(.attributes, .scope),
        "gen_ai.request.model": Place(.attributes, .requestModel),
        "gen_ai.request.temperature": Place(.parameters, .parameter),
        "gen_ai.request.top_p": Place(.parameters, .parameter),
        "gen_ai.request.top_k": Place(.parameters, .parameter),
        "gen_ai.request.max_tokens": Place(.parameters, .parameter),
        "gen_ai.request.max_completion_tokens": Place(.parameters, .parameter),
        "gen_ai.request.frequency_penalty": Place(.parameters, .parameter),
        "gen_ai.request.presence_penalty": Place(.parameters, .parameter),
        "gen_ai.request.reasoning_effort": Place(.parameters, .parameter),
    ]

    private static let envelope: [String: Place] = [
        "cordon.kind": Place(.attributes, .kind),
        "cordon.key": Place(.attributes, .clientKey),
        "cordon.sequence": Place(.attributes, .sequence),
        "cordon.sequence.source": Place(.attributes, .sequenceSource),
        "cordon.workflow": Place(.attributes, .workflow, rank: 0),
        "workflow.name": Place(.attributes, .workflow, rank: 1),
        "gen_ai.workflow.name": Place(.attributes, .workflow, rank: 5),
        "gen_ai.operation.name": Place(.attributes, .operation),
        "mcp.method.name": Place(.attributes, .method),
        "gen_ai.response.model": Place(.attributes, .responseModel),
        "gen_ai.usage.input_tokens": Place(.attributes, .tokensIn),
        "gen_ai.usage.output_tokens": Place(.attributes, .tokensOut),
        "gen_ai.usage.prompt_tokens": Place(.attributes, .tokensIn),
        "gen_ai.usage.completion_tokens": Place(.attributes, .tokensOut),
        "user.id": Place(.attributes, .actor, rank: 0),
        "enduser.id": Place(.attributes, .actor, rank: 1),
        "approval.user": Place(.approval, .actor, rank: 2),
        "gen_ai.user": Place(.attributes, .actor, rank: 3),
        "gen_ai.conversation.id": Place(.attributes, .session, rank: 0),
        "session.id": Place(.attributes, .session, rank: 1),
        "mcp.session.id": Place(.attributes, .session, rank: 4),
        "cordon.target": Place(.attributes, .target, rank: 0),
        "delivery.to": Place(.delivery, .target, rank: 1),
        "delivery.recipient": Place(.delivery, .target, rank: 2),
        "customer.id": Place(.attributes, .target, rank: 3),
        "account.id": Place(.attributes, .target, rank: 4),
        "error.type": Place(.attributes, .failure),
    ]
}
