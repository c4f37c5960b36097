from odoo import api, fields, models

OPENED_BY = [("customer", "Customer"), ("agent", "Agent")]
WEEKDAYS = [
    ("1", "Monday"), ("2", "Tuesday"), ("3", "Wednesday"), ("4", "Thursday"), ("5", "Friday"), ("6", "Saturday"), ("7", "Sunday"),
]


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
    partner_id = fields.Many2one(related="contact_id.partner_id", string="Customer", store=True, index="btree_not_null")
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
    # by the clock of the team: for load by hour and day
    opened_hour = fields.Char("Hour of Day", readonly=True)
    opened_weekday = fields.Selection(WEEKDAYS, "Day of Week", readonly=True)
    inbound_count = fields.Integer("Messages From Customer", readonly=True)
    outbound_count = fields.Integer("Messages From Colleagues", readonly=True)
    rating_value = fields.Float("Rating", readonly=True, aggregator="avg", digits=(3, 2))
    outcome_id = fields.Many2one("whatsapp.outcome", readonly=True, index="btree_not_null", ondelete="restrict")
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

    cycle_ids = fields.One2many("whatsapp.conversation.cycle", "conversation_id", string="Cases", readonly=True)
    cycle_id = fields.Many2one(
        "whatsapp.conversation.cycle", "Open Cycle", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    desk_message_id = fields.Integer(readonly=True, copy=False, help="The last message that is counted in a cycle.")

    def _system_fields(self):
        return super()._system_fields() | {"cycle_id", "desk_message_id"}

    def write(self, vals):
        """Close and open cycles with the state, in the same transaction; what was said until then is counted before."""
        state = vals.get("state")
        closing = self.filtered(lambda conversation: conversation.state != "resolved") if state == "resolved" else self.browse()
        opening = self.filtered(lambda conversation: conversation.state == "resolved") if state in ("open", "pending") else self.browse()
        if closing:
            self.check_access("write")
            closing._desk_count()
        result = super().write(vals)
        if closing:
            closing._close_cycles()
        if opening:
            opening._desk_count(by_hand=True)
        if {"user_id", "team_id"} & vals.keys():
            # sudo: figures follow the assignment, which the caller was allowed to write
            for conversation in self.sudo().filtered("cycle_id"):
                conversation.cycle_id.write({"user_id": conversation.user_id.id, "team_id": conversation.team_id.id})
        if {"state", "team_id", "priority", "snoozed_until"} & vals.keys():
            self._desk_deadlines()
        return result

    def _merge_into(self, survivor):
        """Count what was said in both, and let the older open case go on for both."""
        (self | survivor)._desk_count()
        self._merge_cycles(survivor)
        return super()._merge_into(survivor)

    def _merge_cycles(self, survivor):
        both = self | survivor
        cycles = both.cycle_id.sorted("opened_at")
        cursor = max(both.mapped("desk_message_id"))
        if len(cycles) > 1:
            kept, gone = cycles
            open_waits = cycles.wait_ids.filtered(lambda wait: not wait.ended_at).sorted("since")
            open_waits[1:].unlink()
            self.env.flush_all()
            gone.wait_ids.cycle_id = kept
            kept.write(
                {
                    "start_message_id": min(cycles.mapped("start_message_id")),
                    "inbound_count": sum(cycles.mapped("inbound_count")),
                    "outbound_count": sum(cycles.mapped("outbound_count")),
                    "paused_work_seconds": min(cycles.mapped("paused_work_seconds")),
                }
            )
            gone.unlink()
            cycles = kept
        self.cycle_id = False
        # one open cycle for each conversation, checked at once: so the survivor's comes last
        cycles.write({"conversation_id": survivor.id, "contact_id": survivor.contact_id.id})
        survivor.write({"cycle_id": cycles.id, "desk_message_id": cursor, "desk_due": True})
        if cycles:
            survivor._sum_up(cycles, {})
