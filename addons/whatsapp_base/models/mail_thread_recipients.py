from odoo import api, fields, models

from ..cloud_api import recipients
from ..cloud_api.recipients import phone_key
from ..tools import recipient as left_out
from ..tools.recipient import Recipient


class MailThread(models.AbstractModel):
    """Whom a message of a record goes to. A model that knows better overrides :meth:`_whatsapp_partners`."""

    _inherit = "mail.thread"

    def _whatsapp_partners(self):
        """Return ``{record id: res.partner}``: the customer of each record, empty where there is none."""
        if self._name == "res.partner":
            return {partner.id: partner for partner in self}
        return {record_id: partners[:1] for record_id, partners in self._mail_get_partners(introspect_fields=True).items()}

    def _whatsapp_numbers(self, channel, partners):
        """Return ``{record id: (number as written, digits with country code)}``; digits are empty if it is no number."""
        # by their names only: a field called phone may hold something else, a picture of one
        own_fields = [name for name in self._phone_get_number_fields() if self._fields[name].type == "char"]
        result = {}
        for record in self:
            partner = partners.get(record.id)
            written = partner.phone if partner else False
            written = written or next((record[name] for name in own_fields if record[name]), False)
            result[record.id] = (written, recipients.clean_digits(channel._international(written, partner)) if written else "")
        return result

    def _whatsapp_recipients(self, channel, template=None, scheduled_at=None, same_text=False):
        """Return a :class:`Recipient` for each record, in order, in a constant number of queries.

        :param template: what is to be sent; without one, it is free text, for which the window must be open
        :param datetime scheduled_at: when it is to leave, naive UTC; now where not given
        :param bool same_text: everybody gets the same, so that nobody needs it twice
        """
        # sudo: who may read a record may write to its customer, which need not make the customer's card readable
        records = self.sudo()
        partners = records._whatsapp_partners()
        numbers = records._whatsapp_numbers(channel, partners)
        contact_of = records._whatsapp_contacts(channel, partners, numbers)
        window_of = self._whatsapp_windows(channel, contact_of) if not template else {}
        moment, seen, found = scheduled_at or fields.Datetime.now(), set(), []
        for record in records:
            written, digits = numbers[record.id]
            recipient = Recipient(
                record.sudo(self.env.su), partners.get(record.id, self.env["res.partner"]), contact_of[record.id], digits
            )
            recipient.reason = record._whatsapp_left_out(recipient, channel, template, written)
            if not recipient.reason and not template:
                closes_at = window_of.get(recipient.contact)
                recipient.reason = None if closes_at and closes_at > moment else left_out.WINDOW_CLOSED
            if not recipient.reason and (same_text or self._name == "res.partner"):
                recipient.reason = left_out.DUPLICATE if recipient.key in seen else None
                seen.add(recipient.key)
            found.append(recipient)
        return found

    def _whatsapp_left_out(self, recipient, channel, template, written):
        """Return why this recipient gets nothing from this number, or None."""
        self.ensure_one()
        contact = recipient.contact
        company = self["company_id"] if "company_id" in self._fields else False
        if company and company._name == "res.company" and company != channel.company_id:
            return left_out.OTHER_COMPANY
        if not contact and not recipient.digits:
            return left_out.INVALID_NUMBER if written else left_out.NO_NUMBER
        if contact.blocked:
            return left_out.BLOCKED
        if contact.is_unreachable:
            return left_out.UNREACHABLE
        if contact.marketing_stopped and template and template.category == "MARKETING":
            return left_out.NO_MARKETING
        return None

    def _whatsapp_contacts(self, channel, partners, numbers):
        """Return ``{record id: whatsapp.contact}``: the customer's own with this number, else the one last heard of."""
        partner_ids = [partner.id for partner in partners.values() if partner]
        keys = {phone_key(number) for _written, number in numbers.values() if number}
        Contact = self.env["whatsapp.contact"]
        known = Contact.search_fetch(
            [
                ("company_id", "=", channel.company_id.id),
                ("portfolio", "=", channel.portfolio),
                "|",
                ("partner_id", "in", partner_ids),
                ("phone_key", "in", list(keys)),
            ],
            ["wa_id", "phone_key", "partner_id", "blocked", "is_unreachable", "marketing_stopped", "username"],
            order="last_inbound_at desc nulls last, id",
        )
        by_partner, by_number = known.grouped("partner_id"), {contact.phone_key: contact for contact in known if contact.phone_key}
        result = {}
        for record in self:
            number = phone_key(numbers[record.id][1])
            partner = partners.get(record.id)
            own = by_partner.get(partner, Contact) if partner else Contact
            result[record.id] = own.filtered(lambda c, n=number: n and c.phone_key == n)[:1] or own[:1] or by_number.get(number, Contact)
        return result

    def _whatsapp_windows(self, channel, contact_of):
        """Return ``{contact: until when free text may be sent}``."""
        contacts = self.env["whatsapp.contact"].sudo().union(*contact_of.values())
        # sudo: only whether the window is open is asked, also of conversations that other teams lead
        conversations = self.env["whatsapp.conversation"].sudo().search_fetch(
            [("channel_id", "=", channel.id), ("contact_id", "in", contacts.ids)], ["contact_id", "window_expires_at"]
        )
        return {conversation.contact_id: conversation.window_expires_at for conversation in conversations}

    @api.model
    def _whatsapp_reason_texts(self):
        """Return ``{reason: what to tell people}``."""
        return {
            left_out.OTHER_COMPANY: self.env._("Belongs to another company than the WhatsApp number"),
            left_out.NO_NUMBER: self.env._("Has no phone number"),
            left_out.INVALID_NUMBER: self.env._("The phone number is not valid; write it with its country code"),
            left_out.BLOCKED: self.env._("Is blocked"),
            left_out.UNREACHABLE: self.env._("Cannot be reached on WhatsApp, as an earlier message showed"),
            left_out.NO_MARKETING: self.env._("Does not want marketing messages"),
            left_out.WINDOW_CLOSED: self.env._("Has not written in the last 24 hours; only a template can be sent"),
            left_out.DUPLICATE: self.env._("Gets this message already"),
            left_out.NO_VALUE: self.env._("A value of the template is empty on this record"),
        }
