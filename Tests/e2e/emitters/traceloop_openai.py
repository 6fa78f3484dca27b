"""Sends as Traceloop's instrumentation of OpenAI's client does."""

from opentelemetry.instrumentation.openai import OpenAIInstrumentor

from conversation import converse, tracing

provider = tracing()
OpenAIInstrumentor().instrument(tracer_provider=provider)
converse(provider)
