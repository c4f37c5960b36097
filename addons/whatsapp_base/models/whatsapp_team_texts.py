from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import auto_texts

VARIABLES = {"greeting": ("name", "team", "company"), "away_message": ("name", "team", "company", "next_opening")}


class WhatsappTeam(models.Model):
    """What a team says by itself: texts with variables, in the customer's language."""

    _inherit = "whatsapp.team"

    greeting_preview = fields.Text("Greeting as Sent", compute="_compute_previews")
    away_preview = fields.Text("Away Message as Sent", compute="_compute_previews")

    @api.depends("greeting", "away_message", "name", "calendar_id", "company_id")
    @api.depends_context("lang")
    def _compute_previews(self):
        for team in self:
            lang = self.env.lang or "en_US"
            team.greeting_preview = team._auto_text("greeting", self.env._("Ana"), lang)
            team.away_preview = team._auto_text("away_message", self.env._("Ana"), lang)

    @api.constrains("greeting", "away_message")
    def _check_texts(self):
        for team in self:
            for name, known in VARIABLES.items():
                label = team._fields[name]._description_string(self.env)
                if wrong := auto_texts.unknown(team[name], known):
                    raise ValidationError(
                        self.env._(
                            "%(field)s: there is no variable {{%(wrong)s}}. Use %(known)s.",
                            field=label, wrong=wrong[0], known=", ".join("{{%s}}" % variable for variable in known),
                        )
                    )
                if len(team[name] or "") > auto_texts.MAX_LENGTH:
                    raise ValidationError(
                        self.env._("%s is longer than the 4,096 characters that WhatsApp allows. Shorten it.", label)
                    )

    def _auto_text(self, field, customer, lang):
        """Return a text of this team as a customer gets it.

        :param str field: ``greeting`` or ``away_message``
        :param str customer: their name, may be empty
        :param str lang: code of their language, which need not be installed
        """
        self.ensure_one()
        text = self[field]
        if not text:
            return ""
        values = {"name": customer, "team": self.name, "company": self.company_id.name}
        if "next_opening" in auto_texts.variables(text):
            opening = self._next_opening()
            values["next_opening"] = opening and self._opening_phrase(opening, lang)
        return auto_texts.render(text, values)
