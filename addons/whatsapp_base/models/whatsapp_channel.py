from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..cloud_api import limits, recipients
from ..tools.phrases import Phrase


class WhatsappChannel(models.Model):
    """A business phone number of an account: what customers write to and what we send from."""

    _name = "whatsapp.channel"
    _description = "WhatsApp Number"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True
    _rec_names_search = ["name", "display_phone_number", "verified_name"]

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    account_id = fields.Many2one("whatsapp.business.account", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    portfolio = fields.Char(related="account_id.portfolio", store=True)
    phone_number_id = fields.Char(
        "Phone Number ID", required=True, tracking=True, help="The ID that Meta gives to the number, not the number itself."
    )
    display_phone_number = fields.Char("Phone Number")
    verified_name = fields.Char("Display Name at Meta", readonly=True)
    team_id = fields.Many2one("whatsapp.team", tracking=True, check_company=True, index="btree_not_null")
    status = fields.Selection(
        [
            ("CONNECTED", "Connected"),
            ("PENDING", "Pending"),
            ("UNVERIFIED", "Not verified"),
            ("DISCONNECTED", "Not registered"),
            ("MIGRATED", "Moved elsewhere"),
            ("FLAGGED", "At risk"),
            ("RESTRICTED", "Restricted"),
            ("RATE_LIMITED", "Limited for now"),
            ("BANNED", "Banned"),
            ("DELETED", "Deleted"),
            ("NOT_FOUND", "Not found"),
            ("UNKNOWN", "Unknown"),
        ],
        readonly=True,
        tracking=True,
        help="As Meta reports it. Messages flow normally only while it is Connected.",
    )
    quality_rating = fields.Selection(
        [("GREEN", "High"), ("YELLOW", "Medium"), ("RED", "Low"), ("UNKNOWN", "Not rated yet")],
        "Quality",
        readonly=True,
        tracking=True,
    )
    messaging_limit_tier = fields.Char("Messaging Limit", readonly=True)
    throughput_level = fields.Selection(
        [("STANDARD", "Standard"), ("HIGH", "High"), ("NOT_APPLICABLE", "Not applicable")],
        default="STANDARD",
        required=True,
    )
    is_on_phone_app = fields.Boolean(
        "Also on the WhatsApp Business App", help="Numbers shared with the phone app are limited to 20 messages a second."
    )
    send_rate = fields.Integer(
        "Messages per Second", compute="_compute_send_rate", store=True, readonly=False, help="Upper limit while sending."
    )
    reply_reserve = fields.Integer(
        "Reserved for Replies", default=20, help="Percentage of the rate that bulk messages must leave to people's replies."
    )
    paused_until = fields.Datetime(readonly=True, copy=False)
    pause_reason = Phrase(readonly=True, copy=False)
    is_paused = fields.Boolean(compute="_compute_is_paused")
    bulk_paused_until = fields.Datetime("Campaigns Paused Until", readonly=True, copy=False)
    bulk_pause_reason = Phrase(readonly=True, copy=False)
    is_bulk_paused = fields.Boolean(compute="_compute_is_paused")
    breaker_failures = fields.Integer(readonly=True, copy=False)
    conversation_count = fields.Integer(compute="_compute_conversation_count")
    color = fields.Integer()

    _phone_number_id_unique = models.Constraint("UNIQUE(phone_number_id)", "This phone number ID is already in use.")

    @api.depends("throughput_level", "is_on_phone_app")
    def _compute_send_rate(self):
        for channel in self:
            rate = limits.RATES.get(channel.throughput_level, limits.STANDARD_RATE)
            channel.send_rate = int(min(rate, limits.COEXISTENCE_RATE) if channel.is_on_phone_app else rate)

    @api.depends("paused_until", "bulk_paused_until")
    def _compute_is_paused(self):
        now = fields.Datetime.now()
        for channel in self:
            channel.is_paused = bool(channel.paused_until and channel.paused_until > now)
            channel.is_bulk_paused = bool(channel.bulk_paused_until and channel.bulk_paused_until > now)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_conversation_count(self):
        counts = dict(
            self.env["whatsapp.conversation"]._read_group([("channel_id", "in", self.ids)], ["channel_id"], ["__count"])
        )
        for channel in self:
            channel.conversation_count = counts.get(channel, 0)

    @api.depends("name", "display_phone_number")
    def _compute_display_name(self):
        for channel in self:
            number = channel.display_phone_number
            channel.display_name = f"{channel.name} ({number})" if number else channel.name

    @api.constrains("phone_number_id")
    def _check_phone_number_id(self):
        for channel in self:
            if not (channel.phone_number_id or "").isdigit():
                raise ValidationError(
                    self.env._(
                        "Phone Number ID holds digits only. Copy it from WhatsApp Manager; it is not the phone number."
                    )
                )

    @api.constrains("send_rate", "reply_reserve")
    def _check_send_rate(self):
        for channel in self:
            if not 1 <= channel.send_rate <= 1000:
                raise ValidationError(self.env._("Messages per Second must be between 1 and 1,000."))
            if not 0 <= channel.reply_reserve <= 90:
                raise ValidationError(self.env._("Reserved for Replies must be between 0 and 90 percent."))

    # ------------------------------------------------------------
    # Conversations
    # ------------------------------------------------------------

    @api.model
    def _default_for(self, company, template=None):
        """Return the number to send from where nobody chose one: the first of the company, or of the template's account.

        :raises UserError: there is none
        """
        domain = [("company_id", "=", company.id)]
        if template:
            domain = [("account_id", "=", template.account_id.id)]
        channel = self.search(domain, limit=1)
        if not channel:
            raise UserError(
                self.env._("“%s” has no WhatsApp number to send from. Ask a WhatsApp administrator to connect one.", company.name)
            )
        return channel

    def _conversation_with(self, partner=None, phone=None, contact=None):
        """Return the conversation of this number with somebody, created where there is none.

        :param partner: a ``res.partner``; its phone is used where it has no WhatsApp contact yet
        :param phone: a phone number in any form that Odoo can read
        :param contact: a ``whatsapp.contact``
        :raises UserError: nobody can be reached with what was given
        """
        self.ensure_one()
        Contact = self.env["whatsapp.contact"]
        if not contact and partner:
            contact = Contact.search(
                [("company_id", "=", self.company_id.id), ("portfolio", "=", self.portfolio), ("partner_id", "=", partner.id)],
                order="last_inbound_at desc nulls last, id",
                limit=1,
            )
        if not contact:
            digits = recipients.clean_digits(self._international(phone or (partner and partner.phone), partner))
            if not digits:
                raise UserError(
                    self.env._("%(who)s has no phone number that WhatsApp could use. Add one with its country code.",
                               who=partner.display_name if partner else self.env._("The recipient"))
                )
            contact = Contact._find_or_create_by_phone(self, digits, partner)
        return self.env["whatsapp.conversation"]._find_or_create(self, contact)[contact]

    def _international(self, number, partner=None):
        """Return ``number`` in E.164, read with the partner's country, else the company's."""
        if not number:
            return ""
        record = partner or self.company_id.partner_id
        return record._phone_format(number=number, country=record.country_id or self.company_id.country_id) or ""

    def _serves_webhook_of(self, account):
        """Tell whether a notification signed for ``account`` may speak for this number.

        A Meta app has one callback address for all its accounts, so another account of the same app may;
        another app's secret must not open this number.
        """
        own = self.account_id
        return own == account or bool(own.app_id and own.app_id == account.app_id and own.company_id == account.company_id)

    # ------------------------------------------------------------
    # Pauses
    # ------------------------------------------------------------

    def _pause(self, seconds, reason):
        """Hold everything that this number would send, for ``seconds``; a longer pause wins.

        :param str reason: in English, see ``tools.phrases``
        """
        self._hold("paused_until", "pause_reason", seconds, reason)

    def _pause_bulk(self, seconds, reason):
        """Hold campaigns and other bulk messages only; replies and notifications go on."""
        self._hold("bulk_paused_until", "bulk_pause_reason", seconds, reason)

    def _hold(self, until, why, seconds, reason):
        """Set a pause, with SQL: senders do it between two batches, beside users who edit the number."""
        self.flush_recordset([until, why])
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_channel
                      SET %(until)s = GREATEST(%(until)s, (now() AT TIME ZONE 'utc') + %(seconds)s * interval '1 second'),
                          %(why)s = %(reason)s
                    WHERE id = ANY(%(ids)s)""",
                until=SQL.identifier(until), why=SQL.identifier(why), seconds=seconds, reason=reason, ids=self.ids,
            )
        )
        self.invalidate_recordset([until, why, "is_paused", "is_bulk_paused"])

    def action_resume(self):
        """Send again at once, whatever the reason of the pause was."""
        self.check_access("write")
        self.write(
            {
                "paused_until": False, "pause_reason": False, "breaker_failures": 0,
                "bulk_paused_until": False, "bulk_pause_reason": False,
            }
        )
        self.env["whatsapp.lane"]._wake("replies", "bulk")

    def action_view_conversations(self):
        """Open the conversations of this number."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_conversation_action")
        return dict(action, domain=[("channel_id", "=", self.id)], context={"default_channel_id": self.id})
