import uuid
from secrets import token_urlsafe

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, consteq
from odoo.tools.urls import urljoin

from ..cloud_api import client
from ..tools import secrets
from ..tools.phrases import Phrase
from ..tools.site import secret_key

MASK = "••••••••"
SECRET_FIELDS = ("access_token", "app_secret", "verify_token")

WEBHOOK_KEY_FIELDS = {"webhook_uuid", "app_secret_sealed", "active"}


class WhatsappBusinessAccount(models.Model):
    """A WhatsApp Business Account (WABA) with the Meta app that serves it.

    Credentials are write-only: what is entered is sealed (see ``tools.secrets``) into columns that nobody
    can read over RPC; reading the field gives a mask.
    """

    _name = "whatsapp.business.account"
    _description = "WhatsApp Business Account"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    waba_id = fields.Char("Account ID", required=True, help="WhatsApp Business Account ID, from WhatsApp Manager.")
    app_id = fields.Char("App ID", help="ID of the Meta app that receives the webhooks of this account.")
    portfolio_id = fields.Char(
        "Business Portfolio ID",
        help="Numbers of one business portfolio share customers: WhatsApp gives a customer one ID for each portfolio.",
    )
    portfolio = fields.Char(compute="_compute_portfolio", store=True, index=True)
    graph_url = fields.Char(
        "Graph API Address",
        required=True,
        default="https://graph.facebook.com",
        help="Leave as it is, unless you use a proxy or the simulator. Plain http is accepted on this machine only.",
    )
    api_version = fields.Char("Graph API Version", required=True, default="v25.0")
    access_token = fields.Char(
        compute="_compute_secrets", inverse="_inverse_access_token", groups="whatsapp_base.group_whatsapp_admin"
    )
    app_secret = fields.Char(
        compute="_compute_secrets", inverse="_inverse_app_secret", groups="whatsapp_base.group_whatsapp_admin"
    )
    verify_token = fields.Char(
        "Webhook Verify Token",
        compute="_compute_secrets",
        inverse="_inverse_verify_token",
        default=lambda self: token_urlsafe(18),
        groups="whatsapp_base.group_whatsapp_admin",
        help="Any text of your choice: Meta repeats it when you register the callback address.",
    )
    access_token_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS)
    app_secret_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS)
    verify_token_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS)
    webhook_uuid = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: uuid.uuid4().hex, groups="whatsapp_base.group_whatsapp_admin"
    )
    callback_url = fields.Char(
        "Callback URL",
        compute="_compute_callback_url",
        groups="whatsapp_base.group_whatsapp_admin",
        help="Enter this address and the verify token in the webhook settings of your Meta app.",
    )
    channel_ids = fields.One2many("whatsapp.channel", "account_id", string="Numbers", context={"active_test": False})
    channel_count = fields.Integer(compute="_compute_channel_count")
    template_ids = fields.One2many("whatsapp.message.template", "account_id", string="Templates")
    template_count = fields.Integer(compute="_compute_template_count")
    state = fields.Selection(
        [("draft", "Not tested"), ("connected", "Connected"), ("error", "Needs attention")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_message = Phrase("Last Check", readonly=True, copy=False)
    state_remedy = Phrase("What to Do", readonly=True, copy=False)
    checked_at = fields.Datetime("Checked On", readonly=True, copy=False)
    last_webhook_at = fields.Datetime("Last Notification", compute="_compute_last_webhook_at")
    has_secret_key = fields.Boolean(compute="_compute_has_secret_key", help="The site has a key that encrypts credentials.")
    is_ready = fields.Boolean(compute="_compute_is_ready", help="Everything that Meta asks for has been entered.")

    _waba_unique = models.Constraint("UNIQUE(waba_id)", "This WhatsApp Business Account is already connected.")
    _webhook_uuid_unique = models.UniqueIndex("(webhook_uuid)", "Two accounts cannot share a callback address.")

    @api.depends("portfolio_id", "waba_id")
    def _compute_portfolio(self):
        for account in self:
            account.portfolio = account.portfolio_id or account.waba_id

    @api.depends("access_token_sealed", "app_secret_sealed", "verify_token_sealed")
    def _compute_secrets(self):
        for account in self:
            # sudo: only whether a credential is stored is shown, never the value
            account_sudo = account.sudo()
            for name in SECRET_FIELDS:
                account[name] = MASK if account_sudo[f"{name}_sealed"] else False

    def _inverse_access_token(self):
        self._seal("access_token")

    def _inverse_app_secret(self):
        self._seal("app_secret")

    def _inverse_verify_token(self):
        self._seal("verify_token")

    def _seal(self, name):
        """Store what was typed in the credential ``name``; the mask means "unchanged"."""
        for account in self:
            value = account[name]
            if value == MASK:
                continue
            # whoever types behind the mask instead of replacing it means the new text only
            value = (value or "").replace(MASK[0], "").strip()
            try:
                sealed = value and secrets.seal(value, secret_key(), name)
            except secrets.SecretError as error:
                raise UserError(str(error)) from None
            # sudo: the column is unreadable by design, the caller's right to write the account was checked by write()
            account.sudo()[f"{name}_sealed"] = sealed

    def _secret(self, name):
        """Return the clear text of a credential, or an empty string. Server-side use only.

        :raises UserError: the value cannot be opened with the configured key
        """
        self.ensure_one()
        # sudo: credentials are needed to talk to Meta on behalf of users who may not see them
        stored = self.sudo()[f"{name}_sealed"]
        if not stored:
            return ""
        try:
            return secrets.open_sealed(stored, secret_key(), name)
        except secrets.SecretError as error:
            raise UserError(str(error)) from None

    def _check_verify_token(self, token):
        """Compare Meta's verify token with ours in constant time."""
        expected = self._secret("verify_token")
        return bool(expected) and consteq(expected.encode(), (token or "").encode())

    @api.model
    def _webhook_key(self, hook):
        """Return ``(account id, app secret)`` for a callback address, or ``(0, "")``."""
        return self._webhook_keys().get(hook, (0, ""))

    @api.model
    @tools.ormcache()
    def _webhook_keys(self):
        """Return ``{callback uuid: (account id, app secret)}``.

        Kept in the process's cache, for it is asked for each notification; cleared whenever an account changes.
        A secret that cannot be opened is empty: signatures are refused then, and Meta tries again for days.
        """
        keys = {}
        for account in self.sudo().search([]):
            try:
                secret = account._secret("app_secret")
            except UserError:
                secret = ""
            keys[account.webhook_uuid] = (account.id, secret)
        return keys

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if WEBHOOK_KEY_FIELDS & set(vals):
            self.env.registry.clear_cache()
        result = super().write(vals)
        if "access_token_sealed" in vals:
            # what waited for better credentials may go on
            self.channel_ids.filtered("paused_until").action_resume()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        ids = self.ids
        result = super().unlink()
        # whoever may delete the account may delete what was received for it; the journal has no foreign key that would
        self.env.cr.execute(SQL("DELETE FROM whatsapp_webhook_event WHERE account_id = ANY(%s)", ids))
        self.env["whatsapp.webhook.event"].invalidate_model()
        return result

    def _compute_has_secret_key(self):
        self.has_secret_key = bool(secret_key())

    @api.depends("access_token_sealed", "app_secret_sealed", "verify_token_sealed")
    def _compute_is_ready(self):
        for account in self:
            # sudo: only whether the credentials are there is told
            account.is_ready = all(account.sudo()[f"{name}_sealed"] for name in SECRET_FIELDS)

    @api.depends("webhook_uuid")
    def _compute_callback_url(self):
        for account in self:
            path = f"/whatsapp/webhook/{account.webhook_uuid}"
            account.callback_url = urljoin(account.get_base_url(), path) if account.webhook_uuid else False

    @api.depends("channel_ids")
    def _compute_channel_count(self):
        counts = dict(self.env["whatsapp.channel"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"]))
        for account in self:
            account.channel_count = counts.get(account, 0)

    @api.depends("template_ids")
    def _compute_template_count(self):
        counts = dict(
            self.env["whatsapp.message.template"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"])
        )
        for account in self:
            account.template_count = counts.get(account, 0)

    def _compute_last_webhook_at(self):
        # sudo: whoever may see the account may see when it last received something, not what it received
        Event = self.env["whatsapp.webhook.event"].sudo()
        for account in self:
            account.last_webhook_at = Event.search([("account_id", "in", account.ids)], order="id desc", limit=1).received_at

    @api.constrains("graph_url", "api_version")
    def _check_graph_url(self):
        for account in self:
            try:
                client.check_base_url(account.graph_url)
                client.check_version(account.api_version)
            except ValueError as error:
                raise ValidationError(str(error)) from None

    @api.constrains("waba_id", "app_id", "portfolio_id")
    def _check_ids(self):
        for account in self:
            for name in ("waba_id", "app_id", "portfolio_id"):
                if account[name] and not account[name].strip().isdigit():
                    label = account._fields[name]._description_string(self.env)
                    raise ValidationError(
                        self.env._("%(field)s holds digits only. Copy it from WhatsApp Manager.", field=label)
                    )

    def action_new_verify_token(self):
        """Store a new verify token and show it once; later on it can only be replaced."""
        self.ensure_one()
        self.check_access("write")
        token = token_urlsafe(18)
        self.verify_token = token
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "sticky": True,
                "title": self.env._("New verify token"),
                "message": self.env._("%s (copy it to your Meta app now: it is not shown again)", token),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_channels(self):
        """Open the numbers of this account."""
        return self._action_of_account("whatsapp_base.whatsapp_channel_action")

    def action_view_templates(self):
        """Open the templates of this account."""
        return self._action_of_account("whatsapp_base.whatsapp_message_template_action")

    def action_view_events(self):
        """Open what Meta sent for this account."""
        return self._action_of_account("whatsapp_base.whatsapp_webhook_event_action")

    def _action_of_account(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return dict(action, domain=[("account_id", "=", self.id)], context={"default_account_id": self.id})

    def _client(self, pool_size=8):
        """Return a :class:`cloud_api.client.CloudClient` for this account. Holds the token: never store or log it."""
        self.ensure_one()
        token = self._secret("access_token")
        if not token:
            raise UserError(
                self.env._("The access token of “%(account)s” is missing. Enter it in WhatsApp settings.", account=self.name)
            )
        return client.CloudClient(self.graph_url, self.api_version, token, pool_size=pool_size)
