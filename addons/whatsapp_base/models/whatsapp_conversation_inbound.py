import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..cloud_api import content as contents
from ..tools import bubbles
from .whatsapp_conversation import SERVICE_WINDOW

MESSAGE_TYPE = {
    contents.Text: "text", contents.Location: "location", contents.Contacts: "contacts", contents.Reaction: "reaction",
    contents.ButtonReply: "button", contents.ListReply: "list", contents.FlowReply: "flow", contents.Order: "order",
    contents.System: "system", contents.Edit: "edit", contents.Revoke: "revoke",
    contents.CallPermission: "system",
}
NO_TALK = ("reaction", "edit", "revoke", "system")  # neither opens the window nor waits for an answer


class WhatsappConversation(models.Model):
    """Intake: what Meta tells us of customers' messages becomes conversations, messages and Discuss bubbles."""

    _inherit = "whatsapp.conversation"

    @api.model
    def _receive(self, items):
        """Store customer messages, show them, and let the handlers act. Idempotent, and bulk throughout.

        A message that is stored already (Meta repeats) is recognised by its ID; if its handlers did not get
        through, they run again. Whatever fails raises: the caller decides about savepoints and retries.

        :param items: list of (``whatsapp.channel`` record, :class:`cloud_api.inbound.InboundMessage`)
        """
        items = self._in_order(items)
        fresh, unfinished = self._split_known(items)
        messages = self.env["whatsapp.chat.message"]
        for channel, group in _grouped(fresh).items():
            messages |= self._receive_on(channel, group)
        self.env["whatsapp.chat.message"]._apply_waiting()
        to_handle = unfinished | messages
        for message in to_handle:
            message.conversation_id._handle(message)
        to_handle.is_handled = True

    def _in_order(self, items):
        """Sort by Meta's time, keep the order of arrival within a second, drop repetitions."""
        seen, result = set(), []
        for channel, message in sorted(items, key=lambda item: item[1].sent_at):
            if not message.wamid:
                raise UserError(self.env._("A message without an ID cannot be stored safely."))
            if message.wamid not in seen:
                seen.add(message.wamid)
                result.append((channel, message))
        return result

    def _split_known(self, items):
        """Return (items that are new, stored messages whose handlers still have to run)."""
        known = self.env["whatsapp.chat.message"].search_fetch(
            [("wamid", "in", [message.wamid for _channel, message in items])], ["wamid", "is_handled", "direction"]
        )
        wamids = set(known.mapped("wamid"))
        fresh = [item for item in items if item[1].wamid not in wamids]
        return fresh, known.filtered(lambda m: m.direction == "inbound" and not m.is_handled).sorted("id")

    def _receive_on(self, channel, incoming):
        """Store the new messages of one number; returns their rows, oldest first."""
        senders = [message.sender for message in incoming]
        if any(not sender.key for sender in senders):
            raise UserError(self.env._("A message names no sender: neither a phone number nor a user ID."))
        contact_of = self.env["whatsapp.contact"]._find_or_create(channel.company_id, channel.portfolio, senders)
        contacts = self.env["whatsapp.contact"].union(*contact_of.values())
        conversation_of = self._find_or_create(channel, contacts)
        now = fields.Datetime.now()
        rows = self.env["whatsapp.chat.message"].create(
            [self._inbound_values(conversation_of[contact_of[m.sender]], m, now) for m in incoming]
        )
        self._touch(rows)
        self._learn_referrals(
            [(row.conversation_id, row.sent_on, m.referral) for row, m in zip(rows, incoming, strict=True) if m.referral]
        )
        rows.conversation_id._show_bulk()
        self._show(rows, incoming)
        rows._mirror_on_records()
        rows._follow_identity_changes(incoming)
        if any(row.media_state or row.has_extras for row in rows):
            self.env["whatsapp.lane"]._wake("media")
        return rows

    def _inbound_values(self, conversation, message, now):
        """Return the values of one incoming message's row."""
        content = message.content
        is_change = isinstance(content, contents.CHANGES)
        text = content.content if isinstance(content, contents.Edit) else content
        is_media = isinstance(content, contents.Media)
        kind = "voice" if is_media and content.voice else content.kind if is_media else MESSAGE_TYPE.get(type(content))
        values = {
            "conversation_id": conversation.id,
            "channel_id": conversation.channel_id.id,
            "contact_id": conversation.contact_id.id,
            "company_id": conversation.company_id.id,
            "direction": "inbound",
            "origin": "customer",
            "type": kind or "unsupported",
            "state": "received",
            "body": getattr(text, "body", None) or getattr(text, "caption", None) or getattr(text, "title", None),
            "summary": content.summary()[:255],
            "payload": json.dumps(message.raw, ensure_ascii=False),
            "button_payload": content.id if isinstance(content, (contents.ButtonReply, contents.ListReply)) else False,
            "wamid": message.wamid,
            "reply_to_wamid": content.message_id if is_change else message.reply_to,
            "is_waiting": is_change,
            "sent_on": min(message.sent_at, now),
            "is_handled": False,
            "has_extras": self.env["whatsapp.chat.message"]._may_have_extras(message),
        }
        if is_media and content.media_id:
            values.update(media_state="pending", media_ref=content.media_id)
        return values

    def _touch(self, rows):
        """Move times, counters, window and state of the conversations on, with one statement each."""
        talk = rows.filtered(lambda row: row.type not in NO_TALK)
        latest = defaultdict(lambda: [None, None, 0, ""])
        for row in talk:
            entry = latest[row.conversation_id.id]
            entry[0] = entry[0] or row.sent_on
            entry[1] = max(entry[1] or row.sent_on, row.sent_on)
            entry[2] += 1
            entry[3] = row.summary
        if not latest:
            return
        self.env.flush_all()
        # NO KEY: else whoever adds a message to the conversation meanwhile (an agent) would have to start over
        reopened = self.env.execute_query(
            SQL(
                """WITH v (id, first_at, last_at, count, preview) AS (VALUES %(values)s),
                        old AS (SELECT c.id, c.state, c.waiting_since, c.snoozed_until, c.away_again_at, c.window_expires_at
                                  FROM whatsapp_conversation c JOIN v USING (id)
                                 ORDER BY c.id FOR NO KEY UPDATE OF c)
                   UPDATE whatsapp_conversation c
                      SET last_inbound_at = GREATEST(c.last_inbound_at, v.last_at::timestamp),
                          last_message_at = GREATEST(c.last_message_at, v.last_at::timestamp),
                          window_expires_at = GREATEST(c.window_expires_at, v.last_at::timestamp + %(window)s),
                          waiting_since = COALESCE(c.waiting_since, v.first_at::timestamp),
                          unanswered_count = COALESCE(c.unanswered_count, 0) + v.count,
                          last_message_preview = v.preview,
                          state = 'open',
                          desk_due = c.desk_due IS TRUE OR old.state <> 'open' OR old.waiting_since IS NULL
                                     OR old.snoozed_until IS NOT NULL OR old.away_again_at <= v.last_at::timestamp
                                     OR old.window_expires_at <= now() AT TIME ZONE 'utc'
                     FROM v JOIN old USING (id) WHERE c.id = v.id
                RETURNING c.id, old.state, c.desk_due""",
                values=SQL(", ").join(SQL("(%s, %s, %s, %s, %s)", cid, *entry) for cid, entry in latest.items()),
                window=SERVICE_WINDOW,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_contact c SET last_inbound_at = GREATEST(c.last_inbound_at, v.at::timestamp),
                                                 is_unreachable = FALSE
                     FROM (VALUES %s) AS v (id, at) WHERE c.id = v.id""",
                SQL(", ").join(SQL("(%s, %s)", row.contact_id.id, latest[row.conversation_id.id][1]) for row in talk),
            )
        )
        conversations = self.browse(latest)
        conversations.invalidate_recordset(flush=False)
        talk.contact_id.invalidate_recordset(["last_inbound_at", "is_unreachable"], flush=False)
        if any(row[2] for row in reopened):
            self.env["whatsapp.lane"]._wake_soon("desk")
        back = self.browse([row[0] for row in reopened if row[1] == "resolved"]).filtered("user_id")
        nobody = self.env["res.users"]
        self._move_memberships([(conversation, nobody, conversation.user_id) for conversation in back])

    def _show(self, rows, incoming):
        """Show the messages in Discuss, except those of blocked people."""
        labels = self.env["whatsapp.chat.message"]._bubble_labels()
        posts = [
            (row, bubbles.bubble(message.content, labels))
            for row, message in zip(rows, incoming, strict=True)
            # changes are shown on the message that they are about: see _apply_waiting
            if not row.contact_id.blocked and not isinstance(message.content, contents.CHANGES)
        ]
        self.env["discuss.channel"]._whatsapp_post_incoming(posts)
        self._notify_inbox(rows.conversation_id)

    def _notify_inbox(self, conversations):
        """Tell the agents who are not in these conversations that something came in. A hook for the inbox."""

    # ------------------------------------------------------------
    # Handlers
    # ------------------------------------------------------------

    @api.model
    def _inbound_handlers(self):
        """Return the names of the methods that may act on a customer's message, in order.

        Each takes the message's row and tells whether the message was meant for it; the first that says so ends
        the chain. An addon adds its own by inheritance; a handler must be safe to run again after a failure,
        for its work and the mark that it is done are one transaction.
        """
        return []

    def _handle(self, message):
        """Run the handlers for one message; the caller marks it handled in the same transaction."""
        self.ensure_one()
        if not self.contact_id.blocked:
            for name in self._inbound_handlers():
                if getattr(self, name)(message):
                    break


def _grouped(items):
    """Return ``{channel: [messages]}``, order kept."""
    result = defaultdict(list)
    for channel, message in items:
        result[channel].append(message)
    return result
