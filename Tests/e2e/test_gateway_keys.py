"""Who may call, for which model, and with whose key the provider is asked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

import gateway_answers as say
from gateway_generations import Client, client
from gateway_upstream import Fields, plain, stream
from gateway_world import (
    ANTHROPIC_KEY,
    CHAT,
    MESSAGES,
    OPENAI_KEY,
    Flow,
    House,
    asks,
    home,
    house,
)
from leftovers import leftovers
from world import WORKFLOW

__all__ = ["client", "home"]

PLACES = {"openai": CHAT, "anthropic": MESSAGES}
# Three upstreams beside the usual two, all of them the same process: what is sent tells them apart.
MORE = """
[upstreams.other]
front = "openai"
url = "{openai}/other/v1"
key_file = "{folder}/openai.key"
key_header = "api-key"
models = ["other-*", "exact"]

[upstreams.azure]
front = "openai"
url = "{openai}/azure/"
models = ["never-asked-for"]

[upstreams.unreachable]
front = "openai"
url = "http://127.0.0.1:9/v1"
models = ["gone-*"]
"""


@pytest.fixture(scope="module")
def wide(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(binary, tmp_path_factory.mktemp("wide"), more=MORE) as made:
        yield made


def answers(home: House) -> None:
    home.openai.says(plain(say.chat()))
    home.anthropic.says(plain(say.message()))


def nobody_was_asked(home: House) -> None:
    assert home.openai.requests == [] and home.anthropic.requests == []


def error_of(body: bytes, front: str) -> dict[str, Any]:
    """The error, in the form of the front's provider."""
    told = json.loads(body)
    if front == "anthropic":
        assert told["type"] == "error" and told["request_id"]
    else:
        assert list(told) == ["error"] and told["error"]["param"] is None
    error: dict[str, Any] = told["error"]
    assert error["message"]
    return error


def called(home: House, front: str, *fields: tuple[str, str]) -> tuple[int, dict[str, Any]]:
    flow = Flow(home, "", "")
    given: Fields = [("content-type", "application/json"), *fields]
    with flow.line() as line:
        reply = line.ask("POST", PLACES[front], given, asks()).reply()
    assert reply.all("x-should-retry") == ["false"]
    assert reply.all("retry-after") == []
    assert reply.field("x-request-id")
    return reply.status, error_of(reply.body, front)


# Keys


@pytest.mark.parametrize("front", PLACES)
@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("authorization", "Bearer ")],
        [("authorization", "Basic Y29yZG9uOnBhdA==")],
        [("authorization", f"Bearer {OPENAI_KEY}")],
        [("x-api-key", ANTHROPIC_KEY)],
        [("authorization", "Bearer cordon_pat_" + "x" * 43)],
    ],
    ids=["none", "empty", "another scheme", "openai's", "anthropic's", "made up"],
)
def test_aKeyThatCordonNeverGaveOpensNothing(front: str, fields: Fields, home: House) -> None:
    answers(home)
    status, error = called(home, front, *fields)
    assert (status, error["code"]) == (401, "invalid_api_key")
    nobody_was_asked(home)


def test_theOfficialClientsTakeItForAWrongKey(client: Client, home: House) -> None:
    answers(home)
    stranger = Flow(home, "", "sk-made-up")
    raised = client.fails("chat", stranger)
    assert (raised["error"], raised["status"]) == ("AuthenticationError", 401)
    with pytest.raises(anthropic.AuthenticationError, match="no key of Cordon's"):
        stranger.anthropic().models.list()
    nobody_was_asked(home)


@pytest.mark.parametrize("front", PLACES)
def test_aKeyIsTakenWhereverClientsPutIt(front: str, home: House) -> None:
    flow = home.flow("placed")
    for name, value in [
        ("authorization", f"Bearer {flow.token}"),
        ("Authorization", f"bearer {flow.token}"),
        ("x-api-key", flow.token),
        ("api-key", flow.token),
    ]:
        answers(home)
        with flow.line() as line:
            reply = line.ask("POST", PLACES[front], [(name, value)], asks()).reply()
        assert reply.status == 200, (name, reply.body)


