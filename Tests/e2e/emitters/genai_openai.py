"""Sends as OpenTelemetry's own instrumentation of OpenAI's client does."""

from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

from conversation import converse, tracing

provider = tracing()
OpenAIInstrumentor().instrument(tracer_provider=provider)
converse(provider)
