import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import file_open

from ..cloud_api import languages, template_library, template_preview
from ..tools import field_paths
from .whatsapp_message_template import CATEGORIES


class WhatsappLibraryTemplate(models.Model):
    """A ready-made template, to be installed as a draft for an account. Its texts are files of this addon."""

    _name = "whatsapp.library.template"
    _description = "Ready-Made WhatsApp Template"
    _order = "sequence, id"
    _rec_name = "title"

    key = fields.Char("Name at Meta", required=True, readonly=True)
    title = fields.Char(required=True, readonly=True, translate=True)
    summary = fields.Char(readonly=True, translate=True)
    topic = fields.Selection(
        [
            ("orders", "Orders"), ("payments", "Payments"), ("delivery", "Delivery"), ("appointments", "Appointments"),
            ("service", "Customer Service"), ("marketing", "Marketing"), ("account", "Login"),
        ],
        readonly=True,
    )
    category = fields.Selection(CATEGORIES, readonly=True)
    sequence = fields.Integer(readonly=True)
    speaks_about = fields.Char(compute="_compute_texts")
    language_names = fields.Char("Languages", compute="_compute_texts")
    phone = fields.Json("Preview", compute="_compute_texts")
    body_text = fields.Text("Text", compute="_compute_texts", search="_search_body_text")
    is_installed = fields.Boolean("Installed", compute="_compute_is_installed", search="_search_is_installed")

    _key_unique = models.UniqueIndex("(key)", "This template is in the library already.")

    @api.depends("key")
    @api.depends_context("lang", "allowed_company_ids")
    def _compute_texts(self):
        for template in self:
            codes = template_library.languages_of(template.key)
            language = languages.choose(self.env.lang, codes)
            definition = template._definition(language)
            template.language_names = ", ".join(languages.LANGUAGES[code] for code in codes)
            template.phone = template_preview.phone(
                definition["components"], template._example_values(language), language=language, business=self.env.company.name
            )
            template.body_text = next((part.get("text") for part in definition["components"] if part["type"] == "BODY"), False)
            model = template._model()
            template.speaks_about = model._description if model is not None else False

    def _search_body_text(self, operator, value):
        if operator not in ("ilike", "like", "in", "="):
            return NotImplemented
        wanted = [str(text).casefold() for text in (value if isinstance(value, (list, tuple, set)) else [value])]
        found = self.search([]).filtered(
            lambda template: any(
                text in (entry.get("body") or "").casefold()
                for entry in template_library.load(template.key)["languages"].values() for text in wanted
            )
        )
        return [("id", "in", found.ids)]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_installed(self):
        there = self._find_installed()
        for template in self:
            template.is_installed = template in there

    def _search_is_installed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in" if True in value else "not in", self.search([])._find_installed().ids)]

    def _find_installed(self):
        """Return those of these templates that an account of the user's companies has."""
        names = Domain.OR(
            Domain("name", "=", key) | Domain("name", "=like", f"{key}\\_%") for key in self.mapped("key")
        )
        there = self.env["whatsapp.message.template"].search(names)
        return self.filtered(lambda entry: any(entry._is_same(template) for template in there))

    def action_install(self):
        """Ask for the account and the languages."""
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_library_install_action")
        return dict(action, context={"default_library_ids": self.ids})

    # ------------------------------------------------------------
    # From the files
    # ------------------------------------------------------------

    def _model(self):
        """Return the model that the template speaks about, None where that is not installed."""
        self.ensure_one()
        name = template_library.load(self.key)["model"]
        return self.env.get(name) if name else None

    def _definition(self, language, company=None):
        """Return the request that would create the template at Meta."""
        self.ensure_one()
        company = company or self.env.company
        model = self._model()
        return template_library.definition(
            self.key, language, site=company.get_base_url(), company=company.name,
            has_page=model is not None and model._whatsapp_has_page(),
        )

    def _example_values(self, language):
        """Login codes have no example at Meta, but a preview shows one."""
        examples = template_library.load(self.key)["languages"][language]["examples"]
        return {"body": [examples["1"]]} if "1" in examples else {}

    def _install(self, account, codes):
        """Add the chosen templates to an account as drafts; languages that are there already stay as they are.

        :param list codes: Meta's codes of languages
        :returns: the templates
        """
        Template = self.env["whatsapp.message.template"]
        there = Template.with_context(active_test=False).search([("account_id", "=", account.id)])
        installed = Template
        for entry in self:
            template = there.filtered(lambda t, entry=entry: entry._is_same(t))[:1]
            is_new = not template
            if is_new:
                template = entry._create_template(account, set(there.mapped("name")))
            for code in template_library.languages_of(entry.key):
                if code in codes and code not in template.translation_ids.mapped("language"):
                    entry._create_translation(template, code)
            if is_new:
                entry._set_variables(template)
            installed |= template
        return installed

    def _is_same(self, template):
        """Tell whether a template is this one: another one of the same name may say something else altogether."""
        self.ensure_one()
        data = template_library.load(self.key)
        variables = {name for name in data["variables"] if not name.startswith("button")}
        known = set(template.variable_ids.filtered(lambda variable: variable.component == "body").mapped("name"))
        return (
            (template.name == self.key or template.name.startswith(f"{self.key}_"))
            and template.parameter_format == data["parameter_format"] and known == variables
        )

    def _create_template(self, account, taken):
        """Create the template without a text; a name that the account uses for something else gets a number."""
        numbers = (f"{self.key}_{number}" for number in range(2, len(taken) + 3))
        name = self.key if self.key not in taken else next(name for name in numbers if name not in taken)
        data = template_library.load(self.key)
        model = self._model()
        about = self.env["ir.model"]._get(model._name) if model is not None else self.env["ir.model"]
        return self.env["whatsapp.message.template"].create(
            {
                "name": name,
                "account_id": account.id,
                "category": data["category"],
                "parameter_format": data["parameter_format"],
                "model_id": about.id if about.is_mail_thread else False,
                "fallback_language": "en",
            }
        )

    def _create_translation(self, template, code):
        Translation = self.env["whatsapp.message.template.translation"]
        definition = self._definition(code, template.company_id)
        values = {"template_id": template.id, "language": code, **Translation._draft_values(definition["components"])}
        header = template_library.load(self.key).get("header")
        if header:
            with file_open(f"whatsapp_base/data/library/{header['file']}", "rb") as file:
                values.update(header_file=base64.b64encode(file.read()), header_filename=header["file"])
        return Translation.create(values)

    def _set_variables(self, template):
        """Take over where values come from; what this database or this user does not have is asked when sending."""
        sources = template_library.load(self.key)["variables"]
        for variable in template.variable_ids:
            source = sources.get(variable.key)
            if source is None and variable.component == "button":
                source = {"source": "portal_url", "label": variable.label}
            if source and not self._is_readable(template, source):
                source = {"source": "free", "label": source.get("label")}
            if source:
                variable.write(source)

    def _is_readable(self, template, source):
        if not source.get("field_path"):
            return True
        start = {"company": "res.company", "user": "res.users"}.get(source["source"], template.model)
        try:
            field_paths.check(self.env, start, source["field_path"])
        except ValidationError:
            return False
        return True
