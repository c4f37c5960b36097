import json
import re

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..cloud_api import outbound
from ..lanes.sender import PENDING_MEDIA
from ..tools import phrases

# what WhatsApp makes a preview of
WEB_ADDRESS = re.compile(r"\bhttps?://[^\s/]+", re.IGNORECASE)
PRIORITY = {"agent": 0, "flow": 0, "auto": 0, "order": 1, "api": 1, "campaign": 2}


class WhatsappConversation(models.Model):
    """Sending: every way out makes a queued row in the caller's transaction; the lanes do the rest.

    These methods check contents and the customer service window, not the caller's rights: they are private, and
    whoever exposes them (Discuss, actions, other addons) checks first.
    """

    _inherit = "whatsapp.conversation"

    def _send_text(self, body, **options):
        """Queue a text (WhatsApp formatting, up to 4,096 characters). Options: see :meth:`_send_content`."""
        preview = bool(WEB_ADDRESS.search(body)) and self.channel_id.link_preview
        return self._send_content(outbound.Text(body, preview_url=preview), **options)

    def _send_buttons(self, body, buttons, header=None, footer=None, **options):
        """Queue a text with up to three reply buttons.

        :param list buttons: of (id, title); the ID comes back as ``button_payload``
        """
        choices = [outbound.Button(button_id, title) for button_id, title in buttons]
        return self._send_content(outbound.Buttons(body, choices, header=header, footer=footer), **options)

    def _send_template(
        self, template, header=None, body=(), buttons=(), language=None, cards=(), offer_ends=None, **options
    ):
        """Queue a template in the recipient's language; allowed at any time.

        :param template: ``whatsapp.message.template`` record
        :param header: value of the header's variable
        :param body: values of the body's variables, in order (or a dict for named ones)
        :param buttons: values of the buttons' variables, see ``cloud_api.outbound.template_components``
        :param str language: what the recipient speaks, by default what the contact or their partner says; a language
            that the template does not have falls back, see ``whatsapp.message.template._pick``
        :param cards: values of a carousel's cards, in order: dicts with ``header``, ``body`` and ``buttons``
        :param datetime offer_ends: when a limited-time offer ends, naive UTC
        """
        translation = template._pick(language or template._language_of(self.contact_id))
        content = translation._content(header, body, buttons, cards, offer_ends)
        return self._send_content(content, translation=translation, shown=translation._preview(header, body), **options)

    def _send_content(
        self, content, *, origin="api", once=None, priority=None, reply_to=None, translation=None, attachment=None,
        mail_message=None, shown=None, user=None, scheduled_at=None, values=None,
    ):
        """Queue any content of ``cloud_api.outbound`` to the customer of this conversation.

        :param str origin: who sends: agent, flow, campaign, order, api
        :param str once: a key; a second call with the same key returns the first row and sends nothing
        :param int priority: 0 replies, 1 transactional, 2 campaigns; by default what ``origin`` implies
        :param str reply_to: wamid of the message that is quoted
        :param translation: the ``whatsapp.message.template.translation`` that the content fills in
        :param attachment: the file to upload; of a carousel, those of its cards, in the order of their IDs
        :param mail_message: the Discuss message that shows it already; without one, it is posted to the thread
        :param str shown: text to show in Discuss where it differs from the content's summary
        :param datetime scheduled_at: not before, naive UTC
        :param dict values: more values of the row, such as the record that it is sent from
        :returns: ``whatsapp.chat.message`` record in state ``queued``
        :raises UserError: the window is closed for free text, the contact is blocked
        :raises ValidationError: Meta would refuse the content; names the field and the remedy
        """
        self.ensure_one()
        Message = self.env["whatsapp.chat.message"].sudo()  # sudo: the log is written by the system only
        if once and (before := Message.search([("once_key", "=", once)], limit=1)):
            return before.sudo(self.env.su)
        self._check_may_leave(content, translation)
        try:
            content.validate()
        except outbound.InvalidContent as error:
            raise ValidationError(phrases.explain(self.env, error)) from None
        payload = content.payload()
        priority = PRIORITY.get(origin, 1) if priority is None else priority
        row = Message.create(
            {
                "conversation_id": self.id,
                "channel_id": self.channel_id.id,
                "contact_id": self.contact_id.id,
                "company_id": self.company_id.id,
                "direction": "outbound",
                "origin": origin,
                "type": payload["type"],
                "state": "queued",
                "body": shown or getattr(content, "body", None) or getattr(content, "caption", None),
                "summary": (shown or content.summary()).replace("\n", " ")[:255],
                "payload": json.dumps(payload, ensure_ascii=False),
                "reply_to_wamid": reply_to,
                "template_id": translation.template_id.id if translation else False,
                "template_translation_id": translation.id if translation else False,
                "attachment_ids": [fields.Command.set(attachment.ids)] if attachment else False,
                "media_ref": PENDING_MEDIA if attachment else False,
                "once_key": once,
                "lane": "bulk" if priority >= 2 else "replies",
                "priority": priority,
                "scheduled_at": scheduled_at,
                "mail_message_id": mail_message.id if mail_message else False,
                "user_id": user.id if user else False,
                **(values or {}),
            }
        )
        if not mail_message and row.lane != "bulk":
            self._post_sent(row, content)
        self._touch_outbound(row)
        self.env["whatsapp.lane"]._wake(row.lane)
        return row.sudo(self.env.su)

    def _check_may_leave(self, content, translation=None):
        if self.contact_id.blocked:
            raise UserError(self.env._("This contact is blocked. Unblock it to write again."))
        if translation and translation.template_id.category == "MARKETING" and self.contact_id.marketing_stopped:
            raise UserError(
                self.env._("This person stopped marketing messages on WhatsApp. Only they can allow them again; send no such template.")
            )
        if not isinstance(content, outbound.Template) and not self._window_open():
            raise UserError(self._window_closed_message())

    def _post_sent(self, row, content):
        """Show in Discuss what a program sent."""
        if isinstance(content, outbound.Reaction):
            return
        # sudo: the sender need not be a member or agent; it is shown, not sent again (whatsapp_shown_only)
        channel = self._ensure_discuss_channel().sudo().with_context(whatsapp_shown_only=True)
        has_file = isinstance(getattr(content, "header", None), outbound.Media)
        message = channel.message_post(
            body=row._shown_html(content),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.env.user.partner_id.id,
            attachment_ids=row.attachment_ids.ids if has_file else [],
            silent=True,
        )
        row.mail_message_id = message

    def _touch_outbound(self, row):
        """Move the conversation's times on after something was queued; a reaction is no answer."""
        if row.type == "reaction":
            return
        now = fields.Datetime.now()
        # what a program sends about a document is no answer; what it sends in somebody's name may be one
        is_human = row.origin in ("agent", "echo") or (row.origin == "api" and bool(row.user_id) and not row.res_id)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation
                      SET last_outbound_at = %(now)s, last_message_at = %(now)s, last_message_preview = %(preview)s,
                          waiting_since = CASE WHEN %(human)s THEN NULL ELSE waiting_since END,
                          unanswered_count = CASE WHEN %(human)s THEN 0 ELSE unanswered_count END,
                          desk_due = desk_due IS TRUE OR %(human)s
                    WHERE id = %(id)s""",
                now=now, preview=row.summary, human=is_human, id=self.id,
            )
        )
        self.invalidate_recordset(flush=False)
        if is_human:
            self.env["whatsapp.lane"]._wake_soon("desk")
        if row.lane != "bulk":
            self._announce()  # nobody follows a campaign line by line

    def _agent_wrote(self, user):
        """The first colleague who answers takes the conversation."""
        self.ensure_one()
        values = {}
        if not self.user_id:
            values["user_id"] = user.id
        if self.state == "resolved":
            values["state"] = "open"
        if values:
            self.write(values)
