from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..cloud_api import languages, template_asks, templates
from ..cloud_api.outbound import InvalidContent
from ..cloud_api.outbound_template import template_text
from ..tools import field_paths, phrases
from .whatsapp_message_template_variable import OF_RECORD

# kinds of variables that are written as text
TYPED = ("text", "url", "copy_code")
# part of a template -> how callers name it who give it in its final shape
READY = {"body": "body", "button": "buttons"}


class WhatsappMessageTemplate(models.Model):
    """Filling in: which variables there are, and their values for records."""

    _inherit = "whatsapp.message.template"

    variable_ids = fields.One2many(
        "whatsapp.message.template.variable", "template_id", "Variables", compute="_compute_variable_ids", store=True,
        readonly=False, copy=True,
    )

    @api.depends(lambda self: [f"translation_ids.{name}" for name in self.env[
        "whatsapp.message.template.translation"]._component_fields()])
    def _compute_variable_ids(self):
        """Keep a line for each variable of any language; what people chose for those that stay is kept."""
        for template in self:
            slots = {}
            for translation in template.translation_ids:
                for position, slot in enumerate([*translation._slots(), *translation._draft_slots()]):
                    if template.category == "AUTHENTICATION" and slot.component == "button":
                        continue  # the button hands over the code of the text
                    slots.setdefault(_slot_key(slot), (position, slot))
            known = {(v.component, v.name, v.position if v.component == "button" else 0): v for v in template.variable_ids}
            commands = [fields.Command.delete(v.id) for key, v in known.items() if key not in slots]
            for key, (position, slot) in slots.items():
                values = {"example": slot.example or False, "position": slot.index if slot.component == "button" else position}
                if key not in known:
                    commands.append(fields.Command.create({**values, **self._new_variable(slot)}))
                elif any(known[key][name] != value for name, value in values.items()):
                    commands.append(fields.Command.update(known[key].id, values))
            if commands:
                template.variable_ids = commands

    @api.model
    def _new_variable(self, slot):
        """Return the values of a new line: the sender is asked until somebody chooses a source."""
        readable = slot.name.replace("_", " ").capitalize() if not slot.name.isdecimal() else False
        return {"component": slot.component, "name": slot.name, "source": "free", "label": slot.label or readable}

    # ------------------------------------------------------------
    # Values
    # ------------------------------------------------------------

    def _values_for(self, records, free=None, language=None):
        """Return what the template is filled with for each record, formatted in its recipient's language.

        :param records: records of any model; of the template's own, where variables come from fields
        :param dict free: what the sender was asked for: ``{variable id or name: text}`` (``header``, the name in the
            text, ``button.0``, those of ``cloud_api.template_asks``); parts that are ready may be given as in the result
            (``body`` as list or dict, ...)
        :param str language: for everybody; by default each recipient's own
        :returns: ``{record id: {"header", "body", "buttons", "cards", "offer_ends", "language"}}`` for ``_content``; files
            on top of the message and of its cards are left to the caller
        :raises UserError: a value is empty and has no text instead, or may not be read by the user; names the record
        """
        values, problems = self._try_values_for(records, free, language)
        if problems:
            raise UserError(next(iter(problems.values())))
        return values

    def _try_values_for(self, records, free=None, language=None):
        """Return the same as :meth:`_values_for` for records that can be filled in, and ``{record id: problem}``."""
        self.ensure_one()
        # sudo: which variables there are and where they come from is no secret; values are read with the user's rights
        template = self.sudo()
        env = self.env(su=self.env.su and records.env.su)
        partners = self._recipients_of(records)
        wanted = self._languages_of(records, partners, language)
        values, problems = {}, {}
        by_language = defaultdict(list)
        for record in records:
            by_language[wanted[record.id]].append(record.id)
        for code, ids in by_language.items():
            group = records.browse(ids).with_prefetch(records._prefetch_ids)
            found, missing = template._fill_in(group, code, partners, free or {}, env)
            values.update(found)
            problems.update(missing)
        ordered = {record.id: values[record.id] for record in records if record.id in values}
        return ordered, problems

    def _fill_in(self, records, language, partners, free, env):
        """Return (values, problems) of records whose recipients share a language.

        :param env: of the sender, whose rights count
        """
        translation = self._translation_for(language)
        ready = self._ready(free)
        buttons = translation._buttons(translation._sent_components()) if translation else []
        slots = [slot for slot in translation._slots() if READY.get(slot.component) not in ready]
        variables = {(v.component, v.name, v.position if v.component == "button" else 0): v for v in self.variable_ids}
        locale = self._locale(language, translation.language)
        records = records.with_env(env).with_context(lang=locale)
        try:
            asked = self._asked_parts(translation, free)
        except InvalidContent as error:
            return {}, dict.fromkeys(records.ids, phrases.explain(env, error))
        texts, problems = {}, {}
        for slot in slots:
            variable = variables.get(_slot_key(slot))
            if variable:
                texts[_slot_key(slot)] = self._texts(variable, records, partners, free, problems, buttons)
        values = {}
        for record in records:
            if record.id in problems:
                continue
            row = {key: found[record.id] for key, found in texts.items()}
            empty = next((key for key, text in row.items() if not text), None)
            if empty:
                problems[record.id] = self._empty_message(record, variables[empty], env)
                continue
            values[record.id] = {**self._with_asked(self._shape(slots, row), asked), **ready, "language": language}
        return values, problems

    @api.model
    def _asked_parts(self, translation, free):
        """Return what was given of the parts that are no texts of the message: place, products, cards, end of the offer."""
        if not translation:
            return {}
        definition = templates.parse({"name": "-", "id": "0", "components": translation._sent_components()})
        return template_asks.given(definition, free, (translation.account_id.catalog_id or "").strip())

    @api.model
    def _with_asked(self, shape, asked):
        buttons = dict(enumerate(shape["buttons"])) | asked.get("buttons", {})
        line = [buttons.get(index) for index in range(max(buttons) + 1)] if buttons else []
        return {
            "header": asked.get("header", shape["header"]),
            "body": shape["body"],
            "buttons": line,
            # each message has its own cards: the caller puts files on them
            "cards": [dict(card) for card in asked.get("cards", ())],
            "offer_ends": asked.get("offer_ends"),
        }

    def _texts(self, variable, records, partners, free, problems, buttons):
        """Return ``{record id: text}`` of one variable; adds to ``problems`` what cannot be read.

        :param list buttons: of the template, as Meta has them
        """
        source = variable.source
        given = free.get(variable.id, free.get(str(variable.id), free.get(variable.key)))
        is_foreign = source in OF_RECORD and records._name != variable.template_id.model
        if source == "free" or (is_foreign and given):
            texts = dict.fromkeys(records.ids, str(given) if isinstance(given, (str, int, float)) else variable.value)
        elif source == "fixed":
            texts = dict.fromkeys(records.ids, variable.value)
        elif source == "portal_url":
            texts = {record.id: self._link(variable, record, buttons) for record in records}
        else:
            texts = self._path_texts(variable, records, partners, problems)
        return {key: template_text(text or "") or template_text(variable.fallback or "") for key, text in texts.items()}

    def _path_texts(self, variable, records, partners, problems):
        env = records.env
        try:
            if variable.source == "field":
                if records._name != variable.template_id.model:
                    raise UserError(
                        env._("The template “%(name)s” speaks about %(model)s, so it cannot be filled in from %(other)s.",
                              name=self.name, model=self.model_id.name or env._("nothing"), other=records._description)
                    )
                return self._field_texts(variable, records, partners, problems)
            if variable.source == "user":
                text = field_paths.values(env.user, variable.field_path)[env.uid]
                return dict.fromkeys(records.ids, text)
            company_of = {record.id: _company_of(record) for record in records}
            companies = env["res.company"].union(*company_of.values())
            texts = field_paths.values(companies, variable.field_path)
            return {key: texts[company.id] for key, company in company_of.items()}
        except AccessError as error:
            problems.update(dict.fromkeys(records.ids, self._unreadable_message(variable, error, env)))
            return dict.fromkeys(records.ids, "")

    def _field_texts(self, variable, records, partners, problems):
        """Read a path for all records at once; only where that is refused, find out for whom."""
        zones = {record.id: partners[record.id].tz or _company_of(record).partner_id.tz for record in records}
        try:
            return field_paths.values(records, variable.field_path, zones)
        except AccessError:
            if len(records) == 1:
                raise
        texts = {}
        for record in records:
            try:
                texts.update(field_paths.values(record, variable.field_path, zones))
            except AccessError as error:
                problems[record.id] = self._unreadable_message(variable, error, records.env)
                texts[record.id] = ""
        return texts

    def _link(self, variable, record, buttons):
        """Return the link to a record; for a button, what its address lacks."""
        record.check_access("read")
        url = record._whatsapp_link()
        if not url:
            raise UserError(
                record.env._("%(model)s has no page that customers can open. Choose another source for {{%(name)s}}.",
                             model=record._description, name=variable.name)
            )
        if variable.component != "button":
            return url
        base = (buttons[variable.position].get("url") or "").partition("{{")[0]
        if not url.startswith(base):
            raise UserError(
                record.env._("The link of the button begins with %(base)s, but the page of the record is at %(url)s. "
                             "Use %(site)s/{{1}} as the button's address.", base=base, url=url.partition("?")[0],
                             site=record.get_base_url())
            )
        return url[len(base):]

    @api.model
    def _ready(self, free):
        """Return the parts that the caller gave in their final shape."""
        ready = {}
        if isinstance(free.get("body"), (list, tuple, dict)):
            ready["body"] = free["body"]
        if isinstance(free.get("buttons"), (list, tuple)):
            ready["buttons"] = list(free["buttons"])
        if isinstance(free.get("cards"), (list, tuple)):
            ready["cards"] = list(free["cards"])
        return ready

    def _shape(self, slots, row):
        """Return texts by slot in the shapes of ``_content``."""
        header = next((text for (component, _name, _index), text in row.items() if component == "header"), None)
        body = {name: text for (component, name, _index), text in row.items() if component == "body"}
        buttons = {index: text for (component, _name, index), text in row.items() if component == "button"}
        if self.category == "AUTHENTICATION" and body:
            buttons.update({slot.index: next(iter(body.values())) for slot in slots if slot.component == "button" and slot.required})
        line = [buttons.get(index) for index in range(max(buttons) + 1)] if buttons else []
        return {"header": header, "body": body, "buttons": line}

    def _empty_message(self, record, variable, env):
        return env._(
            "%(record)s: {{%(variable)s}} of the template “%(template)s” is empty%(field)s. Fill it in, or enter a text for "
            "the case that it is empty on the template.",
            record=record.display_name, variable=variable.name, template=self.name,
            field=f" ({variable.label or variable.field_path})" if variable.label or variable.field_path else "",
        )

    def _unreadable_message(self, variable, error, env):
        return env._(
            "You may not read what {{%(variable)s}} of the template “%(template)s” needs. %(reason)s",
            variable=variable.name, template=self.name, reason=str(error).partition("\n")[0],
        )

    # ------------------------------------------------------------
    # Who reads it, and in which language
    # ------------------------------------------------------------

    @api.model
    def _recipients_of(self, records):
        """Return ``{record id: res.partner}``."""
        # sudo: whose language and time zone count must be known, whether or not their card may be read
        records = records.sudo()
        if hasattr(records, "_whatsapp_partners"):
            return records._whatsapp_partners()
        return {key: found[:1] for key, found in records._mail_get_partners(introspect_fields=True).items()}

    def _languages_of(self, records, partners, language=None):
        """Return ``{record id: language}``: the partner's, else that of their WhatsApp contact, else the company's."""
        if language:
            return dict.fromkeys(records.ids, language)
        # sudo: see above; contacts of this company only
        nameless = [partner.id for partner in partners.values() if partner and not partner.lang]
        contacts = self.env["whatsapp.contact"].sudo().search_fetch(
            [("partner_id", "in", nameless), ("language", "!=", False), ("company_id", "=", self.sudo().company_id.id)],
            ["partner_id", "language"], order="last_inbound_at desc nulls last, id",
        ) if nameless else self.env["whatsapp.contact"]
        spoken = {contact.partner_id: contact.language for contact in reversed(contacts)}
        fallback = self.sudo().company_id.partner_id.lang or self.env.lang or "en_US"
        return {
            record.id: partners[record.id].lang or spoken.get(partners[record.id]) or fallback for record in records
        }

    def _translation_for(self, language):
        """Return the language that is sent, or that stands for it as long as none can be sent."""
        chosen = languages.choose(
            language, self.translation_ids.filtered("is_sendable").mapped("language"), self.fallback_language
        ) or languages.choose(language, self.translation_ids.mapped("language"), self.fallback_language)
        return self.translation_ids.filtered(lambda t: t.language == chosen)[:1]

    @api.model
    def _locale(self, wanted, sent):
        """Return the Odoo language in which values are written: the recipient's, if that is what the text is in."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        base = languages.normalize(sent or wanted).partition("_")[0]
        first = wanted if languages.normalize(wanted).partition("_")[0] == base else sent
        if first in installed:
            return first
        return languages.closest(first, installed) or self.env.lang or installed[0]


class WhatsappMessageTemplateTranslation(models.Model):
    """What is to be filled in."""

    _inherit = "whatsapp.message.template.translation"

    @api.model
    def _component_fields(self):
        """Return the fields that decide what the template consists of."""
        return ["definition"]

    def _slots(self):
        """Return the variables that are written as text (``cloud_api.templates.Variable``), without optional ones."""
        return _typed(self._sent_components()) if self else []

    def _sent_components(self):
        """Return what Meta sends; of a draft, what it would send."""
        self.ensure_one()
        # sudo: the raw definition is shown to administrators only; its parts serve whoever may send
        return self._definition().components if self.sudo().definition else self._components()

    def _draft_slots(self):
        """Return the variables of the working copy, which Meta may not have yet."""
        return _typed(self._components())


def _typed(components):
    return [slot for slot in templates.variables(components) if slot.required and slot.kind in TYPED]


def _slot_key(slot):
    return slot.component, slot.name, slot.index if slot.component == "button" else 0


def _company_of(record):
    company = record["company_id"] if "company_id" in record._fields else None
    return company if company and company._name == "res.company" else record.env.company
