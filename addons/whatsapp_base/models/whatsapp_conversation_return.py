from odoo import api, fields, models
from odoo.tools import SQL

RETURNED_TOGETHER = 200


class WhatsappConversation(models.Model):
    """Back to the queue: what an agent does not answer in time, and what those who leave still have."""

    _inherit = "whatsapp.conversation"

    returned_from_id = fields.Many2one("res.users", readonly=True, copy=False, help="Who did not answer in time.")
    returned_at = fields.Datetime(readonly=True, copy=False)
    return_due_at = fields.Datetime(readonly=True, copy=False, help="Until when the agent has to answer.")

    _return_idx = models.Index("(return_due_at) WHERE return_due_at IS NOT NULL")

    def _system_fields(self):
        return super()._system_fields() | {"returned_from_id", "returned_at", "return_due_at"}

    @api.model
    def _desk_timers(self):
        return [*super()._desk_timers(), "_clock_return", "_clock_leavers"]

    def _plan_returns(self):
        """Note until when the agents of these conversations have to answer, in working time; two queries at most."""
        due = {}
        for conversation in self:
            # sudo: the desk plans for everybody
            team = conversation.sudo().team_id
            since = conversation.waiting_since
            waits = since and conversation.user_id and conversation.state == "open" and not conversation.snoozed_until
            if waits and team.return_after_minutes > 0:
                start = max(since, conversation.assigned_at or since, conversation.waits_again_at or since)
                due[conversation.id] = team._work_after(start, team.return_after_minutes * 60)
        values = [(c.id, due.get(c.id)) for c in self if due.get(c.id) or c.return_due_at]
        if not values:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c SET return_due_at = v.due::timestamp FROM (VALUES %s) AS v (id, due)
                    WHERE c.id = v.id""",
                SQL(", ").join(SQL("(%s, %s)", *value) for value in values),
            )
        )
        self.invalidate_recordset(["return_due_at"], flush=False)

    @api.model
    def _clock_return(self):
        """Put back what was not answered in time; tells whether more is due."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM whatsapp_conversation WHERE return_due_at <= %s
                 ORDER BY return_due_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                fields.Datetime.now(), RETURNED_TOGETHER,
            )
        )
        due = self.browse([row[0] for row in rows])
        if not due:
            return False
        due.invalidate_recordset(flush=False)
        # answered, resolved or put off since: the desk has only not come to it yet
        late = due.filtered(
            lambda c: c.user_id and c.waiting_since and c.state == "open" and not c.snoozed_until and c.team_id.return_after_minutes
        )
        bodies = {
            conversation.id: self.env._(
                "%(agent)s did not answer within %(minutes)s minutes: back to the queue",
                agent=conversation.user_id.name, minutes=conversation.team_id.return_after_minutes,
            )
            for conversation in late
        }
        now = fields.Datetime.now()
        (due - late).write({"return_due_at": False})
        for user, conversations in late.grouped("user_id").items():
            conversations.write({"user_id": False, "returned_from_id": user.id, "returned_at": now, "return_due_at": False})
        if late:
            late._message_log_batch(bodies)
        return len(rows) == RETURNED_TOGETHER

    # ------------------------------------------------------------
    # Agents who leave
    # ------------------------------------------------------------

    @api.model
    def _clock_leavers(self):
        """Take the conversations of those who are no longer agents back, some at a time; tells whether there are more."""
        # sudo: the clock acts for everybody
        leavers = self.env["whatsapp.agent"].sudo().search([("is_leaving", "=", True)], limit=20)
        for agent in leavers:
            conversations = self.sudo().search([("user_id", "=", agent.user_id.id)], limit=RETURNED_TOGETHER, order="id")
            conversations._put_back()
            if len(conversations) < RETURNED_TOGETHER:
                agent.is_leaving = False
        return bool(leavers.filtered("is_leaving"))

    def _put_back(self, reason=None):
        """Give conversations back to the queues of their teams; resolved ones only forget whose they were.

        :param str reason: for the history
        """
        current = self.filtered(lambda conversation: conversation.state != "resolved")
        if current:
            current.write({"user_id": False, "state": "open"})
            if reason:
                current._message_log_batch(dict.fromkeys(current.ids, reason))
        (self - current).with_context(tracking_disable=True).write({"user_id": False})
