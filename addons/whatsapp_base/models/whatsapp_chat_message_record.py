from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

# for how long an answer that quotes nothing is taken as one to the message of a record that was our last word
ANSWER_HOURS = 72
RECORD_SUBCHANNEL = "WHATSAPP"


class WhatsappChatMessage(models.Model):
    """The record that a message was sent from: shown in its chatter, with its state, and with what the customer answers."""

    _inherit = "whatsapp.chat.message"

    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", readonly=True)
    record_message_id = fields.Many2one(
        "mail.message", "Shown on Document", index="btree_not_null", ondelete="set null", copy=False, readonly=True
    )

    _record_idx = models.Index("(res_model, res_id) WHERE res_model IS NOT NULL")
    _record_answer_idx = models.Index("(conversation_id, sent_on DESC, id DESC) WHERE res_model IS NOT NULL AND direction = 'outbound'")

    _bulk_unshown_idx = models.Index("(conversation_id) WHERE lane = 'bulk' AND mail_message_id IS NULL")

    def action_open_record(self):
        """Open the record that the message was sent from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # Out
    # ------------------------------------------------------------

    def _log_on_records(self):
        """Note sent messages in the chatters of their records: one note a record, which mails nobody."""
        # sudo: who may send from a record may only read it, perhaps
        rows = self.sudo().filtered(lambda row: row.res_model and not row.record_message_id)
        for model, of_model in rows.grouped("res_model").items():
            by_record = of_model.sorted("id").grouped("res_id")
            records = self.env[model].sudo().browse(by_record)
            bodies = {res_id: messages._record_note() for res_id, messages in by_record.items()}
            notes = records._message_log_batch(bodies, message_type="comment")
            for note, messages in zip(notes, by_record.values(), strict=True):
                messages.record_message_id = note
                if messages.attachment_ids:
                    note.attachment_ids = messages.attachment_ids.filtered(
                        lambda a, r=messages[0]: a.res_model == r.res_model and a.res_id == r.res_id
                    )
            if of_model[0].lane != "bulk":
                records._whatsapp_tell_lookers()

    def _record_note(self):
        """Return what the chatter shows of the messages of one record: to whom, and what the customer reads."""
        first = self[:1]
        contact = first.contact_id
        address = f" · +{contact.wa_id}" if contact.wa_id else ""
        return self._note_html(self.env._("To %s", contact._label()) + address, first.mail_message_id.body or first._note_text())

    @api.model
    def _note_html(self, title, body):
        return Markup('<div class="text-muted small"><i class="fa fa-whatsapp" role="img" title="WhatsApp"></i> %s</div>%s') % (
            title, body,
        )

    def _note_text(self):
        return Markup("<p>%s</p>") % Markup("<br/>").join((self.body or self.summary or "").splitlines())

    # ------------------------------------------------------------
    # In
    # ------------------------------------------------------------

    def _mirror_on_records(self):
        """Show customers' answers on the records that they answer to; a constant number of queries for a batch.

        A message belongs to a record if it quotes one of the record's messages, or if such a message was the last
        that the customer got from us. It is noted once, as the customer's, and mails nobody.
        """
        shown = self.filtered(lambda row: row.mail_message_id and not row.record_message_id)
        record_of = shown._answered_records()
        if not record_of:
            return
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        rows = shown.filtered(lambda row: row.id in record_of)
        values = []
        for row in rows:
            model, res_id = record_of[row.id]
            values.append(
                {
                    "model": model,
                    "res_id": res_id,
                    "body": self._note_html(self.env._("From %s", row.contact_id._label()), row.mail_message_id.body),
                    "message_type": "comment",
                    "subtype_id": subtype_id,
                    "is_internal": True,
                    "author_id": row.contact_id.partner_id.id,
                    "email_from": False,
                    "reply_to": False,
                    "record_company_id": False,
                    "record_alias_domain_id": False,
                    "date": row.sent_on,
                }
            )
        # sudo: mail.message - the customer is the author, the worker notes on their behalf
        notes = self.env["mail.message"].sudo().create(values)
        for row, note in zip(rows, notes, strict=True):
            row.write({"record_message_id": note.id, "res_model": note.model, "res_id": note.res_id})
        for model, of_model in notes.grouped("model").items():
            self.env[model].sudo().browse(of_model.mapped("res_id"))._whatsapp_tell_lookers()

    def _answered_records(self):
        """Return ``{row id: (model, id)}`` of the existing records that these customers' messages answer to."""
        if not self:
            return {}
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """SELECT i.id, COALESCE(quoted.res_model, last.res_model), COALESCE(quoted.res_id, last.res_id)
                     FROM whatsapp_chat_message i
                     LEFT JOIN whatsapp_chat_message quoted
                            ON quoted.wamid = i.reply_to_wamid AND quoted.conversation_id = i.conversation_id
                           AND quoted.res_model IS NOT NULL
                     LEFT JOIN LATERAL (
                          SELECT m.res_model, m.res_id, m.sent_on, m.id FROM whatsapp_chat_message m
                           WHERE i.reply_to_wamid IS NULL AND m.conversation_id = i.conversation_id
                             AND m.res_model IS NOT NULL AND m.direction = 'outbound'
                             AND m.state NOT IN ('failed', 'cancelled') AND m.sent_on <= i.sent_on
                             AND m.sent_on > i.sent_on - %s * interval '1 hour'
                           ORDER BY m.sent_on DESC, m.id DESC LIMIT 1) last
                          ON NOT EXISTS (
                          SELECT 1 FROM whatsapp_chat_message o
                           WHERE o.conversation_id = i.conversation_id AND o.direction = 'outbound' AND o.res_model IS NULL
                             AND o.type <> 'reaction' AND o.sent_on > last.sent_on AND o.sent_on <= i.sent_on)
                    WHERE i.id = ANY(%s) AND COALESCE(quoted.res_id, last.res_id) IS NOT NULL""",
                ANSWER_HOURS, self.ids,
            )
        )
        existing = {}
        for model in {model for _id, model, _res_id in found if model in self.env}:
            existing[model] = set(self.env[model].browse({res_id for _id, name, res_id in found if name == model}).exists().ids)
        return {row_id: (model, res_id) for row_id, model, res_id in found if res_id in existing.get(model, ())}

    def _media_fetched(self, data, declared):
        super()._media_fetched(data, declared)
        if self.record_message_id and self.attachment_ids:
            # a copy of its own, so that whoever may read the record may open the file; the file store keeps one
            files = self.attachment_ids.copy({"res_model": self.res_model, "res_id": self.res_id})
            self.record_message_id.attachment_ids = [fields.Command.link(attachment.id) for attachment in files]
            self.env[self.res_model].browse(self.res_id)._whatsapp_tell_lookers()

    def _edit(self, content, at):
        super()._edit(content, at)
        self._change_note()

    def _revoke(self, at):
        # sudo: mail.message - the note was made on the customer's behalf, and loses what the customer took back
        note = self.sudo().record_message_id
        if note and self.direction == "inbound":
            # a document's own files that were sent stay: these are copies
            note.attachment_ids.unlink()
        super()._revoke(at)
        self._change_note()

    def _change_note(self):
        """Let the chatter of a record say what is true of a message now, files apart."""
        # sudo: mail.message - the note was made on the sender's behalf, and follows what the sender wrote
        note = self.sudo().record_message_id
        if not note:
            return
        if self.direction == "inbound":
            note.body = self._note_html(self.env._("From %s", self.contact_id._label()), self.mail_message_id.body)
        else:
            # sudo: one note tells of all that was sent from the record at once
            note.body = self.sudo().search([("record_message_id", "=", note.id)], order="id")._record_note()
        if note.model in self.env:
            self.env[note.model].browse(note.res_id)._whatsapp_tell_lookers()

    # ------------------------------------------------------------
    # Live
    # ------------------------------------------------------------

    def _notify_states(self):
        super()._notify_states()
        # sudo: who looks at a record's chatter may see whether its messages arrived; of a bulk sending, when it is opened
        notes = self.sudo().filtered(lambda row: row.lane != "bulk").record_message_id.filtered(lambda note: note.model in self.env)
        for (model, res_id), of_record in notes.grouped(lambda note: (note.model, note.res_id)).items():
            data = Store().add(of_record, of_record._whatsapp_store_fields()).get_result()
            self.env["bus.bus"]._sendone(
                (self.env[model].browse(res_id), RECORD_SUBCHANNEL), "mail.record/insert", data
            )
