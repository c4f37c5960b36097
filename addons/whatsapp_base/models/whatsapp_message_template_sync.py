import json

from odoo import api, models

from ..cloud_api import template_draft as drafts
from ..cloud_api import templates
from .whatsapp_message_template import CATEGORIES


class WhatsappMessageTemplate(models.Model):
    """Taking over what Meta lists."""

    _inherit = "whatsapp.message.template"

    @api.model
    def _sync(self, account, listed):
        """Make the templates of an account what Meta lists; what Meta no longer has is marked as deleted.

        Drafts, which Meta has never seen, stay.

        :param list listed: elements of ``GET /{WABA}/message_templates``, of all pages
        :returns: how many there are now, each language counted
        """
        found = self._take_over(account, listed)
        gone = self.env["whatsapp.message.template.translation"].search(
            [("account_id", "=", account.id), ("meta_id", "!=", False), ("state", "!=", "deleted"), ("id", "not in", found.ids)]
        )
        gone.write({"status": "DELETED"})
        gone.template_id.filtered(lambda template: template.state == "deleted").active = False
        return len(found)

    @api.model
    def _take_over(self, account, listed):
        """Create or update the templates in ``listed`` and nothing else; returns their translations."""
        definitions = {}
        for definition in filter(None, map(templates.parse, listed)):
            definitions.setdefault((definition.name, definition.language), definition)
        names = {definition.name: definition for definition in definitions.values()}
        known = {
            template.name: template
            for template in self.with_context(active_test=False).search(
                [("account_id", "=", account.id), ("name", "in", list(names))]
            )
        }
        created = self.with_context(mail_create_nolog=True, tracking_disable=True).create(
            [
                {"account_id": account.id, **self._values_of(definition)}
                for name, definition in names.items()
                if name not in known
            ]
        )
        known.update((template.name, template) for template in created)
        for name, definition in names.items():
            template, values = known[name].with_context(whatsapp_from_meta=True), self._values_of(definition)
            if template.is_at_meta:
                template._category_changed(values.pop("category"))
            write_changed(template, {**values, "active": True})
        return self._take_over_translations(known, definitions)

    def _take_over_translations(self, known, definitions):
        Translation = self.env["whatsapp.message.template.translation"]
        there = {(t.template_id.name, t.language): t for t in self.union(*known.values()).translation_ids}
        to_create = []
        for key, definition in definitions.items():
            if key in there:
                there[key]._take_over_definition(definition)
            else:
                content = Translation._draft_values(definition.components)
                to_create.append({"template_id": known[key[0]].id, **content, **Translation._values_of(definition)})
        created = Translation.with_context(whatsapp_from_meta=True).create(to_create).with_env(self.env)
        for translation in created:
            translation._keep_version(translation._definition().components, "meta")
        return Translation.union(*(t for key, t in there.items() if key in definitions), created)

    @api.model
    def _values_of(self, definition):
        return {
            "name": definition.name,
            "category": definition.category if definition.category in dict(CATEGORIES) else False,
            "parameter_format": "NAMED" if definition.named else "POSITIONAL",
        }


class WhatsappMessageTemplateTranslation(models.Model):
    """Taking over what Meta lists."""

    _inherit = "whatsapp.message.template.translation"

    @api.model
    def _known_quality(self, quality):
        return quality if quality in self._fields["quality"].get_values(self.env) else "UNKNOWN"

    @api.model
    def _values_of(self, definition):
        return {
            "language": definition.language,
            "meta_id": definition.id,
            "status": definition.status,
            "quality": self._known_quality(definition.quality),
            "rejected_reason": definition.rejected_reason or False,
            "definition": json.dumps(definition.raw, ensure_ascii=False, sort_keys=True),
            "variable_count": len([v for v in definition.variables() if v.required]),
            "ttl_seconds": definition.ttl_seconds or 0,
        }

    def _take_over_definition(self, definition):
        """Make this what Meta lists; what was edited here and not submitted yet stays as it is."""
        self.ensure_one()
        before = drafts.content_key(self._definition().components)
        changed = drafts.content_key(definition.components) != before
        values, was = self._values_of(definition), self.state
        if changed and not self.is_edited:
            values.update(self._draft_values(definition.components))
        write_changed(self.with_context(whatsapp_from_meta=True), values)
        self._tell_state(was)
        if changed:
            self._keep_version(definition.components, "meta")


def write_changed(record, values):
    """Write only what differs, so that a nightly refresh writes nothing where nothing changed."""
    changed = {name: value for name, value in values.items() if record._fields[name].relational or record[name] != value}
    if changed:
        record.write(changed)
