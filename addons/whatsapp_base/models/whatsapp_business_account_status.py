import base64
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from odoo import fields, models
from odoo.exceptions import UserError

from ..cloud_api import account_events
from ..cloud_api import client as cloud_client
from ..cloud_api.outbound import InvalidContent
from ..tools.phrases import explain

HEALTH = [("AVAILABLE", "Can send"), ("LIMITED", "Can send with limits"), ("BLOCKED", "Cannot send")]
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
TOKEN_WARNING = timedelta(days=14)
# Fields of Meta's that may be subscribed (Webhooks, "whatsapp_business_account"); we ask for those with a handler.
KNOWN_FIELDS = (
    "account_alerts", "account_review_update", "account_settings_update", "account_update", "business_capability_update",
    "business_username_update", "message_template_components_update", "message_template_quality_update",
    "message_template_status_update", "phone_number_name_update", "phone_number_quality_update", "security",
    "template_category_update", "template_correct_category_detection", "user_id_update", "user_preferences",
)


class WhatsappBusinessAccount(models.Model):
    """What Meta knows of the account: verification, review, health, the token, where notifications go."""

    _inherit = "whatsapp.business.account"

    use_appsecret_proof = fields.Boolean(
        "Prove Calls with the App Secret", help="For Meta apps whose setting “Require app secret” is on."
    )
    meta_name = fields.Char("Name at Meta", readonly=True, copy=False)
    meta_currency = fields.Char("Currency at Meta", readonly=True, copy=False)
    meta_country = fields.Char("Country at Meta", readonly=True, copy=False)
    meta_timezone = fields.Char("Time Zone at Meta", readonly=True, copy=False, help="Meta's number of the time zone.")
    meta_status = fields.Char("Status at Meta", readonly=True, copy=False, tracking=True)
    owner_name = fields.Char("Owner", readonly=True, copy=False)
    verification_status = fields.Selection(
        [
            ("verified", "Verified"),
            ("not_verified", "Not verified"),
            ("pending", "Under review"),
            ("pending_submission", "Not submitted yet"),
            ("pending_need_more_info", "Meta needs more information"),
            ("rejected", "Rejected"),
            ("failed", "Failed"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
            ("ineligible", "Not possible"),
            ("UNKNOWN", "Unknown"),
        ],
        "Business Verification",
        readonly=True,
        copy=False,
        tracking=True,
    )
    review_status = fields.Selection(
        [("APPROVED", "Approved"), ("PENDING", "Under review"), ("DEFERRED", "Deferred"), ("REJECTED", "Rejected"), ("UNKNOWN", "Unknown")],
        "Account Review",
        readonly=True,
        copy=False,
        tracking=True,
    )
    has_payment_method = fields.Boolean("Payment Method Set", readonly=True, copy=False)
    health_state = fields.Selection(HEALTH, "Health", readonly=True, copy=False)
    token_expires_at = fields.Datetime(readonly=True, copy=False)
    token_state = fields.Selection(
        [("ok", "Valid"), ("expiring", "Expires soon"), ("scopes", "Permissions missing"), ("invalid", "Not valid")],
        "Token",
        readonly=True,
        copy=False,
    )
    token_missing_scopes = fields.Char("Missing Permissions", readonly=True, copy=False)
    webhook_state = fields.Selection(
        [
            ("ok", "All fields arrive here"),
            ("missing", "Fields are missing"),
            ("elsewhere", "Notifications go elsewhere"),
            ("none", "Nothing is subscribed"),
        ],
        "Webhooks",
        readonly=True,
        copy=False,
    )
    webhook_missing_fields = fields.Char("Missing Fields", readonly=True, copy=False)
    webhook_address = fields.Char("Address at Meta", readonly=True, copy=False, groups="whatsapp_base.group_whatsapp_admin")
    health_log_ids = fields.One2many("whatsapp.health.log", "account_id", readonly=True)

    def _client(self, pool_size=8):
        """Return the account's client; it also holds the app secret, for calls in the name of the app."""
        api_client = super()._client(pool_size)
        secret = self._secret("app_secret")
        if secret:
            api_client.set_app_secret(secret, prove=self.use_appsecret_proof)
        return api_client

    @contextmanager
    def _asking_meta(self):
        """Give a client for calls that a person waits for; failures become errors that tell what to do."""
        self.ensure_one()
        api_client = self._client()
        try:
            yield api_client
        except (cloud_client.ApiError, cloud_client.NotSent, cloud_client.OutcomeUnknown) as error:
            raise UserError(self._explain(error)) from None
        except InvalidContent as error:
            raise UserError(explain(self.env, error)) from None
        except ValueError as error:
            raise UserError(str(error)) from None
        finally:
            api_client.close()

    @staticmethod
    def _try(function, *args):
        """Return the answer of a call that may fail without harm (not every account has everything), else None."""
        try:
            return function(*args)
        except (cloud_client.CloudError, ValueError):
            return None

    @staticmethod
    def _picture(api_client, url, limit):
        """Return a picture of Meta's as a field takes it, or False where it cannot be fetched."""
        if not url:
            return False
        try:
            data, _mimetype = api_client.download(url, limit)
        except cloud_client.CloudError:
            return False
        return base64.b64encode(data)

    def _known(self, field, value):
        """Return a value of Meta's as a selection takes it; one that is new to us becomes UNKNOWN."""
        return value if not value or value in self._fields[field].get_values(self.env) else "UNKNOWN"

    # ------------------------------------------------------------
    # Refreshing
    # ------------------------------------------------------------

    def _fetch_status(self, api_client):
        """Ask Meta about the account and the token; writes nothing.

        :returns: (account node or None, token information or None)
        """
        return self._try(api_client.waba, self.waba_id), self._try(api_client.debug_token, self.app_id or None)

    def _apply_status(self, waba, token):
        """Take over what ``_fetch_status`` brought."""
        self.ensure_one()
        values = {}
        if waba:
            owner = waba.get("owner_business_info") or {}
            values.update(
                meta_name=waba.get("name"),
                meta_currency=waba.get("currency"),
                meta_country=waba.get("country"),
                meta_timezone=str(waba["timezone_id"]) if waba.get("timezone_id") else False,
                meta_status=str(waba.get("status") or "").replace("_", " ").capitalize() or False,
                owner_name=owner.get("name"),
                verification_status=self._known("verification_status", waba.get("business_verification_status")),
                review_status=self._known("review_status", waba.get("account_review_status")),
                has_payment_method=bool(waba.get("primary_funding_id")),
                health_state=account_events.read_health(waba.get("health_status"))[0] or False,
            )
            if not self.portfolio_id and str(owner.get("id") or "").isdigit() and not self.channel_ids:
                # customers are known by portfolio: set before there are any
                values["portfolio_id"] = str(owner["id"])
        if token:
            values.update(self._token_values(token))
        self.write({name: value or False for name, value in values.items()})
        self._warn_about_token()

    def _token_values(self, token):
        seconds = token.get("expires_at") or 0
        expires = datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None) if seconds else False
        missing = [scope for scope in SCOPES if scope not in (token.get("scopes") or ())]
        state = "ok"
        if not token.get("is_valid", True):
            state = "invalid"
        elif missing:
            state = "scopes"
        elif expires and expires - fields.Datetime.now() < TOKEN_WARNING:
            state = "expiring"
        return {"token_expires_at": expires, "token_state": state, "token_missing_scopes": ", ".join(missing)}

    def _warn_about_token(self):
        if self.token_state == "expiring":
            self._alert(
                self,
                self.env._("The access token of %s expires soon", self.name),
                self.env._("It ends on %s. Create a new one and enter it on the account.", fields.Date.to_string(self.token_expires_at)),
            )
        elif self.token_state == "scopes":
            self._alert(
                self,
                self.env._("The access token of %s lacks permissions", self.name),
                self.env._("Missing: %s. Create a new token with them.", self.token_missing_scopes),
            )

    # ------------------------------------------------------------
    # Webhooks
    # ------------------------------------------------------------

    def _webhook_fields(self):
        """Return the fields of Meta's that this account needs: those with a handler, and messages."""
        return ["messages", *(name for name in KNOWN_FIELDS if hasattr(self, f"_on_{name}"))]

    def action_check_webhooks(self):
        """Compare what the Meta app is subscribed to with what is needed, and where it goes with our address."""
        self.ensure_one()
        self.check_access("write")
        self._check_app_credentials()
        with self._asking_meta() as api_client:
            subscriptions = api_client.app_subscriptions(self.app_id)
            apps = api_client.subscribed_apps(self.waba_id)
        self._apply_webhooks(subscriptions, apps)
        messages = {
            "ok": self.env._("Every field that is needed arrives here."),
            "missing": self.env._("These fields are missing: %s. Press Set Up Webhooks.", self.webhook_missing_fields),
            "elsewhere": self.env._("Meta sends notifications to %s, not here. Set Up Webhooks changes that.", self.webhook_address),
            "none": self.env._("The Meta app is not subscribed to anything. Press Set Up Webhooks."),
        }
        return self._notice("success" if self.webhook_state == "ok" else "warning", messages[self.webhook_state])

    def action_set_up_webhooks(self):
        """Have Meta send all fields that are needed to this Odoo. Meta asks our address at once."""
        self.ensure_one()
        self.check_access("write")
        self._check_app_credentials()
        token = self._secret("verify_token")
        if not token:
            raise UserError(self.env._("The verify token is missing. Press “Make a new verify token” first."))
        with self._asking_meta() as api_client:
            present = self._own_subscription(api_client.app_subscriptions(self.app_id))
            wanted = sorted({*self._webhook_fields(), *self._field_names(present)})
            api_client.subscribe_fields(self.app_id, self.callback_url, token, wanted)
            api_client.subscribe_app(self.waba_id)
            subscriptions = api_client.app_subscriptions(self.app_id)
            apps = api_client.subscribed_apps(self.waba_id)
        self._apply_webhooks(subscriptions, apps)
        return self._notice("success", self.env._("Meta sends %s fields to this Odoo now.", len(wanted)))

    def _check_app_credentials(self):
        if not self.app_id or not self._secret("app_secret"):
            raise UserError(self.env._("Enter the app ID and the app secret first: only with them may Odoo ask about the app."))

    @staticmethod
    def _own_subscription(subscriptions):
        return next((item for item in subscriptions if item.get("object") == "whatsapp_business_account"), {})

    @staticmethod
    def _field_names(subscription):
        names = (item.get("name") if isinstance(item, dict) else item for item in subscription.get("fields") or ())
        return {str(name) for name in names if name}

    def _apply_webhooks(self, subscriptions, apps):
        """Take over where notifications go. An address of the account's own wins over the app's."""
        present = self._own_subscription(subscriptions)
        own = next(
            (app for app in apps if str((app.get("whatsapp_business_api_data") or {}).get("id")) == self.app_id), {}
        )
        address = own.get("override_callback_uri") or present.get("callback_url") or ""
        missing = [name for name in self._webhook_fields() if name not in self._field_names(present)]
        # one Meta app has one address: that of any account of the same app will do
        same_app = self.sudo().search([("app_id", "=", self.app_id), ("company_id", "=", self.company_id.id)])
        if not address:
            state = "none"
        elif address not in same_app.mapped("callback_url"):
            state = "elsewhere"
        else:
            state = "missing" if missing else "ok"
        self.write({"webhook_state": state, "webhook_address": address, "webhook_missing_fields": ", ".join(missing)})

    def _notice(self, kind, message, title=None):
        """Return a notification that also shows the new state of the form."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": title or False,
                "message": message,
                "sticky": kind != "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
