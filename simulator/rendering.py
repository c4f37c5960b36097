"""Messages as a phone shows them: one flat shape for the page, whatever the type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .errors import BadInput
from .validation.template import VARIABLE, component, variables

if TYPE_CHECKING:
    from .core import Simulator
    from .state import Message

_ICONS = {"image": "\U0001f4f7 Photo", "video": "\U0001f3ac Video", "audio": "\U0001f3b5 Audio",
          "document": "\U0001f4c4 Document", "sticker": "\U0001f5bc Sticker", "location": "\U0001f4cd Location",
          "contacts": "\U0001f464 Contact", "order": "\U0001f6d2 Cart", "unsupported": "Unsupported message"}
_MEDIA = ("image", "video", "audio", "document", "sticker")


def view(sim: Simulator, message: Message) -> dict:
    """A message for the page.

    :returns: {wamid, pnid, mine, type, at, status, text?, header?, footer?, media?, location?, contacts?, buttons?,
        list?, quote?, reactions, error?, answered}
    """
    result = {"wamid": message.wamid, "pnid": message.pnid, "mine": not message.outbound, "type": message.type,
              "at": message.at, "status": message.status, "reactions": message.reactions,
              "forwarded": message.forwarded, "edited": message.edited}
    result.update(_content(sim, message))
    if message.context_id:
        quoted = sim.world.messages.get(message.context_id)
        if quoted is not None:
            result["quote"] = {"wamid": quoted.wamid, "mine": not quoted.outbound, "text": preview(sim, quoted)}
    if message.status == "failed" and message.errors:
        result["error"] = {"code": message.errors[0]["code"], "title": message.errors[0]["title"]}
    if message.outbound and result.get("buttons"):
        result["answered"] = any(
            other.context_id == message.wamid and other.type in ("button", "interactive")
            for other in sim.world.threads.get((message.pnid, message.person.key), ()) if not other.outbound)
    return result


def preview(sim: Simulator, message: Message) -> str:
    """One line for the chat list and quotes."""
    content = _content(sim, message)
    text = content.get("text") or ""
    if message.type in _MEDIA:
        label = _ICONS[message.type]
        if message.type == "audio" and content["media"].get("voice"):
            label = "\U0001f3a4 Voice message"
        if message.type == "document" and content["media"].get("filename"):
            label = f"\U0001f4c4 {content['media']['filename']}"
        return f"{label[0]} {text}" if text else label
    return " ".join(text.split())[:120] or _ICONS.get(message.type, message.type)


def _media(sim: Simulator, value: Any, kind: str) -> dict:
    """Where the page finds a file and how to show it."""
    value = value if isinstance(value, dict) else {}
    stored = sim.world.media.get(str(value.get("id"))) if value.get("id") else None
    result = {"kind": kind, "url": f"/_sim/file/{stored.id}" if stored else value.get("link"),
              "filename": value.get("filename") or (stored.filename if stored else None),
              "mime": stored.mime if stored else value.get("mime_type"), "voice": bool(value.get("voice")),
              "size": len(stored.data) if stored else None}
    return result


def _header(sim: Simulator, header: dict | None) -> dict | None:
    """The header of an interactive message or template parameter."""
    if not isinstance(header, dict):
        return None
    kind = header.get("type")
    if kind == "text":
        return {"text": header.get("text")}
    if kind in _MEDIA:
        return {"media": _media(sim, header.get(kind), kind)}
    if kind == "location":
        return {"location": header.get("location")}
    return None


def _content(sim: Simulator, message: Message) -> dict:
    type_, content = message.type, message.content
    if type_ == "text":
        return {"text": content.get("body", ""), "preview_url": bool(content.get("preview_url"))}
    if type_ in _MEDIA:
        return {"media": _media(sim, content, type_), "text": content.get("caption")}
    if type_ == "location":
        return {"location": content, "text": None}
    if type_ == "contacts":
        cards = content if isinstance(content, list) else []
        names = [str((card.get("name") or {}).get("formatted_name") or "") for card in cards if isinstance(card, dict)]
        return {"contacts": cards, "text": "\U0001f464 " + ", ".join(names)}
    if type_ == "button":
        return {"text": content.get("text", ""), "pressed": True}
    if type_ == "interactive" and not message.outbound:
        reply_ = content.get(content.get("type")) or {}
        text = reply_.get("title") or reply_.get("body") or reply_.get("response") or ""
        description = reply_.get("description")
        return {"text": f"{text}\n{description}" if description else text, "pressed": True}
    if type_ == "interactive":
        return _interactive(sim, content)
    if type_ == "template":
        return _template(sim, message)
    if type_ == "order":
        items = content.get("product_items") or []
        return {"text": f"\U0001f6d2 {len(items)} item(s)\n{content.get('text') or ''}".strip()}
    if type_ == "deleted":
        return {"text": "\U0001f6ab You deleted this message"}
    if type_ == "system":
        return {"text": content.get("body") or "System message"}
    return {"text": _ICONS.get(type_, f"{type_} message")}


def _items(action: dict) -> list[str]:
    """The lines that name the items of a catalogue, by section."""
    lines = [f"\u2022 {action['product_retailer_id']}"] if action.get("product_retailer_id") else []
    for section in action.get("sections") or ():
        lines += [section.get("title") or "", *(f"\u2022 {item['product_retailer_id']}" for item in section["product_items"])]
    return lines


def _interactive(sim: Simulator, content: dict) -> dict:
    kind, action = content.get("type"), content.get("action") or {}
    parameters = action.get("parameters") or {}
    result = {"interactive": kind, "text": (content.get("body") or {}).get("text"),
              "header": _header(sim, content.get("header")), "footer": (content.get("footer") or {}).get("text")}
    if kind == "button":
        result["buttons"] = [{"kind": "reply", "title": button["reply"]["title"]} for button in action["buttons"]]
    elif kind == "list":
        result["list"] = {"button": action.get("button"), "sections": action.get("sections")}
        result["buttons"] = [{"kind": "list", "title": action.get("button")}]
    elif kind == "cta_url":
        result["buttons"] = [{"kind": "url", "title": parameters.get("display_text"), "url": parameters.get("url")}]
    elif kind == "flow":
        result["buttons"] = [{"kind": "flow", "title": parameters.get("flow_cta")}]
    elif kind == "location_request_message":
        result["buttons"] = [{"kind": "location", "title": "Send location"}]
    elif kind in ("request_contact_info", "contact_request"):
        result["buttons"] = [{"kind": "contact", "title": "Share phone number"}]
    elif kind == "voice_call":
        result["buttons"] = [{"kind": "phone", "title": parameters.get("display_text") or "Call"}]
    elif kind in ("product", "product_list", "catalog_message"):
        result["buttons"] = [{"kind": "none", "title": "View items"}]
        result["text"] = "\n".join(filter(None, [result["text"], *_items(action)]))
    elif kind == "carousel":
        cards = [card for card in action.get("cards") or () if isinstance(card, dict)]
        texts = [str((card.get("body") or {}).get("text") or "") for card in cards]
        result["text"] = "\n".join([result["text"] or "", *(f"\u2022 {text}" for text in texts)])
        links = [(card.get("action") or {}).get("parameters") or {} for card in cards]
        result["buttons"] = [{"kind": "url", "title": link.get("display_text"), "url": link.get("url")} for link in links]
    elif kind == "call_permission_request":
        result["buttons"] = [{"kind": "none", "title": "Allow calls"}]
    return result


def _fill(text: str | None, parameters: list | None) -> str:
    """A template text with its values; unfilled variables stay visible."""
    names = variables(text)
    values = {}
    for index, parameter in enumerate(parameters or ()):
        value = parameter.get("text") or (parameter.get(parameter.get("type")) or {})
        if isinstance(value, dict):
            value = value.get("fallback_value", "")
        name = parameter.get("parameter_name") or (names[index] if index < len(names) else "")
        values[name] = str(value)
    return VARIABLE.sub(lambda match: values.get(match.group(1), match.group(0)), text or "")


def _template(sim: Simulator, message: Message) -> dict:
    content = message.content
    number = sim.world.numbers.get(message.pnid)
    code = (content.get("language") or {}).get("code")
    template = sim.world.template(number.waba_id, content.get("name"), code) if number else None
    if template is None:
        return {"text": f"Template {content.get('name')}"}
    parts, buttons_given = {}, {}
    for part in content.get("components") or ():
        if str(part.get("type", "")).lower() == "button":
            buttons_given[int(part.get("index", 0))] = part.get("parameters") or []
        else:
            parts[str(part.get("type", "")).lower()] = part.get("parameters") or []
    header = component(template.components, "HEADER")
    result = {"template": template.name,
              "text": _fill(component(template.components, "BODY").get("text"), parts.get("body")),
              "footer": component(template.components, "FOOTER").get("text")}
    if header:
        if str(header.get("format", "TEXT")).upper() == "TEXT":
            result["header"] = {"text": _fill(header.get("text"), parts.get("header"))}
        elif parts.get("header"):
            result["header"] = _header(sim, parts["header"][0])
    offer = component(template.components, "LIMITED_TIME_OFFER").get("limited_time_offer") or {}
    if offer:
        result["text"] = f"*{offer.get('text')}*\n{result['text']}"
    buttons = _template_buttons(template.components, buttons_given)
    given_cards = next((part.get("cards") for part in content.get("components") or () if part.get("cards")), [])
    for card, values in zip(component(template.components, "CAROUSEL").get("cards") or (), given_cards, strict=False):
        given = {str(part.get("type", "")).lower(): part for part in values["components"]}
        text = _fill(component(card["components"], "BODY").get("text"), (given.get("body") or {}).get("parameters"))
        result["text"] += f"\n\u2022 {text}"
        buttons += _template_buttons(card["components"], {
            int(part.get("index", 0)): part.get("parameters") or [] for part in values["components"]
            if str(part.get("type", "")).lower() == "button"})
    if buttons:
        result["buttons"] = buttons
    return result


def _template_buttons(components: list, buttons_given: dict[int, list]) -> list[dict]:
    """The buttons of a template or of one of its cards, with their values."""
    buttons = []
    for index, button in enumerate(component(components, "BUTTONS").get("buttons") or ()):
        kind, given = str(button.get("type", "")).upper(), buttons_given.get(index) or [{}]
        entry = {"title": button.get("text") or kind.replace("_", " ").capitalize()}
        if kind == "QUICK_REPLY":
            entry.update(kind="reply", payload=given[0].get("payload") or button.get("text"))
        elif kind == "URL":
            entry.update(kind="url", url=VARIABLE.sub(str(given[0].get("text") or ""), button.get("url") or ""))
        elif kind == "PHONE_NUMBER":
            entry.update(kind="phone", phone=button.get("phone_number"))
        elif kind in ("COPY_CODE", "OTP"):
            entry.update(kind="copy", code=given[0].get("coupon_code") or given[0].get("text"))
        elif kind == "FLOW":
            entry.update(kind="flow")
        elif kind == "REQUEST_CONTACT_INFO":
            entry.update(kind="contact")
        else:
            entry.update(kind="none")
        buttons.append(entry)
    return buttons


def reply(sim: Simulator, message: Message, data: dict) -> tuple[str, Any]:
    """What pressing a button sends back.

    :param data: {index} of a button, or {row} id of a list, from the page.
    :returns: (type, content) of the inbound message.
    """
    shown = view(sim, message)
    if data.get("row") is not None:
        for section in (shown.get("list") or {}).get("sections") or ():
            for row in section.get("rows") or ():
                if row.get("id") == data["row"]:
                    answer = {"id": row["id"], "title": row["title"]}
                    if row.get("description"):
                        answer["description"] = row["description"]
                    return "interactive", {"type": "list_reply", "list_reply": answer}
        raise BadInput("row", f"{data['row']!r} is not a row of the list", "Open the list again.")
    buttons = shown.get("buttons") or []
    index = data.get("index")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(buttons):
        raise BadInput("index", f"there is no button {index!r}", "Open the chat again.")
    button = buttons[index]
    if button["kind"] == "flow":
        token = ((message.content.get("action") or {}).get("parameters") or {}).get("flow_token", "unused")
        answer = data.get("response") if isinstance(data.get("response"), dict) else {}
        return "interactive", {"type": "nfm_reply", "nfm_reply": {
            "name": "flow", "body": "Sent", "response_json": json.dumps({"flow_token": token, **answer})}}
    if button["kind"] == "contact":
        person = message.person
        phones = [{"phone": f"+{person.phone}", "wa_id": person.phone, "type": "CELL"}] if person.phone else []
        return "contacts", [{"name": {"formatted_name": person.name or person.username or "",
                                      "first_name": person.name}, "phones": phones, "origin": "contact_request"}]
    if button["kind"] != "reply":
        raise BadInput("index", f"button {index} does not answer", "Only reply buttons send something.")
    if message.type == "template":
        return "button", {"payload": button["payload"], "text": button["title"]}
    given = message.content["action"]["buttons"][index]["reply"]
    return "interactive", {"type": "button_reply", "button_reply": {"id": given["id"], "title": given["title"]}}

