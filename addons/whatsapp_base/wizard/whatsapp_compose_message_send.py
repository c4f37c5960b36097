from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

# more than this, or PDF files for more than one, is the work of a batch
MOST_IN_REQUEST = 10


class WhatsappComposeMessage(models.TransientModel):
    """Send: at once, into a conversation, or as a batch."""

    _inherit = "whatsapp.compose.message"

    def action_send(self):
        """Queue the message, or start a batch for many; tells what happened."""
        self.ensure_one()
        records = self._records()
        records._whatsapp_check_sender()
        records.check_access("read")
        self._check_complete()
        if self.is_conversation:
            return self._send_to_conversation(records)
        if len(records) > MOST_IN_REQUEST or (self.report_id and len(records) > 1):
            return self._start_batch(records)
        sent = records._whatsapp_send(
            self.channel_id, attachments=self.attachment_ids, origin="agent", priority=1,
            report=records._whatsapp_report(self.report_id), **self._message_values(),
        )
        return self._tell(sent)

    def _check_complete(self):
        if self.mode == "text":
            if not (self.body or "").strip():
                raise UserError(self.env._("Write a text first."))
            return
        if not self.template_id:
            raise UserError(self.env._("Choose a template first."))
        if self.template_id.account_id != self.channel_id.account_id:
            raise UserError(self.env._("This template belongs to another account than the number. Choose another one."))
        if problem := self._header_problem():
            raise UserError(problem)
        empty = self.line_ids.filtered(lambda line: not (line.value or "").strip())
        if empty:
            raise UserError(self.env._("Fill in: %s", ", ".join(empty.mapped("label"))))

    def _message_values(self):
        """Return what ``_whatsapp_send`` and a batch have in common."""
        is_template = self.mode == "template"
        return {
            "template": self.template_id if is_template else None,
            "body": False if is_template else self.body,
            "free": self._free() if is_template else None,
            "language": self.translation_id.language if is_template and self.translation_id else None,
            "scheduled_at": self.scheduled_at,
            "fallback": self.fallback,
        }

    def _send_to_conversation(self, conversations):
        conversation = conversations.ensure_one()
        conversation.check_access("write")
        sent = conversation._whatsapp_send(
            conversation.channel_id, origin="agent", priority=0, attachments=self.attachment_ids, **self._message_values()
        )
        result = self._tell(sent)
        conversation._agent_wrote(self.env.user)
        return result

    def _start_batch(self, records):
        values = self._message_values()
        if self.report_id:
            records._whatsapp_report(self.report_id)
        batch = self.env["whatsapp.send.batch"]._start(
            records,
            {
                "name": self.env._("%(what)s to %(count)d", what=self.template_id.name or self.env._("Text"), count=len(records)),
                "company_id": self.company_id.id,
                "channel_id": self.channel_id.id,
                "report_id": self.report_id.id,
                "attachment_ids": [Command.set(self.attachment_ids.ids)],
                **{name: value for name, value in values.items() if name != "template"},
                "template_id": values["template"].id if values["template"] else False,
            },
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_send_batch_action")
        return dict(action, res_id=batch.id, views=[(False, "form")], context={})

    def _tell(self, sent):
        """Close the dialog and say who was written to; if nobody was, stay and say why."""
        texts = self.env["mail.thread"]._whatsapp_reason_texts()
        done = [recipient for recipient, rows in sent if rows]
        left = [recipient for recipient, rows in sent if not rows]
        reasons = [f"{r.name or r.record.display_name}: {r.detail or texts.get(r.reason)}" for r in left]
        if not done:
            raise UserError(self.env._("Nothing was sent.\n%s", "\n".join(reasons)))
        text = self.env._("Scheduled for %s", done[0].name) if self.scheduled_at else self.env._("Sent to %s", done[0].name)
        if len(done) > 1:
            text = self.env._("Sent to %(name)s and %(count)d more", name=done[0].name, count=len(done) - 1)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": "\n".join([text, *reasons]),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
