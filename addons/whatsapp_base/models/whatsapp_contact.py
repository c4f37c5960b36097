from odoo import api, fields, models
from odoo.tools import SQL

from ..cloud_api.inbound import Identity
from ..tools.guard import check_system_fields

# who somebody is on WhatsApp is Meta's word: whoever could change it could send one customer's answers to another
SYSTEM_FIELDS = {
    "company_id", "portfolio", "wa_id", "bsuid", "parent_bsuid", "username", "profile_name", "last_inbound_at", "is_unreachable",
}


class WhatsappContact(models.Model):
    """One WhatsApp user as one business portfolio knows them.

    Known by phone (``wa_id``, digits), by business-scoped user ID (``bsuid``), or both: a person with a
    username may hide the phone for ever. The customer in Odoo is ``partner_id``.
    """

    _name = "whatsapp.contact"
    _description = "WhatsApp Contact"
    _order = "profile_name, id"
    _rec_names_search = ["profile_name", "username", "wa_id", "partner_id.name"]
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    portfolio = fields.Char(required=True)
    wa_id = fields.Char("WhatsApp Phone", help="Digits with the country code, as WhatsApp knows the number.")
    bsuid = fields.Char("WhatsApp User ID", help="Identifies people who hide their phone number from businesses.")
    parent_bsuid = fields.Char("Parent WhatsApp User ID")
    username = fields.Char()
    profile_name = fields.Char()
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null", ondelete="restrict")
    last_inbound_at = fields.Datetime("Last Message From Them", readonly=True)
    blocked = fields.Boolean(help="Messages of this person are stored, but not shown to agents, and nothing is sent.")
    is_unreachable = fields.Boolean("Not on WhatsApp", readonly=True, help="Meta said that messages cannot be delivered.")
    marketing_stopped = fields.Boolean("No Marketing", readonly=True, help="This person stopped marketing messages.")
    language = fields.Char()
    active = fields.Boolean(default=True)
    conversation_ids = fields.One2many("whatsapp.conversation", "contact_id", string="Conversations")
    conversation_count = fields.Integer(compute="_compute_conversation_count")

    _wa_id_unique = models.UniqueIndex(
        "(company_id, portfolio, wa_id) WHERE wa_id IS NOT NULL", "This phone number already has a WhatsApp contact."
    )
    _bsuid_unique = models.UniqueIndex(
        "(company_id, portfolio, bsuid) WHERE bsuid IS NOT NULL", "This WhatsApp user already has a contact."
    )
    _known_somehow = models.Constraint(
        "CHECK(wa_id IS NOT NULL OR bsuid IS NOT NULL)", "A WhatsApp contact needs a phone number or a WhatsApp user ID."
    )

    @api.depends("partner_id.name", "profile_name", "username", "wa_id", "bsuid")
    def _compute_display_name(self):
        for contact in self:
            contact.display_name = contact._label()

    def write(self, vals):
        check_system_fields(self, vals, SYSTEM_FIELDS)
        return super().write(vals)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_conversation_count(self):
        counts = dict(
            self.env["whatsapp.conversation"]._read_group([("contact_id", "in", self.ids)], ["contact_id"], ["__count"])
        )
        for contact in self:
            contact.conversation_count = counts.get(contact, 0)

    def action_view_conversations(self):
        """Open the conversations of this contact."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_conversation_action")
        return dict(action, domain=[("contact_id", "=", self.id)], context={})

    def _label(self):
        """Return the best name that is known: customer, profile, username, phone."""
        self.ensure_one()
        return (
            self.partner_id.name
            or self.profile_name
            or (self.username and f"@{self.username}")
            or (self.wa_id and f"+{self.wa_id}")
            or self.bsuid
        )

    def _find_or_create_by_phone(self, channel, digits, partner=None):
        """Return the contact of a phone number (digits with country code), created where there is none."""
        sender = Identity(wa_id=digits)
        return self._find_or_create(channel.company_id, channel.portfolio, [sender], {digits: partner} if partner else None)[sender]

    @api.model
    def _find_or_create(self, company, portfolio, senders, partners=None):
        """Return ``{sender: contact}`` for many senders in a constant number of queries.

        A sender is anything with ``wa_id``, ``user_id``, ``parent_user_id``, ``profile_name`` and
        ``username`` (:class:`cloud_api.inbound.Identity`). What is newly
        known of an existing contact (its user ID, its name) is kept. Safe beside other processes: the
        unique indexes decide, and the loser reads what the winner wrote.

        :param partners: ``{wa_id: res.partner}`` for contacts whose customer the caller knows already
        """
        found = self._match(company, portfolio, senders)
        missing = {}
        for sender in senders:
            if sender not in found and sender.key:
                missing.setdefault(sender.key, sender)
        if missing:
            self._insert_missing(company, portfolio, list(missing.values()), partners or {})
            found = self._match(company, portfolio, senders)
        for sender, contact in found.items():
            contact._learn(sender)
        return found

    def _match(self, company, portfolio, senders):
        """Look senders up by user ID first, then by phone, as Meta recommends (Business-scoped user IDs)."""
        phones = {s.wa_id for s in senders if s.wa_id}
        bsuids = {s.user_id for s in senders if s.user_id}
        contacts = self.with_context(active_test=False).search_fetch(
            [
                ("company_id", "=", company.id),
                ("portfolio", "=", portfolio),
                "|",
                ("wa_id", "in", list(phones)),
                ("bsuid", "in", list(bsuids)),
            ],
            ["wa_id", "bsuid", "username", "profile_name", "partner_id", "blocked"],
        )
        by_phone = {c.wa_id: c for c in contacts if c.wa_id}
        by_bsuid = {c.bsuid: c for c in contacts if c.bsuid}
        found = {}
        for sender in senders:
            contact = by_bsuid.get(sender.user_id) or by_phone.get(sender.wa_id)
            if contact:
                found[sender] = contact
        return found

    def _insert_missing(self, company, portfolio, senders, partners):
        """Create contacts and, where nobody has the number yet, their customers, in bulk."""
        partner_of = self._partners_for(company, senders, partners)
        rows = [
            (
                company.id, portfolio, s.wa_id or None, s.user_id or None, s.parent_user_id or None, s.username or None,
                s.profile_name or None, partner_of[s].id, True, self.env.uid, self.env.uid,
            )
            for s in senders
        ]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO whatsapp_contact (company_id, portfolio, wa_id, bsuid, parent_bsuid, username, profile_name,
                                                 partner_id, active, create_uid, write_uid, create_date, write_date)
                   SELECT v.*, now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc'
                     FROM (VALUES %s) AS v
                   ON CONFLICT DO NOTHING""",
                SQL(", ").join(
                    SQL("(%s, %s, %s::varchar, %s::varchar, %s::varchar, %s::varchar, %s::varchar, %s::int, %s, %s, %s)", *row)
                    for row in rows
                ),
            )
        )
        self.env["whatsapp.contact"].invalidate_model()

    def _partners_for(self, company, senders, partners):
        """Return ``{sender: res.partner}``: given, else the customer who has the number, else a new one."""
        Partner = self.env["res.partner"].with_company(company)
        numbers = [f"+{s.wa_id}" for s in senders if s.wa_id and s.wa_id not in partners]
        by_number = {}
        if numbers:
            known = Partner.search_fetch(
                [("phone_sanitized", "in", numbers), ("company_id", "in", [False, company.id])],
                ["phone_sanitized"],
                # a person before the company they work for; the oldest of several
                order="is_company, id",
            )
            for partner in known:
                by_number.setdefault(partner.phone_sanitized, partner)
        result, create_for, values = {}, [], []
        for sender in senders:
            partner = partners.get(sender.wa_id) or by_number.get(f"+{sender.wa_id}")
            if partner:
                result[sender] = partner
                continue
            create_for.append(sender)
            values.append(
                {
                    "name": sender.profile_name or (sender.username and f"@{sender.username}")
                    or (f"+{sender.wa_id}" if sender.wa_id else sender.user_id),
                    "phone": f"+{sender.wa_id}" if sender.wa_id else False,
                    "company_id": company.id if company._whatsapp_partner_per_company() else False,
                }
            )
        if values:
            created = Partner.with_context(tracking_disable=True, mail_create_nosubscribe=True).create(values)
            result.update(zip(create_for, created, strict=True))
        return result

    def _learn(self, sender):
        """Keep what a message newly tells of its sender; never overwrite an ID by another."""
        self.ensure_one()
        values = {}
        if sender.user_id and not self.bsuid:
            values["bsuid"] = sender.user_id
        if sender.wa_id and not self.wa_id:
            values["wa_id"] = sender.wa_id
        if sender.profile_name and sender.profile_name != self.profile_name:
            values["profile_name"] = sender.profile_name
        if sender.username and sender.username != self.username:
            values["username"] = sender.username
        if sender.parent_user_id and not self.parent_bsuid:
            values["parent_bsuid"] = sender.parent_user_id
        if not values:
            return
        # two contacts may turn out to be one person: joining them is the merge tool's work, not that of an intake batch
        if ("bsuid" in values or "wa_id" in values) and self._taken(values):
            values.pop("bsuid", None)
            values.pop("wa_id", None)
        if values:
            self.write(values)

    def _taken(self, values):
        identity = [(name, "=", values[name]) for name in ("bsuid", "wa_id") if values.get(name)]
        domain = [("company_id", "=", self.company_id.id), ("portfolio", "=", self.portfolio), ("id", "!=", self.id)]
        return bool(
            self.with_context(active_test=False).search_count(
                domain + ["|"] * (len(identity) - 1) + identity, limit=1
            )
        )
