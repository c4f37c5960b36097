import json as jsonlib
import logging

from odoo import models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)

METHODS = ("GET", "POST", "DELETE")
# names that never go out and never come back: the token travels in the header, and nowhere else
SECRET_NAMES = {"access_token", "appsecret_proof", "client_secret", "app_secret", "input_token", "page_access_token"}
# what has a queue, an order and a memory in Odoo must go through it
QUEUED_EDGES = ("messages", "marketing_messages")


class WhatsappBusinessAccount(models.Model):
    """Calling anything of Meta's that has no button here, with this account's token and without showing it."""

    _inherit = "whatsapp.business.account"

    def graph_call(self, method, path, params=None, json=None):
        """Call Meta's Graph API about this account and return the answer. For administrators; see docs/api-guide.md.

        :param str method: GET, POST or DELETE
        :param str path: below the version, beginning with an ID of the account's own: the account, its numbers, its
            Meta app or portfolio, its catalog, a template or flow of it; or a media ID with ``phone_number_id`` in params
        :param dict params: query; values that are lists or objects are sent as JSON
        :param dict json: body of a POST or DELETE
        :rtype: dict
        :raises AccessError: the user is no administrator of the account's company
        :raises UserError: the path leads elsewhere, Meta refused, or could not be reached
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_admin"):
            raise AccessError(self.env._("Only WhatsApp administrators may call Meta directly."))
        method, path = str(method or "").upper(), str(path or "").strip("/")
        self._check_graph_call(method, path, params, json)
        params = {name: value if isinstance(value, str) else jsonlib.dumps(value) for name, value in (params or {}).items()}
        _logger.info("WhatsApp: user %s calls %s %s of account %s", self.env.uid, method, path, self.id)
        with self._asking_meta() as api_client:
            self._check_graph_node(api_client, path, params)
            answer = api_client.graph(method, path, params, json, self.app_id)
        names = ", ".join(sorted({*params, *(json or {})}))
        if method != "GET":
            # values may be personal or secret: names tell enough for an audit
            self._message_log(body=self.env._("Called Meta: %(method)s %(path)s (%(names)s)", method=method, path=path, names=names or "-"))
        answer = without_secrets(answer)
        return answer if isinstance(answer, dict) else {"data": answer}

    def _check_graph_call(self, method, path, params, json):
        if method not in METHODS:
            raise UserError(self.env._("Use one of the methods %s.", ", ".join(METHODS)))
        if not path:
            raise UserError(self.env._("The path is missing. Begin with the ID of the account or a number, such as %s.", self.waba_id))
        if any(part is not None and not isinstance(part, dict) for part in (params, json)):
            raise UserError(self.env._("Give params and json as objects."))
        if method == "GET" and json:
            raise UserError(self.env._("A GET has no body: give params instead of json."))
        if SECRET_NAMES & names_in(params or {}) or SECRET_NAMES & names_in(json or {}):
            raise UserError(self.env._("Leave tokens and secrets out: Odoo adds what is needed."))
        parts = path.split("/")
        if method == "POST" and len(parts) > 1 and parts[1] in QUEUED_EDGES:
            raise UserError(self.env._("Messages are not sent this way: use send_text or send_template of whatsapp.conversation, "
                                       "so that nothing is sent twice and everything is in the log."))
        fields = str((params or {}).get("fields") or "")
        if any(name in fields for name in SECRET_NAMES):
            raise UserError(self.env._("Leave tokens and secrets out: Odoo adds what is needed."))

    def _check_graph_node(self, api_client, path, params):
        """Refuse a path whose first part is nothing of this account's."""
        head = path.split("/")[0]
        numbers = self.channel_ids.mapped("phone_number_id")
        own = {self.waba_id, self.app_id, self.portfolio_id, self.catalog_id, *numbers}
        if head in own:
            return
        if head.isdigit():
            templates = self.env["whatsapp.message.template.translation"].sudo()  # sudo: only whether it is the account's
            if templates.search_count([("account_id", "=", self.id), ("meta_id", "=", head)], limit=1):
                return
            if params.get("phone_number_id") in numbers:
                return  # a file: Meta checks that the number has it
            flows = self._try(api_client.flow_ids, self.waba_id) or ()
            if head in flows:
                return
        raise UserError(
            self.env._("“%s” is nothing of this account's. A path begins with the ID of the account, of one of its numbers, of its Meta "
                       "app, portfolio or catalog, of a template or flow of it, or of a file (with phone_number_id in params).", head[:60])
        )


def names_in(value):
    """Return the names of an object and of everything in it, in lower case."""
    if isinstance(value, dict):
        return {str(name).lower() for name in value}.union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def without_secrets(value):
    """Return an answer of Meta's without values whose name says that they are secret."""
    if isinstance(value, dict):
        return {name: "***" if str(name).lower() in SECRET_NAMES else without_secrets(item) for name, item in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value
