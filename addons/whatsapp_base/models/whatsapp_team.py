from odoo import api, fields, models


class WhatsappTeam(models.Model):
    """The people who answer a number. Agents see the conversations of their teams and of numbers without a team."""

    _name = "whatsapp.team"
    _description = "WhatsApp Team"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    member_ids = fields.Many2many(
        "res.users", "whatsapp_team_res_users_rel", string="Members", domain=[("share", "=", False)]
    )
    channel_ids = fields.One2many("whatsapp.channel", "team_id", string="Numbers")
    member_count = fields.Integer(compute="_compute_member_count")

    @api.depends("member_ids")
    def _compute_member_count(self):
        for team in self:
            team.member_count = len(team.member_ids)
