import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..cloud_api import template_asks

# so many are shown and checked while the dialog is open; the others are checked when they are sent
MOST_SHOWN = 80


class WhatsappComposeMessage(models.TransientModel):
    """Ask a person what to send to the customers of records, or of one conversation, and send it."""

    _name = "whatsapp.compose.message"
    _description = "Send WhatsApp"

    res_model = fields.Char("Document Model", required=True)
    res_ids = fields.Text(required=True, help="IDs of the records, as JSON.")
    record_count = fields.Integer(compute="_compute_record_count")
    is_conversation = fields.Boolean(compute="_compute_record_count")
    company_id = fields.Many2one("res.company", required=True)
    channel_id = fields.Many2one(
        "whatsapp.channel", "From", required=True, domain="[('company_id', '=', company_id)]", ondelete="cascade"
    )
    account_id = fields.Many2one(related="channel_id.account_id")
    mode = fields.Selection([("template", "Template"), ("text", "Free text")], "Send a", required=True, default="template")
    template_id = fields.Many2one(
        "whatsapp.message.template",
        # in a conversation, what a template takes from its own documents is typed
        domain="[('account_id', '=', account_id), ('is_sendable', '=', True)]"
        " + ([] if is_conversation else [('model', 'in', [False, 'res.partner', res_model])])",
        ondelete="cascade",
    )
    translation_id = fields.Many2one(
        "whatsapp.message.template.translation", "Language", domain="[('template_id', '=', template_id), ('is_sendable', '=', True)]",
        ondelete="cascade", help="Empty: each customer's language, or what the template has in its place.",
    )
    line_ids = fields.One2many(
        "whatsapp.compose.value", "composer_id", "Values", compute="_compute_line_ids", store=True, readonly=False
    )
    body = fields.Text("Text")
    recipient_ids = fields.One2many(
        "whatsapp.compose.recipient", "composer_id", "Recipients", compute="_compute_recipient_ids", store=True
    )
    ready_count = fields.Integer(compute="_compute_recipient_ids", store=True)
    left_out_count = fields.Integer(compute="_compute_recipient_ids", store=True)
    unchecked_count = fields.Integer(compute="_compute_recipient_ids", store=True)
    has_reports = fields.Boolean(compute="_compute_has_reports")
    can_make_pdf = fields.Boolean(compute="_compute_has_reports")
    report_id = fields.Many2one(
        "ir.actions.report", "Attach PDF",
        domain="[('model', '=', res_model), ('report_type', '=', 'qweb-pdf'), ('binding_model_id', '!=', False)]",
        ondelete="cascade",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    scheduled_at = fields.Datetime("Send Later")
    fallback = fields.Selection(
        selection=lambda self: self.env["whatsapp.chat.message"]._fields["fallback"]._description_selection(self.env),
        string="If WhatsApp Fails",
    )

    @api.model
    def default_get(self, fields_list):
        """Take the records from the context of whoever opens the dialog: a chatter, a list, a conversation."""
        values = super().default_get(fields_list)
        context = self.env.context
        model = values.get("res_model") or context.get("active_model")
        ids = context.get("active_ids") or (context.get("active_id") and [context["active_id"]]) or []
        values.setdefault("res_model", model)
        values.setdefault("res_ids", json.dumps(ids))
        records = self._records_of(model, values["res_ids"])
        if not records or not isinstance(records, self.env.registry["mail.thread"]):
            raise UserError(self.env._("Choose records with a customer first."))
        records.check_access("read")
        is_conversation = model == "whatsapp.conversation"
        company = records[:1].company_id if is_conversation else records._whatsapp_company()
        values["company_id"] = company.id
        if not values.get("channel_id"):
            own = records[:1].channel_id if is_conversation else None
            template = self.env["whatsapp.message.template"].browse(values.get("template_id"))
            values["channel_id"] = (own or self.env["whatsapp.channel"]._default_for(company, template)).id
        self._propose(records, values)
        return values

    def _propose(self, records, values):
        """Begin with what these records usually send."""
        if not values.get("template_id"):
            account = self.env["whatsapp.channel"].browse(values["channel_id"]).account_id
            values["template_id"] = records._whatsapp_usual_template(account).id
        if not values.get("report_id") and self.env["ir.actions.report"].get_wkhtmltopdf_state() != "install":
            values["report_id"] = records._whatsapp_usual_report().id

    @api.model
    def _records_of(self, model, res_ids):
        if not model or model not in self.env:
            return None
        return self.env[model].browse(int(res_id) for res_id in json.loads(res_ids or "[]")).exists()

    def _records(self):
        self.ensure_one()
        records = self._records_of(self.res_model, self.res_ids)
        return self.env["mail.thread"] if records is None else records

    @api.depends("res_model", "res_ids")
    def _compute_record_count(self):
        for composer in self:
            composer.record_count = len(json.loads(composer.res_ids or "[]"))
            composer.is_conversation = composer.res_model == "whatsapp.conversation"

    @api.depends("res_model")
    def _compute_has_reports(self):
        can_make_pdf = self.env["ir.actions.report"].get_wkhtmltopdf_state() != "install"
        for composer in self:
            composer.has_reports = bool(not composer.is_conversation and composer._records()._whatsapp_reports())
            composer.can_make_pdf = can_make_pdf

    # ------------------------------------------------------------
    # Values
    # ------------------------------------------------------------

    def _translation(self):
        """Return the language that the dialog shows: chosen, else that of the first recipient."""
        self.ensure_one()
        if self.translation_id.template_id == self.template_id and self.translation_id:
            return self.translation_id
        contact = self.recipient_ids.filtered(lambda r: not r.reason)[:1].contact_id
        language = self.template_id._language_of(contact) if contact else self.env.lang
        return self.template_id._pick(language)

    @api.depends("template_id", "translation_id", "mode")
    def _compute_line_ids(self):
        for composer in self:
            rows = composer._asked() if composer.mode == "template" and composer.template_id else []
            typed = {line.key: line.value for line in composer.line_ids}
            composer.line_ids = [Command.clear()] + [
                Command.create({**row, "value": typed.get(row["key"]) or row.get("value")}) for row in rows
            ]

    def _asked(self):
        """Return the values of a line for everything that has to be typed: texts, a place, products, what cards need."""
        rows = [
            {"key": variable.key, "label": self._label_of(variable), "example": variable.example, "value": variable.value}
            for variable in self.template_id.variable_ids._asked(self.res_model)
        ]
        for ask in template_asks.asks(self._translation()._definition()):
            if ask.what != "end":
                rows.append({"key": ask.key, "label": self._label_of_ask(ask), "example": ask.example, "is_extra": True})
        return rows

    def _label_of_ask(self, ask):
        labels = {
            "latitude": self.env._("Place · Latitude"),
            "longitude": self.env._("Place · Longitude"),
            "name": self.env._("Place · Name"),
            "address": self.env._("Place · Address"),
            "product": self.env._("Product (its ID in the catalogue)"),
            "products": self.env._("Products (IDs in the catalogue, with commas)"),
            "copy_code": self.env._("Code to copy"),
            "url": self.env._("End of the link of “%s”", ask.label),
            "text": self.env._("Text · %s", ask.name),
        }
        if ask.card is None:
            return labels[ask.what]
        return self.env._("Card %(number)d · %(what)s", number=ask.card + 1, what=labels[ask.what])

    def _label_of(self, variable):
        if variable.label:
            return variable.label
        if variable.component == "button":  # links have the text of their button as label
            return self.env._("Code to copy")
        place = dict(variable._fields["component"]._description_selection(self.env))[variable.component]
        return f"{place} · {variable.name}"

    def _free(self, missing=""):
        """Return what was typed, as ``whatsapp.message.template._values_for`` takes it."""
        self.ensure_one()
        free = {}
        for line in self.line_ids:
            value = (line.value or "").strip()
            free[line.key] = value if value or line.is_extra else missing
        if self.has_offer_end and self.offer_ends:
            free["offer_ends"] = fields.Datetime.to_string(self.offer_ends)
        return free

    # ------------------------------------------------------------
    # Recipients
    # ------------------------------------------------------------

    @api.depends("res_model", "res_ids", "channel_id", "template_id", "mode", "scheduled_at", "report_id")
    def _compute_recipient_ids(self):
        for composer in self:
            records = composer._records()
            if not composer.channel_id or not records:
                composer.recipient_ids = [Command.clear()]
                composer.ready_count = composer.left_out_count = composer.unchecked_count = 0
                continue
            shown = records[:MOST_SHOWN]
            found = composer._resolve(shown)
            texts = records._whatsapp_reason_texts()
            composer.recipient_ids = [Command.clear()] + [
                Command.create(
                    {
                        "name": recipient.name or recipient.record.display_name,
                        "address": recipient.address,
                        "document": recipient.record.display_name,
                        "res_id": recipient.record.id,
                        "contact_id": recipient.contact.id,
                        "reason": recipient.detail or texts.get(recipient.reason),
                    }
                )
                for recipient in found
            ]
            composer.left_out_count = sum(bool(recipient.reason) for recipient in found)
            composer.ready_count = len(found) - composer.left_out_count
            composer.unchecked_count = len(records) - len(shown)

    def _resolve(self, records):
        template = self.template_id if self.mode == "template" else None
        if self.mode == "template" and not template:
            # whoever can be reached by a template at all; the window does not matter
            template = self.env["whatsapp.message.template"].new({"category": "UTILITY"})
        return records._whatsapp_recipients(
            self.channel_id, template, self.scheduled_at, same_text=not self.report_id and records._whatsapp_is_same_text(template)
        )
