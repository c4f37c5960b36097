import logging
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, formatLang

from ..tools import field_paths
from .whatsapp_panel_section import COLUMNS

_logger = logging.getLogger(__name__)


class WhatsappPanelSection(models.Model):
    """The documents of one customer, section by section, as the reader may see them.

    Each section costs the same few queries, however many documents there are: one finds and reads them, one counts and
    adds them up, the rest is names of what they refer to.
    """

    _inherit = "whatsapp.panel.section"

    @api.model
    def _of_customer(self, conversation):
        """Return the sections of a conversation's customer as plain values, for the client.

        A model that the reader may not read is not there, and one section that cannot be read spoils no other.
        """
        self = self.with_context(active_test=True)
        # sudo: how sections are made is no secret, and readers may not read models and groups; documents are read without
        found = self.search([("company_id", "in", [False, conversation.company_id.id])]).sudo()
        sections = found.filtered(lambda s: not s.group_ids or s.group_ids & self.env.user.all_group_ids)
        result = []
        for section in sections:
            Model = section._reader_model(conversation)
            if Model is None:
                continue
            values = {"id": section.id, "name": section.name, "icon": section.icon or "fa-file-text-o", "model": Model._name}
            try:
                # whatever one section does to the transaction, the others are still read
                with self.env.cr.savepoint(flush=False):
                    values.update(section._documents(Model, conversation))
            except AccessError:
                continue
            except Exception as error:  # noqa: BLE001  a field that an upgrade removed, a computation of another addon
                _logger.warning("Section %s (ID %s) of the inbox's panel cannot be shown", section.name, section.id, exc_info=True)
                reason = str(error) if isinstance(error, UserError) else section._problem()
                values["problem"] = reason or self.env._("These documents cannot be read. The log says why.")
            result.append(values)
        return result

    def _reader_model(self, conversation):
        """Return the documents' model with the reader's rights in the conversation's company; None where they have none."""
        self.ensure_one()
        Model = self.env.get(self.model_name)
        if Model is None:
            return None
        Model = Model.sudo(False).with_company(conversation.company_id)
        if not Model.has_access("read"):
            return None
        step = Model
        for name in self.partner_path.split("."):
            field = step._fields.get(name)
            if field is None:
                return Model  # the definition is wrong, which reading will tell
            if not step._has_field_access(field, "read"):
                return None
            step = Model.env.get(field.comodel_name, step)
        return Model

    def _documents(self, Model, conversation):
        """Return what the client shows of one section."""
        self.ensure_one()
        if problem := self._problem():
            return {"problem": problem}
        create = self.can_create and Model.has_access("create") and self._prefilled(Model, conversation)
        values = {"documents": [], "count": 0, "total": False, "create_context": create}
        whose = self._whose(Model, conversation)
        if whose is None:
            return values
        domain = [*self._filter(), *whose, *self._company_domain(Model, conversation)]
        columns = self._readable_columns(Model)
        names = {column for column in columns.values() if Model._fields[column].store}
        documents = Model.search_fetch(domain, names, limit=self.record_limit, order=self.sort_order or None)
        values["documents"] = [self._document(document, columns) for document in documents]
        values["count"] = len(documents)
        if self.shows_total and "amount_field" in columns:
            values["count"], values["total"] = self._count_and_total(Model, domain, columns["amount_field"])
        elif len(documents) == self.record_limit:
            values["count"] = Model.search_count(domain)
        return values

    def _whose(self, Model, conversation):
        """Return the domain of the customer's documents; None where there is no customer."""
        end = Model
        for step in self.partner_path.split("."):
            end = self.env[end._fields[step].comodel_name]
        if end._name == "whatsapp.conversation":
            return [(self.partner_path, "in", conversation.ids)]
        if end._name == "whatsapp.contact":
            return [(self.partner_path, "in", conversation.contact_id.ids)]
        partner = conversation.partner_id
        if not partner:
            return None
        if self.partner_scope == "company":
            return [(f"{self.partner_path}.commercial_partner_id", "in", partner.commercial_partner_id.ids)]
        if self.partner_scope == "children":
            # archived contacts have documents, too
            partner = partner.with_context(active_test=False).search([("id", "child_of", partner.id)])
        return [(self.partner_path, "in", partner.ids)]

    @api.model
    def _company_domain(self, Model, conversation):
        """Documents of the conversation's company, and those of none: what another company sold is not its business."""
        field = Model._fields.get("company_id")
        if field is None or not field._description_searchable or field.comodel_name != "res.company":
            return []
        return [("company_id", "in", [False, conversation.company_id.id])]

    def _readable_columns(self, Model):
        """Return ``{column: field name}`` of what the reader may see."""
        return {
            column: self[column]
            for column in COLUMNS
            if self[column] and Model._has_field_access(Model._fields[self[column]], "read")
        }

    def _document(self, document, columns):
        """Return one document as plain values."""
        date = document[columns["date_field"]] if "date_field" in columns else False
        return {
            "id": document.id,
            "title": self._text(document, columns.get("title_field")) or document.display_name or self.env._("No name"),
            "subtitle": self._text(document, columns.get("subtitle_field")),
            "date": self._date(document, columns.get("date_field")),
            "is_late": bool(self.date_is_deadline and date and self._has_passed(document, date)),
            "amount": field_paths.readable(document, columns["amount_field"]) if "amount_field" in columns else "",
            "state": self._state(document, columns.get("state_field")),
        }

    @api.model
    def _text(self, document, name):
        if not name or not document[name]:
            return ""
        if document._fields[name].type == "many2one":
            # sudo: the name of what the document refers to, as Odoo's own views show it to whoever reads the document
            return document[name].sudo().display_name or ""
        return field_paths.readable(document, name)

    @api.model
    def _date(self, document, name):
        if not name or not document[name]:
            return False
        kind = document._fields[name].type
        to_string = fields.Date.to_string if kind == "date" else fields.Datetime.to_string
        return {"type": kind, "value": to_string(document[name])}

    @api.model
    def _has_passed(self, document, date):
        if isinstance(date, datetime):
            return date < fields.Datetime.now()
        return date < fields.Date.context_today(document)

    def _state(self, document, name):
        if not name or not document[name]:
            return False
        value = document[name]
        if document._fields[name].type == "many2one":
            value = label = value.sudo().display_name  # sudo: see _text
        else:
            label = dict(document._fields[name]._description_selection(self.env)).get(value, value)
        return {"label": label, "color": self._colors().get(value, "secondary")}

    def _count_and_total(self, Model, domain, amount):
        """Return how many documents there are, and their sum in each currency as text, in one query."""
        field = Model._fields[amount]
        currency = self._currency_column(Model, field)
        groups = Model._read_group(domain, [currency] if currency else [], ["__count", f"{amount}:sum"])
        count, texts = 0, []
        for *group, number, total in groups:
            count += number
            if not total:
                continue
            if currency and group[0]:
                texts.append(format_amount(self.env, total, group[0]))
            else:
                texts.append(formatLang(self.env, total, digits=0 if field.type == "integer" else 2))
        return count, " + ".join(texts).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "") or False

    def _prefilled(self, Model, conversation):
        """Return the context in which a new document of the customer is made."""
        values = self._new_context()
        owners = {"res.partner": conversation.partner_id, "whatsapp.contact": conversation.contact_id}
        steps = self.partner_path.split(".")
        end = Model._fields[steps[0]].comodel_name
        if len(steps) == 1 and owners.get(end):
            values[f"default_{steps[0]}"] = owners[end].id
        for name, field in Model._fields.items():
            if field.type == "many2one" and field.comodel_name == "whatsapp.conversation" and field.store and not field.related:
                values[f"default_{name}"] = conversation.id
        return values

    def open_all(self, conversation_id):
        """Return the action that lists all documents of a section that belong to a conversation's customer.

        :param int conversation_id: which the user must be able to read
        """
        self.ensure_one()
        conversation = self.env["whatsapp.conversation"].browse(conversation_id)
        conversation.check_access("read")
        section = self.sudo()  # sudo: see _of_customer
        Model = section._reader_model(conversation)
        if Model is None:
            raise AccessError(self.env._("You may not read these documents. Ask an administrator for the right."))
        whose = section._whose(Model, conversation)
        if whose is None:
            raise UserError(self.env._("Link the conversation to a customer first."))
        views = {"view_mode": "list,form", "views": [(False, "list"), (False, "form")]}
        action = {"type": "ir.actions.act_window", "res_model": Model._name, **views}
        if section.action_id:
            action = section.action_id._get_action_dict()
        return {
            **action,
            "name": f"{section.name}: {conversation.display_name}",
            "domain": [*section._filter(), *whose, *self._company_domain(Model, conversation)],
            "context": section._prefilled(Model, conversation),
            "target": "current",
        }
