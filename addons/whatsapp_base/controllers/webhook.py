import json

from werkzeug.exceptions import RequestEntityTooLarge

from odoo import http
from odoo.http import Response, request

from ..cloud_api import signature

MAX_BODY = 4 * 1024 * 1024  # Meta sends up to 3 MB (Webhooks, "Payload size")


class WhatsappWebhook(http.Controller):
    """Meta's side door: verification (GET) and notifications (POST) of an account's app."""

    # readonly: routes without login default to a replica's cursor, and every call here writes
    @http.route(
        "/whatsapp/webhook/<string:hook>", type="http", auth="none", methods=["GET"], csrf=False, save_session=False,
        readonly=False,
    )
    def verify(self, hook, **query):
        """Answer Meta's challenge (Webhooks, "Verification requests") when the verify token is ours."""
        account = self._account(hook)
        if not account:
            return self._refuse(hook, None, "account", 404)
        token = query.get("hub.verify_token")
        if query.get("hub.mode") != "subscribe" or not account._check_verify_token(token):
            return self._refuse(hook, account.id, "verify", 403)
        return Response(query.get("hub.challenge", ""), content_type="text/plain; charset=utf-8")

    @http.route(
        "/whatsapp/webhook/<string:hook>", type="http", auth="none", methods=["POST"], csrf=False, save_session=False,
        readonly=False,
    )
    def receive(self, hook, **_query):
        """Store one signed notification. Everything else happens after the answer."""
        account_id, secret = request.env["whatsapp.business.account"].sudo()._webhook_key(hook)
        if not account_id:
            return self._refuse(hook, None, "account", 404)
        body = self._body()
        if body is None:
            return self._refuse(hook, account_id, "size", 413)
        if not signature.is_valid(secret, body, request.httprequest.headers.get("X-Hub-Signature-256")):
            return self._refuse(hook, account_id, "signature", 403)
        text = self._json_text(body)
        if text is None:
            return self._refuse(hook, account_id, "json", 400)
        # sudo: the signature proves that the app of this account sent it
        request.env.cr.execute(
            """INSERT INTO whatsapp_webhook_event (account_id, received_at, body, state, attempts)
               VALUES (%s, now() AT TIME ZONE 'utc', %s, 'pending', 0)""",
            [account_id, text],
        )
        request.env["whatsapp.lane"].sudo()._wake_soon("intake")
        return Response(status=200)

    def _account(self, hook):
        # sudo: Meta calls without a user; the path and the verify token are the credentials
        return request.env["whatsapp.business.account"].sudo().search([("webhook_uuid", "=", hook)], limit=1)

    def _body(self):
        """Return the raw body, or None when it is larger than anything that Meta sends."""
        if (request.httprequest.content_length or 0) > MAX_BODY:
            return None
        try:
            # cached: Odoo calls the controller again after a database conflict, and the stream is gone then
            body = request.httprequest.get_data(cache=True)
        except RequestEntityTooLarge:
            return None
        return body if len(body) <= MAX_BODY else None

    def _json_text(self, body):
        """Return the body as text if it is a JSON object or array, else None. Meta escapes what is not ASCII."""
        try:
            text = body.decode()
            return text if isinstance(json.loads(text), (dict, list)) and "\x00" not in text else None
        except (ValueError, RecursionError):
            return None

    def _refuse(self, hook, account_id, reason, status):
        """Answer an error without a word about why, and count it."""
        request.env["whatsapp.webhook.refusal"].sudo()._count_one(account_id, reason, request.httprequest.remote_addr)
        return Response(status=status)
