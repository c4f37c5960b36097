import json

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, split_every

from odoo.addons.mail.tools.discuss import Store

from ..cloud_api import markup
from ..tools import store_split
from .discuss_channel import CHANNEL_TYPE

ANNOUNCED_TOGETHER = 20
# In a flood, what nobody takes care of is announced without its content: whoever has such a thread open fetches it.
# Making the client's data of each message is a third of what handling it costs, and hardly anybody looks on.
ANNOUNCED_IN_FULL = 40
NOT_SCHEDULED = {"scheduled_date": False}
SLIM = ("system", "reaction", "call")


class DiscussChannel(models.Model):
    """Both directions of posting: customers' messages into the thread, agents' messages out of it."""

    _inherit = "discuss.channel"

    # ------------------------------------------------------------
    # In
    # ------------------------------------------------------------

    @api.model
    def _whatsapp_post_incoming(self, posts):
        """Post messages that came from outside in bulk and link them to their rows: customers', but also what
        colleagues wrote in the phone app, of any date.

        ``message_post`` costs some twenty queries each; this costs a handful for the whole batch. What it
        leaves out on purpose: mentions, link previews and out-of-office answers.

        :param posts: list of (``whatsapp.chat.message``, Markup body)
        """
        if not posts:
            return
        rows = self.env["whatsapp.chat.message"].union(*(row for row, _body in posts))
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        for row in rows:
            # what is quoted may come later, or be posted just now
            if row.reply_to_wamid and (not row.quoted_id or row.quoted_id in rows):
                row.is_waiting = True
        values = [self._whatsapp_post_values(row, body, subtype_id) for row, body in posts]
        # sudo: mail.message - the customer is the author, the worker posts on their behalf
        messages = self.env["mail.message"].sudo().create(values)
        rows._link_to_shown(zip((row for row, _body in posts), messages, strict=True))
        self._whatsapp_announce(messages)

    @api.model
    def _whatsapp_post_values(self, row, body, subtype_id):
        """Return the values of the Discuss message that shows a row."""
        return {
            "model": "discuss.channel",
            "res_id": row.conversation_id._ensure_discuss_channel().id,
            "body": body,
            # what happened to a customer is a slim line, not a bubble
            "message_type": "notification" if row.type in SLIM else "comment",
            "subtype_id": subtype_id,
            "author_id": row._author().id,
            "email_from": False,
            "reply_to": False,
            "date": row.sent_on,
            "parent_id": row.quoted_id.mail_message_id.id,
            # customers' files are fetched later; what waited for the customer has its own
            "attachment_ids": [Command.set(row.attachment_ids.ids)] if row.awaits_reply else False,
        }

    @api.model
    def _whatsapp_announce(self, messages):
        """Show posted messages to who looks on, and ring for the members."""
        channels = self.browse(set(messages.mapped("res_id"))).sudo()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE discuss_channel SET last_interest_dt = now() AT TIME ZONE 'utc' WHERE id = ANY(%s)", channels.ids
            )
        )
        channels.invalidate_recordset(["last_interest_dt"], flush=False)
        members = self.env["discuss.channel.member"].sudo()._read_group([("channel_id", "in", channels.ids)], ["channel_id"])
        with_members = {channel.id for (channel,) in members}
        unattended = messages.filtered(lambda message: message.res_id not in with_members)
        in_short = unattended if len(unattended) > ANNOUNCED_IN_FULL else unattended.browse()
        data_of = self._whatsapp_data_of(unattended - in_short)
        for channel in channels.browse(sorted(set(in_short.mapped("res_id")))):
            channel._bus_send("whatsapp.conversation/news", {"id": channel.id})
        for message in messages - in_short:
            channel = channels.browse(message.res_id)
            if message.id in data_of:
                channel._bus_send("discuss.channel/new_message", {"data": data_of[message.id], "id": channel.id})
            else:
                # fetched alone: the Store looks at all messages that were fetched together, for each message
                alone = message.browse(message.id)
                channel.with_context(whatsapp_queue_push=True)._notify_thread(alone)

    @api.model
    def _whatsapp_data_of(self, messages):
        """Return ``{message id: data for the client}`` of messages in channels without members."""
        if not messages:
            return {}
        channel_of = {message: self.browse(message.res_id).sudo() for message in messages}
        together = Store(bus_channel=channel_of[messages[0]]).add(messages, msg_vals=NOT_SCHEDULED).get_result()
        data_of = store_split.split(together, messages.ids)
        if data_of is None:  # answers, reactions, what other addons add: one Store each, a few fetched together
            data_of = {}
            for chunk in split_every(ANNOUNCED_TOGETHER, messages.ids, messages.browse):
                for message in chunk:
                    store = Store(bus_channel=channel_of[message]).add(message, msg_vals=NOT_SCHEDULED)
                    data_of[message.id] = store.get_result()
        return data_of

    def _web_push_send_notification(self, devices, private_key, public_key, payload_by_lang=None, payload=None):
        """Queue the push: the direct way calls foreign servers inside our transaction."""
        if not self.env.context.get("whatsapp_queue_push"):
            return super()._web_push_send_notification(devices, private_key, public_key, payload_by_lang, payload)
        # sudo: mail.push - the queue is Odoo's own, nobody has rights on it
        self.env["mail.push"].sudo().create(
            [
                {
                    "mail_push_device_id": device.id,
                    "payload": json.dumps(payload_by_lang[device.partner_id.lang] if payload_by_lang else payload),
                }
                for device in devices
            ]
        )
        self.env.ref("mail.ir_cron_web_push_notification")._trigger()
        return None

    # ------------------------------------------------------------
    # Out
    # ------------------------------------------------------------

    def message_post(self, *, message_type="notification", **kwargs):
        once = kwargs.pop("whatsapp_once", None)
        if self.channel_type == CHANNEL_TYPE and self._whatsapp_is_for_customer(message_type, kwargs):
            if once and (posted := self._whatsapp_posted(once)):
                return posted
            self._whatsapp_check_may_send()
            self = self.with_context(whatsapp_once=once)
        if stickers := kwargs.pop("whatsapp_sticker_ids", None):
            self = self.with_context(whatsapp_sticker_ids=[number for number in stickers if isinstance(number, int)])
        return super().message_post(message_type=message_type, **kwargs)

    def _get_allowed_message_params(self):
        return super()._get_allowed_message_params() | {"whatsapp_once", "whatsapp_sticker_ids"}

    def _whatsapp_once_key(self, once):
        return f"post/{self.id}/{self.env.uid}/{once}"[:200]

    def _whatsapp_posted(self, once):
        """Return what the client has posted with this key before, and never heard of because the connection broke."""
        # sudo: the user's own message in this thread, which they may see
        row = self.env["whatsapp.chat.message"].sudo().search([("once_key", "=", self._whatsapp_once_key(once))], limit=1)
        return row.mail_message_id.sudo(self.env.su)

    def _whatsapp_is_for_customer(self, message_type, kwargs):
        """Tell whether a post is meant for the customer: a colleague's comment, neither note nor notification."""
        if message_type != "comment" or self.env.context.get("whatsapp_shown_only"):
            return False
        if kwargs.get("subtype_xmlid", "mail.mt_comment") != "mail.mt_comment":
            return False
        subtype_id = kwargs.get("subtype_id")
        return not subtype_id or subtype_id == self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")

    def _whatsapp_check_may_send(self):
        """Refuse free text that WhatsApp would refuse, before anything is posted."""
        # sudo: members and readers of the channel need not have rights on the conversation; their role is checked here
        conversation = self.sudo().whatsapp_conversation_id
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise UserError(self.env._("Only WhatsApp agents can write to customers. Ask an administrator for the role."))
        if conversation.contact_id.blocked:
            raise UserError(self.env._("This contact is blocked. Unblock it to write again."))
        if not conversation._window_open():
            raise UserError(conversation._window_closed_message())

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        subtype = {"subtype_id": message.subtype_id.id}
        if self.channel_type == CHANNEL_TYPE and self._whatsapp_is_for_customer(message.message_type, subtype):
            self._whatsapp_send_post(message)
        return result

    def _whatsapp_send_post(self, message):
        """Queue what an agent posted: the text, and each attachment as a message of its own."""
        # sudo: the right to write was checked by message_post; agents may not make rows of the log themselves
        conversation = self.sudo().whatsapp_conversation_id
        options = {
            "origin": "agent",
            "priority": 0,
            "mail_message": message,
            "reply_to": conversation._quotable(message.parent_id.id),
            "user": self.env.user,
        }
        text = markup.from_html(message.body or "").strip()
        attachments = message.attachment_ids.sorted("id")
        stickers = attachments.filtered(lambda a: a.id in self.env.context.get("whatsapp_sticker_ids", ()))
        caption_fits = text and len(attachments) == 1 and conversation._takes_caption(attachments, text, bool(stickers))
        rows = self.env["whatsapp.chat.message"].sudo()
        if text and not caption_fits:
            for part in markup.split(text):
                rows += conversation._send_text(part, **options)
        if attachments:
            rows += conversation._send_attachments(attachments, caption=text if caption_fits else None, stickers=stickers, **options)
        if once := self.env.context.get("whatsapp_once"):
            rows[:1].once_key = self._whatsapp_once_key(once)
        conversation._agent_wrote(self.env.user)

    def _check_can_update_message_content(self, message):
        message._whatsapp_check_unsent()  # here as well: channels do not ask what mail.thread asks
        return super()._check_can_update_message_content(message)
