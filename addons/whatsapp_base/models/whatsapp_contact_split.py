from odoo import models


class WhatsappContact(models.Model):
    """One contact that is in truth two people becomes two."""

    _inherit = "whatsapp.contact"

    def _split_off(self, alias, rows, partner=None):
        """Make a contact of its own of a former identity, and give it messages; returns it.

        What other applications made of these messages (orders, tickets) stays with this contact: whether it was
        the one or the other is for a person to say.

        :param alias: ``whatsapp.contact.alias`` of this contact
        :param rows: ``whatsapp.chat.message`` records of this contact that are the other person's
        :param partner: the other person's customer; by default the one from before the merge, else a new one
        """
        self.ensure_one()
        self, alias, rows = self.sudo(), alias.sudo(), rows.sudo()  # sudo: the caller checked who may split
        label = alias.display_name
        partner = partner or (alias.partner_id - self.partner_id) or self.env["res.partner"].create(
            {"name": label, "phone": f"+{alias.wa_id}" if alias.wa_id else False, "company_id": self.partner_id.company_id.id}
        )
        other = self.with_context(tracking_disable=True).create(
            {
                "company_id": self.company_id.id, "portfolio": self.portfolio, "wa_id": alias.wa_id, "bsuid": alias.bsuid,
                "partner_id": partner.id,
            }
        )
        alias.unlink()
        sources = rows.conversation_id
        for source in sources:
            target = self.env["whatsapp.conversation"]._find_or_create(source.channel_id, other)[other]
            rows.filtered(lambda row, source=source: row.conversation_id == source)._move_to(target)
        other.conversation_ids._count_from_now()
        (sources | other.conversation_ids)._recompute_times()
        other._hand_over_authorship(self.partner_id.id, partner.id)
        count = len(rows)
        self._tell(self.env._("and %(who)s are two people: %(count)s message(s) have their own contact now", who=label, count=count))
        other._tell(
            self.env._("was split off from %(who)s (contact %(id)s) with %(count)s message(s)", who=self._label(), id=self.id, count=count)
        )
        return other
