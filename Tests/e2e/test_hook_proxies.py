"""Envoy and Debian's nginx in front of a tool, each asking Cordon before a request goes on."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import requests

from gateway_upstream import plain
from gateway_world import House, house
from hook_peers import envoy, nginx
from hook_world import COPILOT, TRIAL, Hooked, copilot, hooked, hooks, points, suggested

__all__ = ["hooks"]

# As docs/hooks.md has them, but for addresses.
NGINX = """
location / {
    auth_request /_cordon;
    auth_request_set $incident $upstream_http_x_cordon_incident;
    add_header x-cordon-incident $incident always;
    proxy_pass @TOOL@;
}
location = /_cordon {
    internal;
    proxy_pass @CORDON@/hooks/authz;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header x-cordon-key "@KEY@";
    proxy_set_header x-cordon-action "tool";
    proxy_set_header x-cordon-tool $cordon_tool;
}
set $cordon_tool "read_notes";
if ($request_method = DELETE) { set $cordon_tool "delete_notes"; }
"""
ENVOY = """
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: PORT}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager\
.v3.HttpConnectionManager
          stat_prefix: tool
          route_config:
            virtual_hosts:
            - name: tool
              domains: ["*"]
              routes:
              - {match: {prefix: /}, route: {cluster: tool}}
          http_filters:
          - name: envoy.filters.http.ext_authz
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
              transport_api_version: V3
              failure_mode_allow: false
              http_service:
                server_uri: {uri: "@CORDON@", cluster: cordon, timeout: 1s}
                path_prefix: /hooks/authz
                authorization_request:
                  headers_to_add:
                  - {key: x-cordon-key, value: "@KEY@"}
                authorization_response:
                  allowed_client_headers: {patterns: [{prefix: x-cordon-}]}
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: tool
    load_assignment:
      cluster_name: tool
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address:
        {address: 127.0.0.1, port_value: @TOOLPORT@}}}}]}]
  - name: cordon
    load_assignment:
      cluster_name: cordon
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address:
        {address: 127.0.0.1, port_value: @CORDONPORT@}}}}]}]
"""
Peer = Callable[[Path, str], AbstractContextManager[str]]
PEERS: dict[str, tuple[Peer, str]] = {"nginx": (nginx, NGINX), "envoy": (envoy, ENVOY)}


def filled(text: str, home: House, key: str) -> str:
    places = {
        "@TOOLPORT@": str(home.openai.port),
        "@CORDONPORT@": home.server.url.rsplit(":", 1)[1],
        "@TOOL@": home.openai.url,
        "@CORDON@": home.server.url,
        "@KEY@": key,
    }
    for name, value in places.items():
        text = text.replace(name, value)
    return text


@pytest.fixture(params=PEERS)
def proxy(
    request: pytest.FixtureRequest, hooks: House, tmp_path: Path
) -> Iterator[tuple[str, Hooked, str]]:
    peer, settings = PEERS[request.param]
    asker = hooked(hooks, "proxied")
    with peer(tmp_path, filled(settings, hooks, asker.flow.token)) as url:
        yield request.param, asker, url


def test_aProxyLetsThroughWhatRunsAndNothingThatIsStopped(
    proxy: tuple[str, Hooked, str], hooks: House
) -> None:
    name, asker, url = proxy
    flow = asker.flow
    hooks.openai.says(plain(b'{"done": true}'))
    for method in ("GET", "POST", "PUT", "PATCH"):
        body = b"x" * 100_000 if method != "GET" else b""
        reply = requests.request(method, f"{url}/notes/a%2Fb?all=1", data=body, timeout=10)
        assert (reply.status_code, reply.content) == (200, b'{"done": true}'), method
    received = hooks.openai.asked(4)
    assert received.target == "/notes/a%2Fb?all=1"
    # Cordon's key stays between the proxy and Cordon.
    assert received.all("x-cordon-key") == []
    assert points(flow)["authz"] == "hook"

    # What its own caller sends does not take the place of the proxy's key.
    other = hooked(hooks, "another").flow
    flow.stop("A draft names another customer.", tool="read_notes")
    if name == "nginx":
        claim = {"authorization": f"Bearer {other.token}", "x-cordon-key": other.token}
        hooks.openai.says(plain(b'{"done": true}'))
        assert requests.get(f"{url}/notes", headers=claim, timeout=10).status_code == 403
        assert hooks.openai.requests == []

    incident = flow.stop("Everything.")["incident"]
    hooks.openai.says(plain(b'{"done": true}'))
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "DELETE"):
        claim = {"authorization": f"Bearer {other.token}", "x-cordon-key": other.token}
        reply = requests.request(method, f"{url}/notes", headers=claim, timeout=10)
        assert reply.status_code == 403, method
        assert reply.headers["x-cordon-incident"].startswith("INC-"), method
        if name == "envoy" and method == "GET":
            assert reply.headers["x-cordon-decision"] == "denied"
            assert json.loads(reply.content)["code"] == "workflow_stopped"
    assert hooks.openai.requests == []
    assert incident


def test_nginxMayAskForOneToolByName(hooks: House, tmp_path: Path) -> None:
    asker = hooked(hooks, "named")
    with nginx(tmp_path, filled(NGINX, hooks, asker.flow.token)) as url:
        hooks.openai.says(plain(b"{}"))
        assert requests.get(f"{url}/notes", timeout=10).status_code == 200
        assert requests.delete(f"{url}/notes", timeout=10).status_code == 403
        hooks.openai.asked(1)
    assert "delete_notes" in suggested(asker.flow)["what"]


@pytest.mark.parametrize("name", PEERS)
def test_aKeyThatIsWrongLetsNothingThrough(name: str, hooks: House, tmp_path: Path) -> None:
    peer, settings = PEERS[name]
    with peer(tmp_path, filled(settings, hooks, "cordon_pat_wrong")) as url:
        hooks.openai.says(plain(b"{}"))
        assert requests.get(url, timeout=10).status_code == 401
        assert hooks.openai.requests == []


@pytest.mark.parametrize("name", PEERS)
def test_withoutCordonNothingGoesThrough(name: str, binary: str, tmp_path: Path) -> None:
    peer, settings = PEERS[name]
    with house(binary, tmp_path) as home:
        asker = hooked(home, "alone")
        with peer(tmp_path, filled(settings, home, asker.flow.token)) as url:
            home.openai.says(plain(b"{}"))
            assert requests.get(url, timeout=10).status_code == 200
            home.server.stop()
            home.openai.says(plain(b"{}"))
            assert requests.get(url, timeout=10).status_code in (403, 500)
            assert home.openai.requests == []


def test_nginxPutsCordonsKeyInThePlaceOfEntrasToken(hooks: House, tmp_path: Path) -> None:
    asker = hooked(hooks, "entra")
    locations = f"""
        location /hooks/copilot-studio/ {{
            proxy_set_header Authorization "";
            proxy_set_header x-api-key "{asker.flow.token}";
            proxy_pass {hooks.server.url};
        }}
    """
    entra = {"authorization": "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.c2ln"}
    with nginx(tmp_path, locations) as url:
        trial = requests.post(url + TRIAL, headers=entra, timeout=10)
        assert (trial.status_code, trial.json()["isSuccessful"]) == (200, True)
        asked = requests.post(url + COPILOT, json=copilot("set_reminder", days=3), headers=entra)
        assert asked.json() == {"blockAction": False}
        asker.flow.stop()
        asked = requests.post(url + COPILOT, json=copilot("set_reminder", days=3), headers=entra)
        assert asked.json()["blockAction"] is True
