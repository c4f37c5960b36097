from odoo import fields, models
from odoo.exceptions import AccessError, ValidationError


class WhatsappConversation(models.Model):
    """What other systems may call over JSON-2, JSON-RPC and XML-RPC. Stable: see the API guide."""

    _inherit = "whatsapp.conversation"

    def send_text(self, body, once=None):
        """Send a text to the customer of one conversation.

        :param str body: up to 4,096 characters, WhatsApp formatting
        :param str once: a key of the caller's choice; a repeated call with the same key sends nothing and gives
            the first message back
        :returns: ``{"id": int, "uuid": str, "state": str}`` of the ``whatsapp.chat.message``
        :raises AccessError: the caller is no WhatsApp agent, or may not see the conversation
        :raises UserError: the customer service window is closed, or the contact is blocked
        """
        self._check_api_access()
        if not isinstance(body, str) or not body.strip():
            raise ValidationError(self.env._("“body” is empty. Give the text to send."))
        return self._api_result(self._send_text(body, origin="api", once=once, user=self.env.user))

    def send_template(self, name, language=None, header=None, body=(), buttons=(), once=None, cards=(), offer_ends=None):
        """Send an approved template to the customer of one conversation; allowed at any time.

        :param str name: name of the template at Meta
        :param str language: what the customer speaks, such as ``en`` or ``es_MX``; empty: what the contact says. A
            language that the template does not have falls back as its form shows
        :param header: value of the header's variable
        :param body: values of the text's variables: a list in order, or an object by name
        :param list buttons: values of the buttons, in order; null for buttons without a value
        :param str once: see :meth:`send_text`
        :param list cards: values of a carousel's cards, in order: objects with ``header``, ``body`` and ``buttons``
        :param str offer_ends: when a limited-time offer ends, UTC, such as ``2027-01-31 20:00:00``
        :returns: as :meth:`send_text`
        """
        self._check_api_access()
        # sudo: agents do not see templates that cannot be sent; here they are told so
        template = self.env["whatsapp.message.template"].sudo().search(
            [("account_id", "=", self.channel_id.account_id.id), ("name", "=", name)], limit=1
        ).sudo(self.env.su)
        if not template:
            raise ValidationError(
                self.env._("This account has no template “%s”. Check the name, or refresh the templates.", name)
            )
        row = self._send_template(
            template, header=header, body=body, buttons=buttons or (), language=language, cards=cards or (),
            offer_ends=self._api_time(offer_ends), origin="api", once=once,
            user=self.env.user,
        )
        return self._api_result(row)

    def _api_time(self, value):
        try:
            return fields.Datetime.to_datetime(value) if value else None
        except ValueError:
            raise ValidationError(self.env._("“%s” is no time. Write it as 2027-01-31 20:00:00, in UTC.", value)) from None

    def _check_api_access(self):
        self.ensure_one()
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents can write to customers. Ask an administrator for the role."))
        self.check_access("write")

    def _api_result(self, row):
        return {"id": row.id, "uuid": row.uuid, "state": row.state}
