import base64

from odoo import api, fields, models
from odoo.tools import file_open
from odoo.tools.date_utils import add, start_of

EXAMPLE = "whatsapp_base/static/example/whatsapp_rates_example.csv"


class WhatsappDemo(models.AbstractModel):
    """Demo data: rates that are made up, and what the demo's messages cost by them."""

    _inherit = "whatsapp.demo"

    @api.model
    def _load_rates(self, account_id):
        """Import the example rate card, marked as such."""
        self.env["whatsapp.business.account"].browse(account_id).currency_id = self.env.ref("base.USD")
        with file_open(EXAMPLE, "rb") as file:
            data = base64.b64encode(file.read())
        first = add(start_of(fields.Date.today(), "year"), years=-1)
        card = self.env["whatsapp.rate.import"].create(
            {
                "file": data, "file_name": "whatsapp_rates_example.csv", "valid_from": first, "is_example": True,
                "currency_id": self.env.ref("base.USD").id,
            }
        )
        card.action_import()

    @api.model
    def _settle_costs(self, account_id):
        """Bill what the demo has delivered, as Meta's statuses would."""
        messages = self.env["whatsapp.chat.message"]
        rows = messages.search(
            [("channel_id.account_id", "=", account_id), ("cost_state", "=", "estimated"), ("state", "in", ("delivered", "read"))]
        )
        for row in rows:
            row.write({"pricing_type": "regular", "pricing_category": row.cost_category})
        messages._settle_costs()
