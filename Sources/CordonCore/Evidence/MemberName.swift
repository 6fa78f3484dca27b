/// The name of a member of a JSON object, as a number that is quick to compare.
///
/// FNV-1a of its bytes. Two names with one number would only make a text be read otherwise.
struct MemberName: Equatable, Sendable {
    let code: UInt64

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01B3

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        var code = MemberName.seed
        for index in range { code = (code ^ UInt64(bytes[index])) &* MemberName.prime }
        self.code = code
    }

    /// What stands behind the last point: of `gen_ai.tool.call.arguments` it is `arguments`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, lastOf range: Range<Int>) {
        var start = range.upperBound
        while start > range.lowerBound, bytes[start - 1] != UInt8(ascii: ".") { start -= 1 }
        self.init(bytes, start..<range.upperBound)
    }

    init(_ name: String) {
        var code = MemberName.seed
        for byte in name.utf8 { code = (code ^ UInt64(byte)) &* MemberName.prime }
        self.code = code
    }
}

/// Some names; asking for one costs a few comparisons.
struct MemberNames: Sendable {
    private let codes: [UInt64]

    init(_ names: String) {
        codes = names.split(separator: " ").map { MemberName(String($0)).code }.sorted()
    }

    func contains(_ name: MemberName) -> Bool {
        var low = 0
        var high = codes.count
        while low < high {
            let middle = (low + high) / 2
            if codes[middle] < name.code { low = middle + 1 } else { high = middle }
        }
        return low < codes.count && codes[low] == name.code
    }
}

extension MemberName {
    static let none = MemberName("")
    static let approval = MemberName("approval")
    static let inputValue = MemberName("input.value")

    /// Names that the protocols give to members: they say nothing about what was said.
    static let known = MemberNames(
        """
        role content contents parts part type text id name arguments args kwargs input output \
        function function_call tool_calls tool_call tool_call_id toolCallId call_id index message \
        messages choices object created created_at model usage refusal annotations logprobs \
        system_fingerprint service_tier finish_reason stop_reason stop_sequence status tool \
        response result value mime_type delta candidates functionCall functionResponse \
        message_content data otel.events time_unix_nano \
        completion_tokens prompt_tokens total_tokens input_tokens output_tokens audio_tokens \
        cached_tokens reasoning_tokens accepted_prediction_tokens rejected_prediction_tokens \
        completion_tokens_details prompt_tokens_details cache_creation_input_tokens \
        cache_read_input_tokens \
        system retrieved tools parameters approval delivery change note attributes comment reason
        """)

    /// Members that tell of what kind the object around them is.
    static let kinds = MemberNames(
        "role type object finish_reason stop_reason status service_tier name mime_type modality")

    /// What such members say in the protocols.
    static let words = MemberNames(
        """
        system developer user assistant tool model function human ai text input_text output_text \
        tool_call tool_calls tool_call_response tool_use tool_result function_call \
        function_call_output message reasoning thinking refusal chat.completion \
        chat.completion.chunk text_completion response stop length end_turn max_tokens \
        content_filter error completed default auto application/json text/plain list \
        gen_ai.choice gen_ai.content.completion
        """)

    /// Members that name the object around them.
    static let identifiers = MemberNames("id call_id tool_call_id tool_use_id toolCallId")

    /// Below these, numbers are counts and measures and no content.
    static let counts = MemberNames(
        """
        usage logprobs created created_at index token_count logprob time_unix_nano score \
        completion_tokens prompt_tokens total_tokens bytes vector embedding
        """)

    /// What a call was given.
    static let arguments = MemberNames("arguments args input function_call_arguments_json")

    /// What describes a tool without being a call of it.
    static let definitions = MemberNames(
        "definitions parameters input_schema inputSchema json_schema schema properties")

    /// Who approved and when; what was said is elsewhere.
    static let formalities = MemberNames(
        "user by login id role decision state status at time approver approved")
}
