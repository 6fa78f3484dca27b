/// What to set so that an emitter sends what was asked and answered.
///
/// Most instrumentations leave content out unless they are told otherwise, each in its own way. The
/// values are those that the packages take: OpenTelemetry's newer ones reject `true`, and what they
/// put into events goes to the logs, where no span can show it.
package enum ContentAdvice {
    /// One sentence for people, with the variable and its value.
    ///
    /// - Parameters:
    ///   - scope: what instrumented the span, as in `otel.scope.name`.
    ///   - version: its version, where two emitters have one name.
    /// - Returns: what to do, in words that can be shown as they are.
    package static func sentence(scope: String, version: String? = nil) -> String {
        if scope.hasPrefix("openinference.") {
            return """
                \(openInference) hide content: leave them unset or set them to false \
                where \(scope) runs.
                """
        }
        if isNewest(scope) {
            return "Set \(capture)=SPAN_ONLY where \(scope) runs."
        }
        if isOfficial(scope, version) {
            return """
                Set \(capture)=SPAN_ONLY and OTEL_SEMCONV_STABILITY_OPT_IN=\
                gen_ai_latest_experimental where \(scope) runs.
                """
        }
        if isTraceloop(scope) {
            return "Set TRACELOOP_TRACE_CONTENT=true, or leave it unset, where \(scope) runs."
        }
        let name = scope.isEmpty ? "the sender" : scope
        return """
            Let \(name) put gen_ai.input.messages and gen_ai.output.messages on its spans; \
            many take \(capture)=SPAN_ONLY for that.
            """
    }

    private static let capture = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
    private static let openInference = "OPENINFERENCE_HIDE_INPUTS and OPENINFERENCE_HIDE_OUTPUTS"

    /// The family that is built on `opentelemetry-util-genai`.
    private static func isNewest(_ scope: String) -> Bool {
        scope.hasPrefix("opentelemetry.instrumentation.genai.")
            || scope.hasPrefix("opentelemetry.util.genai")
    }

    /// OpenTelemetry's own from before that family; without the opt-in they fill logs only.
    private static func isOfficial(_ scope: String, _ version: String?) -> Bool {
        // Both projects have one of this name, and Traceloop's never had such a version.
        if scope.hasSuffix(".openai_agents") { return version?.hasPrefix("0.1.") == true }
        return ["openai_v2", "vertexai", "google_genai", "botocore"].contains {
            scope.hasPrefix("opentelemetry.instrumentation.\($0)")
        }
    }

    private static func isTraceloop(_ scope: String) -> Bool {
        scope.hasPrefix("opentelemetry.instrumentation.") || scope.contains("traceloop")
    }
}
