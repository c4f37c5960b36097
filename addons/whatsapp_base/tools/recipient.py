"""Who gets a message that is sent from records, or why not."""

from dataclasses import dataclass
from typing import Any

# why somebody is left out; the texts are in mail.thread._whatsapp_reason_texts
OTHER_COMPANY = "other_company"
NO_NUMBER = "no_number"
INVALID_NUMBER = "invalid_number"
BLOCKED = "blocked"
UNREACHABLE = "unreachable"
NO_MARKETING = "no_marketing"
WINDOW_CLOSED = "window_closed"
DUPLICATE = "duplicate"
NO_VALUE = "no_value"


@dataclass(slots=True)
class Recipient:
    """One record's customer. ``reason`` tells why nothing is sent; ``detail`` says more where there is more to say.

    ``contact`` may be empty: then ``digits`` is the phone of somebody who is not known on WhatsApp yet.
    """

    record: Any
    partner: Any
    contact: Any
    digits: str = ""
    reason: str | None = None
    detail: str = ""

    @property
    def key(self):
        """Return what tells two people apart."""
        return self.contact.id or self.digits

    @property
    def name(self):
        """Return whom it is sent to, in words."""
        return self.partner.display_name or (self.contact and self.contact._label()) or (self.digits and f"+{self.digits}")

    @property
    def address(self):
        """Return the phone, the username, or nothing for people who hide both."""
        number = self.contact.wa_id or self.digits
        if number:
            return f"+{number}"
        return f"@{self.contact.username}" if self.contact.username else ""
