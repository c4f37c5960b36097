from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..cloud_api.inbound import Identity
from ..tools import recipient as left_out

AGENT_GROUP = "whatsapp_base.group_whatsapp_agent"
# more records than this are the work of a batch (whatsapp.send.batch), not of one transaction
MOST_AT_ONCE = 100


class MailThread(models.AbstractModel):
    """WhatsApp from any record: one public method, see the API guide."""

    _inherit = "mail.thread"

    def whatsapp_send(
        self, template=None, body=None, channel=None, free=None, language=None, report=None, attachment_ids=(),
        scheduled_at=None, fallback=None, once=None,
    ):
        """Send a WhatsApp message to the customer of each of these records.

        The messages are queued in this transaction and leave after it; each record's chatter shows its own.

        :param template: ``whatsapp.message.template`` record, its ID, or its name
        :param str body: free text, for customers who wrote in the last 24 hours; give a template or a text
        :param channel: ``whatsapp.channel`` (the number to send from) or its ID; by default the first that fits
        :param dict free: values of the template that do not come from the record
        :param str language: language of the template, such as ``es``; by default each customer's own
        :param report: ``ir.actions.report`` record, ID or XML ID: its PDF goes into the header or along as a file
        :param attachment_ids: IDs of files to send as messages of their own
        :param datetime scheduled_at: not before, UTC
        :param str fallback: ``email`` or ``sms``: what to do once if WhatsApp fails for good
        :param str once: a key of the caller's choice: for each record, a second call with the same key sends nothing
        :returns: a list with one dict for each record: ``res_id``, ``name``, ``message_id`` (or False), ``state``,
            and, where nothing was sent, ``reason`` (a code) and ``detail`` (for people)
        :raises AccessError: the caller is no WhatsApp agent, or may not read a record
        :raises UserError: nothing can be sent at all: no number, no approved template, too many records at once
        """
        self._whatsapp_check_sender()
        self.check_access("read")
        if len(self) > MOST_AT_ONCE:
            raise UserError(
                self.env._("%(count)d records at once are too many. Call for up to %(most)d at a time, or send from the list.",
                           count=len(self), most=MOST_AT_ONCE)
            )
        if isinstance(scheduled_at, str):
            scheduled_at = fields.Datetime.to_datetime(scheduled_at)
        channel, template = self._whatsapp_sending(channel, template)
        sent = self._whatsapp_send(
            channel, template=template, body=body, free=free, language=language, report=self._whatsapp_report(report),
            attachments=self.env["ir.attachment"].browse(attachment_ids or ()), scheduled_at=scheduled_at,
            fallback=fallback, once=once,
        )
        texts = self._whatsapp_reason_texts()
        return [
            {
                "res_id": recipient.record.id,
                "name": recipient.name or "",
                "message_id": rows[:1].id,
                "state": rows[:1].state or False,
                "reason": recipient.reason or False,
                "detail": recipient.detail or texts.get(recipient.reason, ""),
            }
            for recipient, rows in sent
        ]

    # ------------------------------------------------------------
    # What to send from and with
    # ------------------------------------------------------------

    def _whatsapp_check_sender(self):
        if not self.env.user.has_group(AGENT_GROUP):
            raise AccessError(self.env._("Only WhatsApp agents can write to customers. Ask an administrator for the role."))

    def _whatsapp_company(self):
        """Return the company that these records belong to, else the current one."""
        if "company_id" in self._fields and self._fields["company_id"].comodel_name == "res.company":
            return self.sudo().company_id[:1] or self.env.company
        return self.env.company

    def _whatsapp_sending(self, channel=None, template=None):
        """Return (number, template or none) for what a caller gave: records, IDs, a template's name."""
        Channel, Template = self.env["whatsapp.channel"], self.env["whatsapp.message.template"]
        channel = Channel.browse(channel) if isinstance(channel, int) else channel or Channel
        template = Template.browse(template) if isinstance(template, int) else template or Template
        if isinstance(template, str):
            domain = [("name", "=", template)]
            domain += (
                [("account_id", "=", channel.account_id.id)] if channel else [("company_id", "=", self._whatsapp_company().id)]
            )
            found = Template.search(domain, limit=1)
            if not found:
                raise ValidationError(
                    self.env._("There is no template “%s”. Check its name, or refresh the templates.", template)
                )
            template = found
        if not channel:
            channel = Channel._default_for(self._whatsapp_company(), template)
        if template and template.account_id != channel.account_id:
            raise UserError(self.env._("This template belongs to another account than the number. Choose another one."))
        return channel, template

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def _whatsapp_send(
        self, channel, template=None, body=None, free=None, language=None, report=None, attachments=None,
        scheduled_at=None, fallback=None, once=None, origin="api", priority=None, recipients=None,
    ):
        """Queue one message for each record; returns a list of (:class:`Recipient`, ``whatsapp.chat.message`` rows).

        Checks neither the user's role nor the number of records: whoever exposes it does.

        :param recipients: what :meth:`_whatsapp_recipients` returned, where the caller has it already
        """
        if not template and not (body or "").strip():
            raise ValidationError(self.env._("Choose a template or write a text."))
        # files are made before anything is written: it takes seconds, and nothing may be locked meanwhile
        documents = {record.id: record._whatsapp_document(report) for record in self} if report else {}
        if recipients is None:
            recipients = self._whatsapp_recipients(
                channel, template, scheduled_at, same_text=not report and self._whatsapp_is_same_text(template)
            )
        values = self._whatsapp_template_values(template, recipients, free, language) if template else {}
        conversation_of = self._whatsapp_conversations(channel, [r for r in recipients if not r.reason])
        result = []
        for recipient in recipients:
            rows = self.env["whatsapp.chat.message"]
            if not recipient.reason:
                rows = recipient.record._whatsapp_send_one(
                    recipient, conversation_of[recipient.key], template=template, body=body,
                    values=values.get(recipient.record.id), document=documents.get(recipient.record.id),
                    attachments=attachments or self.env["ir.attachment"], scheduled_at=scheduled_at, fallback=fallback,
                    once=f"{once}:{self._name}:{recipient.record.id}" if once else None, origin=origin, priority=priority,
                )
            result.append((recipient, rows))
        self.env["whatsapp.chat.message"].union(*(rows for _recipient, rows in result))._log_on_records()
        self.browse([recipient.record.id for recipient, rows in result if rows])._whatsapp_after_send()
        return result

    def _whatsapp_send_one(
        self, recipient, conversation, template=None, body=None, values=None, document=None, attachments=None, once=None, **options
    ):
        """Queue the message of one record, and its files; sets ``recipient.reason`` where the template cannot be filled."""
        self.ensure_one()
        link = self._whatsapp_link_values()
        first = {**link, "fallback": options.pop("fallback", None) or False}
        options.update(user=self.env.user)
        files = (document or self.env["ir.attachment"]) | (attachments or self.env["ir.attachment"])
        rows = self.env["whatsapp.chat.message"]
        if template:
            try:
                on_top = self._whatsapp_header_file(conversation, template, values, files)
                header, recipe = conversation._file_header(on_top) if on_top else (values.get("header"), False)
                on_cards = self._whatsapp_card_files(conversation, template, values, files)
                cards = values.get("cards") or ()
                if on_cards:
                    headers, recipe = conversation._card_headers(on_cards)
                    cards = [{**card, "header": file} for card, file in zip(cards, headers, strict=True)]
                    on_top = on_cards
                rows |= conversation._send_template(
                    template, header, values.get("body") or (), values.get("buttons") or (),
                    language=values.get("language"), cards=cards, offer_ends=values.get("offer_ends"), once=once,
                    attachment=on_top or None, values={**first, "media_recipe": recipe}, **options,
                )
            except (UserError, ValidationError) as error:
                recipient.reason, recipient.detail = left_out.NO_VALUE, str(error)
                return rows
            files -= on_top
        else:
            rows |= conversation._send_text(body, once=once, values=first, **options)
        if files and (not template or conversation._window_open()):
            for number, attachment in enumerate(files):
                key = f"{once}:{number}" if once else None
                rows |= conversation._send_attachments(attachment, once=key, values=link, **options)
        return rows

    def _whatsapp_header_file(self, conversation, template, values, files):
        """Return the first of ``files`` that can stand on top of the template, or none."""
        language = values.get("language") or template._language_of(conversation.contact_id)
        kind = template._pick(language)._header_file_kind()
        return files.filtered(lambda file: kind and conversation._media_plan(file)[0] == kind)[:1]

    def _whatsapp_card_files(self, conversation, template, values, files):
        """Return those of ``files`` that stand on the cards of a carousel: one for each, in the order of their IDs.

        :raises UserError: there are too few
        """
        translation = template._pick(values.get("language") or template._language_of(conversation.contact_id))
        kind, count = translation._card_files()
        if not kind or any(card.get("header") for card in values.get("cards") or ()):
            return files.browse()
        fitting = files.filtered(lambda file: conversation._media_plan(file)[0] == kind).sorted("id")[:count]
        if len(fitting) < count:
            raise UserError(self._whatsapp_cards_message(kind, count, len(fitting)))
        return fitting

    def _whatsapp_cards_message(self, kind, count, given):
        texts = {
            "image": self.env._("This template has %(count)d cards with a picture each; %(given)d are there. Add the pictures in the "
                                "order of the cards.", count=count, given=given),
            "video": self.env._("This template has %(count)d cards with a video each; %(given)d are there. Add the videos in the "
                                "order of the cards.", count=count, given=given),
        }
        return texts[kind]

    def _whatsapp_link_values(self):
        """Return what makes a message remember the record that it was sent from; a conversation is no such record."""
        if self._name == "whatsapp.conversation":
            return {}
        return {"res_model": self._name, "res_id": self.id}

    def _whatsapp_is_same_text(self, template):
        """Tell whether every record's message reads the same."""
        return not template

    def _whatsapp_template_values(self, template, recipients, free=None, language=None):
        """Return ``{record id: {"header", "body", "buttons", "language"}}`` with which the template is filled.

        Recipients whose record cannot fill it in get a reason and nothing else.
        """
        reached = [recipient for recipient in recipients if not recipient.reason]
        values, problems = self.browse([r.record.id for r in reached])._whatsapp_try_values(template, free, language)
        for recipient in reached:
            if recipient.record.id in problems:
                recipient.reason, recipient.detail = left_out.NO_VALUE, problems[recipient.record.id]
        return values

    def _whatsapp_conversations(self, channel, recipients):
        """Return ``{recipient key: conversation}``, created where there are none, in bulk."""
        if self._name == "whatsapp.conversation":
            return {conversation.contact_id.id: conversation for conversation in self}
        # sudo: contacts and conversations are opened for whoever may send, who need not be able to create them
        Contact = self.env["whatsapp.contact"].sudo()
        contact_of = {r.key: r.contact.sudo() for r in recipients if r.contact}
        strangers = {r.digits: r for r in recipients if not r.contact}
        if strangers:
            senders = {digits: Identity(wa_id=digits) for digits in strangers}
            partners = {digits: r.partner.sudo() for digits, r in strangers.items() if r.partner}
            found = Contact._find_or_create(channel.company_id, channel.portfolio, list(senders.values()), partners)
            contact_of.update({digits: found[sender] for digits, sender in senders.items()})
        contacts = Contact.union(*contact_of.values())
        conversations = self.env["whatsapp.conversation"].sudo()._find_or_create(channel, contacts) if contacts else {}
        # they stay sudo: a customer may be written to from a record, whichever team leads their conversation
        return {key: conversations[contact].sudo() for key, contact in contact_of.items()}