@pytest.mark.parametrize("front", PLACES)
@pytest.mark.parametrize(
    ("scopes", "is_bound"),
    [(["gate"], True), (["capture"], True), (["gateway"], False), (["gate"], False)],
)
def test_aTokenWithoutTheScopeOrTheWorkflowMayNotCall(
    front: str, scopes: list[str], is_bound: bool, home: House
) -> None:
    answers(home)
    flow = home.flow("unbound")
    token = home.token(flow.key if is_bound else None, *scopes)
    status, error = called(home, front, ("authorization", f"Bearer {token}"))
    assert (status, error["code"]) == (403, "not_permitted")
    nobody_was_asked(home)


def test_aPersonsSessionIsNoKey(home: House) -> None:
    answers(home)
    token = home.world.admin.token
    status, error = called(home, "openai", ("authorization", f"Bearer {token}"))
    assert (status, error["code"]) == (403, "not_permitted")
    nobody_was_asked(home)


def test_aRevokedKeyOpensNothingFromThenOn(home: House) -> None:
    answers(home)
    flow = home.flow("revoked")
    assert flow.ask(CHAT, asks()).status == 200
    keeper = home.keepers[-1]
    tokens = keeper.get("tokens").done(200)["items"]
    (mine,) = [token["id"] for token in tokens if token.get("workflow") == flow.key]
    keeper.delete(f"tokens/{mine}").done()
    assert flow.ask(CHAT, asks()).status == 401
    home.openai.asked(1)


def test_aKeyForTheGatewayOpensNothingElse(home: House) -> None:
    api = home.server.api(home.flow("narrow").token)
    for path in ["workflows", "evidence", "incidents", "users", "journal"]:
        assert api.get(path).status in (401, 403), path
    stopping = api.post(f"workflows/{WORKFLOW}/stop", {"reason": "Mischief."})
    assert stopping.status in (401, 403, 404)


def test_noKeyLiesOnTheDiskOrInTheLog(binary: str, tmp_path: Path) -> None:
    with house(binary, tmp_path) as made:
        flow = made.flow("secret")
        answers(made)
        assert flow.ask(CHAT, asks()).status == 200
        assert flow.ask(MESSAGES, asks()).status == 200
        made.openai.says(stream(*say.chat_stream()))
        assert flow.ask(CHAT, asks(stream=True)).status == 200
        made.openai.says(plain(b"no", 401))
        assert flow.ask(CHAT, asks()).status == 401
        flow.records(4)
        made.server.stop()
        secrets = [flow.token, OPENAI_KEY, ANTHROPIC_KEY]
        for secret in secrets:
            assert secret not in made.server.log
        assert leftovers(made.server.data, secrets) == []


# Models


@pytest.mark.parametrize(
    ("place", "model", "may"),
    [
        ("/openai/v1/chat/completions", "gpt-4o-mini", True),
        ("/openai/v1/chat/completions", "gpt-4o", True),
        ("/openai/v1/chat/completions", "exact", True),
        ("/openai/v1/chat/completions", "exactly", False),
        ("/openai/v1/chat/completions", "gpt-4", False),
        ("/openai/v1/chat/completions", "GPT-4o-mini", False),
        ("/openai/v1/completions", "gpt-3.5", False),
        ("/openai/v1/responses", "o9", False),
        ("/openai/v1/embeddings", "text-embedding-3-small", False),
        ("/anthropic/v1/messages", "claude-opus-9", False),
        ("/anthropic/v1/messages", "claude-sonnet-9", True),
        ("/anthropic/v1/messages/count_tokens", "claude-opus-9", False),
    ],
)
def test_aModelOutsideTheListIsRefused(place: str, model: str, may: bool, home: House) -> None:
    flow = home.flow("models", gateway={"models": ["gpt-4o*", "exact", "claude-sonnet-9"]})
    answers(home)
    reply = flow.ask(place, asks(model=model))
    if may:
        assert reply.status == 200
        return
    assert reply.status == 403
    assert reply.all("x-should-retry") == ["false"]
    error = error_of(reply.body, place.split("/")[1])
    assert error["code"] == error["type"] == "outside_authority"
    assert model in error["message"]
    nobody_was_asked(home)
    record = flow.record(None)
    assert record["status"] == "denied: outside_authority"
    assert record["model"] == model


