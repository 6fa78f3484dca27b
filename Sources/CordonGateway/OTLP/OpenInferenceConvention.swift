/// OpenInference's conventions, as Phoenix and Arize receive them.
///
/// <https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md>; lists are
/// flattened into the names, and the raw request and answer are sent besides.
enum OpenInferenceConvention {
    static let places: [String: Place] = [
        "openinference.span.kind": Place(.attributes, .spanKind),
        "openinference.project.name": Place(.attributes, .project),
        "metadata": Place(.attributes, .metadata, rank: 4),
        "input.value": Place(.asked, .asked),
        "output.value": Place(.answered, .answered),
        "llm.input_messages.0.message.role": Place(.input, .firstRole),
        "llm.input_messages.0.message.content": Place(.input, .firstContent),
        "llm.model_name": Place(.attributes, .responseModel, rank: 1),
        "llm.response.model_name": Place(.attributes, .responseModel),
        "llm.request.model_name": Place(.attributes, .requestModel, rank: 1),
        "embedding.model_name": Place(.attributes, .requestModel, rank: 2),
        "reranker.model_name": Place(.attributes, .requestModel, rank: 3),
        "llm.token_count.prompt": Place(.attributes, .tokensIn),
        "llm.token_count.completion": Place(.attributes, .tokensOut),
        "llm.invocation_parameters": Place(.parameters, .parameterJSON),
        "embedding.invocation_parameters": Place(.parameters),
        "reranker.top_k": Place(.parameters),
        "reranker.query": Place(.input),
        "llm.function_call": Place(.output, .answered),
    ]

    static let families: [(String, Place)] = [
        ("llm.input_messages.", Place(.input, .asked)),
        ("llm.output_messages.", Place(.output, .answered)),
        ("llm.prompts.", Place(.input, .asked)),
        ("llm.choices.", Place(.output, .answered)),
        ("llm.prompt_template.", Place(.input)),
        ("llm.tools.", Place(.tools, .tools)),
        ("tool.", Place(.tools)),
        ("tool_call.", Place(.tools)),
        ("retrieval.documents.", Place(.retrieved)),
        ("reranker.output_documents.", Place(.retrieved)),
        ("reranker.input_documents.", Place(.input)),
        ("input.documents.", Place(.input)),
        ("output.documents.", Place(.retrieved)),
        ("embedding.embeddings.", Place(.retrieved)),
    ]
}
