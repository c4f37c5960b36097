"""Which sending is noted in the audit log: what somebody sends by a request. Lanes, flows and answers are no persons."""

from collections import Counter

from odoo import api, models
from odoo.http import request


class WhatsappChatMessage(models.Model):
    _inherit = "whatsapp.chat.message"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        if request:
            rows._note_sends()
        return rows

    def _note_sends(self):
        """Note what leaves, a row for each conversation; not what it says."""
        sent = self.filtered(lambda row: row.direction == "outbound" and row.user_id)
        for conversation, rows in sent.grouped("conversation_id").items():
            types = Counter(rows.mapped("type"))
            detail = ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in sorted(types.items()))
            if names := rows.template_id.mapped("name"):
                detail += f" ({', '.join(names)})"
            self.env["whatsapp.audit.log"]._note("send", conversation, detail, count=len(rows))


class WhatsappSendBatch(models.Model):
    _inherit = "whatsapp.send.batch"

    @api.model
    def _start(self, records, values):
        batch = super()._start(records, values)
        self.env["whatsapp.audit.log"]._note(
            "send", batch, self.env._("To many: %s", self.env[records._name]._description), count=len(records)
        )
        return batch
