from odoo import api, fields, models
from odoo.exceptions import ValidationError


class WhatsappTeam(models.Model):
    """What a team promises, and how its conversations end."""

    _inherit = "whatsapp.team"

    sla_policy_id = fields.Many2one(
        "whatsapp.sla.policy", "Service Policy", check_company=True, index="btree_not_null", ondelete="set null",
        help="How fast the team promises to answer. Empty: the company's default policy, if there is one.",
    )
    reopen_hours = fields.Integer(
        "Same Case Within (Hours)", default=24,
        help="A customer who writes again within so many hours after the resolution continues the same case; later it is a new "
        "one. 0: always a new one.",
    )
    auto_resolve_warning = fields.Text(
        "Message Before", translate=True,
        help="Sent before a silent conversation is resolved, while WhatsApp allows free text. Empty: no message.",
    )
    auto_resolve_warning_hours = fields.Integer(
        "Hours Before", default=1, help="How long the customer has after the message before the conversation is resolved."
    )
    rating_style = fields.Selection(
        [("buttons", "Three buttons"), ("list", "A list from one to five")], "Answers", required=True, default="buttons"
    )
    rating_text = fields.Text("Question", translate=True, help="Empty: the usual question.")
    rating_asks_comment = fields.Boolean("Ask for a Comment", default=True, help="After the rating, one question for a few words.")
    rating_template_id = fields.Many2one(
        "whatsapp.message.template", "Template", ondelete="set null",
        help="Asks customers whose last message is older than 24 hours. It needs quick reply buttons. Empty: they are not asked.",
    )

    @api.constrains("reopen_hours", "auto_resolve_hours", "auto_resolve_warning", "auto_resolve_warning_hours")
    def _check_service_hours(self):
        for team in self:
            if team.reopen_hours < 0:
                raise ValidationError(self.env._("“Same Case Within” cannot be negative. Give hours, or 0 for always a new case."))
            if team.auto_resolve_hours and team.auto_resolve_warning and not 0 < team.auto_resolve_warning_hours < team.auto_resolve_hours:
                raise ValidationError(
                    self.env._(
                        "“Hours Before” must be at least 1 and less than the %s hours of silence: otherwise customers would be told "
                        "of the end at once.",
                        team.auto_resolve_hours,
                    )
                )
