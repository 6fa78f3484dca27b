"""Sends as OpenInference's instrumentation of OpenAI's client does."""

from openinference.instrumentation.openai import OpenAIInstrumentor

from conversation import converse, tracing

provider = tracing()
OpenAIInstrumentor().instrument(tracer_provider=provider)
converse(provider)
