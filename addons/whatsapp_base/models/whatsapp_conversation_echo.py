from odoo import api, models
from odoo.tools import SQL

from ..cloud_api import content as contents
from ..tools import bubbles
from .whatsapp_conversation_inbound import NO_TALK


class WhatsappConversation(models.Model):
    """Messages that somebody wrote in the WhatsApp Business app of a number: shown as ours, sent by nobody here."""

    _inherit = "whatsapp.conversation"

    @api.model
    def _receive_echoes(self, items):
        """Store and show messages that were written on the phone. Idempotent, bulk; opens no window.

        :param items: list of (``whatsapp.channel`` record, :class:`cloud_api.coexistence.AppMessage`)
        """
        known = self.env["whatsapp.chat.message"].search_fetch(
            [("wamid", "in", [message.wamid for _channel, message in items])], ["wamid"]
        )
        seen, by_channel = set(known.mapped("wamid")), {}
        for channel, message in sorted(items, key=lambda item: item[1].sent_at):
            if message.wamid not in seen:
                seen.add(message.wamid)
                by_channel.setdefault(channel, []).append(message)
        for channel, messages in by_channel.items():
            people = [message.person for message in messages]
            contact_of = self.env["whatsapp.contact"]._find_or_create(channel.company_id, channel.portfolio, people)
            contacts = self.env["whatsapp.contact"].union(*contact_of.values())
            conversation_of = self._find_or_create(channel, contacts)
            rows = self.env["whatsapp.chat.message"].create(
                [self._app_values(conversation_of[contact_of[message.person]], message) for message in messages]
            )
            self._touch_by_app(rows)
            labels = rows._bubble_labels()
            self.env["discuss.channel"]._whatsapp_post_incoming(
                [
                    (row, bubbles.bubble(message.content, labels))
                    for row, message in zip(rows, messages, strict=True)
                    if not isinstance(message.content, contents.CHANGES)
                ]
            )
            self.env["whatsapp.chat.message"]._apply_waiting()
            if any(row.media_state for row in rows):
                self.env["whatsapp.lane"]._wake("media")

    @api.model
    def _app_values(self, conversation, message):
        """Return the values of the row of a message on the phone, written or received there.

        :param message: :class:`cloud_api.coexistence.AppMessage`
        """
        values = self._inbound_values(conversation, message, message.sent_at)
        values["is_handled"] = True
        if message.outbound:
            left = message.status not in ("accepted", "failed")
            values.update(
                direction="outbound", origin="echo", state=message.status, button_payload=False,
                sent_at=message.sent_at if left else False, failed_at=message.sent_at if message.status == "failed" else False,
            )  # fmt: skip
        return values

    def _touch_by_app(self, rows):
        """Move times on after somebody answered on the phone: the customer waits no longer. One statement."""
        latest = {}
        for row in rows.filtered(lambda row: row.type not in NO_TALK):
            latest[row.conversation_id.id] = (row.sent_on, row.summary)
        if not latest:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c
                      SET last_outbound_at = GREATEST(c.last_outbound_at, v.at::timestamp),
                          last_message_preview = CASE WHEN v.at::timestamp >= COALESCE(c.last_message_at, '-infinity')
                                                      THEN v.preview ELSE c.last_message_preview END,
                          last_message_at = GREATEST(c.last_message_at, v.at::timestamp),
                          waiting_since = CASE WHEN v.at::timestamp >= COALESCE(c.last_inbound_at, '-infinity')
                                               THEN NULL ELSE c.waiting_since END,
                          unanswered_count = CASE WHEN v.at::timestamp >= COALESCE(c.last_inbound_at, '-infinity')
                                                  THEN 0 ELSE c.unanswered_count END,
                          desk_due = TRUE
                     FROM (VALUES %s) AS v (id, at, preview) WHERE c.id = v.id""",
                SQL(", ").join(SQL("(%s, %s, %s)", conversation_id, *entry) for conversation_id, entry in sorted(latest.items())),
            )
        )
        conversations = self.browse(latest)
        conversations.invalidate_recordset(flush=False)
        self.env["whatsapp.lane"]._wake_soon("desk")
        conversations._announce()
