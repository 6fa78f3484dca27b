"""The REST interface as one caller sees it."""

from typing import Any

import requests

ROOT = "/api/v1"


class Answer:
    """What the server answered, with the problem's parts at hand."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text

    @property
    def json(self) -> Any:
        return self.response.json()

    def __getitem__(self, name: str) -> Any:
        return self.json[name]

    def done(self, status: int | None = None) -> "Answer":
        """Fails unless it is no problem; `status` says which success it has to be."""
        assert self.status < 300, f"{self.status} {self.text}"
        assert status in (None, self.status), f"{self.status} instead of {status}: {self.text}"
        return self

    def refused(self, kind: str, status: int) -> "Answer":
        """Fails unless it is exactly this problem, whole."""
        assert self.status == status, f"{self.status} instead of {status} {kind}: {self.text}"
        assert self.headers["content-type"] == "application/problem+json"
        problem = self.json
        assert problem["type"] == f"/problems/{kind}", self.text
        assert problem["status"] == status
        assert problem["title"] and problem["detail"] and problem["instance"]
        assert problem["request_id"] == self.headers["x-request-id"]
        return self

    @property
    def codes(self) -> list[str]:
        """The codes of everything that stands in the way, each once, in order."""
        return list(dict.fromkeys(blocker["code"] for blocker in self.json["blockers"]))

    @property
    def pointers(self) -> set[str]:
        """The places in the input that are wrong."""
        return {error["pointer"] for error in self.json["errors"]}


class Api:
    """A caller with a token, or nobody."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, **more: Any) -> Answer:
        """Sends a request; paths that do not begin with a slash are below `/api/v1/`."""
        whole = path if path.startswith("/") else f"{ROOT}/{path}"
        more.setdefault("timeout", 60)
        more.setdefault("allow_redirects", False)
        return Answer(self.session.request(method, self.url + whole, **more))

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, params=query)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, json={} if body is None else body, headers=named(headers))

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        return self.send("PUT", path, json=body, headers=named(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.send("PATCH", path, json=body, headers=named(headers))

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, headers=named(headers))

    def every(self, path: str, limit: int = 200, **query: Any) -> list[Any]:
        """All items of a list, page by page."""
        items: list[Any] = []
        after: str | None = None
        while True:
            page = self.get(
                path, limit=limit, **query, **({"after": after} if after else {})
            ).done(200)
            items += page["items"]
            after = page.json.get("next")
            if not after:
                return items


def named(headers: dict[str, str]) -> dict[str, str]:
    """`if_match` is written `if-match` on the wire."""
    return {name.replace("_", "-"): value for name, value in headers.items()}
