from odoo import models


class MailThread(models.AbstractModel):
    """The composer on any record; glue addons say what their documents usually send."""

    _inherit = "mail.thread"

    def action_whatsapp_send(self):
        """Open the composer for these records; for buttons."""
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_compose_message_action")
        return dict(action, context={"active_model": self._name, "active_id": self[:1].id, "active_ids": self.ids})

    def _whatsapp_try_values(self, template, free=None, language=None):
        """Return ``{record id: values}`` with which these records fill a template in, and ``{record id: problem}``.

        A template that speaks about contacts is filled in from the customers of other records.
        """
        if self._name == "res.partner" or template.sudo().model != "res.partner":  # sudo: what it speaks about is no secret
            return template._try_values_for(self, free, language)
        # sudo: who the customer is; what is sent of them is read with the sender's rights
        partner_of = {key: partner.id for key, partner in self.sudo()._whatsapp_partners().items() if partner}
        found, wrong = template._try_values_for(self.env["res.partner"].browse(set(partner_of.values())), free, language)
        values = {key: found[partner_id] for key, partner_id in partner_of.items() if partner_id in found}
        problems = {record.id: self.env._("%s has no customer.", record.display_name) for record in self if record.id not in partner_of}
        problems.update({key: wrong[partner_id] for key, partner_id in partner_of.items() if partner_id in wrong})
        return values, problems

    def _whatsapp_usual_templates(self):
        """Return the names of templates that these records usually send, the best first."""
        return []

    def _whatsapp_usual_report(self):
        """Return the report that usually goes along, or none."""
        return self.env["ir.actions.report"]

    def _whatsapp_usual_template(self, account):
        """Return the template that the composer proposes: a usual one that can be sent, else the model's only one."""
        sendable = self.env["whatsapp.message.template"].search(
            [("account_id", "=", account.id), ("is_sendable", "=", True), ("model", "in", [False, "res.partner", self._name])]
        )
        by_name = {template.name: template for template in sendable}
        for name in self._whatsapp_usual_templates():
            if name in by_name:
                return by_name[name]
        own = sendable.filtered(lambda template: template.model == self._name)
        return own if len(own) == 1 else sendable.browse()

    def _whatsapp_after_send(self):
        """Hook: a message of each of these records was queued."""
