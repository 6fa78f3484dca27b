"""OpenFeature's own client with its provider for OFREP, asking whether a workflow may run."""

import json
from collections.abc import Iterator

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

from gateway_world import House
from hook_world import FLAG, FLAGS, Hooked, hooked, hooks, points

__all__ = ["hooks"]


@pytest.fixture
def asked(hooks: House) -> Iterator[tuple[Hooked, OpenFeatureClient]]:
    asker = hooked(hooks, "flagged")
    provider = OFREPProvider(
        hooks.server.url,
        headers_factory=lambda: {"Authorization": f"Bearer {asker.flow.token}"},
    )
    api.set_provider(provider, domain=asker.flow.key)
    yield asker, api.get_client(domain=asker.flow.key)
    api.clear_providers()


def test_theFlagIsTrueWhileTheWorkflowRuns(asked: tuple[Hooked, OpenFeatureClient]) -> None:
    asker, client = asked
    flow = asker.flow
    context = EvaluationContext("ana", {"plan": "large"})
    for key in ("may_run", flow.key, f"{flow.key}.may_run"):
        told = client.get_boolean_details(key, False, context)
        assert (told.value, told.reason, told.variant) == (True, "TARGETING_MATCH", "on"), told
        assert told.flag_metadata["state"] == "running"
    incident = flow.stop("A draft names another customer.")["incident"]
    told = client.get_boolean_details("may_run", True, context)
    assert (told.value, told.variant) == (False, "off")
    assert told.flag_metadata["incident"] == incident
    assert told.flag_metadata["fallback"] == "Write the summary by hand"
    assert "another customer" in str(told.flag_metadata["why"])
    assert points(flow) == {"ofrep": "hook"}


def test_whatIsNoFlagOfThisKeyGetsTheDefault(
    asked: tuple[Hooked, OpenFeatureClient], hooks: House
) -> None:
    _, client = asked
    other = hooked(hooks, "another").flow
    for key in (other.key, f"{other.key}.may_run", "dark_mode", "may_run%20", "may_run/x"):
        told = client.get_boolean_details(key, False)
        assert (told.value, told.error_code) == (False, "FLAG_NOT_FOUND"), key
    wrong = OFREPProvider(hooks.server.url, headers_factory=lambda: {"X-API-Key": "wrong"})
    api.set_provider(wrong, domain="wrong")
    told = api.get_client(domain="wrong").get_boolean_details("may_run", False)
    assert (told.value, told.error_message) == (False, "unauthorized")


def test_allFlagsAreTheSameOnlyWhileNothingHasChanged(hooks: House) -> None:
    asker = hooked(hooks, "bulk")
    reply = asker.ask(FLAGS, {"context": {"targetingKey": "ana"}})
    tag = reply.field("etag")
    assert tag and reply.status == 200
    flags = json.loads(reply.body)["flags"]
    assert [flag["key"] for flag in flags] == ["may_run", f"{asker.flow.key}.may_run"]
    assert all(flag["value"] is True for flag in flags)
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = asker.ask(FLAGS, b"{}", ("if-none-match", known))
        assert (again.status, again.body, again.field("etag")) == (304, b"", tag)
    for unknown in ('"other"', "*", tag.strip('"')):
        assert asker.ask(FLAGS, b"{}", ("if-none-match", unknown)).status == 200
    asker.flow.stop()
    after = asker.ask(FLAGS, b"{}", ("if-none-match", tag))
    assert after.status == 200 and after.field("etag") != tag
    assert [flag["value"] for flag in json.loads(after.body)["flags"]] == [False, False]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (FLAG, b"no json", 400, "PARSE_ERROR"),
        (FLAG, b"[]", 400, "PARSE_ERROR"),
        (FLAG, b'{"context": []}', 400, "PARSE_ERROR"),
        (FLAGS, b"no json", 400, "PARSE_ERROR"),
        (FLAGS + "/dark_mode", b"{}", 404, "FLAG_NOT_FOUND"),
        (FLAG, b" " * (1 << 20) + b"{}", 413, "GENERAL"),
        (FLAG, b"", 200, None),
    ],
)
def test_whatCannotBeReadIsAnError(
    path: str, body: bytes, status: int, code: str | None, hooks: House
) -> None:
    reply = hooked(hooks, "odd").ask(path, body)
    assert reply.status == status
    told = json.loads(reply.body)
    assert told.get("errorCode") == code
    if code:
        assert told["errorDetails"]
