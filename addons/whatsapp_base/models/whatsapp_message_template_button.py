import json

from odoo import api, fields, models

from ..cloud_api import template_draft as drafts

TYPES = [
    ("QUICK_REPLY", "Quick Reply"),
    ("URL", "Link"),
    ("PHONE_NUMBER", "Call a Number"),
    ("COPY_CODE", "Copy Coupon Code"),
    ("FLOW", "Open a Form"),
    ("CATALOG", "Catalog"),
    ("MPM", "List of Products"),
    ("SPM", "Product"),
    ("OTP", "Login Code"),
    ("VOICE_CALL", "Call on WhatsApp"),
    ("CALL_PERMISSION_REQUEST", "Ask to Call"),
    ("REQUEST_CONTACT_INFO", "Ask for the Phone Number"),
    ("APP", "Open an App"),
]


class WhatsappMessageTemplateButton(models.Model):
    """A button of a template, or of a card of its carousel."""

    _name = "whatsapp.message.template.button"
    _description = "Button of a WhatsApp Template"
    _order = "sequence, id"
    _rec_name = "text"

    translation_id = fields.Many2one("whatsapp.message.template.translation", ondelete="cascade", index="btree_not_null")
    card_id = fields.Many2one("whatsapp.message.template.card", ondelete="cascade", index="btree_not_null")
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True, index=True)
    sequence = fields.Integer()
    type = fields.Selection(TYPES, required=True, default="QUICK_REPLY")
    text = fields.Char("Label", help="Up to 25 characters.")
    url = fields.Char("Address", help="A variable, {{1}}, may stand at the end: https://example.com/orders/{{1}}")
    phone = fields.Char("Number to Call", help="With the country code.")
    example = fields.Char(help="A whole address where the address has a variable; a coupon code.")
    flow_id = fields.Char("Form ID", help="ID of a published WhatsApp Flow.")
    flow_name = fields.Char("Form Name")
    flow_action = fields.Selection([("navigate", "Open a screen"), ("data_exchange", "Ask our server")], "First Step")
    flow_screen = fields.Char("First Screen")
    icon = fields.Selection([("DOCUMENT", "Document"), ("PROMOTION", "Promotion"), ("REVIEW", "Review")])
    otp_type = fields.Selection(
        [("COPY_CODE", "Copy the code"), ("ONE_TAP", "One tap: fill in the app"), ("ZERO_TAP", "Zero tap: fill in unseen")],
        "How the Code Gets There",
    )
    supported_apps = fields.Text("Apps", help="One line for each Android app: com.example.app and the 11 characters of its signature.")
    zero_tap_terms = fields.Boolean(help="You have accepted Meta's terms for filling in codes unseen.")
    autofill_text = fields.Char("Label for Filling In")
    ttl_minutes = fields.Integer("Valid for (Minutes)")
    extra = fields.Text(readonly=True, help="What Meta has beyond that, as JSON.")

    _belongs_somewhere = models.Constraint(
        "CHECK((translation_id IS NULL) <> (card_id IS NULL))", "A button belongs to a template or to one of its cards."
    )

    @api.depends("translation_id.company_id", "card_id.translation_id.company_id")
    def _compute_company_id(self):
        for button in self:
            button.company_id = (button.translation_id or button.card_id.translation_id).company_id

    @api.model_create_multi
    def create(self, vals_list):
        buttons = super().create(vals_list)
        buttons._edited()
        return buttons

    def write(self, vals):
        result = super().write(vals)
        self._edited()
        return result

    def unlink(self):
        self._edited()
        return super().unlink()

    def _edited(self):
        (self.translation_id | self.card_id.translation_id)._edited()

    def _button(self):
        """Return the button as ``cloud_api.template_draft.Button``."""
        self.ensure_one()
        apps = [tuple(line.split()[:2]) for line in (self.supported_apps or "").splitlines() if line.strip()]
        return drafts.Button(
            self.type,
            **{name: self[name] or "" for name in (
                "text", "url", "phone", "example", "flow_id", "flow_name", "flow_action", "flow_screen", "icon", "otp_type",
                "autofill_text",
            )},
            apps=[(app[0], app[1] if len(app) > 1 else "") for app in apps],
            zero_tap_terms=self.zero_tap_terms,
            ttl_minutes=self.ttl_minutes or 0,
            extra=json.loads(self.extra or "{}"),
        )

    @api.model
    def _values_of(self, button):
        """Return the values of a ``cloud_api.template_draft.Button``; what no field can hold goes into ``extra``."""
        extra, values = dict(button.extra), {}
        for name in ("flow_action", "icon", "otp_type"):
            known = dict(self._fields[name].selection)
            values[name] = next((key for key in known if key.upper() == getattr(button, name).upper()), False)
        kind = button.type if button.type in dict(TYPES) else "APP"
        if kind != button.type:
            extra["type"] = button.type
        return {
            **values,
            "type": kind,
            "text": button.text or False,
            "url": button.url or False,
            "phone": button.phone or False,
            "example": button.example or False,
            "flow_id": button.flow_id or False,
            "flow_name": button.flow_name or False,
            "flow_screen": button.flow_screen or False,
            "autofill_text": button.autofill_text or False,
            "supported_apps": "\n".join(" ".join(app) for app in button.apps) or False,
            "zero_tap_terms": button.zero_tap_terms,
            "ttl_minutes": button.ttl_minutes,
            "extra": json.dumps(extra) if extra else False,
        }
