"""An error as Meta reports it, in HTTP answers and in webhooks alike.

Source: Meta, "Error codes" and Graph API, "Handling errors".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .values import as_bool, as_dict, as_id, as_int, as_text


@dataclass(frozen=True, slots=True)
class MetaError:
    """One error object. Decide on ``code``; show ``user_message`` or ``details``; log ``fbtrace_id``."""

    code: int | None = None
    title: str = ""
    message: str = ""
    details: str = ""
    subcode: int | None = None
    fbtrace_id: str | None = None
    user_message: str = ""
    is_transient: bool = False
    raw: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Any) -> MetaError:
        """Read an error object; whatever has another shape than Meta's gives an error without a code.

        ``error_data`` is an object on messaging calls and a plain string on management calls.
        """
        raw = as_dict(value)
        data = raw.get("error_data")
        details = as_text(as_dict(data).get("details")) if isinstance(data, dict) else as_text(data)
        return cls(
            code=as_int(raw.get("code", raw.get("error_code"))),
            title=as_text(raw.get("title")) or as_text(raw.get("error_user_title")) or "",
            message=as_text(raw.get("message")) or as_text(raw.get("error_description")) or "",
            details=details or "",
            subcode=as_int(raw.get("error_subcode")),
            fbtrace_id=as_id(raw.get("fbtrace_id")),
            user_message=as_text(raw.get("error_user_msg")) or "",
            is_transient=as_bool(raw.get("is_transient")) or False,
            raw=raw,
        )

    def __str__(self) -> str:
        """Return code and the most telling text, in one line."""
        text = self.details or self.user_message or self.message or self.title or "no text"
        return f"{self.code if self.code is not None else 'no code'}: {' '.join(text.split())}"
