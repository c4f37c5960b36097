from odoo import fields, models
from odoo.tools import SQL

from ..cloud_api import template_events as events
from ..cloud_api import template_reasons as reasons

# states in which a template may be sent again without anybody's doing: what waits for it, waits on
PASSING = ("paused", "review", "other", "draft")


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
        for translation in self:
            if translation.quality == quality:
                continue
            translation.quality = quality
            note = self.env._("%(template)s: quality %(quality)s", template=translation.display_name, quality=quality)
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
        passing = self.filtered(lambda t: t.state in PASSING)
        # sudo: the queue is the system's, whoever's doing stopped the template
        Message = self.env["whatsapp.chat.message"].sudo()
        Message._hold_for(passing, *reasons.HELD)
        for translation in self - passing:
            texts = reasons.explain(translation.rejected_reason)
            title, remedy = reasons.STOPPED
            Message._fail_for(translation, title, texts[1] if texts else remedy)

    def _on_sendable(self):
        """Hook: these can be sent (again): what was held back goes on."""
        # sudo: see _on_unsendable
        self.env["whatsapp.chat.message"].sudo()._release_for(self)


class WhatsappMessageTemplate(models.Model):
    """What Meta tells about templates, as it happens."""

    _inherit = "whatsapp.message.template"

    def _parse(self, translation, raw):
        """Return a changed definition of a translation, as Meta would list it."""
        return self._parse_body(
            {**raw, "name": translation.name, "language": translation.language, "category": self.category or raw.get("category")},
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


class WhatsappChatMessage(models.Model):
    """Messages whose template cannot be sent do not go to Meta."""

    _inherit = "whatsapp.chat.message"

    def _hold_for(self, translations, title, remedy):
        """Take queued messages of these templates out of the queue until `_release_for`."""
        texts = {"error_title": SQL("COALESCE(error_title, %s)", title), "error_remedy": SQL("COALESCE(error_remedy, %s)", remedy)}
        self._move(translations, ("queued",), {"state": "held", **texts})

    def _release_for(self, translations):
        """Put held messages back into the queue."""
        values = {"state": "queued", "error_title": None, "error_remedy": None, "next_try_at": None}
        if self._move(translations, ("held",), values):
            self.env["whatsapp.lane"]._wake("replies", "bulk")

    def _fail_for(self, translations, title, remedy):
        """Have queued and held messages of these templates fail, with the reason."""
        values = {"state": "failed", "error_title": title, "error_remedy": remedy, "failed_at": fields.Datetime.now()}
        if failed := self._move(translations, ("queued", "held"), values):
            failed._on_final_failure()

    def _move(self, translations, states, values):
        """Write ``values`` on the messages of these templates that are in one of ``states``; rows that are being sent stay."""
        if not translations:
            return self.browse()
        self.env.flush_all()
        changes = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
        rows = self.env.execute_query(
            SQL(
                """UPDATE whatsapp_chat_message SET %s WHERE id IN (
                       SELECT id FROM whatsapp_chat_message WHERE template_translation_id = ANY(%s) AND state IN %s
                        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) RETURNING id""",
                changes, translations.ids, states,
            )
        )
        moved = self.browse([row[0] for row in rows])
        moved.invalidate_recordset(flush=False)
        moved._notify_states()
        return moved

    def _on_template_refused(self, info):
        """A refusal by Meta may be faster than its notification: the template's other messages need not try."""
        super()._on_template_refused(info)
        status = {132015: "PAUSED", 132016: "DISABLED"}.get(info.code)
        translation = self.template_translation_id
        if status and translation.is_sendable:
            translation._set_status(status)
