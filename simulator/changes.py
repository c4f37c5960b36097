"""What a person does to an own message later: change it, or delete it for everyone (numbers in coexistence only)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import BadInput

if TYPE_CHECKING:
    from .core import Simulator
    from .state import Message

TYPES = ("edit", "revoke")
#: What can be changed: the text of a message, or the words below a file.
EDITABLE = {"text": "body", "image": "caption", "video": "caption", "document": "caption"}


def check(type_: str, content: dict[str, Any]) -> None:
    """Check the content of an ``edit`` or ``revoke``. :raises BadInput: with field and remedy."""
    if not isinstance(content.get("original_message_id"), str) or not content["original_message_id"]:
        raise BadInput(f"{type_}.original_message_id", "is missing", "Send the wamid of the person's own message.")
    if type_ == "edit":
        new = content.get("message")
        kind = new.get("type") if isinstance(new, dict) else None
        if kind not in EDITABLE or not isinstance(new.get(kind), dict):
            raise BadInput("edit.message", "is no message that can be changed",
                           'Send {"type": "text", "text": {"body": ".."}}, or an image, video or document with a caption.')


def apply(sim: Simulator, change: Message) -> None:
    """Show the change on the phone; a message that the simulator does not know is nobody's to change."""
    target = sim.world.messages.get(change.content["original_message_id"])
    if target is None or target.outbound or target.person.key != change.person.key:
        return
    if change.type == "revoke":
        target.type, target.content, target.reactions = "deleted", {}, {}
    elif target.type in EDITABLE:
        new = change.content["message"]
        name = EDITABLE[target.type]
        target.content = {**target.content, name: new[new["type"]].get(EDITABLE[new["type"]])}
        target.edited = True
    sim.pages.changed(target)


def command(message: Message, text: str | None) -> tuple[str, dict[str, Any]]:
    """Return type and content of the webhook for a change of ``message``; no text deletes it. :raises BadInput: cannot be."""
    if text is None:
        return "revoke", {"original_message_id": message.wamid}
    if message.type not in EDITABLE or not text.strip():
        raise BadInput("text", "cannot be the new text of this message", "Change texts and the words below files.")
    value = {**message.content, EDITABLE[message.type]: text}
    return "edit", {"original_message_id": message.wamid, "message": {"type": message.type, message.type: value}}
