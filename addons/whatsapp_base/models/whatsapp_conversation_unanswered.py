from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL

from .whatsapp_conversation_count import DEFAULT_REOPEN_HOURS


class WhatsappConversation(models.Model):
    """What did not reach the customer was no answer: they wait again, as if it had never been written.

    Failures become known late, twice and in disorder. So nothing is taken back here: the log is counted again from the
    first message concerned, and says whether the customer waits.
    """

    _inherit = "whatsapp.conversation"

    recount_from = fields.Datetime(readonly=True, copy=False, help="What was written since then has to be counted again.")
    waits_again_at = fields.Datetime(readonly=True, copy=False, help="When it turned out that an answer did not reach the customer.")

    def _system_fields(self):
        return super()._system_fields() | {"recount_from", "waits_again_at"}

    def _lost_answers(self):
        """Return from when on answers have to be counted again, by conversation ID; the caller counts them now."""
        lost = {conversation.id: conversation.recount_from for conversation in self if conversation.recount_from}
        if lost:
            self.browse(lost).write({"recount_from": False})
            self.env.flush_all()
        return lost

    def _reopen_unanswered(self, cycles):
        """Open those again that somebody resolved in the belief that the customer had been answered, if that was lately.

        Who resolved without an answer knew it: those stay closed.

        :param list cycles: the last ones of their conversations; a customer waited in them until the end
        """
        now = fields.Datetime.now()
        again = {}
        for cycle in cycles:
            conversation = cycle.conversation_id
            limit = timedelta(hours=conversation._reopen_hours() or DEFAULT_REOPEN_HOURS)
            is_theirs = conversation.state == "resolved" and not conversation.cycle_id and not conversation.contact_id.blocked
            if is_theirs and now - cycle.resolved_at <= limit:
                again[conversation] = cycle
        if again:
            self._reopen_cycles(again)
            for conversation, cycle in again.items():
                conversation.cycle_id = cycle

    def _wait_again(self, lasting):
        """Put conversations back among those that wait, where the log says that somebody does.

        :param dict lasting: the :class:`tools.waits.Wait` that lasts, by conversation
        """
        # sudo: figures and states are the system's, whoever caused them
        waiting = self.browse(
            conversation.id for conversation, wait in lasting.items()
            if conversation.waiting_since != wait.since and not conversation.contact_id.blocked
        ).with_user(SUPERUSER_ID)
        if not waiting:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c
                      SET waiting_since = v.since::timestamp, unanswered_count = v.count, waits_again_at = %s
                     FROM (VALUES %s) AS v (id, since, count) WHERE c.id = v.id""",
                fields.Datetime.now(),
                SQL(", ").join(SQL("(%s, %s, %s)", c.id, lasting[c].since, lasting[c].count) for c in waiting),
            )
        )
        waiting.invalidate_recordset(["waiting_since", "unanswered_count", "waits_again_at"], flush=False)
        waiting._wake_up()
        closed = waiting.filtered(lambda conversation: conversation.state != "open")
        if closed:
            closed._log_event("unreached")
            was_resolved = closed.filtered(lambda conversation: conversation.state == "resolved")
            quietly = closed.with_context(whatsapp_no_event=True)
            quietly.action_reopen()
            was_resolved._desk_returned({conversation: conversation.cycle_id for conversation in was_resolved})
        waiting._announce()
