from odoo import models

from ..cloud_api import template_events as events
from .whatsapp_chat_message_template import PASSING


class WhatsappBusinessAccount(models.Model):
    """What Meta tells about templates, as it happens."""

    _inherit = "whatsapp.business.account"

    def _template_of(self, value):
        """Return the template in a language that a notification is about; one that is not known is fetched soon."""
        meta_id = str(value.get("message_template_id") or "")
        found = self.env["whatsapp.message.template.translation"].search(
            [("account_id", "=", self.id), ("meta_id", "=", meta_id)], limit=1
        )
        if not found:
            self._sync_soon()
        return found

    def _on_message_template_status_update(self, value):
        """Take over a template's new status at once (Webhooks, "message_template_status_update")."""
        event = events.status(value)
        if event and (translation := self._template_of(value)):
            translation._set_status(event.status, event.reason, event.details)

    def _on_message_template_quality_update(self, value):
        """Take over a template's new quality (Webhooks, "message_template_quality_update")."""
        quality = str(value.get("new_quality_score") or "").upper()
        if quality and (translation := self._template_of(value)):
            translation._set_quality(quality)

    def _on_message_template_components_update(self, value):
        """Take over a template's new texts (Webhooks, "message_template_components_update"); the rest is fetched soon."""
        if translation := self._template_of(value):
            known = translation._definition()
            changed = {**known.raw, "components": events.components(known.components, value)}
            translation._take_over_definition(self.env["whatsapp.message.template"]._parse(translation, changed))
            self._sync_soon()

    def _on_template_category_update(self, value):
        """Take over a template's new category, or the notice of one (Webhooks, "template_category_update")."""
        event = events.category(value)
        if not event or not (translation := self._template_of(value)):
            return
        if event.at:
            translation.template_id._category_announced(event.category, event.at)
        else:
            translation.template_id._category_changed(event.category)


class WhatsappMessageTemplateTranslation(models.Model):
    """What a new state sets off: who is told, and what waits."""

    _inherit = "whatsapp.message.template.translation"

    def write(self, vals):
        if "status" not in vals:
            return super().write(vals)
        before = {translation: translation.is_sendable for translation in self}
        result = super().write(vals)
        stopped = self.filtered(lambda t: before[t] and not t.is_sendable)
        ended = self.filtered(lambda t: not t.is_sendable and t.state not in PASSING) - stopped
        if stopped or ended:
            (stopped | ended)._on_unsendable()
        if released := self.filtered(lambda t: t.is_sendable and not before[t]):
            released._on_sendable()
        return result

    def _set_status(self, status, reason=None, details=None):
        """Take over a status of Meta's, and tell whoever is responsible where something must be done."""
        for translation in self:
            was = translation.state
            translation.write({"status": status, "rejected_reason": reason or False, "rejected_details": details or False})
            translation._tell_state(was)

    def _tell_state(self, was):
        """Note a new state, and tell whoever is responsible where it needs a person.

        :param str was: the state before
        """
        self.ensure_one()
        if self.state == was:
            return
        note = self._state_note()
        self.template_id._message_log(body=note)
        if self.state in ("rejected", "paused", "disabled", "deleted"):
            self.template_id._tell_responsible(note, self.rejected_help or "")

    def _state_note(self):
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        return self.env._("%(template)s: %(state)s", template=self.display_name, state=label)

    def _set_quality(self, quality):
        """Take over what customers think of the template."""
        quality = self._known_quality(quality)
        words = dict(self._fields["quality"]._description_selection(self.env))[quality]
        for translation in self:
            if translation.quality == quality:
                continue
            translation.quality = quality
            note = self.env._("%(template)s: quality %(quality)s", template=translation.display_name, quality=words)
            translation.template_id._message_log(body=note)
            if quality == "RED":
                translation.template_id._tell_responsible(note, self.env._(
                    "Customers block or report these messages. Meta pauses the template if that goes on: send it to fewer people, "
                    "only to those who expect it, or change the text."
                ))

    # ------------------------------------------------------------
    # Messages that wait
    # ------------------------------------------------------------

    def _on_unsendable(self):
        """Hook: these can no longer be sent, for a while (``state`` in ``PASSING``) or for good.

        Queued messages are held back, or fail with reason and remedy, so that none goes to Meta to be refused there.
        """
        # sudo: the queue is the system's, whoever's doing stopped the template
        self.env["whatsapp.chat.message"].sudo()._follow_templates(self)

    def _on_sendable(self):
        """Hook: these can be sent (again): what was held back goes on."""
        # sudo: see _on_unsendable
        self.env["whatsapp.chat.message"].sudo()._follow_templates(self)


class WhatsappMessageTemplate(models.Model):
    """What Meta tells about templates, as it happens."""

    _inherit = "whatsapp.message.template"

    def _parse(self, translation, raw):
        """Return a changed definition of a translation, as Meta would list it."""
        # what other notifications have told since the definition was fetched stays true
        told = {"quality_score": translation.quality, "rejected_reason": translation.rejected_reason or None}
        return self._parse_body(
            {**raw, **told, "name": translation.name, "language": translation.language, "category": raw.get("category")},
            {"id": translation.meta_id, "status": translation.status, "category": raw.get("category") or translation.category},
        )

    def _category_announced(self, category, at):
        """Keep the notice that Meta will change the category, and tell whoever is responsible."""
        self.ensure_one()
        known = dict(self._fields["category"]._description_selection(self.env))
        if category not in known:
            return
        self.write({"announced_category": category, "announced_at": at})
        self._tell_responsible(
            self.env._("Meta will change the category of %s", self.name),
            self.env._("It will be %(category)s from %(date)s on. Ask for a review in WhatsApp Manager before then if you disagree.",
                       category=known[category], date=at),
        )
