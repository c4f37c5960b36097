from odoo import api, fields, models

from ..cloud_api import template_draft as drafts

HEADERS = [
    ("TEXT", "Text"),
    ("IMAGE", "Image"),
    ("VIDEO", "Video"),
    ("GIF", "Animation"),
    ("DOCUMENT", "Document"),
    ("LOCATION", "Location"),
    ("PRODUCT", "Product"),
]


class WhatsappMessageTemplatePart(models.AbstractModel):
    """Header, text and buttons, as a template has them and each card of a carousel, for people to edit.

    What is written here is the working copy: Meta goes on sending ``definition`` until it is submitted.
    """

    _name = "whatsapp.message.template.part"
    _description = "Part of a WhatsApp Template"

    header_format = fields.Selection(HEADERS, "Header", help="What stands on top of the message.")
    header_text = fields.Char(help="Up to 60 characters, with one variable at most.")
    header_example = fields.Char("Example of the Header", help="What the variable of the header may look like.")
    header_file = fields.Binary(
        "Example File", help="Shown to Meta's reviewers. What customers get is given whenever the template is sent."
    )
    header_filename = fields.Char()
    header_handle = fields.Char(readonly=True, help="What Meta calls the example file.")
    body_text = fields.Text(
        "Text", help="WhatsApp formatting: *bold*, _italic_, ~struck~. Variables are {{1}}, {{2}} or names in double braces."
    )
    body_examples = fields.Text(
        "Examples", help="One line for each variable of the text, in order: what it may look like. Meta's reviewers read them."
    )

    def _translation(self):
        """Return the translations that these parts belong to."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._edited()
        return parts

    def write(self, vals):
        if vals.get("header_file") and "header_handle" not in vals:
            vals = {**vals, "header_handle": False}
        result = super().write(vals)
        if self._content_fields() & set(vals):
            self._edited()
        return result

    def unlink(self):
        self._edited()
        return super().unlink()

    @api.model
    def _content_fields(self):
        return set(self.pool["whatsapp.message.template.part"]._fields) - set(models.MAGIC_COLUMNS) - {"header_handle"}

    def _edited(self):
        """Remember that the working copy may differ from what Meta has."""
        if not self.env.context.get("whatsapp_from_meta"):
            self._translation().filtered(lambda t: not t.is_edited).is_edited = True

    # ------------------------------------------------------------
    # To and from plain data
    # ------------------------------------------------------------

    def _header(self):
        self.ensure_one()
        header = drafts.Header(self.header_format or "")
        if self.header_format == "TEXT":
            header.text, header.example = self.header_text or "", self.header_example or ""
        elif self.header_format in drafts.MEDIA:
            header.handle = self.header_handle or ""
        return header

    def _examples(self):
        """Return the examples of the text's variables, in order."""
        self.ensure_one()
        return [line.strip() for line in (self.body_examples or "").splitlines()]

    @api.model
    def _part_values(self, header, body, examples, buttons):
        """Return the values that hold a header, a text and buttons."""
        clear = [fields.Command.clear()] if self.ids else []
        return {
            "header_format": header.format if header.format in dict(HEADERS) else False,
            "header_text": header.text or False,
            "header_example": header.example or False,
            "header_handle": header.handle or False,
            "body_text": body or False,
            "body_examples": "\n".join(examples) or False,
            "button_ids": clear + [
                fields.Command.create({**self.env["whatsapp.message.template.button"]._values_of(button), "sequence": number})
                for number, button in enumerate(buttons)
            ],
        }
