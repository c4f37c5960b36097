from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..tools.waits import Said, waits
from .whatsapp_conversation_inbound import NO_TALK

# what a person wrote. What programs send in a user's name about a document is no answer to a question.
HUMAN = SQL("(m.origin IN ('agent', 'echo') OR (m.origin = 'api' AND m.user_id IS NOT NULL AND m.res_id IS NULL))")
COUNTED = SQL(
    """m.type NOT IN %s AND m.is_history IS NOT TRUE AND m.is_aside IS NOT TRUE AND m.state <> 'cancelled'
       AND (m.direction = 'inbound' OR %s)""",
    NO_TALK, HUMAN,
)
SAID = SQL("m.conversation_id, m.id, m.sent_on, m.direction = 'inbound', m.user_id, m.origin = 'echo', m.call_state = 'answered'")


class WhatsappConversation(models.Model):
    """The waits of open cycles: worked out from the log with ``tools.waits``, and written in bulk.

    By SQL: what is not known yet must be empty, not 0, or averages would be wrong.
    """

    _inherit = "whatsapp.conversation"

    def _count_waits(self, fresh, began):
        """Work out the waits of open cycles again, from the first that can have changed.

        :param dict fresh: what was said since the last look, by conversation ID
        :param dict began: since when customers wait whose messages are not among it, by conversation ID
        """
        self.env.flush_all()
        touched = self._touched_waits(fresh)
        anchors = {}
        for conversation in self:
            moments = [message.at for message in fresh.get(conversation.id, ())]
            moments += [since for _id, since in touched.get(conversation.id, ())]
            moments += [began[conversation.id]] if conversation.id in began else []
            if moments:
                anchors[conversation] = min(moments)
        if not anchors:
            return
        said = self._said_since(anchors)
        changed = []
        for conversation in anchors:
            old = touched.get(conversation.id, [])
            since = [since for _id, since in old] + ([began[conversation.id]] if conversation.id in began else [])
            new = waits(said[conversation.id], since)
            for position in range(max(len(old), len(new))):
                wait_id = old[position][0] if position < len(old) else None
                changed.append((conversation, wait_id, new[position] if position < len(new) else None))
        self._write_waits(changed)
        self._sum_up(self.browse([conversation.id for conversation in anchors]), fresh)

    def _touched_waits(self, fresh):
        """Return ``{conversation ID: [(wait ID, since)]}``: open waits, and those that ended after something new was said."""
        rows = self.env.execute_query(
            SQL(
                """SELECT w.conversation_id, w.id, w.since
                     FROM (VALUES %s) AS v (id, at) JOIN whatsapp_conversation c ON c.id = v.id
                     JOIN whatsapp_conversation_wait w ON w.cycle_id = c.cycle_id
                    WHERE w.ended_at IS NULL OR (w.answered_at IS NOT NULL AND w.answered_at >= v.at::timestamp)
                 ORDER BY w.since, w.id""",
                SQL(", ").join(
                    SQL("(%s, %s)", conversation.id, min((m.at for m in fresh.get(conversation.id, ())), default=None))
                    for conversation in self
                ),
            )
        )
        touched = defaultdict(list)
        for conversation_id, wait_id, since in rows:
            touched[conversation_id].append((wait_id, since))
        return touched

    def _said_since(self, anchors):
        """Return ``{conversation ID: what was said}`` in the open cycles from each anchor on."""
        rows = self.env.execute_query(
            SQL(
                """SELECT %(said)s
                     FROM (VALUES %(anchors)s) AS v (id, start, at)
                     JOIN whatsapp_chat_message m ON m.conversation_id = v.id AND m.sent_on >= v.at::timestamp AND m.id > v.start
                    WHERE %(counted)s""",
                said=SAID, counted=COUNTED,
                anchors=SQL(", ").join(
                    SQL("(%s, %s, %s)", conversation.id, conversation.cycle_id.start_message_id or 0, at)
                    for conversation, at in anchors.items()
                ),
            )
        )
        said = defaultdict(list)
        for conversation_id, *values in rows:
            said[conversation_id] += said_of(*values)
        return said

    def _write_waits(self, changed):
        """Store waits, a statement for each kind of change.

        :param changed: list of (conversation, ID of the wait or None, :class:`tools.waits.Wait` or None)
        """
        gone = [wait_id for _conversation, wait_id, wait in changed if wait_id and not wait]
        if gone:
            self.env.cr.execute(SQL("DELETE FROM whatsapp_conversation_wait WHERE id = ANY(%s)", gone))
        for known in (True, False):
            self._write_waits_of([change for change in changed if change[2] and bool(change[1]) == known], known)
        self.env["whatsapp.conversation.wait"].invalidate_model(flush=False)

    def _write_waits_of(self, changed, known):
        """Change waits that there are, or add new ones; one after the other, since only one may be open."""
        if not changed:
            return
        rows = [
            SQL(
                "(%s::int, %s, %s, %s, %s::int, %s::int, %s::timestamp, %s, %s, %s::timestamp, %s::int, %s::int)",
                wait_id, conversation.cycle_id.id, conversation.id, conversation.company_id.id, conversation.team_id.id or None,
                wait.answered_at and (wait.user_id or conversation.user_id.id) or None, wait.since,
                *conversation._slot(wait.since), wait.answered_at,
                int((wait.answered_at - wait.since).total_seconds()) if wait.answered_at else None,
                conversation._work_seconds(wait.since, wait.answered_at) if wait.answered_at else None,
            )
            for conversation, wait_id, wait in changed
        ]
        columns = SQL("cycle_id, conversation_id, company_id, team_id, user_id, since, hour, weekday, answered_at, seconds, work_seconds")
        values = SQL("WITH v (id, %s) AS (VALUES %s)", columns, SQL(", ").join(rows))
        if known:
            query = SQL(
                """%s UPDATE whatsapp_conversation_wait w
                         SET since = v.since, hour = v.hour, weekday = v.weekday, answered_at = v.answered_at,
                             ended_at = v.answered_at, seconds = v.seconds, work_seconds = v.work_seconds, user_id = v.user_id,
                             team_id = CASE WHEN v.answered_at IS NULL THEN v.team_id ELSE w.team_id END
                        FROM v WHERE w.id = v.id""",
                values,
            )
        else:
            query = SQL(
                """%s INSERT INTO whatsapp_conversation_wait (%s, ended_at, is_first, is_late, paused_work_seconds)
                      SELECT %s, answered_at, FALSE, FALSE, 0 FROM v""",
                values, columns, columns,
            )
        self.env.cr.execute(query)

    def _sum_up(self, conversations, fresh):
        """Bring the cycles up to date with their waits: which is the first, when it was answered, how much was said."""
        cycles = conversations.cycle_id
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation_wait w SET is_first = (w.id = f.id)
                     FROM (SELECT DISTINCT ON (cycle_id) cycle_id, id FROM whatsapp_conversation_wait
                            WHERE cycle_id = ANY(%(ids)s) AND (answered_at IS NOT NULL OR ended_at IS NULL)
                         ORDER BY cycle_id, since, id) f
                    WHERE w.cycle_id = f.cycle_id AND w.is_first IS DISTINCT FROM (w.id = f.id)""",
                ids=cycles.ids,
            )
        )
        counts = [
            (
                conversation.cycle_id.id, conversation.team_id.id or None, conversation.user_id.id or None,
                sum(message.inbound for message in fresh.get(conversation.id, ())),
                sum(not message.inbound for message in fresh.get(conversation.id, ())),
            )
            for conversation in conversations
        ]
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation_cycle y
                      SET team_id = v.team, user_id = COALESCE(v.agent, y.user_id),
                          inbound_count = COALESCE(y.inbound_count, 0) + v.inbound,
                          outbound_count = COALESCE(y.outbound_count, 0) + v.outbound,
                          first_response_at = w.answered_at, first_response_seconds = w.seconds,
                          first_response_work_seconds = w.work_seconds
                     FROM (VALUES %s) AS v (id, team, agent, inbound, outbound)
                LEFT JOIN whatsapp_conversation_wait w ON w.cycle_id = v.id AND w.is_first
                    WHERE y.id = v.id""",
                SQL(", ").join(SQL("(%s, %s::int, %s::int, %s, %s)", *row) for row in counts),
            )
        )
        cycles.invalidate_recordset(flush=False)
        self.env["whatsapp.conversation.wait"].invalidate_model(flush=False)
        conversations._note_late_waits()


def said_of(message_id, at, inbound, user_id, on_phone, was_call_taken):
    """Return what a row of the log says: a call that somebody took is a question and its answer."""
    said = [Said(message_id, at, inbound, None if inbound else user_id, bool(on_phone))]
    if inbound and was_call_taken:
        said.append(Said(message_id, at, False, None, True))
    return said
