from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..cloud_api import pricing
from .whatsapp_rate import CATEGORIES

COSTS = "whatsapp_base.group_whatsapp_costs"
BATCH = 2000
# what Meta says of a price comes with "sent" or with one of the later statuses: how long to wait for it
PATIENCE = timedelta(days=1)
# Meta gives up on a message after 30 days
NEVER_DELIVERED = timedelta(days=31)
SETTLED = ("final", "free", "unknown")
OVER = ("delivered", "read", "failed", "cancelled")
UNDELIVERED = ("failed", "cancelled")
REASONS = [
    ("charged", "Charged"),
    ("window", "Free: within 24 hours of the customer's message"),
    ("entry_point", "Free: the customer came from an ad"),
    ("allowance", "Free: monthly allowance of replies"),
    ("not_delivered", "Free: not delivered"),
    ("other", "Free, as WhatsApp says"),
    ("no_rate", "No rate for this country and category"),
    ("no_country", "The customer's country is not known"),
]


class WhatsappChatMessage(models.Model):
    """What a message costs: expected when it is queued, settled in bulk when Meta has delivered it.

    The intake of statuses only stores what Meta says (``pricing_category``, ``pricing_type``); prices are looked up
    later, so that a batch of statuses costs what it always did. A cost is a value of its message, written once and
    again, never added up: a status that is told twice changes nothing.
    """

    _inherit = "whatsapp.chat.message"

    cost = fields.Float(digits=(16, 4), readonly=True, copy=False, groups=COSTS, help="In the currency that Meta bills the account in.")
    currency_id = fields.Many2one("res.currency", "Billed In", readonly=True, copy=False, groups=COSTS)
    cost_company = fields.Float(
        "Cost (company currency)", digits=(16, 4), readonly=True, copy=False, groups=COSTS, aggregator="sum",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    cost_state = fields.Selection(
        [("estimated", "Expected"), ("final", "Charged"), ("free", "Free"), ("unknown", "No rate")],
        "Cost Status", readonly=True, copy=False, groups=COSTS,
    )
    cost_reason = fields.Selection(REASONS, "Why", readonly=True, copy=False, groups=COSTS)
    cost_category = fields.Selection(CATEGORIES, "Billed As", readonly=True, copy=False, groups=COSTS)
    cost_date = fields.Date("Billing Date", readonly=True, copy=False, groups=COSTS, help="When it was delivered, UTC.")
    country_id = fields.Many2one("res.country", readonly=True, copy=False)
    cost_hint = fields.Char(compute="_compute_cost_hint", groups=COSTS)

    # rows come in order of time, so this tiny index finds a month without slowing statuses down
    _cost_date_idx = models.Index("USING brin (cost_date) WITH (pages_per_range = 32)")
    _to_settle_idx = models.Index(
        "(delivered_at, id) WHERE cost_state = 'estimated' AND state IN ('delivered', 'read', 'failed', 'cancelled')"
    )

    @api.depends("cost_reason", "cost_category", "country_id", "currency_id")
    def _compute_cost_hint(self):
        labels = dict(self._fields["cost_category"]._description_selection(self.env))
        for message in self:
            message.cost_hint = False
            if message.cost_reason == "no_rate":
                message.cost_hint = self.env._(
                    "There is no rate for %(country)s, %(category)s on %(date)s. Enter or import it in WhatsApp > Reporting > Rates, "
                    "then price the period again.",
                    country=message.country_id.name or "?",
                    category=labels.get(message.cost_category) or message.pricing_category or "?",
                    date=message.cost_date,
                )
            elif message.cost_reason == "no_country":
                message.cost_hint = self.env._("The customer's country is not known: neither a phone number nor a user ID tells it.")

    # ------------------------------------------------------------
    # Expected when queued
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._add_estimates([vals for vals in vals_list if vals.get("direction") == "outbound" and "cost_state" not in vals])
        return super().create(vals_list)

    def _requeue(self):
        """What is sent again is billed anew, if at all."""
        result = super()._requeue()
        for message in self:
            vals = {name: message[name].id for name in ("conversation_id", "channel_id", "template_id", "company_id")}
            vals.update(type=message.type, origin=message.origin, scheduled_at=message.scheduled_at)
            self._add_estimates([vals])
            message.write({name: vals.get(name) for name in vals if name.startswith("cost") or name == "currency_id"})
        return result

    @api.model
    def _add_estimates(self, vals_list):
        """Add the expected cost to the values of outgoing messages; prices and rules are in memory."""
        # what people type in the phone app costs nothing, Meta says; it is no message of ours
        vals_list = [vals for vals in vals_list if vals.get("origin") != "echo"]
        if not vals_list:
            return
        # sudo: what it costs depends on facts that the sender may, but need not see
        Conversation, Template = self.env["whatsapp.conversation"].sudo(), self.env["whatsapp.message.template"].sudo()
        conversations = Conversation.browse([vals["conversation_id"] for vals in vals_list])
        templates = _by_id(Template.browse({vals["template_id"] for vals in vals_list if vals.get("template_id")}))
        now = fields.Datetime.now()
        replies = any(vals.get("type") != "template" for vals in vals_list)
        used = self._service_used_at(conversations.channel_id, now) if replies else {}
        for vals, conversation in zip(vals_list, conversations, strict=True):
            at = max(now, vals.get("scheduled_at") or now)
            template = templates.get(vals.get("template_id"), Template)
            is_template = vals.get("type") == "template"
            country = pricing.country_of(conversation.contact_id.wa_id or None, conversation.contact_id.bsuid or None)
            result = self._charge(
                conversation.company_id.id, conversation.channel_id.account_id,
                category=pricing.expected_category(template.category or "utility" if is_template else None),
                country=country, day=at.date(), in_window=conversation._window_open(at),
                in_entry_point=bool(conversation.free_until and conversation.free_until > at),
                service_used=used.get(conversation.channel_id.id, 0) if used is not None else None,
            )
            vals.update(self._cost_values(result, conversation.company_id, at.date()))
            vals.update(cost_state="estimated", country_id=self.env["whatsapp.rate"]._country_ids().get(country))

    def _service_used_at(self, channels, now):
        """Return ``{channel ID: service messages of this month}``, or None where none are free."""
        if not self.env["res.config.settings"]._whatsapp_free_service_messages():
            return None
        if now.date() < pricing.REPLIES_CHARGED_FROM:
            return {}
        month = now.date().replace(day=1)
        tallies = self.env["whatsapp.rate.tally"]._service_used(channels.ids, [month])
        return {channel_id: count for (channel_id, _month), count in tallies.items()}

    def _charge(self, company_id, account, **facts):
        """Return the :class:`cloud_api.pricing.Charge` by the rates of a company, in the account's currency."""
        prices, _currencies = self.env["whatsapp.rate"]._price_list(company_id)
        return pricing.charge(prices, currency=account.currency_id.name or None, **facts)

    def _cost_values(self, result, company, day):
        """Return a charge as values of a message."""
        _prices, currencies = self.env["whatsapp.rate"]._price_list(company.id)
        currency_id = currencies.get(result.currency)
        price = float(result.price)
        in_company = price
        if currency_id and currency_id != company.currency_id.id:
            currency = self.env["res.currency"].browse(currency_id)
            in_company = round(price * self._exchange_rate(currency, company, day), 6)
        return {
            "cost": price, "currency_id": currency_id, "cost_company": in_company, "cost_state": result.state,
            "cost_reason": result.reason, "cost_date": day,
            "cost_category": result.category if result.category in dict(CATEGORIES) else False,
        }

    def _exchange_rate(self, currency, company, day):
        # sudo: exchange rates are no secret, and the sender need not see them
        return self.env["res.currency"].sudo()._get_conversion_rate(currency.sudo(), company.sudo().currency_id, company, day)

    # ------------------------------------------------------------
    # Settled when delivered
    # ------------------------------------------------------------

    @api.model
    def _cron_settle_costs(self):
        """Settle what has been delivered or has failed, in batches, until none is left or time is up."""
        count, cron = 0, self.env["ir.cron"]
        while cron._commit_progress(count, remaining=int(count == BATCH)):
            self.env["whatsapp.lane"]._read_committed()
            count = self._settle_costs()
            if not count:
                break

    @api.model
    def _settle_costs(self, limit=None):
        """Write the cost of a batch in a constant number of queries; returns how many were settled."""
        rows = self._rows_to_settle(limit or BATCH)
        if not rows:
            return 0
        months = {row["day"].replace(day=1) for row in rows}
        tally = self.env["whatsapp.rate.tally"]
        used = None
        if self.env["res.config.settings"]._whatsapp_free_service_messages():
            used = Counter(tally._service_used({row["channel_id"] for row in rows}, months))
        accounts = self.env["whatsapp.business.account"].browse({row["account_id"] for row in rows})
        volumes = _Volumes(tally._by_account(accounts.ids, months))
        accounts, companies = _by_id(accounts), _by_id(accounts.company_id)
        country_ids, values, counts = self.env["whatsapp.rate"]._country_ids(), [], Counter()
        exchange = {}
        for row in rows:
            month, company = row["day"].replace(day=1), companies[row["company_id"]]
            prices, currencies = self.env["whatsapp.rate"]._price_list(company.id)
            country = row["country"] or pricing.country_of(row["wa_id"], row["bsuid"])
            category = pricing.normalize_category(row["pricing_category"]) or pricing.expected_category(
                (row["template_category"] or "utility") if row["type"] == "template" else None
            )
            result = pricing.charge(
                prices, category=category, country=country, day=row["day"], meta_type=row["pricing_type"],
                in_window=row["cost_reason"] == pricing.WINDOW, undelivered=row["state"] in UNDELIVERED,
                currency=accounts[row["account_id"]].currency_id.name or None,
                quantity=volumes.of(accounts[row["account_id"]], month, category, prices, country),
                service_used=None if used is None else used[row["channel_id"], month],
            )
            currency_id = currencies.get(result.currency)
            key = (currency_id, company.id, row["day"])
            if key not in exchange:
                exchange[key] = 1.0
                if currency_id and currency_id != company.currency_id.id:
                    exchange[key] = self._exchange_rate(self.env["res.currency"].browse(currency_id), company, row["day"])
            if row["state"] not in UNDELIVERED and result.reason not in (pricing.ENTRY_POINT, pricing.OTHER):
                if category == pricing.SERVICE and used is not None:
                    used[row["channel_id"], month] += 1
                if result.reason != pricing.WINDOW:
                    counts[row["channel_id"], month, category, country or ""] += 1
                    volumes.add(accounts[row["account_id"]], month, category, country)
            values.append((row["id"], result, currency_id, exchange[key], row["day"], country_ids.get(country)))
        self._write_costs(values)
        tally._add(counts)
        return len(rows)

    def _rows_to_settle(self, limit):
        """Lock and return a batch; who holds a row (a status just coming in) is left for the next time."""
        self.env.flush_all()
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """SELECT m.id, m.channel_id, n.account_id, m.company_id, m.type, m.state, m.cost_reason, m.pricing_category,
                          m.pricing_type, c.wa_id, c.bsuid, t.category AS template_category, r.code AS country,
                          COALESCE(m.delivered_at, m.read_at, m.failed_at, m.sent_on)::date AS day
                     FROM whatsapp_chat_message m
                     JOIN whatsapp_contact c ON c.id = m.contact_id
                     JOIN whatsapp_channel n ON n.id = m.channel_id
                LEFT JOIN whatsapp_message_template t ON t.id = m.template_id
                LEFT JOIN res_country r ON r.id = m.country_id
                    WHERE m.cost_state = 'estimated' AND m.state IN ('delivered', 'read', 'failed', 'cancelled')
                      AND (m.pricing_type IS NOT NULL OR m.state IN ('failed', 'cancelled')
                           OR COALESCE(m.delivered_at, m.read_at) < %s)
                    ORDER BY m.delivered_at, m.id LIMIT %s FOR NO KEY UPDATE OF m SKIP LOCKED""",
                now - PATIENCE, limit,
            )
        )
        return self.env.cr.dictfetchall()

    def _write_costs(self, values):
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_chat_message m
                      SET cost = v.cost, cost_company = round(v.cost * v.rate, 6), currency_id = v.currency, cost_state = v.state,
                          cost_reason = v.reason, cost_category = v.category, cost_date = v.day,
                          country_id = COALESCE(v.country, m.country_id)
                     FROM (VALUES %s) AS v (id, cost, rate, currency, state, reason, category, day, country)
                    WHERE m.id = v.id""",
                SQL(", ").join(
                    SQL(
                        "(%s, %s::numeric, %s::numeric, %s::int, %s, %s, %s::varchar, %s::date, %s::int)",
                        message_id, result.price, rate, currency_id, result.state, result.reason,
                        result.category if result.category in _KNOWN_CATEGORIES else None, day, country_id,
                    )
                    for message_id, result, currency_id, rate, day, country_id in values
                ),
            )
        )
        self.browse([value[0] for value in values]).invalidate_recordset(flush=False)

    @api.model
    def _reprice(self, companies, first, last):
        """Have all messages of whole months priced again by the rates of today; returns how many.

        They keep their cost until the scheduled action has looked each one up again. Whole months, since tiers and
        free messages are counted by month.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_chat_message SET cost_state = 'estimated'
                    WHERE company_id = ANY(%s) AND cost_date BETWEEN %s AND %s AND cost_state IN %s AND state IN %s""",
                companies.ids, first, last, SETTLED, OVER,
            )
        )
        count = self.env.cr.rowcount
        self.env.cr.execute(
            SQL(
                """DELETE FROM whatsapp_rate_tally t USING whatsapp_channel n
                    WHERE n.id = t.channel_id AND n.company_id = ANY(%s) AND t.month BETWEEN %s AND %s""",
                companies.ids, first, last,
            )
        )
        self.env.invalidate_all(flush=False)
        self.env.ref("whatsapp_base.ir_cron_whatsapp_costs").sudo()._trigger()  # sudo: the caller's right was checked
        return count

    @api.autovacuum
    def _gc_estimates(self):
        """What was never delivered is never billed."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_chat_message
                      SET cost = 0, cost_company = 0, currency_id = NULL, cost_state = 'free', cost_reason = 'not_delivered'
                    WHERE cost_state = 'estimated' AND state IN ('accepted', 'sent', 'uncertain') AND cost_date < %s""",
                (fields.Datetime.now() - NEVER_DELIVERED).date(),
            )
        )
        self.env.invalidate_all(flush=False)


_KNOWN_CATEGORIES = dict(CATEGORIES)


def _by_id(records):
    return {record.id: record for record in records}


class _Volumes:
    """Messages counted so far in a month, by account and category; tiers count the countries of a market together."""

    def __init__(self, counted):
        self._counted = {key: Counter(countries) for key, countries in counted.items()}
        self._places = {}

    def of(self, account, month, category, prices, country):
        """Return how many messages were counted where the price of this country comes from."""
        counted = self._counted.get((account.id, month, category))
        if not prices.has_tiers or not counted or not country:
            return 0
        place = self._place(prices, account, country, category, month)
        return sum(n for other, n in counted.items() if other and self._place(prices, account, other, category, month) == place)

    def _place(self, prices, account, country, category, month):
        key = (account.id, country, category, month)
        if key not in self._places:
            found = prices.find(country, category, month, account.currency_id.name or None)
            self._places[key] = found.place if found else country
        return self._places[key]

    def add(self, account, month, category, country):
        self._counted.setdefault((account.id, month, category), Counter())[country or ""] += 1
