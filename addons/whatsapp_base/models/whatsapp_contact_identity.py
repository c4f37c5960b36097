from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..cloud_api.inbound import Identity
from ..cloud_api.recipients import phone_key

# so long may a message still come from a number that was given up; operators give it to others some months later
OLD_NUMBER_DAYS = 30


class WhatsappContact(models.Model):
    """Who is it: finding people by what Meta tells of them, and keeping what is newly known.

    Two contacts of one person are joined as soon as one notification shows it (:meth:`_merge_or_defer`); one
    contact of two people is never made: a number that Meta gives to another user ID moves there alone.
    """

    _inherit = "whatsapp.contact"

    def _find_or_create_by_phone(self, channel, digits, partner=None):
        """Return the contact of a phone number (digits with country code), created where there is none."""
        sender = Identity(wa_id=digits)
        partners = {digits: partner} if partner else None
        # what people typed teaches nothing: WhatsApp's own spelling of the number stays
        return self._find_or_create(channel.company_id, channel.portfolio, [sender], partners, learn=False)[sender]

    @api.model
    def _find_or_create(self, company, portfolio, senders, partners=None, learn=True):
        """Return ``{sender: contact}`` for many senders in a constant number of queries.

        A sender is anything with ``wa_id``, ``user_id``, ``parent_user_id``, ``profile_name`` and
        ``username`` (:class:`cloud_api.inbound.Identity`). What is newly
        known of an existing contact (its user ID, its name) is kept. Safe beside other processes: the
        unique indexes decide, and the loser reads what the winner wrote.

        :param partners: ``{wa_id: res.partner}`` for contacts whose customer the caller knows already
        :param bool learn: the senders are Meta's words, not a person's
        """
        found, former = self._match(company, portfolio, senders)
        if missing := self._distinct([sender for sender in senders if sender not in found and sender.key]):
            self._insert_missing(company, portfolio, missing, partners or {})
            found, former = self._match(company, portfolio, senders)
        for sender in list(found) if learn else ():
            contact = found[sender]
            survivor = contact._learn(sender, former.get(sender))
            if survivor != contact:
                found = {who: survivor if known == contact else known for who, known in found.items()}
        return found

    @staticmethod
    def _distinct(senders):
        """Return one sender for each person; the one that tells most."""
        seen, result = set(), []
        for sender in sorted(senders, key=lambda s: not (s.wa_id and s.user_id)):
            ids = {sender.user_id or sender.parent_user_id, phone_key(sender.wa_id or "")} - {None, ""}
            if not ids & seen:
                result.append(sender)
            seen |= ids
        return result

    @api.model
    def _match(self, company, portfolio, senders):
        """Look senders up by user ID first, then by phone, as Meta recommends (Business-scoped user IDs).

        :returns: ``{sender: contact}``, ``{sender: alias}`` of those who were found by a former identity
        """
        keys = list({phone_key(s.wa_id) for s in senders if s.wa_id})
        bsuids = list({s.user_id or s.parent_user_id for s in senders if s.user_id or s.parent_user_id})
        domain = [("company_id", "=", company.id), ("portfolio", "=", portfolio)]
        domain += ["|", ("phone_key", "in", keys), ("bsuid", "in", bsuids)]
        contacts = self.with_context(active_test=False).search_fetch(
            domain, ["wa_id", "phone_key", "bsuid", "username", "profile_name", "partner_id", "blocked"]
        )
        by_phone = {c.phone_key: c for c in contacts if c.phone_key}
        by_bsuid = {c.bsuid: c for c in contacts if c.bsuid}
        found, left = {}, []
        for sender in senders:
            contact = by_bsuid.get(sender.user_id or sender.parent_user_id) or by_phone.get(phone_key(sender.wa_id or ""))
            if contact:
                found[sender] = contact
            else:
                left.append(sender)
        former = self._match_former(domain, left) if left else {}
        found.update((sender, alias.contact_id) for sender, alias in former.items())
        return found, former

    def _match_former(self, domain, senders):
        """Return ``{sender: alias}`` of those who are known by what they were before.

        A number that was given up speaks for its former owner for a while only, and never for another user ID.
        """
        # sudo: former identities are read by whoever may look people up
        aliases = self.env["whatsapp.contact.alias"].sudo().search(domain)
        by_bsuid, by_phone = {}, {}
        recent = fields.Datetime.now() - timedelta(days=OLD_NUMBER_DAYS)
        for alias in aliases.sorted("id"):
            by_bsuid[alias.bsuid] = alias
            if alias.reason == "merged" or alias.create_date > recent:
                by_phone[alias.phone_key] = alias
        result = {}
        for sender in senders:
            alias = by_bsuid.get(sender.user_id or sender.parent_user_id)
            if not alias and sender.wa_id:
                alias = by_phone.get(phone_key(sender.wa_id))
                # another user ID than the one that had the number is another person
                if alias and sender.user_id and (alias.bsuid or alias.reason != "merged"):
                    alias = None
            if alias:
                result[sender] = alias
        return result

    def _insert_missing(self, company, portfolio, senders, partners):
        """Create contacts and, where nobody has the number yet, their customers, in bulk."""
        partner_of = self._partners_for(company, senders, partners)
        rows = [
            (
                company.id, portfolio, s.wa_id or None, phone_key(s.wa_id or "") or None, s.user_id or s.parent_user_id or None,
                s.parent_user_id or None, s.username or None, s.profile_name or None, partner_of[s].id, True,
                self.env.uid, self.env.uid,
            )
            for s in senders
        ]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO whatsapp_contact (company_id, portfolio, wa_id, phone_key, bsuid, parent_bsuid, username,
                                                 profile_name, partner_id, active, create_uid, write_uid, create_date, write_date)
                   SELECT v.*, now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc'
                     FROM (VALUES %s) AS v
                   ON CONFLICT DO NOTHING""",
                SQL(", ").join(
                    SQL(
                        "(%s, %s, %s::varchar, %s::varchar, %s::varchar, %s::varchar, %s::varchar, %s::varchar, %s::int, %s, %s, %s)",
                        *row,
                    )
                    for row in rows
                ),
            )
        )
        self.env["whatsapp.contact"].invalidate_model()

    def _partners_for(self, company, senders, partners):
        """Return ``{sender: res.partner}``: given, else the customer who has the number, else a new one."""
        Partner = self.env["res.partner"].with_company(company)
        phones = [s.wa_id for s in senders if s.wa_id and s.wa_id not in partners]
        by_number = {}
        if phones:
            for partner in Partner._whatsapp_with_phones(company, phones):
                by_number.setdefault(phone_key(partner.phone_sanitized[1:]), partner)
        result, create_for, values = {}, [], []
        for sender in senders:
            partner = partners.get(sender.wa_id) or (sender.wa_id and by_number.get(phone_key(sender.wa_id)))
            if partner:
                result[sender] = partner
                continue
            create_for.append(sender)
            values.append(
                {
                    "name": sender.profile_name or (sender.username and f"@{sender.username}")
                    or (f"+{sender.wa_id}" if sender.wa_id else sender.key),
                    "phone": f"+{sender.wa_id}" if sender.wa_id else False,
                    "company_id": company.id if company._whatsapp_partner_per_company() else False,
                }
            )
        if values:
            created = Partner.with_context(tracking_disable=True, mail_create_nosubscribe=True).create(values)
            result.update(zip(create_for, created, strict=True))
        return result

    # ------------------------------------------------------------
    # What is newly known
    # ------------------------------------------------------------

    def _learn(self, sender, alias=None):
        """Keep what a message newly tells of its sender; returns the contact that the person has now.

        :param alias: the former identity by which the sender was found
        """
        self.ensure_one()
        values = {}
        if sender.profile_name and sender.profile_name != self.profile_name:
            values["profile_name"] = sender.profile_name
        if sender.username and sender.username != self.username:
            values["username"] = sender.username
        if sender.parent_user_id and not self.parent_bsuid:
            values["parent_bsuid"] = sender.parent_user_id
        if values:
            self.write(values)
        if alias:
            # after a merge of two accounts the answer goes to the one that wrote last
            if alias.reason == "merged":
                return self._become(sender.wa_id or alias.wa_id, sender.user_id or alias.bsuid, "merged")
            return self
        if (sender.wa_id and sender.wa_id != self.wa_id) or (sender.user_id and sender.user_id != self.bsuid):
            return self._learn_ids(sender)
        return self

    def _learn_ids(self, sender):
        """Keep an ID that a message carries beside the one by which its sender was found."""
        new_phone = sender.wa_id and phone_key(sender.wa_id) != self.phone_key
        new_bsuid = sender.user_id and sender.user_id != self.bsuid
        if not new_phone and not new_bsuid:
            self.wa_id = sender.wa_id  # the same number as WhatsApp spells it
            return self
        if new_bsuid and self.bsuid and sender.user_id in self.alias_ids.mapped("bsuid"):
            return self  # a late message from before the change
        if new_phone and self.bsuid == sender.user_id and (holder := self._holders(sender.wa_id).filtered("bsuid")):
            # another user had the number before: it moves, the people stay apart
            holder._give_up_phone()
        return self._become(sender.wa_id, sender.user_id, "number" if new_phone else "account")

    def _holders(self, wa_id=None, bsuid=None):
        """Return the other contacts that have one of these IDs now."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id), ("portfolio", "=", self.portfolio), ("id", "!=", self.id)]
        domain += ["|", ("phone_key", "=", phone_key(wa_id or "") or "-"), ("bsuid", "=", bsuid or "-")]
        return self.with_context(active_test=False).search(domain, order="id")

    def _become(self, wa_id=None, bsuid=None, reason="number", parent_bsuid=None, told_in=None):
        """Take new IDs and keep the old ones as a former identity; whoever has the new ones already is merged.

        :param str reason: a value of ``whatsapp.contact.alias``'s reason
        :param told_in: ``whatsapp.conversation`` whose thread tells it already
        :returns: the contact that the person has now
        """
        self.ensure_one()
        contact = self
        if others := self._holders(wa_id, bsuid):
            for other in others:
                contact = contact._merge_or_defer(other)
            if contact._holders(wa_id, bsuid):
                return contact  # deferred: the merge takes the IDs over
        values = {}
        if wa_id and wa_id != contact.wa_id:
            values["wa_id"] = wa_id
        if bsuid and bsuid != contact.bsuid:
            values["bsuid"] = bsuid
        if parent_bsuid:
            values["parent_bsuid"] = parent_bsuid
        if values:
            contact._replace_ids(values, reason, told_in)
        return contact

    def _replace_ids(self, values, reason, told_in=None):
        """Write IDs, note what they replace, and tell it where people look."""
        old_phone, old_bsuid = self.wa_id, self.bsuid
        phone_moves = "wa_id" in values and phone_key(values["wa_id"]) != self.phone_key
        Alias = self.env["whatsapp.contact.alias"].sudo()  # sudo: what somebody was before is the system's knowledge
        # what is current again is no former identity
        Alias.search(
            [("contact_id", "=", self.id), "|", ("bsuid", "=", values.get("bsuid") or "-"),
             ("phone_key", "=", phone_key(values.get("wa_id") or "") or "-")]
        ).unlink()
        former = {
            "wa_id": old_phone if phone_moves else False,
            "bsuid": old_bsuid if "bsuid" in values else False,
        }
        if former["wa_id"] or former["bsuid"]:
            Alias.create(
                {**former, "contact_id": self.id, "company_id": self.company_id.id, "portfolio": self.portfolio,
                 "reason": reason, "partner_id": self.partner_id.id}
            )
        if phone_moves:
            values = {**values, "is_unreachable": False}
        self.write(values)
        if phone_moves:
            self._update_customer_phone(old_phone if reason == "number" else None)
        if text := self._change_text(former, phone_moves, reason):
            self._tell(text, told_in)

    def _change_text(self, former, phone_moves, reason):
        """Return what to say of new IDs, where there is something to say; it follows the customer's name."""
        if phone_moves and former["wa_id"]:
            return self.env._("writes from +%(new)s now, no longer from +%(old)s", new=self.wa_id, old=former["wa_id"])
        if phone_moves:
            return self.env._("has shown the phone number: +%s", self.wa_id)
        if reason == "account" and former["bsuid"]:
            return self.env._("has a new WhatsApp user ID. Make sure that it is the same person before you share anything")
        return False

    def _update_customer_phone(self, old_phone):
        """Give the customer the new number where they had none, or the one that was given up.

        Were the old one left there, whoever gets it from the operator one day would be taken for this customer.
        """
        partner = self.partner_id
        stored = phone_key((partner.phone_sanitized or "").lstrip("+"))
        if not partner or (partner.phone and (not old_phone or stored != phone_key(old_phone))):
            return
        before = partner.phone
        partner.phone = f"+{self.wa_id}"
        if before:
            partner._message_log(
                body=self.env._("The phone was %(old)s. WhatsApp told the change to %(new)s.", old=before, new=partner.phone)
            )

    def _give_up_phone(self):
        """Note that WhatsApp has given these contacts' number to somebody else."""
        Alias = self.env["whatsapp.contact.alias"].sudo()  # sudo: see _replace_ids
        for contact in self:
            Alias.create(
                {"contact_id": contact.id, "company_id": contact.company_id.id, "portfolio": contact.portfolio,
                 "wa_id": contact.wa_id, "reason": "number", "partner_id": contact.partner_id.id}
            )
            contact._tell(self.env._("no longer has the number +%s, which belongs to somebody else now", contact.wa_id))
            contact.wa_id = False
        self.flush_recordset()

    def _tell(self, text, told_in=None):
        """Say in every thread of these contacts, and in their history, what has become of them.

        :param str text: follows the customer's name
        :param told_in: ``whatsapp.conversation`` whose thread tells it already
        """
        # sudo: the system tells it, whoever caused it
        for contact in self.sudo():
            contact._message_log(body=f"{contact._label()} {text}")
            threads = contact.conversation_ids - told_in.sudo() if told_in else contact.conversation_ids
            threads._post_line(text, contact.partner_id)
