"""The simulator's control API, as functions. See simulator/README.md."""

import requests

PNID = "300000000000001"


class SimulatorClient:
    """Scripts the simulator and asks it what happened. url: its address."""

    def __init__(self, url: str):
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def post(self, name: str, /, **body) -> dict:
        """POST /_sim/<name>; an answer other than 200 fails the test."""
        return self._answer(self._session.post(f"{self.url}/_sim/{name}", json=body, timeout=60))

    def get(self, name: str, **query) -> dict:
        """GET /_sim/<name>."""
        return self._answer(self._session.get(f"{self.url}/_sim/{name}", params=query, timeout=60))

    @staticmethod
    def _answer(response: requests.Response) -> dict:
        assert response.status_code == 200, f"simulator: {response.status_code} {response.text[:500]}"
        return response.json()

    def reset(self) -> None:
        """Forget everything but the webhook's address. Retries of webhooks come quickly: tests do not like to wait."""
        self.post("reset", keep_urls=True)
        self.config(webhook={"status_delay_ms": 50, "retry_ms": 200, "retry_max_ms": 1000}, pair_limit=False)

    def config(self, **values) -> dict:
        """Change settings, for instance latency_ms=100, webhook={"batch": 50}."""
        return self.post("config", **values)

    def fail(self, kind: str, times: int | None = 1, to: str | None = None, **values) -> None:
        """Let the next sends (to somebody) go wrong: kind as in GET /_sim/fail."""
        self.post("fail", kind=kind, times=times, match={"path": "/messages", "method": "POST", "to": to}, **values)

    def stop_failing(self) -> None:
        """Take all failure rules back."""
        self._answer(self._session.delete(f"{self.url}/_sim/fail", timeout=10))

    def inbound(self, **message) -> str:
        """A person sends something; returns the wamid."""
        message.setdefault("phone_number_id", PNID)
        return self.post("inbound", **message)["wamid"]

    def sent(self, to: str, **query) -> list[dict]:
        """Messages that were accepted for a person (phone or user id), oldest first."""
        return self.get("sent", to=to, **query)["messages"]

    def requests(self, to: str) -> list[dict]:
        """Requests to send something to a person, answered or not, oldest first."""
        found = self.get("requests", path="/messages", to=to)["requests"]
        return [entry for entry in found if entry["body"].get("status") != "read"]

    def stats(self) -> dict:
        """Counters since the last reset."""
        return self.get("stats")

    def deliver(self, payload: dict | str, copies: int = 1, wait: bool = True) -> list:
        """Send a webhook with any content, signed; returns the HTTP statuses."""
        name = "raw" if isinstance(payload, str) else "payload"
        return self.post("webhook", copies=copies, wait=wait, **{name: payload})["statuses"]
