from odoo import api, models
from odoo.tools import SQL

from .discuss_channel import CHANNEL_TYPE


class DiscussChannelMember(models.Model):
    """Whoever joins a conversation has only what the customer waits for as unread, not years of history."""

    _inherit = "discuss.channel.member"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        joined = members.filtered(lambda member: member.channel_id.channel_type == CHANNEL_TYPE)
        if joined:
            joined._whatsapp_skip_history()
        return members

    def _whatsapp_skip_history(self):
        """Put the mark of what is new before the messages that nobody has answered."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT channel.id, newest.id + 1, waiting.id
                     FROM discuss_channel channel
                     JOIN whatsapp_conversation conversation ON conversation.id = channel.whatsapp_conversation_id
                     JOIN LATERAL (SELECT id FROM mail_message
                                    WHERE model = 'discuss.channel' AND res_id = channel.id
                                 ORDER BY id DESC LIMIT 1) newest ON TRUE
                LEFT JOIN LATERAL (SELECT line.mail_message_id AS id FROM whatsapp_chat_message line
                                    WHERE line.conversation_id = conversation.id AND line.direction = 'inbound'
                                      AND line.type NOT IN ('reaction', 'system') AND conversation.unanswered_count > 0
                                 ORDER BY line.id DESC OFFSET GREATEST(conversation.unanswered_count - 1, 0) LIMIT 1) waiting ON TRUE
                    WHERE channel.id = ANY(%s)""",
                self.channel_id.ids,
            )
        )
        mark = {channel_id: waiting or after_all for channel_id, after_all, waiting in rows}
        # one statement: Odoo's own write counts what is unread for each member before and after
        self.env.cr.execute(
            SQL(
                """UPDATE discuss_channel_member m SET new_message_separator = v.mark FROM (VALUES %s) AS v (id, mark)
                    WHERE m.id = v.id""",
                SQL(", ").join(SQL("(%s, %s)", member.id, mark.get(member.channel_id.id, 0)) for member in self),
            )
        )
        self.invalidate_recordset(["new_message_separator", "message_unread_counter"], flush=False)
