from odoo import api, fields, models
from odoo.tools import ormcache

from ..tools import quiet_hours
from .whatsapp_alert_rule import ALERTS

ALERT_FIELDS = (
    "whatsapp_alerts", "whatsapp_sound", "whatsapp_push", "whatsapp_quiet", "whatsapp_quiet_from", "whatsapp_quiet_to",
    "whatsapp_quiet_weekends",
)


class ResUsersSettings(models.Model):
    """What a user hears of customers, and when not. Counters count at any hour; sound and push keep quiet hours."""

    _inherit = "res.users.settings"

    whatsapp_alerts = fields.Selection(ALERTS, "Notify About", default="mine", required=True)
    whatsapp_sound = fields.Boolean("Sound", default=True)
    whatsapp_push = fields.Boolean("Push to My Devices", default=True)
    whatsapp_quiet = fields.Boolean("Quiet Hours")
    whatsapp_quiet_from = fields.Float("Quiet From", default=20.0)
    whatsapp_quiet_to = fields.Float("Quiet Until", default=8.0)
    whatsapp_quiet_weekends = fields.Boolean("Weekends As Well")

    _whatsapp_quiet_check = models.Constraint(
        "CHECK(whatsapp_quiet_from >= 0 AND whatsapp_quiet_from < 24 AND whatsapp_quiet_to >= 0 AND whatsapp_quiet_to <= 24)",
        "Quiet hours: enter times between 00:00 and 24:00.",
    )

    def write(self, vals):
        result = super().write(vals)
        if any(name in vals for name in ALERT_FIELDS):
            self.env.registry.clear_cache()
        return result

    @api.model
    def _format_settings(self, fields_to_format):
        result = super()._format_settings(fields_to_format)
        if any(name in ALERT_FIELDS for name in fields_to_format):
            result["whatsapp_alert_rules"] = [list(rule) for rule in self.user_id._whatsapp_alert_rules()[self.user_id.id]]
        return result

    # ------------------------------------------------------------
    # Who may be rung
    # ------------------------------------------------------------

    @api.model
    def _whatsapp_load_alerts(self, partner_ids):
        """Return ``{partner id: what they chose}``: two queries, however many they are."""
        # sudo: what colleagues want to hear of decides whether they are rung, and is not told
        users = self.env["res.users"].sudo().search([("partner_id", "in", list(partner_ids)), ("share", "=", False)])
        settings = {row.user_id: row for row in self.sudo().search([("user_id", "in", users.ids)])}
        rules = users._whatsapp_alert_rules()
        defaults = self._whatsapp_alert_defaults()
        result = {}
        for user in users:
            row = settings.get(user) or defaults
            result[user.partner_id.id] = {
                "tz": user.tz, "rules": rules[user.id], **{name.removeprefix("whatsapp_"): row[name] for name in ALERT_FIELDS},
            }
        return result

    @api.model
    def _whatsapp_alert_defaults(self):
        """Return what holds for whoever has never chosen."""
        return {**dict.fromkeys(ALERT_FIELDS, False), **self.default_get(ALERT_FIELDS)}

    @ormcache("partner_id")
    def _whatsapp_alerts_of(self, partner_id):
        """Return what one partner chose, without a query: who is written to often is asked often."""
        return self._whatsapp_load_alerts([partner_id]).get(partner_id)

    @api.model
    def _whatsapp_pushes(self, chosen, channel_id, team_id, is_mine, now=None):
        """Tell whether somebody's devices are rung for a conversation at this moment.

        :param dict chosen: what they chose, None where they are no user
        """
        if chosen is None:
            return True
        choice = quiet_hours.scope(chosen["alerts"], chosen["rules"], channel_id, team_id)
        if not chosen["push"] or not quiet_hours.rings(choice, is_mine):
            return False
        return not (
            chosen["quiet"]
            and quiet_hours.is_quiet(
                now or fields.Datetime.now(), chosen["tz"], chosen["quiet_from"], chosen["quiet_to"], chosen["quiet_weekends"]
            )
        )
