from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

RECENT = timedelta(days=30)


class WhatsappContactMergeWizard(models.TransientModel):
    """Makes one contact of several that are one person, after showing what moves."""

    _name = "whatsapp.contact.merge.wizard"
    _description = "Merge WhatsApp Contacts"

    contact_ids = fields.Many2many("whatsapp.contact", string="Contacts", required=True)
    survivor_id = fields.Many2one(
        "whatsapp.contact", "Keep", compute="_compute_choice", store=True, readonly=False, domain="[('id', 'in', contact_ids)]",
        help="Its customer and name stay; the others become part of it.",
    )
    address_id = fields.Many2one(
        "whatsapp.contact", "Write to", compute="_compute_choice", store=True, readonly=False, domain="[('id', 'in', contact_ids)]",
        help="Whose number or user ID messages go to, until the customer writes from another one.",
    )
    conversation_text = fields.Char("Conversations", compute="_compute_preview")
    message_count = fields.Integer("Messages to Move", compute="_compute_preview")
    customer_text = fields.Char("Customer", compute="_compute_preview")
    former_text = fields.Char("Kept as Former Identity", compute="_compute_preview")
    warning = fields.Text(compute="_compute_preview")

    @api.depends("contact_ids")
    def _compute_choice(self):
        for wizard in self:
            ordered = wizard.contact_ids.sorted(lambda c: (not c.active, not c.wa_id, c._origin.id))
            if wizard.survivor_id not in wizard.contact_ids:
                wizard.survivor_id = ordered[:1]
            if wizard.address_id not in wizard.contact_ids:
                written = ordered.filtered("last_inbound_at").sorted("last_inbound_at", reverse=True)
                wizard.address_id = (written.filtered("wa_id") or ordered)[:1]

    @api.depends("contact_ids", "survivor_id", "address_id")
    def _compute_preview(self):
        Message = self.env["whatsapp.chat.message"].sudo()  # sudo: only counted, for supervisors who see all
        for wizard in self:
            contacts, survivor = wizard.contact_ids._origin, wizard.survivor_id._origin
            losers = contacts - survivor
            conversations = contacts.sudo().conversation_ids
            wizard.conversation_text = self.env._(
                "%(now)s now, %(after)s afterwards", now=len(conversations), after=len(conversations.channel_id)
            )
            wizard.message_count = Message.search_count([("contact_id", "in", losers.ids)]) if losers else 0
            left = losers.partner_id - survivor.partner_id
            wizard.customer_text = (survivor.partner_id or left[:1]).display_name
            others = contacts - wizard.address_id._origin
            wizard.former_text = ", ".join(filter(None, [c.wa_id and f"+{c.wa_id}" or c.bsuid for c in others]))
            wizard.warning = wizard._warning_text(contacts, left if survivor.partner_id else left[1:])

    def _warning_text(self, contacts, left_partners):
        texts = []
        recent = fields.Datetime.now() - RECENT
        if len(contacts.filtered(lambda c: c.wa_id and c.last_inbound_at and c.last_inbound_at > recent)) > 1:
            texts.append(
                self.env._(
                    "They wrote from several numbers lately. If one person uses several phones, rather give their contacts "
                    "the same customer; once merged, answers go to the number that wrote last."
                )
            )
        if left_partners:
            texts.append(
                self.env._(
                    "Other customers stay in Odoo as they are: %s. Merge them in Contacts if they are the same.",
                    ", ".join(left_partners.mapped("display_name")),
                )
            )
        if contacts and len({(c.company_id, c.portfolio) for c in contacts}) > 1:
            texts.append(self.env._("These contacts belong to different companies or Meta businesses and cannot be merged."))
        return "\n".join(texts)

    def action_merge(self):
        """Merge, and open what is left."""
        self.ensure_one()
        self.env["whatsapp.contact"]._check_may_reorganise()
        contacts, survivor = self.contact_ids, self.survivor_id
        contacts.check_access("write")
        if len(contacts) < 2 or survivor not in contacts:
            raise UserError(self.env._("Choose at least two contacts, and which of them to keep."))
        if len({(c.company_id, c.portfolio) for c in contacts}) > 1:
            raise UserError(self.env._("These contacts belong to different companies or Meta businesses and cannot be merged."))
        for loser in contacts - survivor:
            # sudo: locks and the system's fields; who may merge was checked above
            if not survivor.sudo()._lock_for_merge(loser.sudo()):
                raise UserError(self.env._("A message of one of these contacts is being handled right now. Try again in a moment."))
            address = self.address_id if self.address_id in (survivor | loser) else survivor
            wa_id, bsuid = address.wa_id, address.bsuid
            if not wa_id and address == loser:
                wa_id = survivor.wa_id
            survivor._merge(loser, wa_id=wa_id, bsuid=bsuid)
        return {
            "type": "ir.actions.act_window",
            "res_model": "whatsapp.contact",
            "res_id": survivor.id,
            "view_mode": "form",
        }

    @api.model
    def default_get(self, fields_list):
        result = super().default_get(fields_list)
        if self.env.context.get("active_model") == "whatsapp.contact" and "contact_ids" not in result:
            result["contact_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return result
