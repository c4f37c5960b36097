from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

from ..cloud_api import errors, pricing

# How far a message has come. A higher rank is never taken back; "failed" ends: it neither follows a delivery
# (rank below delivered) nor is followed by anything (FINAL).
RANKS = {
    "queued": 0, "held": 0, "cancelled": 0, "sending": 1, "uncertain": 2, "accepted": 3, "sent": 4, "failed": 5,
    "delivered": 6, "read": 7, "played": 8,
}
FINAL = ("failed", "cancelled")
STATE_OF = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
# a later step implies the earlier ones, whose own notification Meta may leave out
TIME_COLUMNS = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at", "failed": "failed_at"}


@dataclass(slots=True)
class Change:
    """All that a batch of statuses says of one message."""

    id: int
    state: str
    wamid: str | None = None
    times: dict = field(default_factory=dict)
    pricing_category: str | None = None
    pricing_type: str | None = None
    error: object = None

    def add(self, status):
        """Fold one ``cloud_api`` StatusUpdate in, in any order."""
        state = STATE_OF[status.status]
        self.wamid = self.wamid or status.wamid
        self.times[state] = min(self.times.get(state, status.at), status.at)
        self.pricing_category = status.pricing_category or self.pricing_category
        self.pricing_type = pricing.pricing_type(status.pricing_type, status.billable) or self.pricing_type
        if state == "failed" and status.errors:
            self.error = self.error or status.errors[0]
        if self.state not in FINAL and RANKS[state] > RANKS[self.state]:
            self.state = state


