from odoo import api, fields, models

from .res_users_settings import ALERT_FIELDS
from .whatsapp_alert_rule import ALERTS


class ResUsers(models.Model):
    """The choice of notifications in a user's preferences; kept in their settings."""

    _inherit = "res.users"

    whatsapp_alerts = fields.Selection(ALERTS, "Notify About", compute="_compute_whatsapp_alerts", readonly=False)
    whatsapp_sound = fields.Boolean("Sound", compute="_compute_whatsapp_alerts", readonly=False)
    whatsapp_push = fields.Boolean("Push to My Devices", compute="_compute_whatsapp_alerts", readonly=False)
    whatsapp_quiet = fields.Boolean("Quiet Hours", compute="_compute_whatsapp_alerts", readonly=False)
    whatsapp_quiet_from = fields.Float("Quiet From", compute="_compute_whatsapp_alerts", readonly=False)
    whatsapp_quiet_to = fields.Float("Quiet Until", compute="_compute_whatsapp_alerts", readonly=False)
    whatsapp_quiet_weekends = fields.Boolean(
        "Weekends As Well", compute="_compute_whatsapp_alerts", readonly=False
    )
    whatsapp_alert_rule_ids = fields.One2many("whatsapp.alert.rule", "user_id", "By Number or Team")
    is_whatsapp_agent = fields.Boolean(compute="_compute_is_whatsapp_agent")

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + [*ALERT_FIELDS, "whatsapp_alert_rule_ids", "is_whatsapp_agent"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + [*ALERT_FIELDS, "whatsapp_alert_rule_ids"]

    @api.depends("group_ids")
    def _compute_is_whatsapp_agent(self):
        for user in self:
            user.is_whatsapp_agent = bool(user._origin) and user._origin.has_group("whatsapp_base.group_whatsapp_agent")

    @api.depends(*(f"res_users_settings_ids.{name}" for name in ALERT_FIELDS))
    def _compute_whatsapp_alerts(self):
        defaults = self.env["res.users.settings"]._whatsapp_alert_defaults()
        for user in self:
            # sudo: users read their own choice; administrators that of others
            settings = user.sudo().res_users_settings_ids[:1] or defaults
            for name in ALERT_FIELDS:
                user[name] = settings[name]

    def write(self, vals):
        # no inverse method: where one of the fields is written, it would not see the others
        choice = {name: vals[name] for name in ALERT_FIELDS if name in vals}
        if not choice:
            result = super().write(vals)
            if "tz" in vals or "partner_id" in vals:
                self._whatsapp_alerts_changed()
            return result
        if self != self.env.user:
            self.check_access("write")
        for user in self:
            # sudo: whoever may write the user's preferences may write where they are kept
            self.env["res.users.settings"].sudo()._find_or_create_for_user(user).set_res_users_settings(choice)
        self.invalidate_recordset(ALERT_FIELDS)
        rest = {name: value for name, value in vals.items() if name not in choice}
        return super().write(rest) if rest else True

    def _whatsapp_alert_rules(self):
        """Return ``{user id: ((number, team, choice), ...)}``."""
        result = dict.fromkeys(self.ids, ())
        # sudo: see res.users.settings._whatsapp_load_alerts
        rules = self.env["whatsapp.alert.rule"].sudo().search([("user_id", "in", self.ids)])
        for user, own in rules.grouped("user_id").items():
            result[user.id] = tuple((rule.channel_id.id, rule.team_id.id, rule.alerts) for rule in own)
        return result

    def _whatsapp_alerts_changed(self):
        """Forget what was known of these users' choices, and tell their clients."""
        self.env.registry.clear_cache()
        for user, rules in self._whatsapp_alert_rules().items():
            self.browse(user)._bus_send("res.users.settings", {"whatsapp_alert_rules": [list(rule) for rule in rules]})
