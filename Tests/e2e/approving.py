"""A workflow some of whose calls wait for people, and the people who decide."""

from dataclasses import dataclass
from typing import Any

from api import Answer, Api
from gateway_world import Flow, House
from waiting import until

PAY: dict[str, Any] = {
    "name": "pay",
    "access": "write",
    "needs_approval": True,
    "approval": {"argument": "amount", "above": 10, "second_above": 500, "window_minutes": 60},
}
# Which tools wait, and on which terms.
TOOLS: list[dict[str, Any]] = [PAY, {"name": "read_notes", "access": "read"}]
AT_ONCE = {"x-cordon-wait": "0"}
ASKED = {"amount": 40, "to": "Birch"}


@dataclass
class Desk:
    """One workflow with the people around it."""

    flow: Flow
    gate: Api

    @classmethod
    def of(
        cls, home: House, stem: str, gateway: dict[str, Any] | None = None, **terms: Any
    ) -> "Desk":
        tools = [PAY | {"approval": PAY["approval"] | terms}, *TOOLS[1:]]
        flow = home.flow(stem, tools, gateway)
        # Who owns another workflow only has no say here.
        home.world.admin.put("users/ben/grants", {"grants": ["finance"]}).done(200)
        return cls(flow, Api(flow.url, home.token(flow.key, "gate")))

    @property
    def gus(self) -> Api:
        return self.flow.house.world.gus

    @property
    def ben(self) -> Api:
        return self.flow.house.world.ben

    def ask(
        self, arguments: dict[str, Any] | None = None, query: str = "", **more: Any
    ) -> Answer:
        body = {"action": "tool", "tool": "pay", "arguments": arguments or ASKED} | more
        return self.gate.post(f"workflows/{self.flow.key}/gate{query}", body)

    def decision(self, arguments: dict[str, Any] | None = None, **more: Any) -> str:
        return str(self.ask(arguments, **more).done(200)["decision"])

    def asked(self, arguments: dict[str, Any] | None = None, **more: Any) -> str:
        """The id of what people are asked by it."""
        told = self.ask(arguments, **more).done(200)
        assert told["decision"] == "approval", told.text
        return str(told["approval"]["id"])

    def listed(self, state: str = "pending") -> list[dict[str, Any]]:
        return self.gus.every("approvals", workflow=self.flow.key, state=state)

    def waiting(self, count: int = 1) -> list[str]:
        """The ids of what waits, once there are so many."""

        def there() -> list[str]:
            found = [str(item["id"]) for item in self.listed()]
            assert len(found) <= count, found
            return found if len(found) == count else []

        return until(f"{count} calls of {self.flow.key} wait", there)

    def shown(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.gus.get(f"approvals/{id}").done(200).json
        return found

    def approve(self, id: str, by: Api | None = None, **body: Any) -> Answer:
        return (by or self.gus).post(f"approvals/{id}/approve", body)

    def reject(self, id: str, reason: str = "Refund Birch first.", by: Api | None = None) -> Answer:
        return (by or self.gus).post(f"approvals/{id}/reject", {"reason": reason})

    def state(self, id: str) -> str:
        return str(self.flow.house.world.uma.get(f"approvals/{id}").done(200)["state"])
