"""Calls about people: the block list of a number, and what the WhatsApp Business app on its phone knows.

Source: Meta, "Block users" and "Onboarding WhatsApp Business app users" (coexistence, ``smb_app_data``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .inbound import Identity
from .recipients import clean_digits
from .values import as_dict, as_id, as_list, as_text, path_id

SYNC_TYPES = ("smb_app_state_sync", "history")


@dataclass(frozen=True, slots=True)
class BlockResult:
    """What Meta did: ``done`` holds the ids as given, ``failed`` says why by id."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


class ContactCalls:
    """Part of :class:`cloud_api.client.CloudClient`; ``call`` and ``_pages`` are there."""

    def block_users(self, phone_number_id: str, users: list[Identity], unblock: bool = False) -> BlockResult:
        """Block or unblock people at one number; Meta blocks only who wrote in the last 24 hours.

        :raises ApiError: also when Meta could not do any of them
        """
        body = {
            "messaging_product": "whatsapp",
            "block_users": [{"user": u.wa_id} if u.wa_id else {"user_id": u.user_id} for u in users],
        }
        answer = self.call("DELETE" if unblock else "POST", f"{path_id(phone_number_id)}/block_users", json=body)
        told = as_dict(as_dict(answer).get("block_users"))
        done = as_list(told.get("removed_users" if unblock else "added_users"))
        failed = {}
        for item in map(as_dict, as_list(told.get("failed_users"))):
            error = as_dict(next(iter(as_list(item.get("errors"))), None))
            reason = as_text(as_dict(error.get("error_data")).get("details")) or as_text(error.get("message")) or ""
            failed[as_id(item.get("input")) or ""] = reason
        return BlockResult([given for item in done if (given := as_id(as_dict(item).get("input")))], failed)

    def blocked_users(self, phone_number_id: str) -> Iterator[Identity]:
        """Yield everybody whom a number blocks, page after page."""
        for item in self._pages(f"{path_id(phone_number_id)}/block_users", {"limit": 100}):
            person = Identity(clean_digits(item.get("wa_id")) or None, as_id(item.get("user_id")))
            if person.key:
                yield person

    def sync_app_data(self, phone_number_id: str, sync_type: str) -> dict[str, Any]:
        """Have Meta send contacts or past chats of the phone app as webhooks; once, in 24 hours after onboarding.

        :param sync_type: one of `SYNC_TYPES`
        :returns: with ``request_id``
        """
        if sync_type not in SYNC_TYPES:
            raise ValueError(f"sync_type is one of {', '.join(SYNC_TYPES)}.")
        body = {"messaging_product": "whatsapp", "sync_type": sync_type}
        return as_dict(self.call("POST", f"{path_id(phone_number_id)}/smb_app_data", json=body))
