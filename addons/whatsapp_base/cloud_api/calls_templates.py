"""Calls about message templates: create, edit, delete, list, unpause, and uploading their example files.

Source: Meta, "WhatsApp Business Account", message templates; "Resumable Upload API".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from .transport import NotSent, OutcomeUnknown
from .values import as_dict, as_id, as_int, path_id

TEMPLATE_FIELDS = (
    "id", "name", "language", "status", "category", "previous_category", "components", "parameter_format",
    "quality_score", "rejected_reason", "message_send_ttl_seconds",
)
_TRIES = 3


class TemplateCalls:
    """The part of `CloudClient` that is about templates."""

    def templates(
        self, waba_id: str, fields: Sequence[str] = TEMPLATE_FIELDS, **filters: str
    ) -> Iterator[dict[str, Any]]:
        """Yield every template of an account, page after page.

        :param filters: ``name``, ``status``, ``category``, ``language``; ``name`` finds every name that contains it
        """
        path = f"{path_id(waba_id)}/message_templates"
        return self._pages(path, {"fields": ",".join(fields), "limit": 100, **filters})

    def template(self, template_id: str, fields: Sequence[str] = TEMPLATE_FIELDS) -> dict[str, Any]:
        """Return one template in one language."""
        return as_dict(self.call("GET", path_id(template_id), {"fields": ",".join(fields)}))

    def create_template(self, waba_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create a template in one language; returns ``id``, ``status`` and ``category``, which Meta may have changed.

        :param body: name, language, category, parameter_format, components, message_send_ttl_seconds
        """
        answer = as_dict(self.call("POST", f"{path_id(waba_id)}/message_templates", json=body))
        if as_id(answer.get("id")) is None:
            raise OutcomeUnknown("Meta answered without an id for the template.")
        return answer

    def edit_template(self, template_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the components (and, unless it is approved, the category) of a template in one language."""
        return as_dict(self.call("POST", path_id(template_id), json=body))

    def delete_template(self, waba_id: str, name: str, template_id: str | None = None) -> bool:
        """Delete a template in all languages, or only in the one that ``template_id`` names."""
        params = {"name": name, **({"hsm_id": template_id} if template_id else {})}
        return as_dict(self.call("DELETE", f"{path_id(waba_id)}/message_templates", params)).get("success") is True

    def unpause_template(self, template_id: str) -> bool:
        """Let a template go on that was paused while it was new."""
        return as_dict(self.call("POST", f"{path_id(template_id)}/unpause")).get("success") is True

    # -- Resumable upload ----------------------------------------------------------------------------------------

    def upload_example(self, app_id: str, data: bytes, mimetype: str, filename: str) -> str:
        """Upload a file and return the handle that names it in a template or a profile.

        An interrupted transfer goes on where Meta says that it stopped.
        """
        params = {"file_name": filename or "example", "file_length": str(len(data)), "file_type": mimetype}
        session = as_id(as_dict(self.call("POST", f"{path_id(app_id)}/uploads", params)).get("id"))
        if session is None:
            raise OutcomeUnknown("Meta answered without an upload session.")
        offset, problem = 0, None
        for _try in range(_TRIES):
            try:
                if problem:
                    offset = self.upload_offset(session)
                handle = self._upload_from(session, data, offset)
            except (NotSent, OutcomeUnknown) as error:
                problem = error
                continue
            if handle:
                return handle
            problem = OutcomeUnknown("Meta has not received the whole file.")
        raise problem

    def upload_offset(self, session: str) -> int:
        """Return how many bytes of an upload Meta has."""
        path, _, query = session.partition("?")
        offset = as_int(as_dict(self.call("GET", path, dict(parse_qsl(query)))).get("file_offset"))
        if offset is None:
            raise OutcomeUnknown("Meta answered without saying how much it has received.")
        return offset

    def _upload_from(self, session: str, data: bytes, offset: int) -> str | None:
        path, _, query = session.partition("?")  # Meta signs its sessions: upload:...?sig=...
        answer = self._exchange_json(
            "POST", path, dict(parse_qsl(query)), timeout=(self.timeout[0], max(self.timeout[1], 120)),
            data=data[offset:], headers={"file_offset": str(offset), "Content-Type": "application/octet-stream"})
        return as_id(as_dict(answer).get("h"))
