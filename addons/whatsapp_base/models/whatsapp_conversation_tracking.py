from odoo import models


class WhatsappConversation(models.Model):
    """The history of many conversations at once: routing moves a whole queue, and Odoo logs record by record."""

    _inherit = "whatsapp.conversation"

    def _message_track(self, fields_iter, initial_values_dict):
        """Log what changed as Odoo does, with a constant number of queries."""
        if len(self) < 2 or not fields_iter:
            return super()._message_track(fields_iter, initial_values_dict)
        tracked = self.fields_get(fields_iter, attributes=("string", "type", "selection", "currency_field"))
        data = self.env.cr.precommit.data
        bodies = data.pop(f"mail.tracking.message.{self._name}", {})
        authors = data.pop(f"mail.tracking.author.{self._name}", {})
        tracking, by_author = {}, {}
        for record in self.exists():
            tracking[record.id] = record._mail_track(tracked, initial_values_dict[record.id])
            if tracking[record.id][1]:
                author = authors.get(record.id)
                by_author.setdefault(author.id if author else None, self.browse())
                by_author[author.id if author else None] |= record
        values = []
        for author_id, records in by_author.items():
            texts = {
                record.id: bodies[record.id] if record.id in bodies else record._track_get_default_log_message(tracking[record.id][0])
                for record in records
            }
            messages = records._message_log_batch(texts, author_id=author_id)
            for record, message in zip(records, messages, strict=True):
                values += [{**command[2], "mail_message_id": message.id} for command in tracking[record.id][1]]
        # sudo: mail.tracking.value - the history is Odoo's, whoever writes
        self.env["mail.tracking.value"].sudo().create(values)
        return tracking

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """No e-mail for each conversation: whoever gets one has it in the inbox, and is told there."""
