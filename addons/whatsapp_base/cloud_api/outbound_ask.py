"""Outgoing messages that ask the customer for something with one button: place, phone number, a call, permission to call.

Source: Meta, "Interactive messages": location request, contact info request, call button, call permission. Import these
from `outbound`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .outbound_basic import MAX_BUTTON_TITLE, MAX_INTERACTIVE_BODY, InvalidContent, check_text
from .outbound_interactive import interactive_frame
from .values import one_line
from .words import _

MAX_CALL_TTL = 43_200  # minutes: 30 days


@dataclass(frozen=True, slots=True)
class _Ask:
    """A text and a button whose label WhatsApp chooses."""

    body: str

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        check_text("body", _("message"), self.body, MAX_INTERACTIVE_BODY)

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(self.body)


@dataclass(frozen=True, slots=True)
class LocationRequest(_Ask):
    """Ask where the customer is; the answer is a location that quotes this message."""

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return interactive_frame("location_request_message", None, self.body, None, {"name": "send_location"})


@dataclass(frozen=True, slots=True)
class ContactRequest(_Ask):
    """Ask a customer who hides it for the phone number."""

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return interactive_frame("request_contact_info", None, self.body, None, {"name": "request_contact_info"})


@dataclass(frozen=True, slots=True)
class CallPermission(_Ask):
    """Ask whether the business may call."""

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        return interactive_frame("call_permission_request", None, self.body, None, {"name": "call_permission_request"})


@dataclass(frozen=True, slots=True)
class CallButton:
    """A button with which the customer calls the business on WhatsApp, for ``ttl_minutes``."""

    body: str
    label: str | None = None
    ttl_minutes: int | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        check_text("body", _("message"), self.body, MAX_INTERACTIVE_BODY)
        check_text("label", _("button's label"), self.label, MAX_BUTTON_TITLE, required=False)
        if self.ttl_minutes is not None and not 1 <= self.ttl_minutes <= MAX_CALL_TTL:
            raise InvalidContent(
                "ttl_minutes", _("A call button lives 1 to %(limit)s minutes."), _("Correct the minutes."), limit=MAX_CALL_TTL)

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        parameters: dict[str, Any] = {"display_text": self.label} if self.label else {}
        if self.ttl_minutes is not None:
            parameters["ttl_minutes"] = self.ttl_minutes
        action = {"name": "voice_call", **({"parameters": parameters} if parameters else {})}
        return interactive_frame("voice_call", None, self.body, None, action)

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(self.body)


def other_spelling(content: dict[str, Any]) -> dict[str, Any] | None:
    """Return the other name that Meta's documentation gives to a request for the phone number; None for other contents.

    Meta's reference says ``contact_request``, its servers were seen to take ``request_contact_info``: who is refused
    with one tries the other.
    """
    interactive = content.get("interactive")
    if not isinstance(interactive, dict) or interactive.get("type") != "request_contact_info":
        return None
    return {**content, "interactive": {**interactive, "type": "contact_request"}}
