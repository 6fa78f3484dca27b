"""What every sender does: one question to a model, by way of OpenAI's own client.

Run as a process, so that each instrumentation has an interpreter of its own to patch. The standard
variables say where to: `OPENAI_BASE_URL`, `OTEL_EXPORTER_OTLP_ENDPOINT` and the like.
"""

import sys

from openai import OpenAI
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from upstream import CALL, QUESTION, SYSTEM

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": CALL["name"],
            "description": "Reads a customer's notes.",
            "parameters": {
                "type": "object",
                "properties": {"customer": {"type": "string"}, "days": {"type": "integer"}},
            },
        },
    }
]


def tracing() -> TracerProvider:
    """Sends every span as soon as it ends, the way that the variables say."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    return provider


def converse(provider: TracerProvider) -> None:
    """Asks, and waits until what was seen has been sent."""
    client = OpenAI(api_key="none", max_retries=0, timeout=20)
    answer = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": QUESTION},
        ],
        tools=TOOLS,
        temperature=0.2,
        max_tokens=200,
    )
    sys.stdout.write(answer.choices[0].message.content or "")
    provider.shutdown()
