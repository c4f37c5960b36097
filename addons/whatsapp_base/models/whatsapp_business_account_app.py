from odoo import api, models
from odoo.exceptions import UserError

from ..cloud_api import calling, coexistence
from ..cloud_api.values import as_dict, as_id

APP_FIELDS = ("history", "smb_app_state_sync", "smb_message_echoes")  # of numbers on the WhatsApp Business app


class WhatsappBusinessAccount(models.Model):
    """Notifications about what happens on a number's phone: its app, its address book, its calls."""

    _inherit = "whatsapp.business.account"

    @api.model
    def _webhook_fields(self):
        of_app = APP_FIELDS if any(self.channel_ids.mapped("is_on_phone_app")) else ()
        return [*super()._webhook_fields(), "calls", *of_app]

    @api.model
    def _numbers_of(self, items):
        """Return ``[(whatsapp.channel, value)]``: each notification with the number that it speaks for.

        :param items: list of (account whose signature it bore, value)
        :raises UserError: the number is not set up; the notification is kept and can be replayed
        """
        ids = [as_id(as_dict(value.get("metadata")).get("phone_number_id")) or "" for _account, value in items]
        channels = self.env["whatsapp.channel"].with_context(active_test=False).search([("phone_number_id", "in", ids)])
        by_id = {channel.phone_number_id: channel for channel in channels}
        result = []
        for (account, value), number_id in zip(items, ids, strict=True):
            channel = by_id.get(number_id)
            if not channel or not channel._serves_webhook_of(account):
                raise UserError(
                    self.env._(
                        "No number with the ID %s is set up for this account. Add the number, then replay.",
                        number_id or self.env._("(missing)"),
                    )
                )
            result.append((channel, value))
        return result

    @api.model
    def _on_all_smb_message_echoes(self, items):
        """Show what was written in the phone app (Webhooks, "smb_message_echoes")."""
        echoes = [(channel, echo) for channel, value in self._numbers_of(items) for echo in coexistence.read_echoes(value)]
        self.env["whatsapp.conversation"]._receive_echoes(echoes)

    @api.model
    def _on_all_history(self, items):
        """Store past chats of the phone app (Webhooks, "history")."""
        for channel, value in self._numbers_of(items):
            channel._import_history(coexistence.read_history(value))

    @api.model
    def _on_all_smb_app_state_sync(self, items):
        """Take over names from the phone's address book (Webhooks, "smb_app_state_sync")."""
        for channel, value in self._numbers_of(items):
            channel._import_app_contacts(coexistence.read_app_contacts(value))

    @api.model
    def _on_all_calls(self, items):
        """Log calls in the threads (Webhooks, "calls")."""
        calls = [(channel, call) for channel, value in self._numbers_of(items) for call in calling.read_calls(value)]
        self.env["whatsapp.conversation"]._receive_calls(calls)
