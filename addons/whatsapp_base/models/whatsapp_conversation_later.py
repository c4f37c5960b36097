import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from ..cloud_api import outbound
from ..lanes.sender import PENDING_MEDIA
from ..tools import bubbles, phrases

UPLOADED = "mail.compose.message"  # where Odoo keeps files of messages that are being written, for a day
RELEASED_AT_ONCE = 200
ORIGIN = "later"


class WhatsappConversation(models.Model):
    """Texts and files that wait for the customer's next message, because WhatsApp takes none now.

    Each is a row of the log in the state ``held`` with ``awaits_reply``. The desk releases what belongs to windows that
    have opened: it posts and queues the rows in one transaction with the change of their state, so that a crash neither
    loses nor repeats anything. Intake knows nothing of it.
    """

    _inherit = "whatsapp.conversation"

    # ------------------------------------------------------------
    # For the client
    # ------------------------------------------------------------

    def queue_after_reply(self, body="", once=None, attachment_ids=(), sticker_ids=()):
        """Keep a text or files until the customer writes again, and send them then; in an open window they leave at once.

        :param str body: up to 4,096 characters, WhatsApp formatting; empty only with files
        :param str once: a key of the caller's choice; a repeated call with the same key does nothing
        :param list attachment_ids: files that the user may read; what WhatsApp would refuse is refused now
        :param list sticker_ids: those of the files that go out as stickers
        :returns: what :meth:`pending_replies` returns
        """
        self._check_api_access()
        if self.contact_id.blocked:
            raise UserError(self.env._("This contact is blocked. Unblock it to write again."))
        Message = self.env["whatsapp.chat.message"].sudo()  # sudo: the log is written by the system only
        if not (once and Message.search_count([("once_key", "=", once)], limit=1)):
            files = self._later_files(attachment_ids)
            rows = Message.create(
                [
                    {
                        "conversation_id": self.id,
                        "channel_id": self.channel_id.id,
                        "contact_id": self.contact_id.id,
                        "company_id": self.company_id.id,
                        "direction": "outbound",
                        "origin": ORIGIN,
                        "state": "held",
                        "awaits_reply": True,
                        "lane": "replies",
                        "priority": 0,
                        "user_id": self.env.uid,
                        **values,
                    }
                    for values in self._later_messages(body, files, sticker_ids)
                ]
            )
            rows[0].once_key = once
            for row in rows.filtered("attachment_ids"):
                # whoever sees the message sees its file; the thread has it when it is sent
                row.attachment_ids.write({"res_model": row._name, "res_id": row.id})
        if self._window_open():
            self.sudo()._desk_release_replies()  # sudo: the desk's work, done at once
        self._tell_pending()
        return self.pending_replies()

    def pending_replies(self):
        """Return what waits for the customer's next message, oldest first."""
        self.ensure_one()
        self.check_access("read")
        # sudo: authors' names; the right to the conversation was checked
        return [
            {"id": row.id, "body": row.body, "author": row.user_id.name or "", "is_mine": row.user_id == self.env.user,
             "created": fields.Datetime.to_string(row.create_date), "file": row._later_file()}
            for row in self.sudo()._pending_rows()
        ]

    def edit_pending_reply(self, message_id, body):
        """Change a text that still waits, or the one below a file.

        :raises UserError: it has been sent or cancelled meanwhile
        """
        self._check_api_access()
        row = self._lock_pending(message_id)
        row.write(self._later_values(row._later_content(self._later_text(body))))
        self._tell_pending()
        return self.pending_replies()

    def cancel_pending_reply(self, message_id):
        """Take back what still waits."""
        self._check_api_access()
        row = self._lock_pending(message_id)
        row.write({"state": "cancelled"})
        row._drop_later_files()
        self._tell_pending()
        return self.pending_replies()

    def _later_text(self, body):
        if not isinstance(body, str) or not body.strip():
            raise ValidationError(self.env._("“body” is empty. Give the text to send."))
        return body.strip()

    def _later_files(self, attachment_ids):
        """Return ``{ID: file}``: the user's uploads as they are, of other files copies, since those may change or go."""
        files = {number: self._readable_file(number) for number in attachment_ids or ()}
        return {
            # sudo: a file that the user may read
            number: file if file.res_model == UPLOADED and file.create_uid == self.env.user else file.sudo().copy().sudo(False)
            for number, file in sorted(files.items())
        }

    def _later_messages(self, body, files, sticker_ids):
        """Return values of the messages that a post of this would be: a single file takes the text as its caption."""
        attachments = self.env["ir.attachment"].union(*files.values())
        stickers = attachments.browse(file.id for number, file in files.items() if number in (sticker_ids or ()))
        text = "" if files and not body else self._later_text(body)
        caption_fits = text and len(attachments) == 1 and self._takes_caption(attachments, text, bool(stickers))
        messages = [] if caption_fits or not text else [self._later_values(self._later_text_content(text))]
        for attachment, content, recipe in self._media_contents(attachments, text if caption_fits else None, stickers):
            file = {"attachment_ids": [Command.set(attachment.ids)], "media_ref": PENDING_MEDIA, "media_recipe": recipe}
            messages.append({**self._later_values(content), **file})
        return messages

    def _later_text_content(self, text):
        return outbound.Text(text, preview_url="://" in text and self.channel_id.link_preview)

    def _later_values(self, content):
        try:
            content.validate()
        except outbound.InvalidContent as error:
            raise ValidationError(phrases.explain(self.env, error)) from None
        payload = content.payload()
        return {
            "type": payload["type"],
            "body": content.caption if isinstance(content, outbound.Media) else content.body,
            "summary": content.summary().replace("\n", " ")[:255],
            "payload": json.dumps(payload, ensure_ascii=False),
        }

    def _pending_rows(self):
        return self.env["whatsapp.chat.message"].search(
            [("conversation_id", "in", self.ids), ("awaits_reply", "=", True), ("state", "=", "held")], order="id"
        )

    def _lock_pending(self, message_id):
        """Return a row that waits, locked: the desk cannot release it in the same moment."""
        # sudo: the log is written by the system; only rows of this conversation, which the caller may write
        row = self.sudo()._pending_rows().filtered(lambda row: row.id == message_id).try_lock_for_update()
        row.invalidate_recordset(["state"])
        if row.state != "held":
            raise UserError(self.env._("This has been sent or cancelled already. Look at the conversation."))
        return row

    def _tell_pending(self):
        """Tell whoever has the threads open that something waits, or waits no longer."""
        # sudo: the channel reaches its members and readers only
        for conversation in self.sudo().filtered("discuss_channel_id"):
            conversation.discuss_channel_id._bus_send("whatsapp.conversation/pending", {"id": conversation.id})

    # ------------------------------------------------------------
    # For the desk
    # ------------------------------------------------------------

    @api.model
    def _desk_followups(self):
        return [*super()._desk_followups(), "_desk_release_replies"]

    @api.model
    def _desk_timers(self):
        return [*super()._desk_timers(), "_clock_release_replies"]

    def _desk_release_replies(self):
        """Send what waited for the customers of these conversations, where their windows are open."""
        self._release_replies(SQL("m.conversation_id = ANY(%s)", self.ids))

    @api.model
    def _clock_release_replies(self):
        """Send what the desk was not told of: who waited for an answer already when the customer wrote again."""
        return self._release_replies(SQL("TRUE")) >= RELEASED_AT_ONCE

    @api.model
    def _release_replies(self, which):
        """Post and queue held texts whose window is open; returns how many. Constant queries, one when none waits."""
        self.env.flush_all()
        ids = self.env.execute_query(
            SQL(
                """WITH due AS MATERIALIZED (
                       SELECT m.id FROM whatsapp_chat_message m
                         JOIN whatsapp_conversation v ON v.id = m.conversation_id
                         JOIN whatsapp_contact c ON c.id = m.contact_id
                        WHERE m.state = 'held' AND m.awaits_reply AND v.window_expires_at > %(now)s
                          AND c.blocked IS NOT TRUE AND %(which)s
                        ORDER BY m.id LIMIT %(limit)s FOR NO KEY UPDATE OF m SKIP LOCKED)
                   UPDATE whatsapp_chat_message m SET state = 'queued', sent_on = %(now)s
                     FROM due WHERE m.id = due.id RETURNING m.id""",
                now=fields.Datetime.now(), which=which, limit=RELEASED_AT_ONCE,
            )
        )
        if not ids:
            return 0
        rows = self.env["whatsapp.chat.message"].browse(sorted(row[0] for row in ids)).sudo()
        rows.invalidate_recordset(["state", "sent_on"], flush=False)
        for row in rows.filtered("attachment_ids"):
            channel = row.conversation_id._ensure_discuss_channel()
            row.attachment_ids.write({"res_model": channel._name, "res_id": channel.id})
        self.env["discuss.channel"]._whatsapp_post_incoming([(row, bubbles.text(row.body)) for row in rows])
        self._touch_released(rows)
        self.env["whatsapp.lane"]._wake("replies")
        rows.conversation_id._tell_pending()
        return len(rows)

    def _touch_released(self, rows):
        """Move the conversations' times on. The customer goes on waiting: nobody has read yet what they wrote."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation v
                      SET last_outbound_at = %(now)s, last_message_at = %(now)s, last_message_preview = m.summary
                     FROM (SELECT DISTINCT ON (conversation_id) conversation_id, summary FROM whatsapp_chat_message
                            WHERE id = ANY(%(ids)s) ORDER BY conversation_id, id DESC) m
                    WHERE v.id = m.conversation_id""",
                now=fields.Datetime.now(), ids=rows.ids,
            )
        )
        rows.conversation_id.invalidate_recordset(flush=False)


