from odoo import api, fields, models

OPENED_BY = [("customer", "Customer"), ("agent", "Agent")]


class WhatsappConversationCycle(models.Model):
    """One opening-to-resolution of a conversation: what team analytics count.

    Made by ``whatsapp.conversation._desk_count`` from the log of messages, and closed by whoever resolves. Seconds are
    kept twice: by the clock, and in the working time of the team.
    """

    _name = "whatsapp.conversation.cycle"
    _description = "WhatsApp Conversation Cycle"
    _order = "opened_at desc, id desc"
    _rec_name = "conversation_id"

    conversation_id = fields.Many2one("whatsapp.conversation", required=True, readonly=True, ondelete="cascade")
    channel_id = fields.Many2one("whatsapp.channel", "Number", required=True, readonly=True, ondelete="cascade")
    contact_id = fields.Many2one("whatsapp.contact", required=True, readonly=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    team_id = fields.Many2one("whatsapp.team", readonly=True, index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one("res.users", "Agent", readonly=True, index="btree_not_null", ondelete="set null")
    opened_at = fields.Datetime("Opened", required=True, readonly=True)
    opened_by = fields.Selection(OPENED_BY, required=True, readonly=True, default="customer")
    first_response_at = fields.Datetime("First Response", readonly=True)
    first_response_seconds = fields.Integer("Time to First Response", readonly=True, aggregator="avg")
    first_response_work_seconds = fields.Integer("Time to First Response (working time)", readonly=True, aggregator="avg")
    resolved_at = fields.Datetime("Resolved", readonly=True)
    resolved_by_id = fields.Many2one("res.users", "Resolved by", readonly=True, ondelete="set null")
    resolution_seconds = fields.Integer("Time to Resolution", readonly=True, aggregator="avg")
    resolution_work_seconds = fields.Integer("Time to Resolution (working time)", readonly=True, aggregator="avg")
    is_reopened = fields.Boolean("Reopened", readonly=True, help="It was resolved, and went on.")
    inbound_count = fields.Integer("Messages From Customer", readonly=True)
    outbound_count = fields.Integer("Messages From Colleagues", readonly=True)
    rating_value = fields.Float("Rating", readonly=True, aggregator="avg", digits=(3, 2))
    outcome_id = fields.Many2one("whatsapp.outcome", readonly=True, index="btree_not_null", ondelete="set null")
    closing_note = fields.Text(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("resolved", "Resolved")], "Status", compute="_compute_state", store=True, precompute=True
    )
    wait_ids = fields.One2many("whatsapp.conversation.wait", "cycle_id", string="Waits", readonly=True)
    # where the log of this cycle begins: messages up to this ID belong to what was before
    start_message_id = fields.Integer(readonly=True)
    paused_work_seconds = fields.Integer(readonly=True, help="Working time in which nobody expected us to act.")
    is_first_late = fields.Boolean("First Response Late", readonly=True, help="Later than the service policy promised.")
    is_resolution_late = fields.Boolean("Resolved Late", readonly=True, help="Later than the service policy promised.")

    _open_unique = models.UniqueIndex(
        "(conversation_id) WHERE resolved_at IS NULL", "A conversation can have one open cycle only."
    )
    _conversation_idx = models.Index("(conversation_id, opened_at DESC)")
    _company_idx = models.Index("(company_id, opened_at)")

    @api.depends("resolved_at")
    def _compute_state(self):
        for cycle in self:
            cycle.state = "resolved" if cycle.resolved_at else "open"

    def action_open_conversation(self):
        """Open the conversation of this cycle."""
        self.ensure_one()
        return self.conversation_id.get_formview_action()


class WhatsappConversation(models.Model):
    """The cycles of a conversation."""

    _inherit = "whatsapp.conversation"

    cycle_ids = fields.One2many("whatsapp.conversation.cycle", "conversation_id", string="Cycles", readonly=True)
    cycle_id = fields.Many2one(
        "whatsapp.conversation.cycle", "Open Cycle", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    desk_message_id = fields.Integer(readonly=True, copy=False, help="The last message that is counted in a cycle.")

    def _system_fields(self):
        return super()._system_fields() | {"cycle_id", "desk_message_id"}
