/// Traceloop's (OpenLLMetry's) names, the newer and the flattened older ones.
///
/// <https://github.com/traceloop/openllmetry>, package `opentelemetry-semantic-conventions-ai`.
enum TraceloopConvention {
    static let places: [String: Place] = [
        "traceloop.span.kind": Place(.attributes, .entityKind),
        "llm.request.type": Place(.attributes, .requestType),
        "traceloop.workflow.name": Place(.attributes, .workflow, rank: 6),
        "traceloop.entity.name": Place(.ofCall, .scope),
        "traceloop.entity.input": Place(.asked, .asked),
        "traceloop.entity.output": Place(.answered, .answered),
        "traceloop.association.properties.user_id": Place(.attributes, .actor, rank: 4),
        "llm.user": Place(.attributes, .actor, rank: 5),
        "traceloop.association.properties.session_id": Place(.attributes, .session, rank: 2),
        "traceloop.association.properties.thread_id": Place(.attributes, .session, rank: 3),
        "gen_ai.prompt.0.role": Place(.input, .firstRole),
        "gen_ai.prompt.0.content": Place(.input, .firstContent),
        "llm.frequency_penalty": Place(.parameters, .parameter),
        "llm.presence_penalty": Place(.parameters, .parameter),
        "llm.top_k": Place(.parameters, .parameter),
        "pinecone.query.namespace": Place(.retrieved, .scope),
    ]

    static let families: [(String, Place)] = [
        ("gen_ai.prompt.", Place(.input, .asked)),
        ("gen_ai.completion.", Place(.output, .answered)),
        ("llm.request.functions.", Place(.tools, .tools)),
        ("llm.watsonx.", Place(.parameters)),
        ("pinecone.query.", Place(.parameters)),
    ]
}
