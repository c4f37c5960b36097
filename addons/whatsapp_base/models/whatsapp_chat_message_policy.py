from odoo import models

from ..cloud_api import errors
from ..cloud_api.errors import Policy, Scope

ENDED = ("delivered", "read", "failed")


class WhatsappChatMessage(models.Model):
    """What an error of Meta's sets off beyond its message: the policies of ``cloud_api.error_table``."""

    _inherit = "whatsapp.chat.message"

    def _react_to_error(self, error, http_status):
        """Mark the contact, stop the template, rest the number or its account, call for help.

        :param error: a ``cloud_api`` MetaError, or None
        :param http_status: of the answer; None for what came by notification
        """
        self.ensure_one()
        info = errors.classify(error, http_status)
        if info.policy is Policy.INVALID_NUMBER:
            if self._is_unreachable_after(info):
                self.contact_id.is_unreachable = True
        elif info.policy is Policy.STOP_MARKETING:
            self.contact_id.marketing_stopped = True
        elif info.scope is Scope.TEMPLATE and self.template_id:
            self._on_template_refused(info)
        account = self.channel_id.account_id
        if seconds := errors.pause_seconds(info):
            channels = self._channels_in(info.scope)
            if info.policy is Policy.STOP_BULK:
                channels._pause_bulk(seconds, info.title)
            else:
                channels._pause(seconds, info.title)
        if info.policy is Policy.REFRESH_CREDENTIALS:
            account._credentials_refused(info)
        elif info.needs_administrator:
            account._alert(self.channel_id, info.title, info.remedy)

    def _is_unreachable_after(self, info):
        """Tell whether the last messages to the contact, as many as the error asks for, all failed with it.

        Meta gives 131026 for many reasons, some of which pass; one failure must not end a conversation.
        """
        tries = info.tries or 1
        self.flush_model(["state", "error_code"])
        last = self.search_fetch(
            [("contact_id", "=", self.contact_id.id), ("direction", "=", "outbound"), ("state", "in", ENDED)],
            ["state", "error_code"], order="id desc", limit=tries,
        )
        return len(last) == tries and all(row.state == "failed" and row.error_code == info.code for row in last)

    def _channels_in(self, scope):
        """Return the numbers that must rest: this one, all of its account, or all of its Meta app."""
        account = self.channel_id.account_id
        if scope is Scope.ACCOUNT:
            return account.channel_ids
        if scope is Scope.APP and account.app_id:
            # sudo: Meta counts calls of its app, whichever company the accounts belong to here
            return account.sudo().search([("app_id", "=", account.app_id)]).channel_ids
        return account.channel_ids if scope is Scope.APP else self.channel_id

    def _on_template_refused(self, info):
        """Hook: Meta refused this message because of its template. Fetch the templates anew, soon and once."""
        self.env["whatsapp.business.account"]._sync_soon()
