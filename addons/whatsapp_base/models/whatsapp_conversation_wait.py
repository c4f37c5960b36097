from odoo import fields, models


class WhatsappConversationWait(models.Model):
    """One time that a customer waited for a person: from their first message to the answer, or to the resolution."""

    _name = "whatsapp.conversation.wait"
    _description = "WhatsApp Customer Wait"
    _order = "since desc, id desc"
    _rec_name = "conversation_id"

    cycle_id = fields.Many2one("whatsapp.conversation.cycle", required=True, readonly=True, ondelete="cascade")
    conversation_id = fields.Many2one("whatsapp.conversation", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    team_id = fields.Many2one("whatsapp.team", readonly=True, index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one("res.users", "Answered by", readonly=True, index="btree_not_null", ondelete="set null")
    since = fields.Datetime("Waiting Since", required=True, readonly=True)
    answered_at = fields.Datetime("Answered", readonly=True)
    ended_at = fields.Datetime(readonly=True, help="Answered, or resolved without an answer.")
    seconds = fields.Integer("Time to Response", readonly=True, aggregator="avg")
    work_seconds = fields.Integer("Time to Response (working time)", readonly=True, aggregator="avg")
    is_first = fields.Boolean("First of Its Cycle", readonly=True)
    is_late = fields.Boolean("Late", readonly=True, help="Later than the service policy promised.")
    paused_work_seconds = fields.Integer(readonly=True)

    _cycle_idx = models.Index("(cycle_id, since)")
    _open_idx = models.UniqueIndex("(conversation_id) WHERE ended_at IS NULL", "A customer waits once at a time.")
    _conversation_idx = models.Index("(conversation_id)")
    _company_idx = models.Index("(company_id, since)")

    def action_open_conversation(self):
        """Open the conversation in which the customer waited."""
        self.ensure_one()
        return self.conversation_id.get_formview_action()
