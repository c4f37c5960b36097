from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cloud_api import client as cloud_client
from ..cloud_api import errors
from ..cloud_api.words import _ as _lt
from ..tools.phrases import say

UNREACHABLE = _lt("WhatsApp could not be reached")


class WhatsappBusinessAccount(models.Model):
    """Talking to Meta about the account itself: connection test, numbers, templates, account notifications."""

    _inherit = "whatsapp.business.account"

    def action_test_connection(self):
        """Check the credentials, subscribe to notifications, fetch numbers and templates; tell what was found."""
        self.ensure_one()
        self.check_access("write")
        try:
            numbers, templates, status = self._fetch_all()
        except (cloud_client.ApiError, cloud_client.NotSent, cloud_client.OutcomeUnknown) as error:
            raise UserError(self._explain(error)) from None
        self._apply_status(*status)
        self._apply_numbers(numbers)
        count = self.env["whatsapp.message.template"].sudo()._sync(self, templates)  # sudo: templates are synchronised, not edited
        message = self.env._("%(numbers)s number(s) and %(templates)s template(s) found.", numbers=len(numbers), templates=count)
        missing = self._missing_settings()
        if missing:
            message += " " + missing
        if self.state == "error":
            # the token was refused and the numbers rest because of it: they need not wait until the pause ends
            self.channel_ids.action_resume()
        self.write({"state": "connected", "state_message": message, "state_remedy": False, "checked_at": fields.Datetime.now()})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if missing else "success",
                "title": self.env._("Connected to WhatsApp"),
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _fetch_all(self):
        """Ask Meta for the account's numbers, templates and status, and subscribe to its notifications."""
        api_client = self._client()
        numbers = api_client.phone_numbers(self.waba_id)
        templates = list(api_client.templates(self.waba_id))
        if not self._is_subscribed(api_client.subscribed_apps(self.waba_id)):
            api_client.subscribe_app(self.waba_id)
        return numbers, templates, self._fetch_status(api_client)

    def _is_subscribed(self, apps):
        """Tell whether our app is among those that receive the account's notifications.

        Another app's subscription does not help us. Where ours is there, it is left alone: subscribing again would
        remove a callback address that somebody set for this account only.
        """
        ids = {str((app.get("whatsapp_business_api_data") or {}).get("id")) for app in apps}
        return self.app_id in ids if self.app_id else bool(ids)

    def _explain(self, error):
        """Return what to tell a person about a failed call; never holds a credential."""
        if isinstance(error, cloud_client.ApiError):
            info = errors.classify(error.error, error.http_status)
            title, remedy = say(self.env, info.title), say(self.env, info.remedy)
            details = error.error.user_message or error.error.details or error.error.message or ""
            return "\n".join(filter(None, [title, remedy, details]))
        return self.env._("WhatsApp could not be reached at %(url)s. %(error)s", url=self.graph_url, error=str(error))

    def _missing_settings(self):
        if not self._secret("app_secret"):
            return self.env._("The app secret is missing: incoming messages are refused until you enter it.")
        if not self._secret("verify_token"):
            return self.env._("The verify token is missing: Meta cannot confirm the callback address without it.")
        return ""

    def _apply_numbers(self, numbers):
        """Create or update the numbers that Meta lists; numbers that Meta no longer lists stay, marked."""
        Channel = self.env["whatsapp.channel"].with_context(active_test=False)
        known = {channel.phone_number_id: channel for channel in Channel.search([("account_id", "=", self.id)])}
        for number in numbers:
            values = Channel._values_at_meta(number)
            channel = known.pop(values["phone_number_id"], None)
            if channel:
                channel._take_over(values)
            else:
                name = number.get("verified_name") or number.get("display_phone_number") or values["phone_number_id"]
                identity = {"account_id": self.id, "name": name, "phone_number_id": values["phone_number_id"]}
                Channel.create(identity)._take_over(values)
        for channel in known.values():
            channel._take_over({"status": "NOT_FOUND"})

    def _credentials_refused(self, info):
        """Mark the account and call an administrator, once."""
        self.ensure_one()
        if self.state == "error":
            return
        self._needs_attention(info.title, info.remedy)
        self._alert(self.channel_ids[:1] or self, self.env._("WhatsApp refuses the access token of %s", self.name), info.remedy)

    def _needs_attention(self, message, remedy=False):
        """Mark the account; both texts in English, see ``tools.phrases``."""
        self.write({"state": "error", "state_message": message, "state_remedy": remedy, "checked_at": fields.Datetime.now()})

    @api.model
    def _sync_soon(self):
        """Have numbers and templates fetched anew within minutes; many calls make one run."""
        cron = self.env.ref("whatsapp_base.ir_cron_whatsapp_sync")
        soon = fields.Datetime.now() + timedelta(minutes=2)
        # sudo: triggers are the system's; a run that is planned already will do
        if not self.env["ir.cron.trigger"].sudo().search_count([("cron_id", "=", cron.id), ("call_at", "<=", soon)], limit=1):
            cron.sudo()._trigger(soon)

    @api.model
    def _cron_sync(self):
        """Refresh numbers and templates of all accounts once a day; one that fails does not stop the others."""
        for account in self.search([]):
            if not account._secret("access_token"):
                continue
            try:
                numbers, templates, status = account._fetch_all()
            except cloud_client.ApiError as error:
                info = errors.classify(error.error, error.http_status)
                account._needs_attention(info.title, info.remedy)
            except (cloud_client.NotSent, cloud_client.OutcomeUnknown) as error:
                account._needs_attention(UNREACHABLE, str(error))
            else:
                account._speaking()._apply_status(*status)
                account._speaking()._apply_numbers(numbers)
                self.env["whatsapp.message.template"]._sync(account, templates)
                account.write({"state": "connected", "state_remedy": False, "checked_at": fields.Datetime.now()})
            self.env["ir.cron"]._commit_progress(1)
