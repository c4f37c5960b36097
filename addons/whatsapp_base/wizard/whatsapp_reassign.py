from odoo import api, fields, models
from odoo.exceptions import UserError


class WhatsappReassign(models.TransientModel):
    """What becomes of everything that an agent has: back to the queues, or to somebody else."""

    _name = "whatsapp.reassign"
    _description = "Reassign All Conversations of a WhatsApp Agent"

    agent_id = fields.Many2one("whatsapp.agent", required=True, readonly=True)
    team_id = fields.Many2one("whatsapp.team", "Only of Team", help="Empty: of all teams.")
    target = fields.Selection(
        [("queue", "The queues of their teams"), ("user", "A colleague"), ("team", "Another team")], required=True, default="queue"
    )
    target_user_id = fields.Many2one(
        "res.users",
        "Colleague",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("whatsapp_base.group_whatsapp_agent").id), ("share", "=", False)],
    )
    target_team_id = fields.Many2one("whatsapp.team", "Team")
    note = fields.Text(help="For whoever goes on. The customer never sees it.")
    conversation_count = fields.Integer("Conversations", compute="_compute_conversation_count")

    @api.depends("agent_id", "team_id")
    def _compute_conversation_count(self):
        for wizard in self:
            wizard.conversation_count = len(wizard._conversations())

    def _conversations(self):
        """Return what the agent has and has not finished, of what the user may see."""
        domain = [("user_id", "=", self.agent_id.user_id.id), ("state", "!=", "resolved")]
        if self.team_id:
            domain.append(("team_id", "=", self.team_id.id))
        return self.env["whatsapp.conversation"].search(domain)

    def action_confirm(self):
        """Reassign; policies of the teams then give it to whoever is free."""
        self.ensure_one()
        self.agent_id._check_led()
        conversations = self._conversations()
        user, team = self.target_user_id, self.target_team_id
        if self.target == "user" and (not user or user == self.agent_id.user_id):
            raise UserError(self.env._("Choose the colleague who takes over."))
        if self.target == "team" and not team:
            raise UserError(self.env._("Choose the team that takes over."))
        if self.target == "queue":
            # sudo: nothing but the assignee changes, of conversations that the user may see
            conversations.sudo()._put_back(self.env._("Everything of this agent was put back into the queue"))
            if self.note:
                conversations.sudo()._note_transfer(team, user, self.note)
        elif conversations:
            conversations._transfer(
                team=team if self.target == "team" else None, user=user if self.target == "user" else None, note=self.note
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s conversations reassigned", len(conversations)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
