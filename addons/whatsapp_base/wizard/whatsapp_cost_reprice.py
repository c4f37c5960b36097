from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.date_utils import end_of, start_of


class WhatsappCostReprice(models.TransientModel):
    """Asks which months are to be priced again with the rates of today."""

    _name = "whatsapp.cost.reprice"
    _description = "Price WhatsApp Messages Again"

    date_from = fields.Date("From", required=True, default=lambda self: start_of(fields.Date.context_today(self), "month"))
    date_to = fields.Date("Until", required=True, default=lambda self: end_of(fields.Date.context_today(self), "month"))
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    first_day = fields.Date(compute="_compute_period")
    last_day = fields.Date(compute="_compute_period")
    message_count = fields.Integer("Messages", compute="_compute_message_count")

    @api.depends("date_from", "date_to")
    def _compute_period(self):
        for wizard in self:
            wizard.first_day = wizard.date_from and start_of(wizard.date_from, "month")
            wizard.last_day = wizard.date_to and end_of(wizard.date_to, "month")

    @api.depends("first_day", "last_day", "company_id")
    def _compute_message_count(self):
        for wizard in self:
            wizard.message_count = self.env["whatsapp.cost.report"].search_count(
                [
                    ("date", ">=", wizard.first_day), ("date", "<=", wizard.last_day), ("company_id", "=", wizard.company_id.id),
                    ("state", "!=", "estimated"),
                ]
            )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._("“From” is after “Until”. Exchange the two dates."))

    def action_reprice(self):
        """Price the months again, in the background."""
        self.ensure_one()
        self.check_access("write")
        if not self.env["whatsapp.rate"]._price_list(self.company_id.id)[0]:
            raise UserError(self.env._("There are no rates yet. Import a rate card first."))
        # sudo: the log is written by the system only; who may open this wizard may have it priced
        count = self.env["whatsapp.chat.message"].sudo()._reprice(self.company_id, self.first_day, self.last_day)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "warning",
                "title": self.env._("%s message(s) are priced again", count),
                "message": self.env._("This happens in the background. Figures change as it goes on."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
