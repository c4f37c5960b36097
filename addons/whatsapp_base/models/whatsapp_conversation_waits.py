from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from odoo import models
from odoo.tools import SQL

from ..tools.waits import Said, waits
from .whatsapp_conversation_inbound import NO_TALK

# what a person wrote. What programs send in a user's name about a document is no answer to a question.
HUMAN = SQL("(m.origin IN ('agent', 'echo') OR (m.origin = 'api' AND m.user_id IS NOT NULL AND m.res_id IS NULL))")
# what did not reach the customer, or was taken back, is no answer either
COUNTED = SQL(
    """m.type NOT IN %s AND m.is_history IS NOT TRUE AND m.is_aside IS NOT TRUE AND m.state NOT IN ('failed', 'cancelled')
       AND (m.direction = 'inbound' OR %s)""",
    NO_TALK, HUMAN,
)
SAID = SQL(
    """m.conversation_id, m.id, COALESCE(m.retried_at, m.sent_on), m.direction = 'inbound', m.user_id, m.origin = 'echo',
       m.call_state = 'answered', m.retried_at IS NOT NULL"""
)


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the log a cycle is about: all that came after ``start_id``, of a former cycle ``until`` its resolution."""

    start_id: int
    until: datetime | None = None


class WhatsappConversation(models.Model):
    """The waits of cycles: worked out from the log with ``tools.waits``, and written in bulk.

    By SQL: what is not known yet must be empty, not 0, or averages would be wrong.
    """

    _inherit = "whatsapp.conversation"

    def _count_waits(self, fresh, began, lost):
        """Work out the waits of open cycles again, from the first that can have changed; of closed ones, too, where
        something that was counted as an answer did not reach the customer.

        :param dict fresh: what was said since the last look, by conversation ID
        :param dict began: since when customers wait whose messages are not among it, by conversation ID
        :param dict lost: from when on answers turned out to be none, or to be sent again, by conversation ID
        :returns: the waits that last, by conversation
        :rtype: dict[whatsapp.conversation, tools.waits.Wait]
        """
        self.env.flush_all()
        parts = {conversation.cycle_id: Part(conversation.cycle_id.start_message_id) for conversation in self if conversation.cycle_id}
        if lost:
            parts.update(self._closed_parts(lost))
        if not parts:
            return {}
        touched = self._touched_waits(parts, fresh, lost)
        anchors, known = {}, {}
        for cycle in parts:
            conversation_id = cycle.conversation_id.id
            known[cycle] = [since for _id, since in touched.get(cycle.id, ())]
            moments = list(known[cycle])
            if not cycle.resolved_at:
                moments += [message.at for message in fresh.get(conversation_id, ())]
                if conversation_id in began:
                    known[cycle].append(began[conversation_id])
                    moments.append(began[conversation_id])
            if moments:
                anchors[cycle] = min(moments)
        said = self._said_since(anchors, parts)
        found = {cycle: waits(said[cycle.id], known[cycle]) for cycle in anchors}
        lasting = {cycle: ended[-1] for cycle, ended in found.items() if ended and not ended[-1].answered_at}
        self._reopen_unanswered([cycle for cycle in lasting if cycle.resolved_at and not parts[cycle].until])
        self._write_waits(
            [
                (cycle, old[0] if old else None, new)
                for cycle, ended in found.items()
                for old, new in zip_longest(touched.get(cycle.id, ()), ended)
            ]
        )
        if anchors:
            self._sum_up(anchors, fresh)
        if lost:
            self._count_messages({cycle: part for cycle, part in parts.items() if cycle.conversation_id.id in lost})
        return {cycle.conversation_id: wait for cycle, wait in lasting.items() if not cycle.resolved_at}

    def _closed_parts(self, lost):
        """Return ``{cycle: Part}`` of the closed cycles in which what is lost may have been counted."""
        rows = self.env.execute_query(
            SQL(
                """SELECT y.id, y.start_message_id, CASE WHEN y.is_last THEN NULL ELSE y.resolved_at END
                     FROM (VALUES %s) AS v (id, at)
                     JOIN (SELECT id, conversation_id, start_message_id, resolved_at,
                                  lead(id) OVER (PARTITION BY conversation_id ORDER BY opened_at, id) IS NULL AS is_last
                             FROM whatsapp_conversation_cycle WHERE conversation_id = ANY(%s)) y
                       ON y.conversation_id = v.id AND y.resolved_at >= v.at""",
                SQL(", ").join(SQL("(%s, %s)", *item) for item in sorted(lost.items())), list(lost),
            )
        )
        cycles = self.env["whatsapp.conversation.cycle"].browse([row[0] for row in rows])  # to be read together
        # the last one has no end: what is sent again after the resolution is its answer
        return {cycle: Part(row[1] or 0, row[2]) for cycle, row in zip(cycles, rows, strict=True)}

    def _touched_waits(self, parts, fresh, lost):
        """Return ``{cycle ID: [(wait ID, since)]}``: open waits, and those that ended after something new was said."""
        news = {}
        for cycle in parts:
            conversation_id = cycle.conversation_id.id
            moments = [message.at for message in fresh.get(conversation_id, ()) if not cycle.resolved_at]
            news[cycle.id] = min([*moments, *filter(None, [lost.get(conversation_id)])], default=None)
        rows = self.env.execute_query(
            SQL(
                """SELECT w.cycle_id, w.id, w.since
                     FROM (VALUES %s) AS v (id, at) JOIN whatsapp_conversation_wait w ON w.cycle_id = v.id
                    WHERE w.ended_at IS NULL OR (w.answered_at IS NOT NULL AND w.answered_at >= v.at::timestamp)
                 ORDER BY w.since, w.id""",
                SQL(", ").join(SQL("(%s, %s)", *item) for item in news.items()),
            )
        )
        touched = defaultdict(list)
        for cycle_id, wait_id, since in rows:
            touched[cycle_id].append((wait_id, since))
        return touched

    def _said_since(self, anchors, parts):
        """Return ``{cycle ID: what was said}`` from each anchor on.

        Messages whose wait somebody ended by resolving without an answer stay where they are.
        """
        said = defaultdict(list)
        if not anchors:
            return said
        rows = self.env.execute_query(
            SQL(
                """WITH v (cycle_id, conversation_id, start_id, until, at, seen_id) AS (VALUES %(anchors)s)
                   SELECT v.cycle_id, %(said)s
                     FROM v JOIN whatsapp_chat_message m ON m.conversation_id = v.conversation_id AND m.sent_on >= v.at
                      AND m.id > v.start_id AND (v.until IS NULL OR m.sent_on <= v.until)
                    WHERE m.retried_at IS NULL AND %(counted)s
                      AND NOT EXISTS (SELECT FROM whatsapp_conversation_wait w
                                       WHERE m.direction = 'inbound' AND m.id <= v.seen_id
                                         AND w.cycle_id = v.cycle_id AND w.answered_at IS NULL AND m.sent_on BETWEEN w.since AND w.ended_at)
                UNION ALL
                   SELECT v.cycle_id, %(said)s
                     FROM v JOIN whatsapp_chat_message m ON m.conversation_id = v.conversation_id AND m.retried_at >= v.at
                      AND (v.until IS NULL OR m.retried_at <= v.until)
                    WHERE %(counted)s""",
                said=SAID, counted=COUNTED,
                anchors=SQL(", ").join(
                    SQL(
                        "(%s, %s, %s, %s::timestamp, %s::timestamp, %s)", cycle.id, cycle.conversation_id.id,
                        parts[cycle].start_id, parts[cycle].until, at, cycle.conversation_id.desk_message_id,
                    )
                    for cycle, at in anchors.items()
                ),
            )
        )
        for cycle_id, _conversation_id, *values in rows:
            said[cycle_id] += said_of(*values)
        return said

    def _write_waits(self, changed):
        """Store waits, a statement for each kind of change.

        :param changed: list of (cycle, ID of the wait or None, :class:`tools.waits.Wait` or None)
        """
        gone = [wait_id for _cycle, wait_id, wait in changed if wait_id and not wait]
        if gone:
            self.env.cr.execute(SQL("DELETE FROM whatsapp_conversation_wait WHERE id = ANY(%s)", gone))
        for known in (True, False):
            self._write_waits_of([change for change in changed if change[2] and bool(change[1]) == known], known)
        self.env["whatsapp.conversation.wait"].invalidate_model(flush=False)

    def _write_waits_of(self, changed, known):
        """Change waits that there are, or add new ones; one after the other, since only one may be open."""
        if not changed:
            return
        rows = []
        for cycle, wait_id, wait in changed:
            conversation = cycle.conversation_id
            at_work = cycle if cycle.resolved_at else conversation  # who had it when it was closed, or has it now
            rows.append(
                SQL(
                    "(%s::int, %s, %s, %s, %s::int, %s::int, %s::timestamp, %s, %s, %s::timestamp, %s::timestamp, %s::int, %s::int)",
                    wait_id, cycle.id, conversation.id, cycle.company_id.id, at_work.team_id.id or None,
                    wait.answered_at and (wait.user_id or at_work.user_id.id) or None, wait.since,
                    *conversation._slot(wait.since), wait.answered_at, wait.answered_at or cycle.resolved_at or None,
                    int((wait.answered_at - wait.since).total_seconds()) if wait.answered_at else None,
                    conversation._work_seconds(wait.since, wait.answered_at) if wait.answered_at else None,
                )
            )
        columns = SQL(
            "cycle_id, conversation_id, company_id, team_id, user_id, since, hour, weekday, answered_at, ended_at, seconds, work_seconds"
        )
        values = SQL("WITH v (id, %s) AS (VALUES %s)", columns, SQL(", ").join(rows))
        if known:
            query = SQL(
                """%s UPDATE whatsapp_conversation_wait w
                         SET since = v.since, hour = v.hour, weekday = v.weekday, answered_at = v.answered_at,
                             ended_at = v.ended_at, seconds = v.seconds, work_seconds = v.work_seconds, user_id = v.user_id,
                             team_id = CASE WHEN v.answered_at IS NULL THEN v.team_id ELSE w.team_id END
                        FROM v WHERE w.id = v.id""",
                values,
            )
        else:
            query = SQL(
                """%s INSERT INTO whatsapp_conversation_wait (%s, is_first, is_late, paused_work_seconds)
                      SELECT %s, FALSE, FALSE, 0 FROM v""",
                values, columns, columns,
            )
        self.env.cr.execute(query)

    def _sum_up(self, cycles, fresh):
        """Bring cycles up to date with their waits: which is the first, when it was answered, how much was said."""
        cycles = self.env["whatsapp.conversation.cycle"].union(*cycles)
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
        counts = []
        for cycle in cycles:
            at_work = cycle if cycle.resolved_at else cycle.conversation_id
            new = fresh.get(cycle.conversation_id.id, ()) if not cycle.resolved_at else ()
            inbound = sum(message.inbound for message in new)
            counts.append((cycle.id, at_work.team_id.id or None, at_work.user_id.id or None, inbound, len(new) - inbound))
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
        self._note_late_waits(cycles)

    def _count_messages(self, parts):
        """Count again from the log how much was said in cycles."""
        if not parts:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation_cycle y SET inbound_count = n.inbound, outbound_count = n.outbound
                     FROM (VALUES %(parts)s) AS v (cycle_id, conversation_id, start_id, until),
                          LATERAL (SELECT count(*) FILTER (WHERE m.direction = 'inbound') AS inbound,
                                          count(*) FILTER (WHERE m.direction = 'outbound') AS outbound
                                     FROM whatsapp_chat_message m
                                    WHERE m.conversation_id = v.conversation_id AND m.id > v.start_id
                                      AND (v.until IS NULL OR m.sent_on <= v.until) AND %(counted)s) AS n
                    WHERE y.id = v.cycle_id""",
                parts=SQL(", ").join(
                    SQL("(%s, %s, %s, %s::timestamp)", cycle.id, cycle.conversation_id.id, part.start_id, part.until)
                    for cycle, part in parts.items()
                ),
                counted=COUNTED,
            )
        )
        self.env["whatsapp.conversation.cycle"].invalidate_model(["inbound_count", "outbound_count"], flush=False)


def said_of(message_id, at, inbound, user_id, on_phone, was_call_taken, again):
    """Return what a row of the log says: a call that somebody took is a question and its answer."""
    said = [Said(message_id, at, inbound, None if inbound else user_id, bool(on_phone), again)]
    if inbound and was_call_taken:
        said.append(Said(message_id, at, False, None, True))
    return said
