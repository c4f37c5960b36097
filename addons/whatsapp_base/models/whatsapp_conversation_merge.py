from odoo import models
from odoo.tools import SQL

from .whatsapp_contact_merge import _move_references
from .whatsapp_conversation import SERVICE_WINDOW

URGENCY = ("open", "pending", "resolved")


class WhatsappConversation(models.Model):
    """Two conversations of one person on one number become one, in Discuss as well."""

    _inherit = "whatsapp.conversation"

    def _merge_into(self, survivor):
        """Hook: move everything of this conversation into ``survivor`` and delete it. Foreign keys move by themselves."""
        self.ensure_one()
        values = self._merged_values(survivor)
        self._announce_gone()
        self._move_discuss_history(survivor._ensure_discuss_channel())
        _move_references(self, survivor)
        self.unlink()
        survivor.write(values)
        self.env.flush_all()

    def _merged_values(self, survivor):
        """Return how the conversation that stays goes on: the more urgent state, the later times, both counts."""
        both = survivor | self
        newest = both.filtered("last_message_at").sorted("last_message_at")[-1:]
        waiting = both.filtered("waiting_since").mapped("waiting_since")
        values = {
            "state": min(both.mapped("state"), key=URGENCY.index),
            "last_message_preview": newest.last_message_preview,
            "waiting_since": min(waiting) if waiting else False,
            "unanswered_count": sum(both.mapped("unanswered_count")),
        }
        for name in ("window_expires_at", "free_until", "last_inbound_at", "last_outbound_at", "last_message_at"):
            times = [conversation[name] for conversation in both if conversation[name]]
            values[name] = max(times) if times else False
        if not survivor.user_id and self.user_id:
            values["user_id"] = self.user_id.id
        return values

    def _move_discuss_history(self, target):
        """Move messages, files and colleagues to another Discuss channel and delete this one.

        Messages keep their IDs, by which Discuss orders them, so both histories fall into one order of time.
        """
        source = self.discuss_channel_id
        if not source:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE mail_message SET res_id = %s WHERE model = 'discuss.channel' AND res_id = %s", target.id, source.id)
        )
        self.env.cr.execute(
            SQL("UPDATE ir_attachment SET res_id = %s WHERE res_model = 'discuss.channel' AND res_id = %s", target.id, source.id)
        )
        self.env.cr.execute(
            SQL(
                """UPDATE discuss_channel t SET last_interest_dt = GREATEST(t.last_interest_dt, s.last_interest_dt)
                     FROM discuss_channel s WHERE t.id = %s AND s.id = %s""",
                target.id, source.id,
            )
        )
        self.env.invalidate_all()
        if joining := source.channel_partner_ids - target.channel_partner_ids:
            target._add_members(partners=joining, post_joined_message=False)
        source.unlink()

    def _rename_discuss_channel(self):
        """Give the threads the name that their contact has now."""
        for conversation in self.filtered("discuss_channel_id"):
            conversation.discuss_channel_id.name = conversation.contact_id._label()

    def _post_line(self, text, author):
        """Show a slim line in the threads: what has happened, neither message nor note. Discuss puts the author before it."""
        for conversation in self.filtered("discuss_channel_id"):
            conversation.discuss_channel_id.message_post(
                body=text,
                message_type="notification",
                subtype_xmlid="mail.mt_comment",
                author_id=author.id or self.env["ir.model.data"]._xmlid_to_res_id("base.partner_root"),
                silent=True,
            )

    def _recompute_times(self):
        """Take times, window and last text from the messages that a conversation has now."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c
                      SET last_inbound_at = v.last_in, last_outbound_at = v.last_out,
                          last_message_at = GREATEST(v.last_in, v.last_out), last_message_preview = v.preview,
                          window_expires_at = v.last_in + %(window)s,
                          waiting_since = CASE WHEN v.last_in > COALESCE(v.last_out, '-infinity') THEN c.waiting_since END,
                          unanswered_count = CASE WHEN v.last_in > COALESCE(v.last_out, '-infinity') THEN c.unanswered_count ELSE 0 END
                     FROM (SELECT id, (SELECT max(sent_on) FROM whatsapp_chat_message m WHERE m.conversation_id = w.id
                                          AND m.direction = 'inbound' AND m.type NOT IN ('reaction', 'system')) AS last_in,
                                  (SELECT max(sent_on) FROM whatsapp_chat_message m WHERE m.conversation_id = w.id
                                          AND m.direction = 'outbound' AND m.type != 'reaction') AS last_out,
                                  (SELECT summary FROM whatsapp_chat_message m WHERE m.conversation_id = w.id
                                    ORDER BY sent_on DESC, id DESC LIMIT 1) AS preview
                             FROM whatsapp_conversation w WHERE w.id = ANY(%(ids)s)) v
                    WHERE c.id = v.id""",
                ids=self.ids, window=SERVICE_WINDOW,
            )
        )
        self.invalidate_recordset(flush=False)
        self._announce()
