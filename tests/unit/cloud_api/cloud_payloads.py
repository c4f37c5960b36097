"""Synthetic webhook payloads, made by hand from the shapes that Meta documents."""

from __future__ import annotations

import json
from typing import Any

TIME = 1790000000  # 2026-09-21 14:13:20 UTC


def notification(value: dict[str, Any], field: str = "messages", waba_id: str = "200000000000001") -> dict[str, Any]:
    """Return a notification with one change."""
    change = {"field": field, "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "time": TIME, "changes": [change]}]}


def value(messages: list[Any] | None = None, statuses: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the value of a change of the field messages, from Ana."""
    found: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100001", "phone_number_id": "300000000000001"},
    }
    if messages is not None:
        found["contacts"] = [
            {"profile": {"name": "Ana", "username": "ana.ruiz"}, "wa_id": "34600111222", "user_id": "ES.9f3"}
        ]
        found["messages"] = messages
    if statuses is not None:
        found["statuses"] = statuses
    return {**found, **more}


def message(kind: str = "text", number: int = 1, **more: Any) -> dict[str, Any]:
    """Return one message; its content is given by keyword."""
    found = {"from": "34600111222", "id": f"wamid.IN{number}", "timestamp": str(TIME + number), "type": kind}
    if kind == "text" and "text" not in more:
        found["text"] = {"body": f"Hi {number}"}
    return {**found, **more}


def status(name: str = "delivered", number: int = 1, **more: Any) -> dict[str, Any]:
    """Return one delivery status."""
    return {
        "id": f"wamid.OUT{number}",
        "status": name,
        "timestamp": str(TIME + number),
        "recipient_id": "34600111222",
        "biz_opaque_callback_data": f"uuid-{number}",
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"},
        **more,
    }


def body(obj: Any) -> bytes:
    """Return the bytes of a POST; Meta escapes everything beyond ASCII."""
    return json.dumps(obj).encode()
