from odoo import api, fields, models
from odoo.tools import SQL

from ..cloud_api import template_reasons as reasons

# states in which a template may be sent again without anybody's doing: what waits for it, waits on
PASSING = ("paused", "review", "other", "draft")
# rows that one notification moves by itself; a scheduled action moves the rest, so that no other customer waits
BATCH = 1000


class WhatsappChatMessage(models.Model):
    """Messages whose template cannot be sent do not go to Meta: they wait out of the queue, or fail with the reason.

    Whatever slips through while a template stops is caught when a sender claims it.
    """

    _inherit = "whatsapp.chat.message"

    _template_waiting_idx = models.Index(
        "(template_translation_id, id) WHERE state IN ('queued', 'held') AND template_translation_id IS NOT NULL"
    )

    @api.model
    def _follow_templates(self, translations):
        """Hold, release or fail what waits for these templates, as their states ask; in batches."""
        done = [self._follow_template(translation) for translation in translations]
        if not all(done):
            self.env.ref("whatsapp_base.ir_cron_whatsapp_follow_templates")._trigger()

    @api.model
    def _cron_follow_templates(self):
        """Move what `_follow_templates` has left, a batch a transaction."""
        while translations := self._templates_with_stragglers():
            for translation in translations:
                self._follow_template(translation)
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _templates_with_stragglers(self):
        """Return templates with messages that are queued and must not leave, or are held and need not wait."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT t.id FROM whatsapp_message_template_translation t
                    WHERE EXISTS (SELECT 1 FROM whatsapp_chat_message m
                                   WHERE m.template_translation_id = t.id AND m.state IN ('queued', 'held')
                                     AND CASE m.state WHEN 'queued' THEN t.is_sendable IS NOT TRUE
                                              ELSE t.is_sendable OR t.state NOT IN %s END)""",
                PASSING,
            )
        )
        return self.env["whatsapp.message.template.translation"].browse([row[0] for row in rows])

    def _follow_template(self, translation):
        """Move a batch; returns whether that was all."""
        if translation.is_sendable:
            changes = {"state": "queued", "error_title": None, "error_remedy": None, "next_try_at": None}
            moved = self._move(translation, ("held",), changes)
            if moved:
                self.env["whatsapp.lane"]._wake("replies", "bulk")
        elif translation.state in PASSING:
            texts = zip(("error_title", "error_remedy"), reasons.HELD)
            changes = {name: SQL("COALESCE(m.%s, %s)", SQL.identifier(name), text) for name, text in texts}
            moved = self._move(translation, ("queued",), {"state": "held", **changes})
        else:
            title, remedy = self._stopped_texts(translation.rejected_reason)
            changes = {"state": "failed", "error_title": title, "error_remedy": remedy, "failed_at": fields.Datetime.now()}
            moved = self._move(translation, ("queued", "held"), changes)
            if moved:
                moved._on_final_failure()
        return len(moved) < BATCH

    def _stopped_texts(self, reason):
        """Return (problem, remedy) for messages whose template ended for a reason of Meta's."""
        known = reasons.explain(reason)
        return reasons.STOPPED[0], known[1] if known else reasons.STOPPED[1]

    def _move(self, translation, states, values):
        """Write ``values`` on messages of a template that are in one of ``states``; rows that are being sent stay."""
        self.env.flush_all()
        changes = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
        rows = self.env.execute_query(
            SQL(
                """WITH due AS MATERIALIZED (
                       SELECT id FROM whatsapp_chat_message
                        WHERE template_translation_id = %s AND state IN ('queued', 'held') AND state IN %s
                        ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
                   UPDATE whatsapp_chat_message m SET %s FROM due WHERE m.id = due.id RETURNING m.id, m.mail_message_id""",
                translation.id, states, BATCH, changes,
            )
        )
        moved = self.browse([row[0] for row in rows])
        moved.invalidate_recordset(flush=False)
        self.browse([row[0] for row in rows if row[1]])._notify_states()
        return moved

    def _template_refusal(self, state, reason, now):
        """Return the outcome of a claimed message whose template has stopped meanwhile (see ``_outcome_values``)."""
        if state in PASSING:
            return {"state": "held", "title": reasons.HELD[0], "remedy": reasons.HELD[1]}
        title, remedy = self._stopped_texts(reason)
        return {"state": "failed", "failed_at": now, "title": title, "remedy": remedy}

    def _on_template_refused(self, info):
        """A refusal by Meta may be faster than its notification: the template's other messages need not try."""
        super()._on_template_refused(info)
        status = {132015: "PAUSED", 132016: "DISABLED"}.get(info.code)
        translation = self.template_translation_id
        if status and translation.is_sendable:
            translation._set_status(status)
