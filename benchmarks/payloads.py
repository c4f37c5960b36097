"""Webhook bodies as Meta sends them, signed, as complete HTTP requests: nothing is left to do during a run."""

import hashlib
import hmac
import json
import time

APP_SECRET = "demo-app-secret"
WABA_ID = "200000000000001"
PHONE_NUMBER_ID = "300000000000001"
DISPLAY = "15550100001"
STATUSES = ("sent", "delivered", "read")


def _envelope(value: dict) -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": DISPLAY, "phone_number_id": PHONE_NUMBER_ID},
        **value,
    }
    change = {"id": WABA_ID, "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [change]}, separators=(",", ":")).encode()


def message(phone: str, wamid: str, text: str, at: float | None = None) -> bytes:
    """The notification of one text message. phone: digits; at: epoch seconds."""
    contact = {"profile": {"name": f"Customer {phone[-4:]}"}, "wa_id": phone, "user_id": f"BD.{int(phone):x}"}
    return _envelope(
        {
            "contacts": [contact],
            "messages": [
                {
                    "from": phone, "from_user_id": contact["user_id"], "id": wamid,
                    "timestamp": str(int(at or time.time())), "text": {"body": text}, "type": "text",
                }
            ],
        }
    )


def status(phone: str, wamid: str, state: str, callback: str | None = None, at: float | None = None) -> bytes:
    """The notification of one delivery status with its price."""
    row = {
        "id": wamid, "status": state, "timestamp": str(int(at or time.time())), "recipient_id": phone,
        "conversation": {"id": hashlib.md5(phone.encode()).hexdigest(), "origin": {"type": "service"}},
        "pricing": {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"},
    }
    if callback:
        row["biz_opaque_callback_data"] = callback
    return _envelope({"statuses": [row]})


def request(path: str, body: bytes, port: int, secret: str = APP_SECRET) -> bytes:
    """A whole HTTP/1.1 POST with Meta's signature. The connection is closed after it, as Odoo's workers do anyway."""
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nX-Hub-Signature-256: sha256={mac}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
