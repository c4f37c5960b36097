import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

from ..cloud_api import content as contents
from ..tools import bubbles
from .whatsapp_lane import is_conflict

_logger = logging.getLogger(__name__)

WAIT_DAYS = 7  # as long as Meta repeats notifications
WAITING_AT_ONCE = 200
ORPHAN_MINUTES = 15  # Meta, "edit": how long a message can be changed


class WhatsappChatMessage(models.Model):
    """What happens to a message later: reactions, edits, deletions, and quotes of what was not there yet.

    Each of these is a row of its own, recognised by its own ID, so it counts once. Meta keeps no order: a row whose
    message is not known yet *waits*, and is applied by the first batch that finds the message.
    """

    _inherit = "whatsapp.chat.message"

    is_waiting = fields.Boolean(help="About a message that has not arrived yet; applied as soon as it is there.")
    edited_at = fields.Datetime("Edited", readonly=True, copy=False)
    edit_history = fields.Json(readonly=True, copy=False, help="Earlier texts, oldest first.")
    deleted_at = fields.Datetime("Deleted", readonly=True, copy=False)

    _waiting_idx = models.Index("(reply_to_wamid) WHERE is_waiting")

    @api.model
    def _apply_waiting(self):
        """Apply what waited for messages that are here by now; one query when there is nothing."""
        self.env.flush_all()
        pairs = self.env.execute_query(
            SQL(
                """SELECT waiting.id, target.id
                     FROM whatsapp_chat_message waiting
                     JOIN whatsapp_chat_message target
                       ON target.wamid = waiting.reply_to_wamid AND target.conversation_id = waiting.conversation_id
                    WHERE waiting.is_waiting AND waiting.create_date > (now() AT TIME ZONE 'utc') - %s * interval '1 day'
                    ORDER BY waiting.sent_on, waiting.id LIMIT %s""",
                WAIT_DAYS, WAITING_AT_ONCE,
            )
        )
        for waiting_id, target_id in pairs:
            waiting = self.browse(waiting_id)
            try:
                with self.env.cr.savepoint():
                    waiting._apply_to(self.browse(target_id))
            except Exception as error:  # noqa: BLE001 - one that cannot be applied must not hold up the others
                if is_conflict(error):
                    raise
                _logger.exception("WhatsApp message %s could not be applied to message %s", waiting_id, target_id)
            waiting.is_waiting = False

    @api.model
    def _show_orphans(self):
        """Show changed texts whose message did not come as messages of their own: nobody may miss what was written."""
        before = fields.Datetime.now() - timedelta(minutes=ORPHAN_MINUTES)
        orphans = self.search(
            [
                ("is_waiting", "=", True), ("type", "=", "edit"), ("mail_message_id", "=", False), ("create_date", "<", before),
                ("contact_id.blocked", "=", False),
            ],
            limit=WAITING_AT_ONCE,
        )  # fmt: skip
        labels = self._bubble_labels()
        self.env["discuss.channel"]._whatsapp_post_incoming([(row, bubbles.bubble(row._content(), labels)) for row in orphans])

    def _apply_to(self, target):
        """Do what this row says to the message that it is about."""
        content = self._content()
        if isinstance(content, contents.Reaction):
            self._show_reaction(content, target)
        elif isinstance(content, (contents.Edit, contents.Revoke)):
            # nobody changes what somebody else wrote
            if target.direction == self.direction and not target.deleted_at:
                if isinstance(content, contents.Edit):
                    target._edit(content.content, self.sent_on)
                    self.mail_message_id.sudo().unlink()  # sudo: shown alone until now, on the customer's behalf
                else:
                    target._revoke(self.sent_on)
        elif self.mail_message_id and target.mail_message_id:
            self.mail_message_id.parent_id = target.mail_message_id
            self._show_again()

    # ------------------------------------------------------------
    # Edits and deletions
    # ------------------------------------------------------------

    def _edit(self, content, at):
        """Show the new text of a message; the old ones stay in sight of colleagues.

        :param content: the new content, one of ``cloud_api.content``
        :param at: when it was changed; of two changes that come in disorder the later one stands
        """
        text = getattr(content, "body", None) or getattr(content, "caption", None) or ""
        history = list(self.edit_history or [])
        if self.edited_at and at < self.edited_at:
            history.append({"text": text, "at": fields.Datetime.to_string(at)})
            self.edit_history = sorted(history, key=lambda version: version["at"])
            self._show_again()
            return
        history.append({"text": self.body or "", "at": fields.Datetime.to_string(self.edited_at or self.sent_on)})
        old_summary = self.summary
        self.write({"body": text, "summary": content.summary()[:255], "edited_at": at, "edit_history": history})
        self._change_preview(old_summary)
        if self.mail_message_id:
            # sudo: mail.message - its author changed it, the worker acts on their behalf
            self.mail_message_id.sudo().body = bubbles.bubble(content, self._bubble_labels())
            self._show_again()

    def _revoke(self, at):
        """Take a message away that its sender has deleted.

        Text and files leave the thread, the lists and the log; the files are deleted. What remains is that there was
        a message, and the notification as received, which only administrators can open until its retention ends.
        """
        old_summary = self.summary
        versions = self.search(
            [("conversation_id", "=", self.conversation_id.id), ("reply_to_wamid", "=", self.wamid), ("type", "=", "edit")]
        )
        values = {"body": False, "edit_history": False, "summary": contents.Revoke(self.wamid).summary()}
        versions.write(values)
        files = self.attachment_ids
        self.write({**values, "deleted_at": at, "edited_at": False, "media_state": False, "media_error": False, "button_payload": False})
        self._change_preview(old_summary)
        if self.mail_message_id:
            # sudo: mail.message - its author deleted it, the worker acts on their behalf
            message = self.mail_message_id.sudo()
            message.write({"body": bubbles.deleted(self._bubble_labels()), "attachment_ids": [fields.Command.clear()]})
            message.message_link_preview_ids.unlink()
            self._show_again()
        # sudo: ir.attachment - files of the conversation that nothing refers to any longer; those of documents stay
        files.sudo().filtered(
            lambda file: file.res_model == "discuss.channel" or (self.direction == "inbound" and not file.res_model)
        ).unlink()

    def _change_preview(self, old_summary):
        """Keep the list of conversations from showing a text that is no longer true."""
        conversation = self.conversation_id
        if conversation.last_message_preview == old_summary:
            # sudo: the preview belongs to the system
            conversation.sudo().last_message_preview = self.summary

    def _show_again(self):
        """Send a message as it is now to whoever looks on."""
        message = self.mail_message_id
        if message:
            # sudo: the data goes to the thread, whose readers may see its messages
            Store(bus_channel=self.conversation_id.sudo().discuss_channel_id).add(message.sudo()).bus_send()

    # ------------------------------------------------------------
    # Reactions
    # ------------------------------------------------------------

    def _show_reaction(self, reaction, target):
        """Show a person's reaction on the message that it is about; WhatsApp has one for each person."""
        self.ensure_one()
        newer = [
            ("conversation_id", "=", self.conversation_id.id), ("reply_to_wamid", "=", self.reply_to_wamid),
            ("type", "=", "reaction"), ("direction", "=", self.direction), ("contact_id", "=", self.contact_id.id),
            ("is_waiting", "=", False), ("sent_on", ">", self.sent_on),
        ]  # fmt: skip
        partner = self._author()
        if self.contact_id.blocked or not partner or self.search_count(newer, limit=1):
            return
        message = target.mail_message_id
        if not message:
            self._show_reaction_in_words(reaction, target)
            return
        no_guest = self.env["mail.guest"]
        # sudo: mail.message - the customer reacts, the worker acts on their behalf
        for old in message.sudo().reaction_ids.filtered(lambda r: r.partner_id == partner):
            message.sudo()._message_reaction(old.content, "remove", partner, no_guest)
        if reaction.emoji:
            message.sudo()._message_reaction(reaction.emoji, "add", partner, no_guest)

    def _show_reaction_in_words(self, reaction, target):
        """Say it in a line where Discuss does not show the message, such as one of a campaign."""
        if reaction.emoji and not target.deleted_at:
            body = bubbles.reacted(reaction.emoji, target.summary or target.type, self._bubble_labels())
            self.env["discuss.channel"]._whatsapp_post_incoming([(self, body)])
