from odoo import fields, models
from odoo.tools import SQL

from .whatsapp_conversation_inbound import NO_TALK
from .whatsapp_conversation_waits import HUMAN


class WhatsappChatMessage(models.Model):
    """Answers that never reached the customer are none; sent again, they count from then on.

    Here is only noted that the desk has to count anew: what became of requests is written in small, safe transactions.
    """

    _inherit = "whatsapp.chat.message"

    retried_at = fields.Datetime("Sent Again", readonly=True, copy=False, help="As an answer it counts from then on.")

    _retried_idx = models.Index("(conversation_id, retried_at) WHERE retried_at IS NOT NULL")

    def _on_final_failure(self):
        super()._on_final_failure()
        self._recount_answers()

    def _requeue(self):
        result = super()._requeue()
        self.write({"retried_at": fields.Datetime.now()})
        self._recount_answers(leaves=True)
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self.sudo()._recount_answers()  # sudo: a mark of the system's; the right to cancel was checked
        return result

    def _recount_answers(self, leaves=False):
        """Have the desk count answers anew where some of these messages were counted: one query, none is counted here.

        :param bool leaves: they are on their way again, so that the customers wait no longer
        """
        if not self:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """WITH told AS (SELECT m.conversation_id AS id, min(m.sent_on) AS at FROM whatsapp_chat_message m
                                  WHERE m.id = ANY(%(ids)s) AND m.direction = 'outbound' AND m.type NOT IN %(no_talk)s
                                    AND m.is_history IS NOT TRUE AND %(human)s GROUP BY m.conversation_id),
                        held AS (SELECT c.id FROM whatsapp_conversation c JOIN told USING (id) ORDER BY c.id FOR NO KEY UPDATE OF c)
                   UPDATE whatsapp_conversation c
                      SET desk_due = TRUE, recount_from = LEAST(c.recount_from, told.at),
                          waiting_since = CASE WHEN %(leaves)s THEN NULL ELSE c.waiting_since END,
                          unanswered_count = CASE WHEN %(leaves)s THEN 0 ELSE c.unanswered_count END
                     FROM told JOIN held USING (id) WHERE c.id = told.id RETURNING c.id""",
                ids=self.ids, no_talk=NO_TALK, human=HUMAN, leaves=leaves,
            )
        )
        if not rows:
            return
        conversations = self.env["whatsapp.conversation"].browse([row[0] for row in rows])
        conversations.invalidate_recordset(["desk_due", "recount_from", "waiting_since", "unanswered_count"], flush=False)
        self.env["whatsapp.lane"]._wake_soon("desk")
        if leaves:
            conversations._announce()
