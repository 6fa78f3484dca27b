"""Who may come in, with what, and that no secret is ever written down."""

import json
import sqlite3
from pathlib import Path

import pytest

from conftest import MakeServer
from server import Server
from world import PASSWORD, World

STRANGER = {"login": "eve", "name": "Eve", "password": PASSWORD}


def test_theFirstAdministratorIsMadeOnceWithTheRightToken(server: Server) -> None:
    nobody = server.api()
    nobody.post("setup", STRANGER | {"token": "0" * 40}).refused("not-permitted", 403)
    nobody.post("setup", STRANGER | {"token": server.setup_token, "password": "short"}).refused(
        "invalid-input", 400
    )
    made = nobody.post("setup", STRANGER | {"token": server.setup_token}).done(201)
    assert made["account"]["grants"] == ["administrator"]
    nobody.post("setup", STRANGER | {"token": server.setup_token}).refused("wrong-state", 409)
    first_token = server.setup_token
    server.restart()
    assert server.setup_token == ""
    again = server.api().post("setup", STRANGER | {"token": first_token})
    again.refused("wrong-state", 409)


def test_theSetupTokenChangesWithEveryStartUntilItIsUsed(make_server: MakeServer) -> None:
    server = make_server().start()
    first = server.setup_token
    server.restart()
    assert server.setup_token not in ("", first)
    server.api().post("setup", STRANGER | {"token": first}).refused("not-permitted", 403)
    server.api().post("setup", STRANGER | {"token": server.setup_token}).done(201)


def test_guessingIsSlowedDownAfterTenFailures(make_server: MakeServer) -> None:
    server = make_server().start()
    World.set_up(server, "ana")
    wrong = {"login": "ana", "password": "not the password"}
    for _ in range(10):
        server.api().post("session", wrong).refused("not-signed-in", 401)
    eleventh = server.api().post("session", wrong).refused("too-many-attempts", 429)
    assert int(eleventh.headers["retry-after"]) > 0
    right = {"login": "ana", "password": PASSWORD}
    server.api().post("session", right).refused("too-many-attempts", 429)


def test_theAnswerDoesNotTellWhetherALoginExists(shared: World) -> None:
    wrong = {"login": "ana", "password": "not the password"}
    known = shared.server.api().post("session", wrong).refused("not-signed-in", 401)
    unknown = shared.server.api().post("session", wrong | {"login": "nobody-here"})
    assert unknown.refused("not-signed-in", 401)["detail"] == known["detail"]


def test_aCookieAloneChangesNothing(shared: World) -> None:
    browser = shared.server.api()
    session = browser.post("session", {"login": "ana", "password": PASSWORD}).done(201)
    cookie = session.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert browser.get("session").done(200)["login"] == "ana"
    report = {"what": "From a browser."}
    browser.post("reports", report).refused("not-permitted", 403)
    browser.post("reports", report, x_cordon_csrf="0" * 64).refused("not-permitted", 403)
    browser.post("reports", report, x_cordon_csrf=session["csrf"]).done(201)
    browser.delete("session").refused("not-permitted", 403)
    assert browser.delete("session", x_cordon_csrf=session["csrf"]).status == 204
    kept = shared.server.api(session["session"])
    kept.get("session").refused("not-signed-in", 401)


def test_signingOutEndsTheSessionForEveryHolder(shared: World) -> None:
    one = shared.signed_in("ana")
    assert one.delete("session").status == 204
    one.get("session").refused("not-signed-in", 401)


def test_aRevokedTokenIsRefusedAtOnce(shared: World) -> None:
    made = shared.ana.post("tokens", {"name": "short-lived", "scopes": ["all"]}).done(201)
    holder = shared.server.api(made["token"])
    holder.get("session").done(200)
    shared.ben.delete(f"tokens/{made['id']}").refused("not-found", 404)
    assert shared.ana.delete(f"tokens/{made['id']}").status == 204
    holder.get("session").refused("not-signed-in", 401)
    assert made["token"] not in shared.ana.get("tokens").text


def test_anExpiredTokenIsRefused(make_server: MakeServer) -> None:
    server = make_server("sqlite").start()
    world = World.set_up(server, "ana")
    made = world.ana.post("tokens", {"name": "old", "scopes": ["all"], "expires_in_days": 1})
    secret = made.done(201)["token"]
    server.stop()
    # Nobody can wait for a day, so the stored time is moved.
    database = sqlite3.connect(server.data / "cordon.sqlite", isolation_level=None)
    (body,) = database.execute("SELECT body FROM account WHERE login = 'ana'").fetchone()
    account = json.loads(body)
    (token,) = account["tokens"]
    token["expiresAt"] = "2020-09-13T12:26:40.000Z"
    database.execute(
        "UPDATE account SET body = ? WHERE login = 'ana'",
        (json.dumps(account, separators=(",", ":"), ensure_ascii=False, sort_keys=True),),
    )
    database.close()
    server.start()
    server.api(secret).get("session").refused("not-signed-in", 401)


def test_aTokenForOneWorkflowServesNoOther(shared: World) -> None:
    shared.acting("bound-one")
    shared.acting("bound-two")
    body = {"name": "one", "scopes": ["all"], "workflow": "bound-one"}
    bound = shared.server.api(shared.ana.post("tokens", body).done(201)["token"])
    bound.get("workflows/bound-one/gate").done(200)
    bound.get("workflows/bound-two/gate").refused("not-permitted", 403)
    bound.post("workflows/bound-two/stop", {"reason": "Wrong."}).refused("not-permitted", 403)
    bound.post("workflows/bound-one/stop", {"reason": "Wrong."}).done(201)
    # What names the workflow in its body is bound as well.
    bound.post("reports", {"workflow": "bound-two", "what": "Not mine.", "stop": True}).refused(
        "not-permitted", 403
    )
    shared.ana.get("workflows/bound-two/gate").done(200)


