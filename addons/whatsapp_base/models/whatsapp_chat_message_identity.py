from odoo import models
from odoo.tools import SQL

from ..cloud_api import content as contents
from ..cloud_api.recipients import is_wa_id, phone_key
from ..cloud_api.values import as_dict, as_id

CHANGES = ("user_changed_number", "user_changed_user_id")


class WhatsappChatMessage(models.Model):
    """What messages tell of people: system messages of new IDs, and Meta's answer when we write to somebody."""

    _inherit = "whatsapp.chat.message"

    def _follow_identity_changes(self, incoming):
        """Move contacts to the IDs that system messages name; the message itself is the line that tells it.

        :param incoming: the :class:`cloud_api.inbound.InboundMessage` of each row
        """
        for row, message in zip(self, incoming, strict=True):
            content = message.content
            if isinstance(content, contents.CallPermission):
                row.contact_id.write({"calls_allowed": content.accepted, "calls_allowed_until": content.until})
            if not isinstance(content, contents.System) or content.type not in CHANGES:
                continue
            reason = "number" if content.type == "user_changed_number" else "account"
            parent = as_id(as_dict(message.raw.get("system")).get("parent_user_id"))
            phone = content.wa_id if is_wa_id(content.wa_id) else None
            row.contact_id._become(phone, content.user_id, reason, parent_bsuid=parent, told_in=row.conversation_id)

    def _learn_recipients(self, accepted):
        """Keep what Meta tells of a recipient when it accepts a message: their user ID, its spelling of their phone.

        Where somebody else has the user ID already, both are one person and will be merged.

        :param accepted: list of :class:`lanes.sender.Outcome`
        """
        known = {
            outcome.job.contact_id: outcome
            for outcome in accepted
            if (outcome.user_id and not outcome.job.user_id) or (outcome.wa_id and outcome.wa_id != outcome.job.wa_id)
        }
        if not known:
            return
        values = SQL(", ").join(
            SQL("(%s, %s::varchar, %s::varchar, %s::varchar)", contact_id, o.user_id, o.wa_id, phone_key(o.wa_id or ""))
            for contact_id, o in known.items()
        )
        rows = self.env.execute_query(
            SQL(
                """WITH v (id, bsuid, wa_id, key) AS (VALUES %(values)s),
                        told AS (SELECT v.*, (SELECT o.id FROM whatsapp_contact o
                                               WHERE o.bsuid = v.bsuid AND o.id != c.id
                                                 AND o.company_id = c.company_id AND o.portfolio = c.portfolio) AS holder
                                   FROM v JOIN whatsapp_contact c ON c.id = v.id)
                   UPDATE whatsapp_contact c
                      SET bsuid = CASE WHEN told.holder IS NULL THEN COALESCE(c.bsuid, told.bsuid) ELSE c.bsuid END,
                          wa_id = CASE WHEN told.key = c.phone_key THEN told.wa_id ELSE c.wa_id END
                     FROM told WHERE c.id = told.id
                RETURNING c.id, c.bsuid, told.holder""",
                values=values,
            )
        )
        Contact = self.env["whatsapp.contact"]
        Contact.browse(known).invalidate_recordset(["bsuid", "wa_id"], flush=False)
        for contact_id, bsuid, holder in rows:
            if holder and not bsuid:
                pair = Contact.browse(contact_id)._by_seniority(Contact.browse(holder))
                self.env["whatsapp.contact.merge.request"]._add(*pair)

    def _move_to(self, conversation):
        """Move messages, and what Discuss shows of them, to another conversation."""
        thread = conversation._ensure_discuss_channel()
        shown = self.mail_message_id
        self.write({"conversation_id": conversation.id, "contact_id": conversation.contact_id.id})
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE mail_message SET res_id = %s WHERE id = ANY(%s)", thread.id, shown.ids))
        self.env.cr.execute(
            SQL(
                """UPDATE ir_attachment SET res_id = %s WHERE res_model = 'discuss.channel' AND id IN (
                       SELECT attachment_id FROM message_attachment_rel WHERE message_id = ANY(%s))""",
                thread.id, shown.ids,
            )
        )
        self.env.invalidate_all()
