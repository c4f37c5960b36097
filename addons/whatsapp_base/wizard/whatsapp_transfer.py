from odoo import api, fields, models


class WhatsappTransfer(models.TransientModel):
    """Whom to hand conversations over to."""

    _name = "whatsapp.transfer"
    _description = "Hand Over WhatsApp Conversations"

    conversation_ids = fields.Many2many("whatsapp.conversation", "whatsapp_transfer_conversation_rel", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    conversation_count = fields.Integer(compute="_compute_company_id")
    team_id = fields.Many2one("whatsapp.team", domain="[('company_id', '=', company_id)]")
    candidate_ids = fields.Many2many("res.users", compute="_compute_candidate_ids")
    user_id = fields.Many2one("res.users", "Colleague", domain="[('id', 'in', candidate_ids)]")
    note = fields.Text(help="For whoever goes on. The customer never sees it.")
    hint = fields.Char(compute="_compute_hint")

    @api.depends("conversation_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.conversation_ids[:1].company_id or self.env.company
            wizard.conversation_count = len(wizard.conversation_ids)

    @api.depends("team_id", "company_id")
    def _compute_candidate_ids(self):
        """Members of the team, else every agent of the company."""
        group = self.env.ref("whatsapp_base.group_whatsapp_agent")
        for wizard in self:
            agents = self.env["res.users"].search(
                [("all_group_ids", "in", group.id), ("company_ids", "in", wizard.company_id.id), ("share", "=", False)]
            )
            wizard.candidate_ids = (agents & wizard.team_id.member_ids if wizard.team_id else agents) - self._own(wizard)

    def _own(self, wizard):
        """Return who has all of the conversations already."""
        users = wizard.conversation_ids.user_id
        return users if len(users) == 1 and all(conversation.user_id for conversation in wizard.conversation_ids) else users.browse()

    @api.onchange("team_id")
    def _onchange_team_id(self):
        if self.user_id not in self.candidate_ids:
            self.user_id = False

    @api.depends("team_id", "user_id")
    def _compute_hint(self):
        for wizard in self:
            wizard.hint = wizard._hint()

    def _hint(self):
        """Return what is good to know before: nobody is there."""
        if self.user_id:
            agent = self.env["whatsapp.agent"]._of(self.user_id)
            if agent.status in ("offline", "break"):
                return self.env._("%s is not at work right now. The customer will wait.", self.user_id.name)
            return False
        team = self.team_id
        if team and not team._is_open():
            opening = team._next_opening()
            when = team._opening_phrase(opening, self.env.lang) if opening else self.env._("an unknown time")
            return self.env._("This team is closed now. It is back at: %s", when)
        return False

    def action_confirm(self):
        """Hand over, and close: the conversation may be somebody else's now."""
        self.ensure_one()
        self.conversation_ids._transfer(team=self.team_id, user=self.user_id, note=self.note)
        target = self.user_id.name or self.team_id.name
        message = (
            self.env._("Handed over to %s", target)
            if len(self.conversation_ids) == 1
            else self.env._("%(count)s conversations handed over to %(target)s", count=len(self.conversation_ids), target=target)
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close", "infos": {"transferred": True}},
            },
        }
