from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import field_paths

SOURCES = [
    ("free", "Asked When Sending"),
    ("field", "Field of the Record"),
    ("portal_url", "Link to the Record"),
    ("user", "Sender"),
    ("company", "Company"),
    ("fixed", "Always the Same Text"),
]
# what a path starts from, where it does not start from the record
START = {"user": "res.users", "company": "res.company"}
# what only a record of the template's model knows
OF_RECORD = ("field", "portal_url")


class WhatsappMessageTemplateVariable(models.Model):
    """Where the value of one variable comes from: the same for all languages of a template."""

    _name = "whatsapp.message.template.variable"
    _description = "Variable of a WhatsApp Template"
    _order = "template_id, rank, position, id"
    _rec_name = "name"

    template_id = fields.Many2one("whatsapp.message.template", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    model = fields.Char(related="template_id.model")
    component = fields.Selection(
        [("header", "Header"), ("body", "Text"), ("button", "Button")], required=True, default="body", readonly=True
    )
    rank = fields.Integer(compute="_compute_rank", store=True)
    name = fields.Char(required=True, readonly=True, help="As it is written in the template, between {{ and }}.")
    position = fields.Integer(readonly=True, help="Of the variable in the text, or of the button.")
    label = fields.Char(help="What the sender is asked for.")
    source = fields.Selection(SOURCES, "Comes From", required=True, default="free")
    path_model = fields.Char(compute="_compute_path_model")
    field_path = fields.Char("Field")
    value = fields.Char("Text", help="What is sent, or proposed where the sender is asked.")
    fallback = fields.Char("If Empty", help="What is sent when the value is empty. Without it, nothing is sent.")
    example = fields.Char(readonly=True, help="As Meta has it.")

    _unique = models.UniqueIndex("(template_id, component, name, position)", "This variable is already there.")

    @api.depends("component")
    def _compute_rank(self):
        for variable in self:
            variable.rank = ("header", "body", "button").index(variable.component or "body")

    @api.depends("source", "template_id.model")
    def _compute_path_model(self):
        for variable in self:
            variable.path_model = START.get(variable.source) or (variable.source == "field" and variable.template_id.model)

    @api.depends("component", "name", "label")
    def _compute_display_name(self):
        for variable in self:
            variable.display_name = f"{{{{{variable.name}}}}} {variable.label or ''}".strip()

    @api.onchange("source")
    def _onchange_source(self):
        """A path of another model means nothing."""
        for variable in self:
            variable.field_path = "name" if variable.source in START else False

    @api.constrains("source", "field_path", "template_id")
    def _check_field_path(self):
        for variable in self:
            if variable.source in ("field", *START):
                try:
                    field_paths.check(self.env, variable.path_model, variable.field_path)
                except ValidationError as error:
                    raise ValidationError(
                        self.env._("Variable {{%(name)s}}: %(problem)s", name=variable.name, problem=str(error))
                    ) from None

    @api.constrains("source", "value")
    def _check_value(self):
        for variable in self:
            if variable.source == "fixed" and not (variable.value or "").strip():
                raise ValidationError(self.env._("Variable {{%s}} is always the same text: enter the text.", variable.name))

    @property
    def key(self):
        """How callers name a value that they give: ``header``, the name in the text, ``button.0``."""
        self.ensure_one()
        return {"header": "header", "button": f"button.{self.position}"}.get(self.component, self.name)

    def _asked(self, model=None):
        """Return those that the sender is asked for.

        :param str model: of the records that are written from; what the template takes from records of another one is asked
        """
        foreign = model and self.template_id.model not in (False, "res.partner", model)
        asked = ("free", *OF_RECORD) if foreign else ("free",)
        return self.filtered(lambda variable: variable.source in asked)
