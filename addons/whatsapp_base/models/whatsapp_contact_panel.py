import pytz

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.local_time import zone_of_phone


class WhatsappContact(models.Model):
    """What agents do with a contact beside the conversation: keep a note, say which customer it is."""

    _inherit = "whatsapp.contact"

    note = fields.Text("Internal Note", help="For colleagues only: it never reaches the customer.")

    def _merged_values(self, loser, wa_id, bsuid):
        notes = [note for note in (self.note, loser.note) if note]
        return {**super()._merged_values(loser, wa_id, bsuid), "note": "\n\n".join(dict.fromkeys(notes)) or False}

    def save_note(self, note, known):
        """Store the internal note, unless somebody changed it since the writer read it.

        :param str note: what the writer wants it to be
        :param str known: what it was when they began
        :returns: what it says now, where nothing was stored because of that; else False
        """
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update()
        current = self.note or ""
        if current not in (known or "", note or ""):
            return current
        if current != (note or ""):
            self.note = note or False
        return False

    def create_partner(self):
        """Make a customer of the contact, with what WhatsApp tells of it; returns the ID of the ``res.partner``."""
        self.ensure_one()
        self.check_access("write")
        Partner = self.env["res.partner"]
        if self.partner_id:
            raise UserError(self.env._("%s is a customer already.", self._label()))
        if not Partner.has_access("create"):
            raise AccessError(
                self.env._("You may not create contacts. Ask an administrator for the right “Contact Creation”, or link an existing one.")
            )
        company = self.company_id
        self.partner_id = Partner.create(
            {
                "name": self._label(),
                "phone": f"+{self.wa_id}" if self.wa_id else False,
                "company_id": company.id if company._whatsapp_partner_per_company() else False,
            }
        )
        return self.partner_id.id

    def link_partner(self, partner_id):
        """Say which customer the contact is.

        :param int partner_id: of a customer of the same company or of none; False to take the customer off
        """
        self.ensure_one()
        self.check_access("write")
        partner = self.env["res.partner"].browse(partner_id or []).exists()
        if partner_id and not partner:
            raise UserError(self.env._("This customer does not exist any more. Choose another one."))
        partner.check_access("read")
        # sudo: only the company is compared
        if partner.sudo().company_id and partner.sudo().company_id != self.company_id:
            raise UserError(
                self.env._("%(partner)s belongs to another company than this conversation. Choose a customer of %(company)s.",
                           partner=partner.display_name, company=self.company_id.name)
            )
        self.partner_id = partner

    def _time_zone(self):
        """Return (name of the zone in which the customer lives, whether it was read off the number); False if unknown.

        A zone that somebody set on the customer counts. Odoo sets the zone of whoever creates a customer, so it counts
        only for people who log in, which set it themselves.
        """
        self.ensure_one()
        # sudo: whether somebody logs in is all that is asked
        partner = self.partner_id.sudo()
        if partner.tz in pytz.all_timezones_set and partner.user_ids:
            return partner.tz, False
        return (self.wa_id and zone_of_phone(self.wa_id, fields.Datetime.now())) or False, True
