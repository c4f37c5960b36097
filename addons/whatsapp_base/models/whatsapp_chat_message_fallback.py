import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import bubbles

_logger = logging.getLogger(__name__)


class WhatsappChatMessage(models.Model):
    """Another way for what WhatsApp could not deliver, if whoever sent it asked for that. Once for each message.

    A failure is only noted where it becomes known (``due``); a scheduled action does the rest in a transaction of
    its own. Another addon adds a way with a selection value and a method ``_fall_back_<value>``.
    """

    _inherit = "whatsapp.chat.message"

    fallback = fields.Selection([("email", "E-mail")], "If WhatsApp Fails", readonly=True, copy=False)
    fallback_state = fields.Selection(
        [("due", "Waiting"), ("done", "Sent"), ("impossible", "Not possible")], "Other Way", readonly=True, copy=False
    )

    _fallback_idx = models.Index("(id) WHERE fallback_state = 'due'")

    def _on_final_failure(self):
        super()._on_final_failure()
        due = self.env.execute_query(
            SQL(
                """UPDATE whatsapp_chat_message SET fallback_state = 'due'
                    WHERE id = ANY(%s) AND fallback IS NOT NULL AND fallback_state IS NULL AND state = 'failed' RETURNING id""",
                self.ids,
            )
        )
        if due:
            self.browse([row[0] for row in due]).invalidate_recordset(["fallback_state"], flush=False)
            self.env.ref("whatsapp_base.ir_cron_whatsapp_fallback")._trigger()

    @api.model
    def _cron_fallback(self):
        """Send what WhatsApp could not deliver by the other way, one message a transaction."""
        domain = [("fallback_state", "=", "due")]
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        for message_id in self.search(domain, order="id").ids:
            message = self.browse(message_id).try_lock_for_update()
            if message.filtered_domain(domain):
                message._fall_back()
            if not self.env["ir.cron"]._commit_progress(1):
                self.env.ref("whatsapp_base.ir_cron_whatsapp_fallback")._trigger()
                break

    def _fall_back(self):
        """Send the message by the other way and say so in the chatter; what cannot be sent is said as well."""
        self.ensure_one()
        record = self._fallback_record()
        reason = self.error_title or self.env._("it failed")
        who = self.contact_id._label()
        try:
            with self.env.cr.savepoint():
                way = getattr(self, f"_fall_back_{self.fallback}")(record)
            self.fallback_state = "done"
            text = self.env._("WhatsApp did not reach %(who)s (%(reason)s). Sent %(way)s instead.", who=who, reason=reason, way=way)
        except UserError as error:
            self.fallback_state = "impossible"
            text = self.env._(
                "WhatsApp did not reach %(who)s (%(reason)s), and the other way did not work: %(error)s",
                who=who, reason=reason, error=str(error),
            )
        except Exception:
            _logger.exception("WhatsApp message %s: the other way broke", self.id)
            self.fallback_state = "impossible"
            text = self.env._("WhatsApp did not reach %(who)s (%(reason)s), and the other way broke.", who=who, reason=reason)
        record._message_log(body=text)

    def _fallback_record(self):
        """Return the record that the message belongs to, else the customer."""
        record = self.env[self.res_model].browse(self.res_id).exists() if self.res_model in self.env else None
        return record or self.contact_id.partner_id or self.conversation_id

    def _fall_back_email(self, record):
        """Mail the text and its files to the customer, as a note that other followers do not get."""
        partner = self.contact_id.partner_id
        if not partner.email:
            raise UserError(self.env._("%s has no e-mail address.", self.contact_id._label()))
        author = self.user_id.partner_id or self.company_id.partner_id
        siblings = self.search([("record_message_id", "=", self.record_message_id.id)]) if self.record_message_id else self
        record.message_post(
            body=bubbles.text(self.body or self.summary),
            subject=self.env._("%(company)s: %(document)s", company=self.company_id.name, document=record.display_name),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            author_id=author.id,
            email_from=author.email_formatted,
            partner_ids=partner.ids,
            attachment_ids=(self | siblings).attachment_ids.ids,
        )
        return self.env._("by e-mail to %s", partner.email)
