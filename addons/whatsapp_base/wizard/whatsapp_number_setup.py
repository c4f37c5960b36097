from odoo import fields, models
from odoo.exceptions import UserError

from ..cloud_api import business
from ..cloud_api.recipients import clean_digits

REGIONS = [
    ("AU", "Australia"), ("ID", "Indonesia"), ("IN", "India"), ("JP", "Japan"), ("SG", "Singapore"), ("KR", "South Korea"),
    ("DE", "Germany (EU)"), ("CH", "Switzerland"), ("GB", "United Kingdom"), ("BR", "Brazil"), ("BH", "Bahrain"),
    ("ZA", "South Africa"), ("AE", "United Arab Emirates"), ("CA", "Canada"),
]


class WhatsappNumberSetup(models.TransientModel):
    """Leads through adding, verifying and registering a number, and through its PIN and display name.

    PIN and code are fields that are never stored: buttons pass them on in their context, as Odoo does with passwords.
    """

    _name = "whatsapp.number.setup"
    _description = "Set Up a WhatsApp Number"

    account_id = fields.Many2one("whatsapp.business.account", required=True, ondelete="cascade")
    channel_id = fields.Many2one("whatsapp.channel", ondelete="cascade")
    step = fields.Selection(
        [
            ("number", "Number"),
            ("code", "Code"),
            ("register", "Register"),
            ("pin", "PIN"),
            ("deregister", "Deregister"),
            ("name", "Display Name"),
        ],
        required=True,
        default="number",
    )
    country_id = fields.Many2one("res.country", default=lambda self: self.env.company.country_id)
    phone_number = fields.Char()
    display_name_wanted = fields.Char("Display Name")
    code_method = fields.Selection([("SMS", "SMS"), ("VOICE", "Call")], default="SMS", required=True)
    is_code_requested = fields.Boolean()
    region = fields.Selection(
        REGIONS,
        "Store Data In",
        help="Where Meta keeps the content of messages at rest. Empty: Meta's usual place. It cannot be changed later.",
    )
    code = fields.Char(store=False)
    pin = fields.Char("PIN", store=False)

    def _open(self, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_add(self):
        """Add the number to the account at Meta, then ask for the code."""
        self.account_id.check_access("write")
        calling_code = self.country_id.phone_code
        digits = clean_digits(self.phone_number or "")
        if not calling_code or not digits:
            raise UserError(self.env._("Enter country and number."))
        local = digits.removeprefix(str(calling_code)) if (self.phone_number or "").strip().startswith(("+", "00")) else digits.lstrip("0")
        with self.account_id._asking_meta() as api_client:
            name = business.check_display_name(self.display_name_wanted)
            number_id = api_client.add_number(self.account_id.waba_id, str(calling_code), local, name)
        channel = self.env["whatsapp.channel"].search([("phone_number_id", "=", number_id)], limit=1)
        if not channel:
            channel = channel.create({
                "account_id": self.account_id.id, "phone_number_id": number_id, "name": name,
                "display_phone_number": f"+{calling_code} {local}", "verification_status": "NOT_VERIFIED", "status": "UNVERIFIED",
            })
        self.write({"channel_id": channel.id, "step": "code"})
        self.account_id._note_event(self.env._("The number was added at Meta."), channel=channel)
        return self._open(self.env._("Verify %s", channel.display_name))

    def action_request_code(self):
        """Have Meta send the code to the number."""
        self.channel_id._request_code(self.code_method, self.env.lang or "en_US")
        self.is_code_requested = True
        return self._open(self.env._("Verify %s", self.channel_id.display_name))

    def action_verify(self):
        """Give Meta the code from the button's context, then go on to registration."""
        self.channel_id._verify_code(self.env.context.get("whatsapp_code"))
        self.step = "register"
        return self._open(self.env._("Register %s", self.channel_id.display_name))

    def action_register(self):
        """Register with the PIN from the button's context."""
        self.channel_id._register_number(self.env.context.get("whatsapp_pin"), self.region)
        return self._done(self.env._("The number is registered. It can send and receive."))

    def action_set_pin(self):
        """Set the PIN from the button's context."""
        self.channel_id._set_pin(self.env.context.get("whatsapp_pin"))
        return self._done(self.env._("The new PIN is set. Keep it in a safe place: Odoo does not."))

    def action_deregister(self):
        """Take the number off Cloud API."""
        self.channel_id._deregister_number()
        return self._done(self.env._("The number neither sends nor receives until it is registered again."))

    def action_change_name(self):
        """Ask Meta for the display name."""
        self.channel_id._change_display_name(self.display_name_wanted)
        return self._done(self.env._("Meta reviews the name. You get an activity when it is decided."))

    def _done(self, message):
        action = self.account_id._notice("success", message)
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action
