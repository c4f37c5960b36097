from odoo import models
from odoo.exceptions import UserError

from ..cloud_api import business


class WhatsappChannel(models.Model):
    """Setting a number up at Meta. PINs and codes pass through and are neither stored nor logged."""

    _inherit = "whatsapp.channel"

    def _register_number(self, pin, region=None):
        """Register the number for Cloud API; the first PIN becomes its two-step PIN."""
        with self._setting_up() as api_client:
            api_client.register(self.phone_number_id, business.check_pin(pin), region or None)
        self._after_setup(self.env._("The number was registered for Cloud API."))

    def _set_pin(self, pin):
        """Set the PIN of two-step verification."""
        with self._setting_up() as api_client:
            api_client.set_pin(self.phone_number_id, business.check_pin(pin))
        self._after_setup(self.env._("A new two-step PIN was set."))

    def _deregister_number(self):
        """Take the number off Cloud API."""
        if self.is_on_phone_app:
            raise UserError(
                self.env._("This number is also on the WhatsApp Business app: disconnect it there, in its settings of the account.")
            )
        with self._setting_up() as api_client:
            api_client.deregister(self.phone_number_id)
        self._after_setup(self.env._("The number was taken off Cloud API."))

    def _change_display_name(self, name):
        """Ask Meta for another display name; it takes effect after review and registration."""
        with self._setting_up() as api_client:
            name = business.check_display_name(name)
            api_client.set_display_name(self.phone_number_id, name)
        self.write({"requested_name": name, "requested_name_status": "PENDING_REVIEW"})
        self._after_setup(self.env._("The display name “%s” was requested.", name))

    def _request_code(self, method, language):
        with self._setting_up() as api_client:
            api_client.request_code(self.phone_number_id, method, language)

    def _verify_code(self, code):
        with self._setting_up() as api_client:
            api_client.verify_code(self.phone_number_id, business.check_code(code))
        self._after_setup(self.env._("The number was verified."))

    def _setting_up(self):
        """Give a client, to administrators only."""
        self.ensure_one()
        self.check_access("write")
        return self.account_id._asking_meta()

    def _after_setup(self, text):
        """Keep what was done, and ask Meta how the number is now."""
        self.account_id._note_event(text, channel=self)
        with self._setting_up() as api_client:
            node = self.account_id._try(api_client.phone_number, self.phone_number_id)
        if node:
            self._take_over(self._values_at_meta({"id": self.phone_number_id, **node}))

    def _open_setup(self, step, title):
        """Open the wizard at a step."""
        self.ensure_one()
        wizard = self.env["whatsapp.number.setup"].create({"account_id": self.account_id.id, "channel_id": self.id, "step": step})
        return wizard._open(title)

    def action_open_register(self):
        """Ask for the PIN and register the number."""
        step = "register" if self.verification_status != "NOT_VERIFIED" else "code"
        return self._open_setup(step, self.env._("Register %s", self.name))

    def action_open_pin(self):
        """Ask for a new two-step PIN."""
        return self._open_setup("pin", self.env._("Two-Step PIN of %s", self.name))

    def action_open_deregister(self):
        """Explain what deregistering does, and ask."""
        return self._open_setup("deregister", self.env._("Take %s off Cloud API", self.name))

    def action_open_display_name(self):
        """Ask for another display name."""
        return self._open_setup("name", self.env._("Display Name of %s", self.name))