class WhatsappChatMessage(models.Model):
    """What waits for the customer's next message."""

    _inherit = "whatsapp.chat.message"

    origin = fields.Selection(selection_add=[(ORIGIN, "Agent, Sent When the Customer Wrote")], ondelete={ORIGIN: "set default"})
    awaits_reply = fields.Boolean("Waits for the Customer", readonly=True, copy=False)

    _awaits_reply_idx = models.Index("(conversation_id, id) WHERE state = 'held' AND awaits_reply")

    def _later_file(self):
        """Return what the client shows of the file that waits, or False."""
        file = self.attachment_ids[:1]
        return {"id": file.id, "name": file.name, "mimetype": file.mimetype} if file else False

    def _later_content(self, text):
        """Return this message with another text."""
        if not self.attachment_ids:
            return self.conversation_id._later_text_content(text)
        media = json.loads(self.payload)[self.type]
        return outbound.Media(self.type, media_id=PENDING_MEDIA, caption=text, filename=media.get("filename"))

    def _drop_later_files(self):
        """Leave files that were taken back to Odoo's cleaning up."""
        files = self.attachment_ids.filtered(lambda file: file.res_model == self._name)
        files.write({"res_model": UPLOADED, "res_id": 0})

    def action_cancel(self):
        result = super().action_cancel()
        if waited := self.filtered("awaits_reply"):
            # sudo: who may cancel was checked
            waited.sudo().filtered(lambda message: message.state == "cancelled")._drop_later_files()
            waited.conversation_id._tell_pending()
        return result
