from collections import defaultdict
from datetime import UTC, timedelta

from pytz import timezone

from odoo import fields, models
from odoo.tools import SQL

from .whatsapp_conversation_waits import COUNTED, SAID, said_of

DEFAULT_REOPEN_HOURS = 24


class WhatsappConversation(models.Model):
    """Counting: the log of messages becomes cycles and waits.

    What is new since the cursor ``desk_message_id`` opens cycles; waits are then worked out again from the last one
    that the new messages can have touched. So it does not matter how late the desk comes, in which order messages
    arrived, or whether somebody died in between: the same log gives the same figures.
    """

    _inherit = "whatsapp.conversation"

    def _desk_followups(self):
        return ["_desk_count", *super()._desk_followups()]

    def _desk_count(self, by_hand=False):
        """Bring cycles and waits up to date with the log; a constant number of queries, safe to run again.

        :param bool by_hand: a person has opened these conversations, with or without a message
        """
        conversations = self.sudo()  # sudo: figures are the system's, whoever caused them
        conversations._lock_to_count()
        fresh, cursors = conversations._fresh_from_log()
        lost = conversations._lost_answers()
        conversations._heard(fresh)
        began = conversations._open_cycles(fresh, by_hand)
        counted = conversations.filtered(lambda conversation: conversation.cycle_id or conversation.id in lost)
        if counted:
            lasting = counted._count_waits({key: said for key, said in fresh.items() if said}, began, lost)
            if lost:
                conversations._wait_again({conversation: wait for conversation, wait in lasting.items() if conversation.id in lost})
        if cursors:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """UPDATE whatsapp_conversation c SET desk_message_id = v.last FROM (VALUES %s) AS v (id, last)
                        WHERE c.id = v.id AND COALESCE(c.desk_message_id, 0) < v.last""",
                    SQL(", ").join(SQL("(%s, %s)", *item) for item in sorted(cursors.items())),
                )
            )
            conversations.invalidate_recordset(["desk_message_id"], flush=False)

    def _heard(self, fresh):
        """A hook: somebody has said something in these conversations.

        :param dict fresh: what was said since the desk last looked, by conversation ID
        """

    def _lock_to_count(self):
        """Keep others from counting the same conversations at the same time."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT id FROM whatsapp_conversation WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)
        )

    def _count_from_now(self):
        """Leave uncounted what these conversations hold: it was counted where it came from."""
        last = dict(
            self.env["whatsapp.chat.message"]._read_group([("conversation_id", "in", self.ids)], ["conversation_id"], ["id:max"])
        )
        for conversation in self:
            conversation.desk_message_id = max(conversation.desk_message_id, last.get(conversation, 0))

    def _fresh_from_log(self):
        """Return (what was said since the cursor by conversation ID, the new cursors)."""
        rows = self.env.execute_query(
            SQL(
                """SELECT %(said)s, (%(counted)s) AND NOT (m.direction = 'inbound' AND p.blocked IS TRUE)
                     FROM whatsapp_conversation c
                     JOIN whatsapp_chat_message m ON m.conversation_id = c.id AND m.id > COALESCE(c.desk_message_id, 0)
                     JOIN whatsapp_contact p ON p.id = c.contact_id
                    WHERE c.id = ANY(%(ids)s) ORDER BY m.id""",
                said=SAID, counted=COUNTED, ids=self.ids,
            )
        )
        fresh, cursors = defaultdict(list), {}
        for conversation_id, *values, counts in rows:
            cursors[conversation_id] = values[0]
            if counts:
                fresh[conversation_id] += said_of(*values)
        return fresh, cursors

    # ------------------------------------------------------------
    # Cycles
    # ------------------------------------------------------------

    def _open_cycles(self, fresh, by_hand):
        """Open cycles where a conversation that is at work has none: a new one, or the last one again.

        :returns: since when customers wait whose messages were counted already, by conversation ID
        """
        now = fields.Datetime.now()
        opening, began = {}, {}  # {conversation: (opened_at, opened_by)}
        for conversation in self:
            if conversation.state == "resolved" or conversation.cycle_id or conversation.contact_id.blocked:
                continue
            said = fresh.get(conversation.id, ())
            inbound = [message.at for message in said if message.inbound]
            human = [message.at for message in said if not message.inbound]
            if inbound and (not human or min(inbound) <= min(human)):
                opening[conversation] = min(inbound), "customer"
            elif human or by_hand:
                opening[conversation] = min([*human, now]), "agent"
            elif conversation.waiting_since:
                # its message was counted with what was before: somebody resolved in the same moment
                opening[conversation] = conversation.waiting_since, "customer"
                began[conversation.id] = conversation.waiting_since
        if not opening:
            return began
        last = self._last_resolutions(opening)
        again = self._cycles_to_reopen(opening, last)
        new = [conversation for conversation in opening if conversation not in again]
        if again:
            self._reopen_cycles(again)
        cycles = self.env["whatsapp.conversation.cycle"].create(
            [
                {
                    "conversation_id": conversation.id, "channel_id": conversation.channel_id.id,
                    "contact_id": conversation.contact_id.id, "company_id": conversation.company_id.id,
                    "team_id": conversation.team_id.id, "user_id": conversation.user_id.id,
                    "opened_at": opening[conversation][0], "opened_by": opening[conversation][1],
                    "start_message_id": conversation.desk_message_id,
                    **dict(zip(("opened_hour", "opened_weekday"), conversation._slot(opening[conversation][0]), strict=True)),
                }
                for conversation in new
            ]
        )
        for conversation, cycle in zip(new, cycles, strict=True):
            conversation.cycle_id = cycle
        for conversation, cycle in again.items():
            conversation.cycle_id = cycle
        returned = self.browse([c.id for c, (_at, who) in opening.items() if who == "customer"])
        if reopened := returned.filtered(last.get):
            reopened._desk_reopened()
        returned._desk_returned(again)
        return began

    def _slot(self, moment):
        """Return (hour of the day, day of the week) of a moment by the clock of the team."""
        zone = self.team_id.tz or self.company_id.partner_id.tz or "UTC"
        local = moment.replace(tzinfo=UTC).astimezone(timezone(zone))
        return f"{local.hour:02}:00", str(local.isoweekday())

    def _desk_returned(self, again):
        """Customers opened these conversations, some of them after a resolution: a hook for who they go to.

        :param dict again: ``{conversation: cycle}`` of those that go on with their last cycle
        """

    def _desk_reopened(self):
        """Customers wrote after these conversations had been resolved: a hook, called once for each time."""

    def _last_resolutions(self, opening):
        """Return ``{conversation: (cycle, when it was resolved)}`` of those that were resolved before."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (conversation_id) conversation_id, id, resolved_at FROM whatsapp_conversation_cycle
                    WHERE conversation_id = ANY(%s) AND resolved_at IS NOT NULL
                 ORDER BY conversation_id, resolved_at DESC""",
                [conversation.id for conversation in opening],
            )
        )
        cycles = self.env["whatsapp.conversation.cycle"].browse([row[1] for row in rows])  # to be read together
        return {self.browse(row[0]): (cycle, row[2]) for row, cycle in zip(rows, cycles, strict=True)}

    def _cycles_to_reopen(self, opening, last):
        """Return ``{conversation: cycle}`` where the last resolution is so recent that it is the same case."""
        again = {}
        for conversation, (cycle, resolved_at) in last.items():
            limit = timedelta(hours=conversation._reopen_hours())
            if limit and opening[conversation][0] - resolved_at <= limit:
                again[conversation] = cycle
        return again

    def _reopen_hours(self):
        """Return for how many hours after a resolution a customer who writes goes on with the same case."""
        return self.team_id.reopen_hours if self.team_id else DEFAULT_REOPEN_HOURS

    def _reopen_cycles(self, again):
        # by SQL: figures that are not known yet must be empty, not 0, or averages would be wrong
        cycles = self.env["whatsapp.conversation.cycle"].union(*again.values())
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation_cycle
                      SET resolved_at = NULL, resolved_by_id = NULL, resolution_seconds = NULL, resolution_work_seconds = NULL,
                          state = 'open', is_reopened = TRUE WHERE id = ANY(%s)""",
                cycles.ids,
            )
        )
        cycles.invalidate_recordset(flush=False)

    def _close_cycles(self):
        """Close the open cycles now: who resolves has brought them up to date just before."""
        conversations = self.sudo().filtered("cycle_id")  # sudo: see _desk_count
        if not conversations:
            return
        now = fields.Datetime.now()
        user_id = None if self.env.user._is_superuser() else self.env.uid
        values = []
        for conversation in conversations:
            cycle, team = conversation.cycle_id, conversation.team_id
            end = max(now, cycle.opened_at)
            work = conversation._work_seconds(cycle.opened_at, end)
            late = conversation._is_late("resolution", work - conversation._paused_seconds(end))
            values.append(
                SQL(
                    "(%s, %s::timestamp, %s::int, %s, %s, %s::int, %s::int, %s)", cycle.id, end, user_id,
                    int((end - cycle.opened_at).total_seconds()), work,
                    team.id or None, conversation.user_id.id or user_id, late,
                )
            )
        # sudo: as above; by ID, so that they are fetched together also when the conversations know nothing of them any more
        cycles = self.env["whatsapp.conversation.cycle"].sudo().browse(conversations.cycle_id.ids)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation_cycle y
                      SET resolved_at = v.at, resolved_by_id = v.closer, resolution_seconds = v.seconds,
                          resolution_work_seconds = v.work, team_id = v.team, user_id = v.agent, state = 'resolved',
                          is_resolution_late = COALESCE(y.is_resolution_late, FALSE) OR v.late,
                          inbound_count = n.inbound, outbound_count = n.outbound
                     FROM (VALUES %(values)s) AS v (id, at, closer, seconds, work, team, agent, late),
                          LATERAL (SELECT count(*) FILTER (WHERE m.direction = 'inbound') AS inbound,
                                          count(*) FILTER (WHERE m.direction = 'outbound') AS outbound
                                     FROM whatsapp_conversation_cycle q
                                     JOIN whatsapp_chat_message m ON m.conversation_id = q.conversation_id
                                      AND m.id > COALESCE(q.start_message_id, 0)
                                    WHERE q.id = v.id AND %(counted)s) AS n
                    WHERE y.id = v.id""",
                values=SQL(", ").join(values), counted=COUNTED,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE whatsapp_conversation_wait SET ended_at = GREATEST(since, %s) WHERE cycle_id = ANY(%s) AND ended_at IS NULL",
                now, cycles.ids,
            )
        )
        self.env.invalidate_all(flush=False)
        conversations.write({"cycle_id": False})
        return cycles
