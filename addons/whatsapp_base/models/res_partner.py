from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cloud_api.recipients import phone_variants


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Odoo does not index this column; every first message of a stranger searches it
    phone_sanitized = fields.Char(index="btree_not_null")
    # groups: who has no role in WhatsApp must still be able to read all fields of a partner
    whatsapp_contact_ids = fields.One2many(
        "whatsapp.contact", "partner_id", string="WhatsApp Contacts", groups="whatsapp_base.group_whatsapp_agent"
    )
    whatsapp_conversation_count = fields.Integer(
        compute="_compute_whatsapp_conversation_count", groups="whatsapp_base.group_whatsapp_agent"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_whatsapp_conversation_count(self):
        counts = dict(
            self.env["whatsapp.conversation"]._read_group([("partner_id", "in", self.ids)], ["partner_id"], ["__count"])
        )
        for partner in self:
            partner.whatsapp_conversation_count = counts.get(partner, 0)

    def action_whatsapp_conversations(self):
        """Open the inbox at the customer's latest conversation; the panel beside it names the others."""
        self.ensure_one()
        conversation = self.env["whatsapp.conversation"].search([("partner_id", "=", self.id)], limit=1)
        if not conversation:
            raise UserError(self.env._("%s has no WhatsApp conversation that you may see.", self.display_name))
        return {
            "type": "ir.actions.client",
            "tag": "whatsapp_base.inbox",
            "name": self.env._("Inbox"),
            "params": {"resId": conversation.id, "view": "all"},
        }

    @api.model
    def _whatsapp_with_phones(self, company, phones):
        """Return the customers with one of these phones (digits), in whatever spelling; the one to choose first.

        A person comes before the company they work for, then the oldest: what a person may change on the contact.
        """
        numbers = {f"+{variant}" for phone in phones for variant in phone_variants(phone)}
        return self.search_fetch(
            [("phone_sanitized", "in", list(numbers)), ("company_id", "in", [False, company.id])],
            ["phone_sanitized"],
            order="is_company, id",
        )
