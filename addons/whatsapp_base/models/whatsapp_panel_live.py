from odoo import api, models

# Panels of more customers than this are not told one by one: nobody follows an import line by line
TOLD_AT_MOST = 100
PARTNER_FIELDS = {"name", "email", "phone", "parent_id", "lang", "category_id", "function", "image_1920", "tz", "city", "country_id"}
CONTACT_FIELDS = {"partner_id", "note", "blocked", "marketing_stopped", "language", "is_unreachable"}
CONVERSATION_FIELDS = {"tag_ids", "priority", "team_id", "user_id"}
# kind of key in the transaction's data: which field of a conversation leads to what changed
KEYS = {"conversation": "id", "contact": "contact_id", "partner": "partner_id", "company": "partner_id.commercial_partner_id"}


class WhatsappConversation(models.Model):
    """Who has a customer's panel open hears that something in it changed, and loads it again."""

    _inherit = "whatsapp.conversation"

    def write(self, vals):
        result = super().write(vals)
        if not CONVERSATION_FIELDS.isdisjoint(vals):
            self._panel_changed("conversation", self.ids)
        return result

    @api.model
    def _panel_changed(self, kind, ids):
        """Note that the panels of some people are out of date; told once, at the end of the transaction.

        :param str kind: ``conversation``, ``contact``, ``partner`` or ``company`` (the commercial partner)
        """
        ids = [record_id for record_id in ids if isinstance(record_id, int)]
        if not ids or self.env.context.get("install_mode"):
            return
        data = self.env.cr.precommit.data
        if "whatsapp.panel" not in data:
            data["whatsapp.panel"] = {}
            # sudo: who changes an order need not see the conversation; only its ID is told, to who reads the thread
            self.env.cr.precommit.add(self.sudo()._tell_panels)
        data["whatsapp.panel"].setdefault(kind, set()).update(ids)

    @api.model
    def _tell_panels(self):
        """Tell the threads of all who changed in this transaction: one query, one bus row for each."""
        changed = self.env.cr.precommit.data.pop("whatsapp.panel", {})
        people = [(KEYS[kind], "in", list(ids)) for kind, ids in changed.items()]
        if not people or sum(map(len, changed.values())) > 10 * TOLD_AT_MOST:
            return
        domain = [("discuss_channel_id", "!=", False), *["|"] * (len(people) - 1), *people]
        found = self.search(domain, limit=TOLD_AT_MOST + 1)
        if len(found) > TOLD_AT_MOST:
            return
        for conversation in found:
            conversation.discuss_channel_id._bus_send("whatsapp.conversation/panel", {"id": conversation.id})


class WhatsappContact(models.Model):
    """A contact is part of the panel."""

    _inherit = "whatsapp.contact"

    def write(self, vals):
        result = super().write(vals)
        if not CONTACT_FIELDS.isdisjoint(vals):
            self.env["whatsapp.conversation"]._panel_changed("contact", self.ids)
        return result


class ResPartner(models.Model):
    """So is the customer."""

    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if not PARTNER_FIELDS.isdisjoint(vals):
            self.env["whatsapp.conversation"]._panel_changed("partner", self.ids)
        return result


class WhatsappPanelDocument(models.AbstractModel):
    """Documents that the panel shows, which therefore say when they change: mix it into their model.

    Sections of other models are brought up to date when the user comes back to the inbox.
    """

    _name = "whatsapp.panel.document"
    _description = "Document in the WhatsApp Inbox Panel"

    def _whatsapp_panel_fields(self):
        """Return the fields whose change is to be seen in the panel at once."""
        return {"state", "partner_id", "active"}

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        documents._tell_whatsapp_panel()
        return documents

    def write(self, vals):
        if self._whatsapp_panel_fields().isdisjoint(vals):
            return super().write(vals)
        self._tell_whatsapp_panel()
        result = super().write(vals)
        if "partner_id" in vals:
            self._tell_whatsapp_panel()
        return result

    def unlink(self):
        self._tell_whatsapp_panel()
        return super().unlink()

    def _tell_whatsapp_panel(self):
        # sudo: whose documents they are, whatever the user may read of customers
        partners = self.sudo().partner_id.commercial_partner_id
        self.env["whatsapp.conversation"]._panel_changed("company", partners.ids)
