/// An interface of a provider that AI workflows already know how to speak to.
///
/// A workflow joins by changing the address and the key that it speaks with, and nothing else.
package enum Front: String, CaseIterable, Sendable {
    case openai, anthropic

    /// What the address begins with that a workflow is given.
    package var prefix: String { "/" + rawValue }

    /// The front that a request is for, and the rest of its path as the provider has it.
    ///
    /// An upstream of OpenAI's kind has the version in its address (`https://api.openai.com/v1`),
    /// one of Anthropic's does not (`https://api.anthropic.com`): each as its SDK takes it.
    static func reached(by path: String) -> (front: Front, rest: Substring)? {
        for front in allCases where path.hasPrefix(front.prefix) {
            let rest = path.dropFirst(front.prefix.count)
            guard rest.hasPrefix("/v1/") || rest == "/v1" else { return nil }
            return (front, front == .openai ? rest.dropFirst(3) : rest)
        }
        return nil
    }

    /// What is asked for, as far as the gateway reads it.
    enum Operation: String, Sendable {
        case chat, completions, responses, embeddings, messages
        case countTokens = "count_tokens"
        case models
        /// Passed through, gated and recorded as it is.
        case opaque

        /// Whether an answer may hold words of a model, and calls of tools.
        var generates: Bool {
            switch self {
            case .chat, .completions, .responses, .messages: true
            case .embeddings, .countTokens, .models, .opaque: false
            }
        }

        /// Whether the request is JSON that is read before it is passed on.
        var isRead: Bool { generates || self == .embeddings || self == .countTokens }
    }

    func operation(_ method: String, _ rest: Substring) -> Operation {
        switch (self, method, rest) {
        case (.openai, "POST", "/chat/completions"): .chat
        case (.openai, "POST", "/completions"): .completions
        case (.openai, "POST", "/responses"): .responses
        case (.openai, "POST", "/embeddings"): .embeddings
        case (.anthropic, "POST", "/v1/messages"): .messages
        case (.anthropic, "POST", "/v1/messages/count_tokens"): .countTokens
        case (.openai, "GET", "/models"), (.anthropic, "GET", "/v1/models"): .models
        default: .opaque
        }
    }
}
