from odoo import api, fields, models
from odoo.exceptions import UserError


class WhatsappTemplateDelete(models.TransientModel):
    """Tell what deleting a template at Meta means, and do it."""

    _name = "whatsapp.delete.template"
    _description = "Delete a WhatsApp Template at Meta"

    template_id = fields.Many2one("whatsapp.message.template", required=True, ondelete="cascade")
    translation_ids = fields.Many2many(
        "whatsapp.message.template.translation", "whatsapp_delete_template_language_rel", string="Languages",
        compute="_compute_translation_ids", store=True, readonly=False,
        domain="[('template_id', '=', template_id), ('meta_id', '!=', False), ('state', '!=', 'deleted')]",
    )
    was_approved = fields.Boolean(compute="_compute_consequences")
    is_all = fields.Boolean(compute="_compute_consequences")
    waiting_count = fields.Integer(compute="_compute_consequences")

    @api.depends("template_id")
    def _compute_translation_ids(self):
        for wizard in self:
            wizard.translation_ids = wizard.template_id.translation_ids.filtered(lambda t: t.meta_id and t.state != "deleted")

    @api.depends("translation_ids")
    def _compute_consequences(self):
        # sudo: how many messages wait is told to whoever may delete, not what is in them
        Message = self.env["whatsapp.chat.message"].sudo()
        for wizard in self:
            there = wizard.template_id.translation_ids.filtered(lambda t: t.meta_id and t.state != "deleted")
            wizard.is_all = wizard.translation_ids._origin == there
            wizard.was_approved = any(t.state in ("approved", "paused") for t in wizard.translation_ids)
            wizard.waiting_count = Message.search_count(
                [("template_translation_id", "in", wizard.translation_ids._origin.ids), ("state", "=", "queued")]
            )

    def action_delete(self):
        """Delete at Meta."""
        self.ensure_one()
        self.template_id.check_access("write")
        if not self.translation_ids:
            raise UserError(self.env._("Choose at least one language."))
        disabled = self.translation_ids.filtered(lambda t: t.state == "disabled")
        if disabled:
            raise UserError(self.env._("Meta does not delete what it has disabled: %s.", ", ".join(disabled.mapped("language_name"))))
        self.template_id._delete_at_meta(self.translation_ids)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