MAY = {
    "gate": {"gate"},
    "report": {"report"},
    "read": {"workflows", "incidents", "policy"},
    "respond": {"workflows", "incidents", "policy", "report", "triage"},
    "register": {"workflows", "policy"},
    "admin": {"users", "policy", "tokens"},
    "all": {"gate", "report", "workflows", "incidents", "policy", "triage", "users", "tokens"},
}


@pytest.mark.parametrize("scope", sorted(MAY))
def test_aScopeOpensNothingElse(scope: str, shared: World) -> None:
    number = shared.ana.post("reports", {"what": "For the scopes."}).done(201)["incident"]
    made = shared.admin.post(
        "users",
        {
            "login": f"scope-{scope}",
            "name": "Everything",
            "password": PASSWORD,
            "grants": ["administrator", "governance", "legal"],
        },
    )
    if made.status != 201:
        made.refused("wrong-state", 409)
    owner = shared.signed_in(f"scope-{scope}")
    secret = owner.post("tokens", {"name": scope, "scopes": [scope]}).done(201)["token"]
    caller = shared.server.api(secret)
    tries = {
        "gate": caller.get("workflows/monthly-summaries/gate"),
        "report": caller.post("reports", {"what": "By a token."}),
        "workflows": caller.get("workflows"),
        "incidents": caller.get("incidents"),
        "policy": caller.get("policy"),
        "triage": caller.post(
            f"incidents/{number}/triage", {"kind": "near_miss", "reason": "Seen."}
        ),
        "users": caller.get("users"),
        "tokens": caller.get("tokens"),
    }
    for name, answer in tries.items():
        if name in MAY[scope]:
            assert answer.status < 300, f"{scope} may not {name}: {answer.text}"
        else:
            answer.refused("not-permitted", 403)


def test_aDisabledAccountOpensNothing(shared: World) -> None:
    login = "leaver"
    body = {"login": login, "name": "Leaver", "password": PASSWORD}
    shared.admin.post("users", body).done(201)
    session = shared.signed_in(login)
    token = shared.server.api(
        session.post("tokens", {"name": "t", "scopes": ["all"]}).done(201)["token"]
    )
    access = {"disabled": True, "reason": "Left the company."}
    shared.ana.post(f"users/{login}/access", access).refused("not-permitted", 403)
    shared.admin.post("users/admin/access", access).refused("second-person-required", 409)
    shared.admin.post(f"users/{login}/access", access).done(200)
    session.get("session").refused("not-signed-in", 401)
    token.get("session").refused("not-signed-in", 401)
    signing = shared.server.api().post("session", {"login": login, "password": PASSWORD})
    signing.refused("not-signed-in", 401)


def test_nobodyGrantsThemselvesARole(shared: World) -> None:
    wished = {"grants": ["administrator", "executive_leadership"]}
    shared.admin.put("users/admin/grants", wished).refused("second-person-required", 409)
    shared.ana.put("users/ana/grants", wished).refused("not-permitted", 403)
    shared.admin.put("users/ana/grants", {"grants": ["owner"]}).refused("invalid-input", 400)


def test_aNewPasswordNeedsThePresentOne(shared: World) -> None:
    body = {"login": "changer", "name": "Changer", "password": PASSWORD}
    shared.admin.post("users", body).done(201)
    changer = shared.signed_in("changer")
    new = "another quiet river"
    changer.post("users/changer/password", {"password": new}).refused("not-permitted", 403)
    changer.post("users/ana/password", {"password": new}).refused("not-permitted", 403)
    changed = changer.post("users/changer/password", {"current": PASSWORD, "password": new})
    assert changed.status == 204
    nobody = shared.server.api()
    nobody.post("session", {"login": "changer", "password": PASSWORD}).refused(
        "not-signed-in", 401
    )
    nobody.post("session", {"login": "changer", "password": new}).done(201)


def test_noSecretIsWrittenDown(make_server: MakeServer) -> None:
    server = make_server("sqlite", CORDON_LOG_LEVEL="trace").start()
    setup_token = server.setup_token
    world = World.set_up(server, "ana")
    made = world.ana.post("tokens", {"name": "kept", "scopes": ["all"]}, idempotency_key="t-1")
    session = world.ana.token
    csrf = server.api().post("session", {"login": "ana", "password": PASSWORD})
    csrf.done(201)
    server.api().post("session", {"login": "ana", "password": "a wrong guess of mine"})
    server.api(made.done(201)["token"]).get("workflows").done(200)
    assert session and world.admin.token
    assert server.stop() == 0
    secrets = [
        PASSWORD, "a wrong guess of mine", made["token"], session, world.admin.token,
        csrf["session"], csrf["csrf"],
    ]  # fmt: skip
    files = [file for file in server.data.rglob("*") if file.is_file()]
    for secret in secrets:
        assert secret not in server.log
        for file in files:
            assert secret.encode() not in file.read_bytes(), f"{secret} stands in {file.name}"
    for file in files:
        assert setup_token.encode() not in file.read_bytes()


def test_nobodyElseReadsTheDataDirectory(make_server: MakeServer) -> None:
    server = make_server("sqlite").start()
    assert server.data.stat().st_mode & 0o077 == 0
    for key in ["ledger.key", "master.key"]:
        assert Path(server.data, key).stat().st_mode & 0o077 == 0
