import hashlib
import io
import json
from datetime import timedelta

from PIL import Image, ImageDraw

from odoo import api, fields, models
from odoo.tools import file_open

from ..cloud_api import errors, inbound, outbound
from ..cloud_api.content_readers import read_content

# how long after sending each state was reached, in seconds
STEPS = {"accepted": 1, "sent": 2, "delivered": 4, "read": 60}
TIME_OF = {"accepted": "accepted_at", "sent": "sent_at", "delivered": "delivered_at", "read": "read_at"}


class WhatsappDemo(models.AbstractModel):
    """Demo data: templates and some conversations, dated relative to now. Nothing is ever sent by it."""

    _name = "whatsapp.demo"
    _description = "WhatsApp Demo Data"

    @api.model
    def _load_templates(self, account_id):
        """Create the templates of ``demo/templates.json``, which the simulator has as well."""
        account = self.env["whatsapp.business.account"].browse(account_id)
        self.env["whatsapp.message.template"]._sync(account, _read("templates.json"))

    @api.model
    def _load_conversations(self, channel_id):
        """Create the conversations of ``demo/conversations.json``; what is there already stays as it is."""
        channel = self.env["whatsapp.channel"].browse(channel_id)
        now = fields.Datetime.now()
        self = self.with_context(whatsapp_no_event=True)  # lines of now would stand below what was said before
        for number, story in enumerate(_read("conversations.json")):
            self._load_conversation(channel, f"demo{number:02}", story, now)

    def _load_conversation(self, channel, key, story, now):
        sender = inbound.Identity(
            wa_id=story.get("phone"), user_id=story.get("user_id"), profile_name=story["name"], username=story.get("username")
        )
        conversation = self.env["whatsapp.conversation"]
        rows = self.env["whatsapp.chat.message"]
        for index, line in enumerate(story["messages"]):
            at = now - timedelta(minutes=line["ago"])
            wamid = f"wamid.{key}.{index:02}"
            if rows.search_count([("wamid", "=", wamid)], limit=1):
                return
            if "in" in line:
                rows |= self._receive(channel, sender, wamid, at, line["in"], rows[-1:])
                conversation = rows[-1:].conversation_id
            else:
                rows |= self._sent(conversation, wamid, at, line, story)
        values = {"state": story.get("state", "open")}
        if story.get("assignee"):
            values["user_id"] = self._staff(story["assignee"]).id
        conversation.write({**values, **self._desk_values(story)})

    # ------------------------------------------------------------
    # From the customer
    # ------------------------------------------------------------

    def _receive(self, channel, sender, wamid, at, said, previous):
        kind, value = self._said(said, previous)
        raw = {"id": wamid, "from": sender.wa_id or sender.user_id, "type": kind, kind: value}
        if kind == "interactive":
            raw["context"] = {"id": previous.wamid}
        if isinstance(said, dict) and "ad" in said:
            raw["referral"] = said["ad"]
        message = inbound.InboundMessage(
            phone_number_id=channel.phone_number_id,
            display_phone_number=channel.display_phone_number,
            waba_id=channel.account_id.waba_id,
            wamid=wamid,
            sender=sender,
            sent_at=at,
            type=kind,
            content=read_content(kind, raw),
            reply_to=previous.wamid if kind == "interactive" else None,
            referral=inbound.read_referral(raw.get("referral")),
            raw=raw,
        )
        self.env["whatsapp.conversation"]._receive([(channel, message)])
        row = self.env["whatsapp.chat.message"].search([("wamid", "=", wamid)])
        row.has_extras = False  # demo data asks nobody for anything
        if row.media_state == "pending":
            row._media_fetched(_paper(), "image/png")
        return row

    def _said(self, said, previous):
        """Return (Meta's type, its value) of a line of the story."""
        if isinstance(said, str):
            return "text", {"body": said}
        kind, value = next((kind, value) for kind, value in said.items() if kind != "ad")
        if kind == "text":
            return "text", {"body": value}
        if kind == "image":
            return "image", {"id": "demo", "mime_type": "image/png", "caption": value}
        if kind == "button":
            return "interactive", {"type": "button_reply", "button_reply": {"id": value[0], "title": value[1]}}
        if kind == "form":
            return "interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": json.dumps(value)}}
        if kind == "reaction":
            return "reaction", {"message_id": previous.wamid, "emoji": value}
        if kind == "edit":
            return "edit", {"original_message_id": previous.wamid, "message": {"type": "text", "text": {"body": value}}}
        return kind, value

    # ------------------------------------------------------------
    # To the customer
    # ------------------------------------------------------------

    def _sent(self, conversation, wamid, at, line, story):
        """Create a message in its final state; the outbox never sees it."""
        user = self._staff(story.get("assignee", "agent"))
        translation = self.env["whatsapp.message.template.translation"]
        if "template" in line:
            template = self.env["whatsapp.message.template"].search(
                [("name", "=", line["template"]), ("account_id", "=", conversation.channel_id.account_id.id)], limit=1
            )
            translation = template._pick(template._language_of(conversation.contact_id))
            content, shown = translation._content(body=line["body"]), translation._preview(body=line["body"])
        elif "buttons" in line:
            content = outbound.Buttons(line["buttons"], [outbound.Button(*choice) for choice in line["choices"]])
            shown = line["buttons"]
        else:
            content, shown = outbound.Text(line["out"]), line["out"]
        payload = content.payload()
        values = {
            "conversation_id": conversation.id,
            "channel_id": conversation.channel_id.id,
            "contact_id": conversation.contact_id.id,
            "company_id": conversation.company_id.id,
            "direction": "outbound",
            "origin": "agent",
            "type": payload["type"],
            "state": line["state"],
            "body": shown,
            "summary": shown.replace("\n", " ")[:255],
            "payload": json.dumps(payload, ensure_ascii=False),
            "template_id": translation.template_id.id,
            "template_translation_id": translation.id,
            "wamid": wamid,
            "uuid": hashlib.md5(wamid.encode(), usedforsecurity=False).hexdigest(),
            "sent_on": at,
            "attempts": 1,
            "user_id": user.id,
            **self._times(line["state"], at),
        }
        if code := line.get("code"):
            info = errors.ERRORS[code]
            values.update(error_code=code, error_title=info.title, error_remedy=info.remedy, failed_at=at + timedelta(seconds=3))
        row = self.env["whatsapp.chat.message"].create(values)
        conversation.with_user(user).sudo()._post_sent(row, content)
        row.mail_message_id.date = at
        last = {"last_outbound_at": at, "last_message_at": at, "last_message_preview": row.summary}
        conversation.write({**last, "waiting_since": False, "unanswered_count": 0})
        return row

    def _times(self, state, at):
        reached = list(STEPS)[: list(STEPS).index(state) + 1] if state in STEPS else ["accepted"]
        return {TIME_OF[step]: at + timedelta(seconds=STEPS[step]) for step in reached}


def _read(name):
    with file_open(f"whatsapp_base/demo/{name}") as file:
        return json.load(file)


def _paper():
    """Return a picture of a certificate, as PNG bytes."""
    image = Image.new("RGB", (480, 640), "#f4efe3")
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, 456, 616), outline="#8a7650", width=4)
    draw.rectangle((36, 36, 444, 604), outline="#c9b98f", width=1)
    draw.ellipse((200, 60, 280, 140), outline="#8a7650", width=5)
    for number, width in enumerate((300, 220, 360, 360, 280, 340, 200)):
        top = 190 + number * 48
        draw.rectangle((240 - width // 2, top, 240 + width // 2, top + 12), fill="#bdb39b")
    draw.ellipse((330, 510, 410, 590), fill="#a33b3b")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
