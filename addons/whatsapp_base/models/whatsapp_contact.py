from odoo import api, fields, models

from ..cloud_api.recipients import phone_key
from ..tools.guard import check_system_fields

# who somebody is on WhatsApp is Meta's word: whoever could change it could send one customer's answers to another
SYSTEM_FIELDS = {
    "company_id", "portfolio", "wa_id", "phone_key", "bsuid", "parent_bsuid", "username", "profile_name", "last_inbound_at",
    "is_unreachable", "app_name", "blocked_channel_ids", "block_note", "calls_allowed", "calls_allowed_until",
}


class WhatsappContact(models.Model):
    """One WhatsApp user as one business portfolio knows them.

    Known by phone (``wa_id``, digits), by business-scoped user ID (``bsuid``), or both: a person with a
    username may hide the phone for ever. The customer in Odoo is ``partner_id``.
    """

    _name = "whatsapp.contact"
    _description = "WhatsApp Contact"
    _inherit = ["mail.thread"]
    _order = "profile_name, id"
    _rec_names_search = ["profile_name", "username", "wa_id", "alias_ids.wa_id", "partner_id.name"]
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    portfolio = fields.Char(required=True)
    wa_id = fields.Char("WhatsApp Phone", help="Digits with the country code, as WhatsApp knows the number.")
    phone_key = fields.Char(
        compute="_compute_phone_key", store=True, help="The phone in one spelling, where a country has several."
    )
    bsuid = fields.Char("WhatsApp User ID", help="Identifies people who hide their phone number from businesses.")
    parent_bsuid = fields.Char("Parent WhatsApp User ID")
    username = fields.Char()
    profile_name = fields.Char()
    app_name = fields.Char("Name in the Phone App", readonly=True, help="What the address book of the WhatsApp Business app says.")
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null", ondelete="restrict", tracking=True)
    last_inbound_at = fields.Datetime("Last Message From Them", readonly=True)
    blocked = fields.Boolean(help="Messages of this person are stored, but not shown to agents, and nothing is sent.")
    is_unreachable = fields.Boolean("Not on WhatsApp", readonly=True, help="Meta said that messages cannot be delivered.")
    marketing_stopped = fields.Boolean("No Marketing", readonly=True, help="This person stopped marketing messages.")
    language = fields.Char()
    active = fields.Boolean(default=True)
    conversation_ids = fields.One2many("whatsapp.conversation", "contact_id", string="Conversations")
    conversation_count = fields.Integer(compute="_compute_conversation_count")
    alias_ids = fields.One2many("whatsapp.contact.alias", "contact_id", "Formerly")

    _phone_unique = models.UniqueIndex(
        "(company_id, portfolio, phone_key) WHERE phone_key IS NOT NULL", "This phone number already has a WhatsApp contact."
    )
    _bsuid_unique = models.UniqueIndex(
        "(company_id, portfolio, bsuid) WHERE bsuid IS NOT NULL", "This WhatsApp user already has a contact."
    )
    _known_somehow = models.Constraint(
        "CHECK(wa_id IS NOT NULL OR bsuid IS NOT NULL)", "A WhatsApp contact needs a phone number or a WhatsApp user ID."
    )

    @api.depends("partner_id.name", "profile_name", "username", "wa_id", "bsuid")
    @api.depends_context("whatsapp_show_identity")
    def _compute_display_name(self):
        # where people choose between contacts, their names may be the same
        shows_identity = self.env.context.get("whatsapp_show_identity")
        for contact in self:
            identity = f"+{contact.wa_id}" if contact.wa_id else contact.bsuid
            label = contact._label()
            contact.display_name = f"{label} ({identity})" if shows_identity and identity != label else label

    @api.depends("wa_id")
    def _compute_phone_key(self):
        for contact in self:
            contact.phone_key = phone_key(contact.wa_id or "") or False

    def write(self, vals):
        check_system_fields(self, vals, SYSTEM_FIELDS)
        if "partner_id" not in vals:
            return super().write(vals)
        before = {contact: contact.partner_id.id for contact in self}
        result = super().write(vals)
        for contact, partner_id in before.items():
            if partner_id and contact.partner_id and partner_id != contact.partner_id.id:
                contact._hand_over_authorship(partner_id, contact.partner_id.id)
        return result

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_conversation_count(self):
        counts = dict(
            self.env["whatsapp.conversation"]._read_group([("contact_id", "in", self.ids)], ["contact_id"], ["__count"])
        )
        for contact in self:
            contact.conversation_count = counts.get(contact, 0)

    def action_view_conversations(self):
        """Open the conversations of this contact."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_conversation_action")
        return dict(action, domain=[("contact_id", "=", self.id)], context={})

    def _made_up_names(self):
        """Return the names that a customer may have only because nobody knew a better one."""
        self.ensure_one()
        return {f"+{self.wa_id}" if self.wa_id else "", f"@{self.username}" if self.username else "", self.bsuid or ""} - {""}

    def _label(self):
        """Return the best name that is known: customer, profile, username, phone."""
        self.ensure_one()
        return (
            self.partner_id.name
            or self.profile_name
            or (self.username and f"@{self.username}")
            or (self.wa_id and f"+{self.wa_id}")
            or self.bsuid
        )
