"""LiteLLM's own proxy in front of a model, with Cordon as its guardrail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

import gateway_answers as say
from gateway_upstream import Pause, plain, stream
from gateway_world import House
from hook_peers import litellm
from hook_world import Hooked, function, hooked, hooks, points, suggested

__all__ = ["hooks"]

MASTER = "sk-the-proxys-own-key-0123456789"
# As docs/hooks.md has it, but for addresses.
SETTINGS = """
model_list:
  - model_name: gpt-4o-mini
    litellm_params:
      model: openai/gpt-4o-mini
      api_base: {model}/v1
      api_key: sk-anything
guardrails:
  - guardrail_name: cordon
    litellm_params:
      guardrail: generic_guardrail_api
      mode: [pre_call, post_call]
      api_base: {cordon}/hooks/litellm
      api_key: os.environ/CORDON_KEY
      unreachable_fallback: fail_closed
      default_on: true
      extra_headers: [x-cordon-record]
general_settings:
  master_key: {master}
"""


class Proxied:
    """A workflow behind LiteLLM."""

    def __init__(self, home: House, flow: Hooked, url: str) -> None:
        self.home, self.asker = home, flow
        self.client = openai.OpenAI(base_url=url + "/v1", api_key=MASTER)

    def chat(self, **more: Any) -> Any:
        messages: Any = [{"role": "user", "content": "What did Birch say?"}]
        return self.client.chat.completions.create(model="gpt-4o-mini", messages=messages, **more)


@pytest.fixture
def proxied(hooks: House, tmp_path: Path) -> Iterator[Proxied]:
    asker = hooked(hooks, "lite")
    places = {"model": hooks.openai.url, "cordon": hooks.server.url, "master": MASTER}
    with litellm(tmp_path, SETTINGS.format(**places), CORDON_KEY=asker.flow.token) as url:
        yield Proxied(hooks, asker, url)


def test_aStopReachesWhatGoesThroughLiteLLM(proxied: Proxied) -> None:
    home, flow = proxied.home, proxied.asker.flow
    home.openai.says(plain(say.chat()))
    assert proxied.chat().choices[0].message.content == say.SAID
    home.openai.asked(1)

    # A tool that may not be offered.
    home.openai.says(plain(say.chat()))
    with pytest.raises(openai.BadRequestError, match="export_all is not in the workflow's"):
        proxied.chat(tools=[function("export_all")])
    assert home.openai.requests == []
    assert "export_all" in suggested(flow)["what"]

    # One that may, and is called within its bounds.
    good, bad = ("c1", "set_reminder", '{"days": 3}'), ("c1", "set_reminder", '{"days": 99}')
    home.openai.says(plain(say.chat(None, [good])))
    (called,) = proxied.chat(tools=[function("set_reminder")]).choices[0].message.tool_calls
    assert called.function.arguments == good[2]
    home.openai.says(plain(say.chat(None, [bad])))
    with pytest.raises(openai.BadRequestError, match="days"):
        proxied.chat(tools=[function("set_reminder")])

    # The same in a stream.
    home.openai.says(stream(*say.chat_stream(calls=[good])))
    chunks = list(proxied.chat(stream=True, tools=[function("set_reminder")]))
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    home.openai.says(stream(*say.chat_stream(calls=[bad])))
    with pytest.raises(openai.APIError, match="days"):
        list(proxied.chat(stream=True, tools=[function("set_reminder")]))

    # A stop in the middle of a stream ends it in an error.
    pause = Pause()
    words = [f"word {number} " for number in range(12)]
    parts = say.chat_stream(words)
    home.openai.says(stream(*parts[:4], pause, *parts[4:]))
    under_way = proxied.chat(stream=True)
    pause.wait_for()
    incident = flow.stop("A draft names another customer.")["incident"]
    pause.go.set()
    with pytest.raises(openai.APIError, match="is stopped"):
        list(under_way)

    # And no further call begins; it is asked once.
    home.openai.says(plain(say.chat()))
    with pytest.raises(openai.BadRequestError) as raised:
        proxied.chat()
    assert "A draft names another customer." in str(raised.value)
    assert "Write the summary by hand" in str(raised.value)
    assert incident in str(raised.value)
    assert home.openai.requests == []
    assert points(flow)["litellm"] == "hook"
