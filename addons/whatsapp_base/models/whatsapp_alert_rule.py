from odoo import api, fields, models
from odoo.exceptions import ValidationError

ALERTS = [("all", "Mine, and what waits for my teams"), ("mine", "Mine only"), ("none", "None")]


class WhatsappAlertRule(models.Model):
    """What a user wants to hear of for one number or team, where it differs from the rest."""

    _name = "whatsapp.alert.rule"
    _description = "WhatsApp Notification Choice"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user, index=True, ondelete="cascade")
    channel_id = fields.Many2one("whatsapp.channel", "Number", ondelete="cascade", index="btree_not_null")
    team_id = fields.Many2one("whatsapp.team", ondelete="cascade", index="btree_not_null")
    alerts = fields.Selection(ALERTS, "Notify About", required=True, default="all")

    _number_unique = models.UniqueIndex("(user_id, channel_id) WHERE channel_id IS NOT NULL", "There is a choice for this number already.")
    _team_unique = models.UniqueIndex("(user_id, team_id) WHERE team_id IS NOT NULL", "There is a choice for this team already.")

    @api.constrains("channel_id", "team_id")
    def _check_one(self):
        for rule in self:
            if bool(rule.channel_id) == bool(rule.team_id):
                raise ValidationError(self.env._("Notifications: choose either a number or a team in each line."))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._check_one()  # Odoo asks only where one of the two is given
        rules.user_id._whatsapp_alerts_changed()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.user_id._whatsapp_alerts_changed()
        return result

    def unlink(self):
        users = self.user_id
        result = super().unlink()
        users._whatsapp_alerts_changed()
        return result
