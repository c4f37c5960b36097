import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..order_text import details, expressions, folding, keywords, patterns

KEY_RE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class WhatsappOrderTypeField(models.Model):
    """A value that a service needs from the customer, and how it is found in what they write."""

    _name = "whatsapp.order.type.field"
    _description = "Detail of a WhatsApp Service"
    _order = "type_id, sequence, id"

    type_id = fields.Many2one("whatsapp.order.type", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True, help="What the customer and the seller read.")
    key = fields.Char(
        "Technical Name", compute="_compute_key", store=True, readonly=False, precompute=True, required=True,
        help="Also a placeholder in the texts of this service, such as {nid}.",
    )
    is_required = fields.Boolean("Required", default=True, help="The customer is asked for it where it is missing.")
    labels = fields.Char(
        "Words Before It",
        help="What customers write before the value, separated by commas, such as: NID, national ID. Without any, the "
        "value is recognised by its looks alone.",
    )
    kind = fields.Selection(
        [
            (details.TEXT, "Text"),
            (details.NAME, "Name"),
            (details.DIGITS, "Digits"),
            (details.PHONE, "Phone Number"),
            (details.EMAIL, "E-mail Address"),
            (details.DATE, "Date"),
            (details.EXPRESSION, "Regular Expression (experts)"),
        ],
        "Looks Like", required=True, default=details.TEXT,
    )
    lengths = fields.Char("Number of Digits", help="Such as 10, 13 or 17, or a range such as 8-12. Empty: any.")
    expression = fields.Char(
        "Regular Expression", help="Tried on the customer's text in lower case. A group, if there is one, is the value."
    )

    _key_unique = models.Constraint("UNIQUE(type_id, key)", "Two details of a service cannot have the same technical name.")

    @api.depends("name")
    def _compute_key(self):
        for field in self:
            if not field.key:
                key = re.sub(r"[^a-z0-9]+", "_", folding.fold_text(field.name or "")).strip("_")[:40]
                field.key = key if KEY_RE.fullmatch(key) else f"field_{key}"[:40].rstrip("_")

    @api.constrains("key")
    def _check_key(self):
        reserved = self.env["whatsapp.order.type"]._placeholders()
        for field in self:
            if not KEY_RE.fullmatch(field.key or ""):
                raise ValidationError(
                    self.env._("Technical Name “%s”: use small letters, digits and underscores, with a letter first.", field.key)
                )
            if field.key in reserved:
                raise ValidationError(
                    self.env._("Technical Name “%s” is taken by a placeholder of every service. Choose another.", field.key)
                )

    @api.constrains("kind", "labels")
    def _check_labels(self):
        for field in self:
            if field.kind in details.WORDED and not keywords.split_keywords(field.labels):
                raise ValidationError(
                    self.env._("“%s” is plain words, so say which words stand before it, such as: my name is, name.", field.name)
                )

    @api.constrains("kind", "lengths")
    def _check_lengths(self):
        for field in self:
            try:
                patterns.parse_lengths(field.lengths)
            except patterns.BadLengths as error:
                raise ValidationError(self.env._("Number of Digits of “%(name)s”: %(problem)s", name=field.name, problem=error))

    @api.constrains("kind", "expression")
    def _check_expression(self):
        for field in self.filtered(lambda f: f.kind == details.EXPRESSION):
            if not field.expression:
                raise ValidationError(self.env._("Enter the regular expression of “%s”, or choose another kind.", field.name))
            try:
                expressions.compile_checked(field.expression)
            except expressions.BadExpression as error:
                raise ValidationError(
                    self.env._("Regular Expression of “%(name)s”: %(problem)s", name=field.name, problem=error)
                )

    def _specification(self):
        """Return this field as plain data for ``order_text``."""
        self.ensure_one()
        return details.Field(
            self.key,
            tuple(keywords.split_keywords(self.labels)),
            self.kind,
            patterns.parse_lengths(self.lengths) if self.kind == details.DIGITS else (),
            self.expression or "",
        )

    def _hint(self):
        """Return how a customer is told what is wanted: "NID (10, 13 or 17 digits)"."""
        self.ensure_one()
        if self.kind == details.DIGITS and self.lengths:
            lengths = self.type_id._lengths_label(self.lengths, self.env._("or"))
            return self.env._("%(name)s (%(lengths)s digits)", name=self.name, lengths=lengths)
        return self.name
