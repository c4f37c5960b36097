from odoo import api, fields, models

from ..cloud_api import template_asks, template_preview


class WhatsappComposeMessage(models.TransientModel):
    """What the dialog shows before anything is sent: the message on a phone, and what is still missing."""

    _inherit = "whatsapp.compose.message"

    has_offer_end = fields.Boolean(compute="_compute_header_file_kind")
    offer_ends = fields.Datetime(help="When the limited-time offer of this template is over.")
    preview = fields.Json(compute="_compute_preview")
    problem = fields.Char(compute="_compute_preview")
    header_file_kind = fields.Char(compute="_compute_header_file_kind")
    card_file_kind = fields.Char(compute="_compute_header_file_kind")

    @api.depends("template_id", "translation_id", "mode")
    def _compute_header_file_kind(self):
        for composer in self:
            composer.header_file_kind = composer.card_file_kind = composer.has_offer_end = False
            if composer.mode == "template" and composer.template_id:
                translation = composer._translation()
                composer.header_file_kind = translation._header_file_kind()
                composer.card_file_kind = translation._card_files()[0]
                composer.has_offer_end = translation._definition().has_expiring_offer

    @api.depends(
        "mode", "template_id", "translation_id", "line_ids.value", "body", "report_id", "attachment_ids", "recipient_ids", "channel_id",
        "offer_ends",
    )
    def _compute_preview(self):
        for composer in self:
            composer.preview = composer.problem = False
            business = composer.channel_id.verified_name or composer.channel_id.name or ""
            if composer.mode == "text":
                composer.preview = template_preview.phone([{"type": "BODY", "text": composer.body or ""}], business=business)
            elif composer.template_id:
                values, problem = composer._preview_values()
                composer.problem = composer._header_problem() or problem
                translation = composer._translation()
                composer.preview = template_preview.phone(
                    translation._definition().components, values, language=translation.language, business=business,
                    files=composer._preview_files(),
                )

    def _preview_files(self):
        """Return the pictures that the preview shows, see ``cloud_api.template_preview``."""
        shown = [
            {"url": f"/web/content/{file.id}" if (file.mimetype or "").startswith(("image/", "video/")) else "", "filename": file.name}
            for file in self.attachment_ids._origin.sorted("id")
        ]
        if self.card_file_kind:
            return {f"carousel.{number}.header": file for number, file in enumerate(shown)}
        return {"header": shown[0]} if shown and self.header_file_kind else {}

    def _header_problem(self):
        """Return what is missing on top of the template, or False."""
        kind, count = self._translation()._card_files()
        if kind and len(self.attachment_ids) < count:
            return self.env["mail.thread"]._whatsapp_cards_message(kind, count, len(self.attachment_ids))
        if self.has_offer_end and not self.offer_ends:
            return self.env._("This template has an offer that ends. Say when.")
        if self.has_offer_end and self.offer_ends <= fields.Datetime.now():
            return self.env._("The offer has ended already. Give a time that is to come.")
        if self._needs_catalog() and not self.account_id.sudo().catalog_id:  # sudo: whether there is one is no secret
            return self.env._("This template shows a product, but the account has no catalogue. Ask an administrator to enter its ID.")
        has_file = self.attachment_ids or (self.report_id and self.header_file_kind == "document")
        if self.header_file_kind and not has_file:
            return {
                "document": self.env._("This template has a document on top. Choose the PDF or add a file."),
                "image": self.env._("This template has a picture on top. Add it."),
                "video": self.env._("This template has a video on top. Add it."),
            }[self.header_file_kind]
        return False

    def _needs_catalog(self):
        return any(ask.what == "product" for ask in template_asks.asks(self._translation()._definition()))

    def _preview_values(self):
        """Return the values of the first recipient's message, and what is wrong with them if nobody else gets it."""
        first = self.recipient_ids.filtered(lambda recipient: not recipient.reason)[:1]
        record = self._records().filtered(lambda record: record.id == first.res_id)
        if not record:
            return {"body": self._free()}, False
        language = self.translation_id.language if self.translation_id else None
        values, problems = record._whatsapp_try_values(self.template_id, self._free(missing="…"), language)
        return values.get(record.id, {}), problems.get(record.id) if self.record_count == 1 else False
