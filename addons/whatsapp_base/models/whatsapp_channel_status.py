from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_datetime

from ..cloud_api import account_events, errors
from ..tools.phrases import say
from .whatsapp_business_account_status import HEALTH

# field of a number -> kind of its history
LOGGED = {
    "quality_rating": "quality",
    "messaging_limit_tier": "limit",
    "throughput_level": "throughput",
    "status": "status",
    "name_status": "name",
    "verified_name": "name",
    "is_pin_enabled": "security",
    "username": "username",
}
# states of a number in which somebody must look at it; the others pass by themselves or are ours to wait for
BAD_STATUSES = ("BANNED", "RESTRICTED", "FLAGGED", "DISCONNECTED", "DELETED", "NOT_FOUND", "RATE_LIMITED")
NAME_STATUSES = [
    ("APPROVED", "Approved"),
    ("AVAILABLE_WITHOUT_REVIEW", "Usable without review"),
    ("PENDING_REVIEW", "Under review"),
    ("DECLINED", "Declined"),
    ("EXPIRED", "Expired"),
    ("NONE", "None"),
]


class WhatsappChannel(models.Model):
    """What Meta thinks of a number: status, quality, limits, health. Refreshed daily and by notifications."""

    _inherit = "whatsapp.channel"

    name_status = fields.Selection(NAME_STATUSES, "Display Name Review", readonly=True, tracking=True)
    requested_name = fields.Char("Requested Display Name", readonly=True, copy=False)
    requested_name_status = fields.Selection(NAME_STATUSES, "Review of the Requested Name", readonly=True, copy=False)
    verification_status = fields.Selection(
        [("VERIFIED", "Verified"), ("NOT_VERIFIED", "Not verified"), ("EXPIRED", "Expired")], "Ownership", readonly=True, copy=False
    )
    account_mode = fields.Selection([("LIVE", "Live"), ("SANDBOX", "Test number")], readonly=True, copy=False)
    platform_type = fields.Char("Platform", readonly=True, copy=False)
    is_official = fields.Boolean("Official Business Account", readonly=True, copy=False, help="Shows a tick beside the name.")
    is_pin_enabled = fields.Boolean("Two-Step PIN Set", readonly=True, copy=False)
    username = fields.Char("Business Username", readonly=True, copy=False)
    health_state = fields.Selection(HEALTH, "Health", readonly=True, copy=False)
    health_status = fields.Json(readonly=True, copy=False, groups="whatsapp_base.group_whatsapp_supervisor")
    health_html = fields.Html("Why", compute="_compute_health_html", sanitize=False, groups="whatsapp_base.group_whatsapp_supervisor")
    status_checked_at = fields.Datetime("Asked Meta On", readonly=True, copy=False)
    quality_before = fields.Selection(
        [("GREEN", "High"), ("YELLOW", "Medium"), ("RED", "Low")],
        compute="_compute_quality_before",
        compute_sudo=True,
        groups="whatsapp_base.group_whatsapp_supervisor",
    )
    quality_changed_at = fields.Datetime(
        compute="_compute_quality_before", compute_sudo=True, groups="whatsapp_base.group_whatsapp_supervisor"
    )
    health_log_ids = fields.One2many("whatsapp.health.log", "channel_id", readonly=True)
    messaging_limit = fields.Integer(compute="_compute_messaging_limit", help="-1: no limit, 0: not known.")
    messaging_limit_text = fields.Char("Customers a Day", compute="_compute_messaging_limit")
    business_initiated_count = fields.Integer(
        "Written to First, 24 Hours",
        compute="_compute_business_initiated_count",
        help="Different people who got a template from this business portfolio in the last 24 hours without having written first. "
        "All numbers of the portfolio share Meta's limit.",
    )
    messaging_budget = fields.Char("Budget", compute="_compute_business_initiated_count")

    @api.depends("messaging_limit_tier")
    @api.depends_context("lang")
    def _compute_messaging_limit(self):
        for channel in self:
            limit = account_events.read_limit(channel.messaging_limit_tier)
            channel.messaging_limit = limit or 0
            if limit is None:
                channel.messaging_limit_text = channel.messaging_limit_tier or False
            elif limit < 0:
                channel.messaging_limit_text = self.env._("Unlimited")
            else:
                channel.messaging_limit_text = f"{limit:,}"

    @api.depends("quality_rating")
    def _compute_quality_before(self):
        """Tell where the quality comes from: the last change of it in the history."""
        Log = self.env["whatsapp.health.log"]
        last = dict(Log._read_group([("channel_id", "in", self.ids), ("kind", "=", "quality")], ["channel_id"], ["id:max"]))
        rows = {row.channel_id.id: row for row in Log.browse(last.values())}
        for channel in self:
            row = rows.get(channel.id)
            channel.quality_before = row.old_value if row and row.old_value in ("GREEN", "YELLOW", "RED") else False
            channel.quality_changed_at = row.date if row else False

    @api.depends_context("lang")
    def _compute_business_initiated_count(self):
        counts = self._business_initiated_counts()
        for channel in self:
            count = counts.get((channel.company_id.id, channel.portfolio), 0)
            channel.business_initiated_count = count
            channel.messaging_budget = self.env._(
                "%(count)s of %(limit)s", count=f"{count:,}", limit=channel.messaging_limit_text or self.env._("unknown")
            )

    def _business_initiated_counts(self):
        """Return ``{(company id, portfolio): people}`` that were written to first in the last 24 hours.

        Meta counts different users who got a template outside an open service window, by portfolio. One query, on
        an index of accepted templates; the window is looked up in the messages as it was at that moment.
        """
        if not self.ids:
            return {}
        self.env["whatsapp.chat.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT n.company_id, n.portfolio, count(DISTINCT m.contact_id)
                     FROM whatsapp_channel n JOIN whatsapp_chat_message m ON m.channel_id = n.id
                    WHERE (n.company_id, n.portfolio) IN (SELECT company_id, portfolio FROM whatsapp_channel WHERE id = ANY(%s))
                      AND m.type = 'template' AND m.accepted_at IS NOT NULL
                      AND m.accepted_at > (now() AT TIME ZONE 'utc') - interval '24 hours'
                      AND m.state <> 'failed'
                      AND NOT EXISTS (
                          SELECT 1 FROM whatsapp_chat_message i
                           WHERE i.conversation_id = m.conversation_id AND i.direction = 'inbound'
                             AND i.sent_on <= m.accepted_at AND i.sent_on > m.accepted_at - interval '24 hours')
                    GROUP BY n.company_id, n.portfolio""",
                self.ids,
            )
        )
        return {(company, portfolio): count for company, portfolio, count in rows}

    @api.depends("health_status", "paused_until", "bulk_paused_until", "account_id.state", "status_checked_at")
    @api.depends_context("lang")
    def _compute_health_html(self):
        for channel in self:
            reasons = channel._own_obstacles() + channel._meta_obstacles()
            if not reasons:
                channel.health_html = Markup("<p>%s</p>") % (
                    self.env._("Nothing is in the way: this number can send.")
                    if channel.health_state == "AVAILABLE"
                    else self.env._("Meta has not been asked yet.")
                )
                continue
            channel.health_html = Markup("<ul class='ps-3 mb-0'>%s</ul>") % Markup("").join(
                Markup("<li class='mb-2'><b>%s</b> %s<br/>%s</li>") % reason for reason in reasons
            )

    def _own_obstacles(self):
        """Return (where, what, remedy) of what holds messages back on our side."""
        self.ensure_one()
        found, here = [], self.env._("In Odoo:")
        if self.account_id.state == "error":
            found.append((here, self.env._("the account needs attention."), self.account_id.state_message or ""))
        for is_on, until, reason, what in (
            (self.is_paused, self.paused_until, self.pause_reason, self.env._("sending is paused")),
            (self.is_bulk_paused, self.bulk_paused_until, self.bulk_pause_reason, self.env._("campaigns are paused")),
        ):
            if is_on:
                found.append((here, f"{what} ({reason or '-'}).", self.env._("Until %s.", format_datetime(self.env, until))))
        return found

    def _meta_obstacles(self):
        """Return (where, what, remedy) of what Meta's health check found, in our words where we know the code."""
        self.ensure_one()
        where = {
            "PHONE_NUMBER": self.env._("The number:"),
            "WABA": self.env._("The account:"),
            "BUSINESS": self.env._("The business:"),
            "APP": self.env._("The Meta app:"),
            "MESSAGE_TEMPLATE": self.env._("The template:"),
        }
        found = []
        # sudo: health_status is hidden from agents as a whole; what is made of it here is shown to supervisors
        for obstacle in account_events.read_health(self.sudo().health_status)[1]:
            info = errors.ERRORS.get(obstacle.code)
            problem = say(self.env, info.title) + "." if info else obstacle.problem
            remedy = obstacle.solution or (say(self.env, info.remedy) if info else "")
            found.append((where.get(obstacle.part, obstacle.part.capitalize() + ":"), problem, remedy))
        return found

    # ------------------------------------------------------------
    # Taking over what Meta says
    # ------------------------------------------------------------

    @api.model
    def _known(self, field, value):
        """Return a value of Meta's as a selection takes it; one that is new to us becomes UNKNOWN."""
        return value if not value or value in self._fields[field].get_values(self.env) else "UNKNOWN"

    @api.model
    def _values_at_meta(self, number):
        """Return field values for a phone number node of Meta's; what the node does not hold is left out."""
        quality, throughput = number.get("quality_rating"), (number.get("throughput") or {}).get("level")
        names = {value for value, _label in NAME_STATUSES}
        limit = number.get("whatsapp_business_manager_messaging_limit") or number.get("messaging_limit_tier")
        values = {
            "phone_number_id": str(number["id"]),
            "display_phone_number": number.get("display_phone_number") or False,
            "verified_name": number.get("verified_name") or False,
            "status": self._known("status", number.get("status")),
            "quality_rating": quality if quality in ("GREEN", "YELLOW", "RED") else "UNKNOWN",
            "messaging_limit_tier": limit or False,
            "throughput_level": throughput if throughput in ("STANDARD", "HIGH", "NOT_APPLICABLE") else "STANDARD",
            "is_on_phone_app": bool(number.get("is_on_biz_app")),
            "is_official": bool(number.get("is_official_business_account")),
            "is_pin_enabled": bool(number.get("is_pin_enabled")),
            "platform_type": number.get("platform_type") or False,
            "status_checked_at": fields.Datetime.now(),
        }
        for field, key, allowed in (
            ("name_status", "name_status", names),
            ("requested_name_status", "new_name_status", names),
            ("verification_status", "code_verification_status", ("VERIFIED", "NOT_VERIFIED", "EXPIRED")),
            ("account_mode", "account_mode", ("LIVE", "SANDBOX")),
        ):
            if key in number:
                values[field] = number[key] if number[key] in allowed else False
        if "health_status" in number:
            state, _obstacles = account_events.read_health(number["health_status"])
            values.update(health_status=number["health_status"], health_state=state or False)
        return values

    def _take_over(self, values, text=None):
        """Write what Meta says of these numbers; keep the history of what changed, call somebody where it is bad.

        :param dict values: field values
        :param str text: what happened, where Meta told more than the new value
        """
        rows, alarms = [], []
        for channel in self:
            changed = {name: channel[name] for name in LOGGED if name in values and (channel[name] or False) != (values[name] or False)}
            alarms += [(channel, reason) for name in changed if (reason := channel._alarm(name, values[name], changed[name]))]
            bad = {name for name in changed if channel._alarm(name, values[name], changed[name])}
            rows += [
                {
                    "account_id": channel.account_id.id,
                    "channel_id": channel.id,
                    "kind": LOGGED[name],
                    "severity": "danger" if name in bad else "info",
                    "old_value": str(before) if before else False,
                    "new_value": str(values[name]) if values[name] else False,
                    "text": " ".join(filter(None, [channel._change_in_words(name, before, values[name]), text])),
                }
                for name, before in changed.items()
            ]
            if changed.get("messaging_limit_tier"):  # not tracked by the chatter, which would show Meta's name of the tier
                before = changed["messaging_limit_tier"]
                channel._message_log(body=channel._change_in_words("messaging_limit_tier", before, values["messaging_limit_tier"]))
        self.write(values)
        # sudo: the history is the system's; people only read it
        self.env["whatsapp.health.log"].sudo().create(rows)
        for channel, (summary, note) in alarms:
            channel.account_id._alert(channel, summary, note)

    def _change_in_words(self, name, before, after):
        """Return a change of a field as people read it."""
        field = self._fields[name]
        label = field._description_string(self.env)
        if field.type == "selection":
            words = dict(field._description_selection(self.env))
        elif name == "messaging_limit_tier":
            words = {tier: self._limit_in_words(tier) for tier in (before, after)}
        else:
            words = {True: self.env._("yes"), False: self.env._("no") if field.type == "boolean" else "–"}
        before, after = words.get(before, before) or "–", words.get(after, after) or "–"
        return self.env._("%(what)s: %(after)s (before: %(before)s).", what=label, after=after, before=before)

    @api.model
    def _limit_in_words(self, tier):
        limit = account_events.read_limit(tier)
        if limit is None:
            return tier or ""
        return self.env._("unlimited") if limit < 0 else f"{limit:,}"

    def _alarm(self, name, value, before):
        """Return (summary, note) for an administrator where a change needs one, else None."""
        self.ensure_one()
        if name == "quality_rating" and value == "RED":
            return (
                self.env._("Quality of %s is low", self.name),
                self.env._("People block or report its messages. Stop campaigns, check consent and content; Meta may restrict it."),
            )
        if name == "status" and value in BAD_STATUSES:
            words = dict(self._fields[name]._description_selection(self.env))
            return (
                self.env._("%(number)s at Meta: %(status)s", number=self.name, status=words[value]),
                self.env._("Press “Why can I not send?” on the number, and follow what Meta asks for in WhatsApp Manager."),
            )
        if name == "name_status" and value == "DECLINED":
            return (
                self.env._("Meta declined the display name of %s", self.name),
                self.env._("Choose another one with Change Display Name on the number."),
            )
        if name == "messaging_limit_tier":
            old, new = (account_events.read_limit(limit) for limit in (before, value))
            if old is not None and new is not None and new != account_events.UNLIMITED and (old > new or old == -1):
                return (
                    self.env._("The messaging limit of %s went down", self.name),
                    self.env._("It is %(new)s customers a day now, it was %(old)s.", new=f"{new:,}", old=self._limit_in_words(before)),
                )
        return None

    def action_check_health(self):
        """Ask Meta whether this number can send, and show what is in the way."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_supervisor"):
            raise AccessError(self.env._("Supervisors may ask Meta about a number."))
        account = self.account_id
        with account._asking_meta() as api_client:
            number = api_client.phone_number(self.phone_number_id)
            username = account._try(api_client.username, self.phone_number_id)
        values = self._values_at_meta({"id": self.phone_number_id, **number})
        if username is not None:
            values["username"] = username.get("username") or False
        # sudo: what Meta says is taken over by whoever asks; supervisors may ask
        self.sudo()._take_over(values)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Can %s send?", self.name),
            "res_model": "whatsapp.channel",
            "res_id": self.id,
            "views": [(self.env.ref("whatsapp_base.whatsapp_channel_view_form_health").id, "form")],
            "target": "new",
        }

    def action_view_health_log(self):
        """Show how quality, limits and status of this number went."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_health_log_action")
        views = [(False, "list"), (False, "graph")]
        return dict(action, domain=[("channel_id", "=", self.id)], context={}, view_mode="list,graph", views=views)