class WhatsappChatMessage(models.Model):
    """Delivery states: Meta's statuses, applied in bulk and only forwards."""

    _inherit = "whatsapp.chat.message"

    @api.model
    def _apply_statuses(self, statuses):
        """Apply delivery statuses of any number of messages in a constant number of queries.

        A status finds its message by Meta's ID, or by ours (``biz_opaque_callback_data``) where the sender has
        not yet written Meta's, or died before it could.

        :param statuses: list of (``whatsapp.channel`` record, :class:`cloud_api.inbound.StatusUpdate`); a status
            speaks for messages of its number only
        :returns: the statuses whose message is not known
        :rtype: list
        """
        statuses = [(channel.id, status) for channel, status in statuses if status.status in STATE_OF]
        if not statuses:
            return []
        rows = self.env.execute_query(
            SQL(
                """SELECT id, wamid, uuid, state, channel_id FROM whatsapp_chat_message
                    WHERE wamid = ANY(%(wamids)s) AND direction = 'outbound'
                    UNION
                   SELECT id, wamid, uuid, state, channel_id FROM whatsapp_chat_message WHERE uuid = ANY(%(uuids)s)""",
                wamids=[s.wamid for _channel, s in statuses if s.wamid],
                uuids=[s.callback_data for _channel, s in statuses if s.callback_data],
            )
        )
        by_wamid = {(row[4], row[1]): row for row in rows if row[1]}
        by_uuid = {(row[4], row[2]): row for row in rows}
        changes, unmatched, free_until = {}, [], {}
        for channel_id, status in statuses:
            row = by_wamid.get((channel_id, status.wamid)) or by_uuid.get((channel_id, status.callback_data))
            if row and row[1] and row[1] != status.wamid:
                row = None  # our ID, another message of Meta's: an earlier try that a person repeated
            if not row:
                unmatched.append(status)
                continue
            changes.setdefault(row[0], Change(row[0], row[3])).add(status)
            if status.free_until:
                free_until[row[0]] = max(status.free_until, free_until.get(row[0], status.free_until))
        self._write_changes(list(changes.values()))
        if free_until:
            self.env["whatsapp.conversation"]._note_free_until(free_until)
        return unmatched

    @api.model
    def _write_changes(self, changes):
        """Write :class:`Change` objects with one UPDATE that checks ranks again, and tell who looks on."""
        if not changes:
            return
        self.env.flush_all()
        values = []
        for change in changes:
            info = errors.classify(change.error, None) if change.error else None
            values.append(
                SQL(
                    "(%s, %s, %s, %s::varchar, %s::timestamp, %s::timestamp, %s::timestamp, %s::timestamp,"
                    " %s::varchar, %s::varchar, %s::int, %s::varchar, %s::varchar, %s::varchar)",
                    change.id, change.state, RANKS[change.state], change.wamid,
                    change.times.get("sent"), change.times.get("delivered"), change.times.get("read"),
                    change.times.get("failed"), change.pricing_category, change.pricing_type,
                    change.error.code if change.error else None,
                    info.title if info else None, info.remedy if info else None,
                    (change.error.details or change.error.message) if change.error else None,
                )
            )
        rank = SQL("CASE m.state %s END", SQL(" ").join(SQL("WHEN %s THEN %s", *item) for item in RANKS.items()))
        rows = self.env.execute_query(
            SQL(
                """WITH v (id, state, rank, wamid, sent_at, delivered_at, read_at, failed_at, category, type,
                           code, title, remedy, details) AS (VALUES %(values)s),
                        old AS (SELECT m.id, m.state, CASE WHEN m.state NOT IN %(final)s AND v.rank > %(rank)s
                                                           THEN v.state ELSE m.state END AS new_state
                                  FROM whatsapp_chat_message m JOIN v USING (id) ORDER BY m.id FOR NO KEY UPDATE OF m)
                   UPDATE whatsapp_chat_message m
                      SET state = old.new_state,
                          wamid = COALESCE(m.wamid, v.wamid),
                          sent_at = LEAST(m.sent_at, v.sent_at),
                          delivered_at = LEAST(m.delivered_at, v.delivered_at),
                          read_at = LEAST(m.read_at, v.read_at),
                          failed_at = LEAST(m.failed_at, v.failed_at),
                          pricing_category = COALESCE(v.category, m.pricing_category),
                          pricing_type = COALESCE(v.type, m.pricing_type),
                          error_code = CASE WHEN old.new_state = 'failed' THEN COALESCE(m.error_code, v.code) END,
                          error_title = CASE WHEN old.new_state = 'failed' THEN COALESCE(m.error_title, v.title) END,
                          error_remedy = CASE WHEN old.new_state = 'failed' THEN COALESCE(m.error_remedy, v.remedy) END,
                          error_details = CASE WHEN old.new_state = 'failed' THEN COALESCE(m.error_details, v.details) END,
                          write_date = now() AT TIME ZONE 'utc'
                     FROM v JOIN old USING (id) WHERE m.id = v.id
                RETURNING m.id, old.state, m.state""",
                values=SQL(", ").join(values), final=FINAL, rank=rank,
            )
        )
        changed = self.browse([row[0] for row in rows if row[1] != row[2]])
        self.browse([row[0] for row in rows]).invalidate_recordset(flush=False)
        changed._notify_states()
        failed = {change.id: change.error for change in changes if change.error}
        for message_id, _before, after in rows:
            if after == "failed" and message_id in failed:
                self.browse(message_id)._react_to_error(failed[message_id], None)
        if ended := [row[0] for row in rows if row[1] != row[2] == "failed"]:
            self.browse(ended)._on_final_failure()

    def _on_final_failure(self):
        """Hook: these outgoing messages have failed for good; may be called again for the same ones.

        Runs in the transaction that writes what became of a request, which must not fail: note what is to be
        done (a scheduled action's trigger, for example) and do it later.
        """

    def _notify_states(self):
        """Show the new states to whoever has the conversation open; one bus row a conversation.

        ``mail.message`` itself is not written: its rows are big and every write drops caches.
        """
        shown = self.filtered("mail_message_id")
        if not shown:
            return
        by_channel = defaultdict(lambda: self.env["mail.message"])
        for message in shown:
            by_channel[message.conversation_id.discuss_channel_id] |= message.mail_message_id
        for channel, mail_messages in by_channel.items():
            mail_messages._whatsapp_send_states(channel)
