from odoo import api, fields, models

from .whatsapp_conversation_referral import REFERRAL_FIELDS

FILES = 12
OTHERS = 8
CYCLES = 5
ADMIN = "whatsapp_base.group_whatsapp_admin"


class WhatsappConversation(models.Model):
    """All that the inbox shows beside a conversation, in one call.

    Addons add to it by overriding :meth:`_inbox_panel_parts`, or without code by ``whatsapp.panel.section``. Everything
    is read with the rights of whoever looks.
    """

    _inherit = "whatsapp.conversation"

    def inbox_panel(self):
        """Return everything that the panel beside this conversation shows, as plain values."""
        self.ensure_one()
        self.check_access("read")
        return {"id": self.id, **{name: read() for name, read in self._inbox_panel_parts().items()}}

    def _inbox_panel_parts(self):
        """Return ``{part: function}`` of what the panel consists of; addons add theirs."""
        return {
            "rights": self._panel_rights,
            "contact": self._panel_contact,
            "partner": self._panel_partner,
            "conversation": self._panel_conversation,
            "sections": lambda: self.env["whatsapp.panel.section"]._of_customer(self),
            "referral": self._panel_referral,
            "others": self._panel_others,
            "cycles": self._panel_cycles,
            "files": self.inbox_panel_files,
        }

    def _panel_rights(self):
        Partner, partner = self.env["res.partner"], self.partner_id
        return {
            "edit_partner": bool(partner) and partner.has_access("write"),
            "create_partner": Partner.has_access("create"),
            "edit_contact": self.contact_id.has_access("write"),
            "edit_conversation": self.has_access("write"),
            "create_tag": self.env["whatsapp.tag"].has_access("create"),
            "edit_sections": self.env.user.has_group(ADMIN),
        }

    def _panel_contact(self):
        contact = self.contact_id
        zone, is_guess = contact._time_zone()
        return {
            "id": contact.id,
            "name": contact._label(),
            "phone": contact.wa_id and f"+{contact.wa_id}",
            "username": contact.username,
            "profile_name": contact.profile_name,
            "app_name": contact.app_name,
            "language": self._panel_language(contact.language),
            "time_zone": zone,
            "time_zone_is_guess": is_guess,
            "note": contact.note or "",
            "blocked": contact.blocked,
            "marketing_stopped": contact.marketing_stopped,
            "is_unreachable": contact.is_unreachable,
            "first_seen_at": fields.Datetime.to_string(contact.create_date),
        }

    @api.model
    def _panel_language(self, code):
        """Return the name of a language by WhatsApp's or Odoo's code; the code where Odoo does not have it."""
        if not code:
            return False
        known = self.env["res.lang"].get_installed()
        return next((name for lang, name in known if lang == code or lang.split("_")[0] == code), code)

    def _panel_partner(self):
        partner = self.partner_id
        if not partner or not partner.has_access("read"):
            return False
        contact = self.contact_id
        return {
            "id": partner.id,
            "name": partner.display_name,
            "own_name": partner.name,
            "avatar_version": fields.Datetime.to_string(partner.write_date),
            "is_company": partner.is_company,
            "function": partner.function,
            "email": partner.email,
            "phone": partner.phone,
            "phone_differs": contact.phone_differs,
            "company": {"id": partner.parent_id.id, "name": partner.parent_id.display_name} if partner.parent_id else False,
            "language": self._panel_language(partner.lang),
            "tags": [{"id": tag.id, "name": tag.display_name, "color": tag.color} for tag in partner.category_id],
            "place": ", ".join(filter(None, [partner.city, partner.country_id.name])),
        }

    def _panel_conversation(self):
        return {
            "state": self.state,
            "priority": self.priority,
            "tags": [{"id": tag.id, "name": tag.name, "color": tag.color} for tag in self.tag_ids],
            "number": self.channel_id.name,
            "team": self.team_id.name or False,
            # sudo: the name of a colleague
            "agent": {"id": self.user_id.partner_id.id, "name": self.user_id.sudo().name} if self.user_id else False,
        }

    def _panel_referral(self):
        """Return the advertisement that brought the customer here, if there was one."""
        if not self.referral_at:
            return False
        values = {name.removeprefix("referral_"): self[name] or False for name in REFERRAL_FIELDS}
        url = values["source_url"] or ""
        return {
            **values,
            "at": fields.Datetime.to_string(self.referral_at),
            # what came from outside is a link only if it is one
            "source_url": url if url.startswith(("https://", "http://")) else False,
        }

    def _panel_others(self):
        """Return the customer's conversations on other numbers, and those of the customer's other contacts."""
        people = [("contact_id", "=", self.contact_id.id)]
        if self.partner_id:
            people = ["|", *people, ("partner_id", "=", self.partner_id.id)]
        others = self.search([*people, ("id", "!=", self.id)], limit=OTHERS)
        return [
            {
                "id": other.id,
                "channel_id": other.discuss_channel_id.id,
                "number": other.channel_id.name,
                "identity": other.contact_id.wa_id and f"+{other.contact_id.wa_id}" or other.contact_id._label(),
                "state": other.state,
                "text": other.last_message_preview or "",
                "at": fields.Datetime.to_string(other.last_message_at) if other.last_message_at else False,
                "unanswered_count": other.unanswered_count,
            }
            for other in others
        ]

    def _panel_cycles(self):
        """Return the last openings of the conversation: when, who resolved it, with which outcome and rating."""
        Cycle = self.env["whatsapp.conversation.cycle"]
        if not Cycle.has_access("read"):
            return []
        moment = fields.Datetime.to_string
        return [
            {
                "id": cycle.id,
                "opened_at": moment(cycle.opened_at),
                "resolved_at": moment(cycle.resolved_at) if cycle.resolved_at else False,
                # sudo: names of colleagues
                "agent": (cycle.resolved_by_id or cycle.user_id).sudo().name or False,
                "first_response_seconds": cycle.first_response_at and cycle.first_response_seconds,
                "outcome": cycle.outcome_id.display_name or False,
                "closing_note": cycle.closing_note or "",
                "is_reopened": cycle.is_reopened,
                "rating": cycle.rating_value or False,
            }
            for cycle in Cycle.search([("conversation_id", "=", self.id)], limit=CYCLES)
        ]

    def inbox_panel_files(self, before=None, limit=FILES):
        """Return files that were shared in the thread, the newest first, and whether there are more.

        :param int before: ID of a file; only older ones are returned
        """
        self.ensure_one()
        self.check_access("read")
        limit = max(1, min(int(limit), 60))
        if not self.discuss_channel_id:
            return {"files": [], "has_more": False}
        domain = [("res_model", "=", "discuss.channel"), ("res_id", "=", self.discuss_channel_id.id), ("res_field", "=", False)]
        if before:
            domain.append(("id", "<", int(before)))
        # sudo: who may read the conversation may read its thread, and the files are the thread's
        found = self.env["ir.attachment"].sudo().search(domain, order="id desc", limit=limit + 1)
        return {"files": [self._panel_file(file) for file in found[:limit]], "has_more": len(found) > limit}

    @api.model
    def _panel_file(self, file):
        kind = (file.mimetype or "").split("/")[0]
        return {
            "id": file.id,
            "name": file.name,
            "mimetype": file.mimetype or "application/octet-stream",
            "size": file.file_size,
            "checksum": file.checksum,
            "at": fields.Datetime.to_string(file.create_date),
            "has_thumbnail": kind == "image",
        }
