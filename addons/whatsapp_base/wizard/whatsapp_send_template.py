from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cloud_api import templates

# what a template can ask for that cannot be typed into a line
NOT_TYPED = {*templates.MEDIA_HEADERS.values(), "location", "product"}


class WhatsappSendTemplate(models.TransientModel):
    """Ask an agent for the values of a template and send it to the customer of a conversation."""

    _name = "whatsapp.send.template"
    _description = "Send a WhatsApp Template"

    conversation_id = fields.Many2one("whatsapp.conversation", required=True, ondelete="cascade")
    account_id = fields.Many2one(related="conversation_id.channel_id.account_id")
    template_id = fields.Many2one(
        "whatsapp.message.template",
        required=True,
        domain="[('account_id', '=', account_id), ('is_sendable', '=', True)]",
        ondelete="cascade",
    )
    translation_id = fields.Many2one(
        "whatsapp.message.template.translation", "Language", compute="_compute_translation_id", store=True, readonly=False,
        domain="[('template_id', '=', template_id), ('is_sendable', '=', True)]",
        help="The customer's language, or what the template has in its place.",
    )
    line_ids = fields.One2many(
        "whatsapp.send.template.line", "wizard_id", "Values", compute="_compute_line_ids", store=True, readonly=False
    )
    preview = fields.Text(compute="_compute_preview")
    problem = fields.Char(compute="_compute_preview")

    @api.depends("template_id")
    def _compute_translation_id(self):
        for wizard in self:
            template = wizard.template_id
            language = template._language_of(wizard.conversation_id.contact_id)
            wizard.translation_id = template._pick(language) if template else False

    @api.depends("translation_id")
    def _compute_line_ids(self):
        for wizard in self:
            slots = wizard.translation_id._definition().variables() if wizard.translation_id else []
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(
                    {
                        "component": slot.component,
                        "name": slot.name,
                        "kind": slot.kind,
                        "position": slot.index or 0,
                        "label": wizard._slot_label(slot),
                        "example": slot.example,
                        "required": slot.required,
                    }
                )
                for slot in slots
                if slot.required
            ]

    def _slot_label(self, slot):
        places = {"header": self.env._("Header"), "body": self.env._("Text"), "button": self.env._("Button")}
        return f"{places.get(slot.component, slot.component)} · {slot.label or slot.name}"

    @api.depends("translation_id", "line_ids.value")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard.problem = False
            if not wizard.translation_id:
                continue
            if set(wizard.line_ids.mapped("kind")) & NOT_TYPED:
                wizard.problem = self.env._("Templates with a file, place or product in the header cannot be sent from here yet.")
            values = wizard._values()
            body = {name: value or "…" for name, value in values["named_body"].items()}
            wizard.preview = wizard.translation_id._preview(values["header"] or None, body)

    def _values(self):
        """Return the typed values in the shapes of ``whatsapp.message.template._content``."""
        self.ensure_one()
        header = self.line_ids.filtered(lambda line: line.component == "header")[:1].value
        body = {line.name: line.value or "" for line in self.line_ids if line.component == "body"}
        buttons = {line.position: line.value or "" for line in self.line_ids if line.component == "button"}
        row = [buttons.get(index) for index in range(max(buttons) + 1)] if buttons else []
        return {"header": header or None, "named_body": body, "buttons": row}

    def action_send(self):
        """Queue the template; it leaves at once."""
        self.ensure_one()
        conversation = self.conversation_id
        conversation.check_access("write")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise UserError(self.env._("Only WhatsApp agents can write to customers. Ask an administrator for the role."))
        if self.template_id.account_id != conversation.channel_id.account_id:
            raise UserError(self.env._("This template belongs to another account than the number. Choose another one."))
        empty = self.line_ids.filtered(lambda line: line.required and not (line.value or "").strip())
        if empty:
            raise UserError(self.env._("Fill in: %s", ", ".join(empty.mapped("label"))))
        values = self._values()
        conversation._send_template(
            self.template_id,
            header=values["header"],
            body=values["named_body"],
            buttons=values["buttons"],
            language=self.translation_id.language,
            origin="agent",
            user=self.env.user,
        )
        conversation._agent_wrote(self.env.user)
        return {"type": "ir.actions.act_window_close"}


class WhatsappSendTemplateLine(models.TransientModel):
    """One value of a template."""

    _name = "whatsapp.send.template.line"
    _description = "Value of a WhatsApp Template"
    _order = "id"

    wizard_id = fields.Many2one("whatsapp.send.template", required=True, ondelete="cascade")
    component = fields.Char(required=True)
    name = fields.Char(required=True)
    kind = fields.Char()
    position = fields.Integer()
    label = fields.Char("Where")
    example = fields.Char()
    required = fields.Boolean()
    value = fields.Char()
