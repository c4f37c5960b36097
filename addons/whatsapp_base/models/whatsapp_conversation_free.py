from odoo import api, fields, models
from odoo.tools import SQL


class WhatsappConversation(models.Model):
    """Customers who came from an ad: for 72 hours after our first reply, what we send costs nothing.

    That is about money only: free text still needs the customer service window (Meta, "Free entry point").
    """

    _inherit = "whatsapp.conversation"

    free_until = fields.Datetime(
        "Free of Charge Until",
        readonly=True,
        help="The customer came from an ad: until then WhatsApp charges nothing, templates included. Free text still needs "
        "a message from the customer in the last 24 hours.",
    )

    @api.model
    def _note_free_until(self, until_by_message):
        """Keep what statuses say of free entry points: one query for a batch.

        :param dict until_by_message: end of the window (naive UTC) by ID of the ``whatsapp.chat.message``
        """
        values = SQL(", ").join(SQL("(%s, %s::timestamp)", *item) for item in sorted(until_by_message.items()))
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """WITH told AS (SELECT m.conversation_id AS id, max(v.until) AS until
                                   FROM (VALUES %s) AS v (message_id, until)
                                   JOIN whatsapp_chat_message m ON m.id = v.message_id GROUP BY m.conversation_id),
                        held AS (SELECT c.id FROM whatsapp_conversation c JOIN told USING (id)
                                  WHERE c.free_until IS NULL OR c.free_until < told.until ORDER BY c.id FOR NO KEY UPDATE OF c)
                   UPDATE whatsapp_conversation c SET free_until = told.until
                     FROM told JOIN held USING (id) WHERE c.id = told.id RETURNING c.id""",
                values,
            )
        )
        changed = self.browse([row[0] for row in rows])
        changed.invalidate_recordset(["free_until"], flush=False)
        changed._announce()
