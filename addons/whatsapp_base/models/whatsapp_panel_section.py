import ast
import re

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

# What a section's path may end at, and so whose documents are shown
ENDS = ("res.partner", "whatsapp.contact", "whatsapp.conversation")
MAX_STEPS = 4
COLORS = ("secondary", "info", "success", "warning", "danger")
ICON_RE = re.compile(r"fa-[a-z0-9-]+")
COLUMNS = {
    "title_field": None,
    "subtitle_field": None,
    "date_field": ("date", "datetime"),
    "amount_field": ("monetary", "float", "integer"),
    "state_field": ("selection", "many2one"),
}
UNSHOWN = ("binary", "image", "json", "properties", "properties_definition", "one2many", "many2many", "html", "reference")


class WhatsappPanelSection(models.Model):
    """What the inbox shows of a customer beside the conversation: documents of one model, described as data.

    An administrator adds tickets, repairs or tasks without a line of code; addons bring theirs as records. The documents
    are read by ``whatsapp_panel_section_documents``, always with the rights of whoever looks.
    """

    _name = "whatsapp.panel.section"
    _description = "WhatsApp Inbox Panel Section"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=50)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    group_ids = fields.Many2many(
        "res.groups", string="Only For", help="Empty: for everybody who may read such documents. Rights are always respected."
    )
    icon = fields.Char(default="fa-file-text-o", help="Name of a Font Awesome 4 icon, such as fa-ticket.")
    # what
    model_id = fields.Many2one(
        "ir.model", "Documents", required=True, ondelete="cascade", domain=[("transient", "=", False), ("abstract", "=", False)]
    )
    model_name = fields.Char("Model Name", related="model_id.model", store=True)
    partner_path = fields.Char(
        "Field of the Customer", required=True, default="partner_id",
        help="How a document leads to the customer, through other records if need be: partner_id, or order_id.partner_id.",
    )
    partner_scope = fields.Selection(
        [
            ("customer", "of this customer"),
            ("children", "of this customer and the contacts below"),
            ("company", "of everybody at the customer's company"),
        ],
        "Show Documents", required=True, default="company",
    )
    domain = fields.Char("Filter", required=True, default="[]")
    sort_order = fields.Char("Order", help="Fields, each with asc or desc, such as: date desc, id desc")
    record_limit = fields.Integer("Show at Most", required=True, default=4)
    # how
    title_field = fields.Char("Title", default="display_name")
    subtitle_field = fields.Char("Second Line")
    date_field = fields.Char("Date")
    date_is_deadline = fields.Boolean("Past Dates Are Late", help="Dates that have passed are shown in red.")
    amount_field = fields.Char("Amount")
    shows_total = fields.Boolean("Show the Total", help="The sum of all amounts beside the name of the section.")
    state_field = fields.Char("Status")
    state_colors = fields.Char(
        "Status Colours",
        help="Which status has which colour: sale=success, cancel=danger. Colours: secondary, info, success, warning, danger.",
    )
    # making new ones
    can_create = fields.Boolean("Create Button", default=True)
    create_context = fields.Char(
        "Values of New Documents", required=True, default="{}",
        help="A context, such as {'default_type': 'opportunity'}. The customer is filled in anyhow, and so is the conversation "
        "where such documents have a field for it.",
    )
    action_id = fields.Many2one(
        "ir.actions.act_window", ondelete="set null", help="Whose views open with “All”; by default those of the model."
    )

    _limit_sane = models.Constraint("CHECK(record_limit BETWEEN 1 AND 20)", "Show between 1 and 20 documents.")

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    @api.constrains("icon")
    def _check_icon(self):
        for section in self:
            if section.icon and not ICON_RE.fullmatch(section.icon):
                raise ValidationError(
                    self.env._("“%s” is no icon. Write the name of a Font Awesome 4 icon, such as fa-ticket.", section.icon)
                )

    @api.constrains(
        "model_id", "partner_path", "domain", "sort_order", "state_colors", "create_context", "action_id", "shows_total", *COLUMNS
    )
    def _check_definition(self):
        for section in self:
            if problem := section._problem():
                raise ValidationError(problem)
            section._check_by_asking()

    def _problem(self):
        """Return what is wrong with the definition in words, naming the field and the remedy; False if nothing is."""
        self.ensure_one()
        Model = self.env.get(self.model_name)
        if Model is None or Model._abstract or Model._transient:
            return self.env._("Documents: choose a model whose records are stored.")
        checks = (self._path_problem, self._columns_problem, self._texts_problem)
        return next(filter(None, (check(Model.sudo()) for check in checks)), False)

    def _path_problem(self, Model):
        steps = (self.partner_path or "").split(".")
        if len(steps) > MAX_STEPS:
            return self.env._("Field of the Customer: use at most %s steps.", MAX_STEPS)
        start = Model._description
        for step in steps:
            field = Model._fields.get(step)
            if field is None:
                return self.env._(
                    "Field of the Customer: there is no field “%(field)s” on %(model)s. Choose another one.",
                    field=step, model=Model._description,
                )
            if not field.relational or not field._description_searchable:
                return self.env._(
                    "Field of the Customer: “%(field)s” of %(model)s does not lead to other records, or cannot be searched. "
                    "Choose another one.", field=step, model=Model._description,
                )
            Model = self.env[field.comodel_name].sudo()
        if Model._name not in ENDS:
            return self.env._(
                "Field of the Customer: “%(path)s” leads from %(start)s to %(end)s, not to a contact. Go on to a field of contacts, "
                "such as %(path)s.partner_id.", path=self.partner_path, start=start, end=Model._description,
            )
        return False

    def _columns_problem(self, Model):
        for name, types in COLUMNS.items():
            if not (column := self[name]):
                continue
            label = self._fields[name]._description_string(self.env)
            field = Model._fields.get(column)
            if field is None:
                return self.env._(
                    "%(label)s: there is no field “%(field)s” on %(model)s. Choose another one.",
                    label=label, field=column, model=Model._description,
                )
            if field.type in UNSHOWN or (types and field.type not in types):
                return self.env._(
                    "%(label)s: “%(field)s” is of the type %(type)s. Choose a field of another type: %(types)s.",
                    label=label, field=field._description_string(self.env), type=field.type, types=", ".join(types or ("char", "text")),
                )
        field = Model._fields.get(self.amount_field or "")
        if self.shows_total and not (field and field.column_type and self._currency_column(Model, field) is not None):
            return self.env._(
                "Show the Total: the amount must be stored, and so must its currency. Choose another amount, or show no total."
            )
        return False

    @api.model
    def _currency_column(self, Model, field):
        """Return the stored currency field of an amount; "" for plain numbers, None where it is not stored."""
        if field.type != "monetary":
            return ""
        name = field.get_currency_field(Model)
        return name if name and Model._fields[name].column_type else None

    def _texts_problem(self, Model):
        for value, color in self._colors().items():
            if color not in COLORS:
                return self.env._(
                    "Status Colours: “%(value)s=%(color)s” has no colour. Use one of: %(colors)s.",
                    value=value, color=color, colors=", ".join(COLORS),
                )
        if not isinstance(_literal(self.domain), list):
            return self.env._("Filter: “%s” is no domain.", self.domain)
        if not isinstance(_literal(self.create_context), dict):
            return self.env._(
                "Values of New Documents: “%s” is no context. Write it such as {'default_type': 'opportunity'}.", self.create_context
            )
        # sudo: actions are the administrator's to choose, and only the name of the model is read
        action = self.action_id.sudo()
        if action and action.res_model != self.model_name:
            return self.env._(
                "Action: “%(action)s” shows other documents (%(model)s). Choose an action of %(expected)s.",
                action=action.name, model=action.res_model, expected=Model._description,
            )
        return False

    def _check_by_asking(self):
        """Ask the database once: what neither filter nor order name rightly fails here, before an agent meets it."""
        self.ensure_one()
        # sudo: what is asked is whether the question can be put; nothing is returned
        Model = self.env[self.model_name].sudo()
        questions = (
            (self.env._("Filter"), lambda: Model.search(_literal(self.domain), limit=1)),
            (self.env._("Order"), lambda: Model.search([], order=self.sort_order or None, limit=1)),
            (self.env._("Field of the Customer"), lambda: Model.search([(self.partner_path, "in", [0])], limit=1)),
        )
        for label, ask in questions:
            try:
                with self.env.cr.savepoint():
                    ask()
            except (ValueError, KeyError, TypeError, AttributeError, NotImplementedError, UserError, psycopg2.Error) as error:
                problem = self.env._("%(label)s: %(problem)s", label=label, problem=error)
                raise ValidationError(problem) from error

    def _colors(self):
        """Return ``{value of the status: colour}``."""
        pairs = (part.partition("=") for part in (self.state_colors or "").split(",") if part.strip())
        return {value.strip(): color.strip() for value, _equals, color in pairs}

    def _filter(self):
        """Return the filter as a list that may be joined with others by “and”."""
        domain = _literal(self.domain) or []
        return list(Domain(domain)) if domain else []  # Domain makes every “&” explicit

    def _new_context(self):
        return dict(_literal(self.create_context) or {})

    def action_preview(self):
        """Show how many documents the section finds at all, as a check of its filter."""
        self.ensure_one()
        self.check_access("read")
        if self.model_name not in self.env or not self.env[self.model_name].has_access("read"):
            raise AccessError(self.env._("You may not read such documents yourself, so you cannot try the section."))
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.model_name,
            "view_mode": "list,form",
            "domain": [*self._filter(), (self.partner_path, "!=", False)],
        }


def _literal(text):
    """Return the value of a Python literal; None if it is none. Nothing is ever executed."""
    try:
        return ast.literal_eval((text or "").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