@pytest.mark.parametrize(
    "body",
    [
        b'{"model": "gpt-4o-mini", "model": "o9", "messages": []}',
        b'{"model": "o9", "model": "gpt-4o-mini", "messages": []}',
        b'{"\\u006dodel": "o9", "messages": []}',
        b'{"messages": []}',
        b'{"model": ["o9"], "messages": []}',
        b'{"model": null, "messages": []}',
    ],
)
def test_noSpellingGetsAroundTheList(body: bytes, home: House) -> None:
    """Who reads the same bytes elsewhere may take the first or the last of two."""
    flow = home.flow("spelled", gateway={"models": ["gpt-4o*"]})
    answers(home)
    reply = flow.ask(CHAT, body)
    assert reply.status in (400, 403), reply.body
    nobody_was_asked(home)


def test_officialClientsRaiseForAModelThatIsRefused(client: Client, home: House) -> None:
    flow = home.flow("models", gateway={"models": ["none-of-these"]})
    answers(home)
    raised = client.fails("chat", flow)
    assert (raised["error"], raised["status"]) == ("PermissionDeniedError", 403)
    with pytest.raises(anthropic.PermissionDeniedError):
        flow.anthropic().messages.create(model="x", max_tokens=1, messages=[])
    nobody_was_asked(home)
    flow.records(2)


# Upstreams


@pytest.mark.parametrize(
    ("model", "target"),
    [
        ("gpt-4o-mini", "/v1/chat/completions"),
        ("other-7", "/other/v1/chat/completions"),
        ("exact", "/other/v1/chat/completions"),
        ("exactly", "/v1/chat/completions"),
    ],
)
def test_theModelChoosesTheUpstream(model: str, target: str, wide: House) -> None:
    flow = wide.flow("routed")
    answers(wide)
    assert flow.ask(CHAT, asks(model=model)).status == 200
    received = wide.openai.only
    assert received.target == target
    other = target.startswith("/other")
    assert received.all("api-key") == ([OPENAI_KEY] if other else [])
    assert received.all("authorization") == ([] if other else [f"Bearer {OPENAI_KEY}"])


def test_theWorkflowsTermsChooseTheUpstream(wide: House) -> None:
    flow = wide.flow("named", gateway={"upstreams": {"openai": "azure"}})
    answers(wide)
    assert flow.ask(CHAT, asks(), ("api-key", "sk-mine")).status == 200
    assert wide.openai.only.target == "/azure/chat/completions"
    # It has no key of its own, and the caller's goes nowhere.
    for name in ("authorization", "api-key", "x-api-key"):
        assert wide.openai.only.all(name) == []
    lost = wide.flow("named", gateway={"upstreams": {"openai": "nobody"}})
    answers(wide)
    reply = lost.ask(CHAT, asks())
    assert reply.status == 502 and error_of(reply.body, "openai")["code"] == "upstream_unknown"
    nobody_was_asked(wide)


def test_anUpstreamThatIsNotThereIsSaidAndRecorded(wide: House) -> None:
    flow = wide.flow("gone")
    for streams in (False, True):
        reply = flow.ask(CHAT, asks(model="gone-1", stream=streams))
        assert reply.status == 502
        error = error_of(reply.body, "openai")
        assert error["code"] == "upstream_failed" and "unreachable" in error["message"]
        # Somebody may ask again later: this passes.
        assert reply.all("x-should-retry") == []
    assert {record["status"] for record in flow.records(2)} == {"error: upstream_failed"}
    with pytest.raises(openai.InternalServerError):
        flow.openai(max_retries=0).chat.completions.create(model="gone-1", messages=[])


def test_aWorkflowThatIsRetiredMayCallNoMore(home: House) -> None:
    flow = home.flow("retired")
    answers(home)
    assert flow.ask(CHAT, asks()).status == 200
    home.world.admin.post(f"workflows/{flow.key}/retire", {"reason": "Over."}).done()
    answers(home)
    reply = flow.ask(CHAT, asks())
    assert (reply.status, reply.all("x-should-retry")) == (403, ["false"])
    assert "retired" in error_of(reply.body, "openai")["message"]
    nobody_was_asked(home)
