from odoo import api, fields, models
from odoo.exceptions import UserError


class WhatsappContactSplitWizard(models.TransientModel):
    """Takes apart what is not one person: a wrong customer, or a former number that is somebody else's."""

    _name = "whatsapp.contact.split.wizard"
    _description = "Split WhatsApp Contact"

    contact_id = fields.Many2one("whatsapp.contact", required=True)
    mode = fields.Selection(
        [
            ("customer", "The customer is wrong: these messages are from somebody else"),
            ("identity", "A former number or user ID is another person"),
        ],
        "What is wrong",
        required=True,
        default="customer",
    )
    partner_id = fields.Many2one("res.partner", "Right Customer", help="Leave it empty for a new customer.")
    alias_id = fields.Many2one("whatsapp.contact.alias", "Former Identity", domain="[('contact_id', '=', contact_id)]")
    date_from = fields.Datetime("Messages From", help="Empty: from the beginning.")
    date_to = fields.Datetime("Messages Until", compute="_compute_period", store=True, readonly=False, help="Empty: until now.")
    current_partner_id = fields.Many2one(related="contact_id.partner_id", string="Customer Now")
    message_count = fields.Integer("Messages to Move", compute="_compute_preview")
    conversation_count = fields.Integer("Conversations Concerned", compute="_compute_preview")

    @api.depends("alias_id")
    def _compute_period(self):
        for wizard in self:
            # after a change of number the former identity wrote before it; after a merge only a person can tell
            changed = wizard.alias_id and wizard.alias_id.reason != "merged"
            wizard.date_to = wizard.alias_id.create_date if changed else False

    @api.depends("contact_id", "mode", "date_from", "date_to")
    def _compute_preview(self):
        for wizard in self:
            rows = wizard._rows()
            wizard.message_count = len(rows)
            wizard.conversation_count = len(rows.conversation_id)

    def _rows(self):
        """Return the messages that change hands."""
        self.ensure_one()
        domain = [("contact_id", "=", self.contact_id.id)]
        if self.mode == "identity":
            if self.date_from:
                domain.append(("sent_on", ">=", self.date_from))
            if self.date_to:
                domain.append(("sent_on", "<=", self.date_to))
        return self.env["whatsapp.chat.message"].sudo().search(domain, order="id")  # sudo: supervisors see all of them

    def action_split(self):
        """Split as chosen, and open the contact that was corrected or made."""
        self.ensure_one()
        self.env["whatsapp.contact"]._check_may_reorganise()
        self.contact_id.check_access("write")
        if not self.contact_id.sudo()._lock_for_merge(self.contact_id.sudo()):  # sudo: locks, see _lock_for_merge
            raise UserError(self.env._("A message of this contact is being handled right now. Try again in a moment."))
        contact = self._correct_customer() if self.mode == "customer" else self._split_identity()
        return {"type": "ir.actions.act_window", "res_model": "whatsapp.contact", "res_id": contact.id, "view_mode": "form"}

    def _correct_customer(self):
        contact = self.contact_id
        before = contact.partner_id
        partner = self.partner_id or self.env["res.partner"].create(
            {"name": contact.profile_name or contact._label(), "phone": f"+{contact.wa_id}" if contact.wa_id else False,
             "company_id": before.company_id.id}
        )
        if partner == before:
            raise UserError(self.env._("This is the customer already. Choose another one, or leave it empty for a new one."))
        contact.partner_id = partner
        contact._message_log(
            body=self.env._(
                "The customer was corrected from %(before)s (ID %(before_id)s) to %(after)s. Orders and invoices of the former stay there.",
                before=before.display_name, before_id=before.id, after=partner.display_name,
            )
        )
        return contact

    def _split_identity(self):
        if self.alias_id.contact_id != self.contact_id:
            raise UserError(self.env._("Choose the former number or user ID that is another person."))
        return self.contact_id._split_off(self.alias_id, self._rows(), self.partner_id)
