import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class WhatsappSendBatchLine(models.Model):
    """One record of a bulk sending, and what became of it."""

    _name = "whatsapp.send.batch.line"
    _description = "Recipient of a WhatsApp Bulk Sending"
    _order = "id"
    _log_access = False
    _rec_name = "recipient"

    batch_id = fields.Many2one("whatsapp.send.batch", required=True, readonly=True, ondelete="cascade", index=True)
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", required=True, readonly=True)
    recipient = fields.Char(readonly=True)
    address = fields.Char("Phone", readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("queued", "Sent on"), ("left_out", "Left Out")], default="waiting", required=True, readonly=True
    )
    reason = fields.Char("Reason Code", readonly=True)
    detail = fields.Char("Reason", readonly=True)
    message_id = fields.Many2one("whatsapp.chat.message", readonly=True, ondelete="set null", index="btree_not_null")
    message_state = fields.Selection(related="message_id.state", string="Delivery")
    problem = fields.Char("Remark", compute="_compute_problem")

    _waiting_idx = models.Index("(batch_id, id) WHERE state = 'waiting'")

    @api.depends("detail", "message_id.error_title")
    def _compute_problem(self):
        for line in self:
            line.problem = line.detail or line.message_id.error_title

    def _queue_messages(self):
        """Queue the messages of one chunk; a record that breaks is left out with its reason, its neighbours are not."""
        try:
            with self.env.cr.savepoint():
                self._queue_together()
        except Exception as error:  # noqa: BLE001 - whatever breaks, breaks again alone and is told there
            _logger.info("WhatsApp bulk sending %s: one by one, since a chunk broke: %s", self.batch_id.id, error)
            for line in self:
                line._queue_alone()

    def _queue_alone(self):
        try:
            with self.env.cr.savepoint():
                self._queue_together()
        except UserError as error:
            self.write({"state": "left_out", "reason": "error", "detail": str(error)[:500]})
        except Exception:
            _logger.exception("WhatsApp bulk sending %s: record %s,%s broke", self.batch_id.id, self.res_model, self.res_id)
            self.write({"state": "left_out", "reason": "error", "detail": self.env._("It broke; the server's log tells more.")})

    def _queue_together(self):
        batch = self.batch_id
        by_record = {line.res_id: line for line in self}
        # with the rights and the language of who sends, in the company that is sent from
        sender = batch.user_id
        env = self.env(user=sender, su=False, context={"lang": sender.lang, "tz": sender.tz, "allowed_company_ids": batch.company_id.ids})
        records = env[batch.res_model].browse(by_record).exists()
        readable = records._filtered_access("read")
        for res_id in set(by_record) - set(readable.ids):
            by_record[res_id].write(
                {"state": "left_out", "reason": "gone", "detail": self.env._("Was deleted, or may not be read by who sends")}
            )
        if not readable:
            return
        for recipient, rows in readable._whatsapp_send(**batch._sending(readable)):
            values = {"recipient": recipient.name, "address": recipient.address}
            if rows:
                values.update(state="queued", message_id=rows[0].id)
            else:
                detail = recipient.detail or readable._whatsapp_reason_texts().get(recipient.reason)
                values.update(state="left_out", reason=recipient.reason, detail=detail)
            by_record[recipient.record.id].write(values)

    def action_open_record(self):
        """Open the record that is written from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": self.res_model, "res_id": self.res_id, "views": [(False, "form")],
        }


class WhatsappSendBatch(models.Model):
    _inherit = "whatsapp.send.batch"

    def _sending(self, records):
        """Return the arguments of ``_whatsapp_send`` for a chunk of this batch."""
        self.ensure_one()
        # sudo: number, template and report were allowed when the batch was started; records are read with the sender's rights
        batch = self.with_env(records.env).sudo()
        recipients = records._whatsapp_recipients(
            batch.channel_id, batch.template_id, self.scheduled_at,
            same_text=not self.report_id and records._whatsapp_is_same_text(self.template_id),
        )
        self._leave_out_known(recipients)
        return {
            "channel": batch.channel_id,
            "template": batch.template_id,
            "body": self.body,
            "free": self.free,
            "language": self.language,
            "report": batch.report_id,
            "attachments": batch.attachment_ids,
            "scheduled_at": self.scheduled_at,
            "fallback": self.fallback,
            "once": self.once or f"batch:{self.id}",
            "origin": self.origin,
            "priority": 2,
            "recipients": recipients,
        }

    def _leave_out_known(self, recipients):
        """Leave out who got the same text in an earlier chunk: a chunk only knows its own people."""
        records_of = {recipient.record.id for recipient in recipients}
        model = self.env[self.res_model]
        if self.report_id or not (self.res_model == "res.partner" or model._whatsapp_is_same_text(self.template_id)):
            return
        contacts = [recipient.contact.id for recipient in recipients if recipient.contact]
        known = self.env["whatsapp.send.batch.line"].search(
            [("batch_id", "=", self.id), ("res_id", "not in", list(records_of)), ("message_id.contact_id", "in", contacts)]
        ).message_id.contact_id
        for recipient in recipients:
            if not recipient.reason and recipient.contact.id in known.ids:
                recipient.reason = "duplicate"
