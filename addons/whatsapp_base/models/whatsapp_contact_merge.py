from odoo import models
from odoo.tools import SQL

from ..cloud_api.recipients import phone_key
from ..lanes import LOCK_CONTACT
from ..tools.contact_locks import person_keys


class WhatsappContact(models.Model):
    """Two contacts that turn out to be one person become one, with one conversation on each number."""

    _inherit = "whatsapp.contact"

    def _merge_or_defer(self, other):
        """Merge two contacts now if nobody is handling their messages, else leave it to the scheduled action.

        :returns: the contact that stays
        """
        survivor, loser = self._by_seniority(other)
        if survivor._lock_for_merge(loser):
            survivor._merge(loser)
        else:
            self.env["whatsapp.contact.merge.request"]._add(survivor, loser)
        return survivor

    def _by_seniority(self, other):
        """Return (who stays, who is merged): whose phone is known stays, for their customer is the real one; then the older."""
        first, second = (self | other).sorted(lambda contact: (not contact.active, not contact.wa_id, contact.id))
        return first, second

    def _lock_for_merge(self, other):
        """Take what intake workers and senders hold of these two people, without waiting; False if somebody has it.

        The people's advisory locks at every number keep the intake away, the rows of their conversations everybody
        who is about to add a message.
        """
        contacts = self | other
        channels = self.env["whatsapp.channel"].sudo().with_context(active_test=False)
        numbers = channels.search([("company_id", "=", self.company_id.id), ("portfolio", "=", self.portfolio)])
        keys = set().union(
            *(person_keys(number.phone_number_id, contact.wa_id, contact.bsuid) for number in numbers for contact in contacts)
        )
        held = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, k) FROM unnest(%s::int[]) AS k", LOCK_CONTACT, sorted(keys))
        )
        if not all(row[0] for row in held):
            return False
        contacts = contacts.sudo()  # sudo: conversations of all teams
        if contacts.try_lock_for_update() != contacts:
            return False
        # from here on nobody can open another conversation for them: what there is now is all
        contacts.invalidate_recordset()
        conversations = contacts.conversation_ids
        return conversations.try_lock_for_update() == conversations

    def _merge(self, loser, wa_id=None, bsuid=None):
        """Make ``loser`` part of this contact, in one transaction; the caller holds the locks.

        :param wa_id: the phone to keep; by default this contact's, else the other's
        :param bsuid: the user ID to keep; by default this contact's, else the other's
        """
        self.ensure_one()
        self, loser = self.sudo(), loser.sudo()  # sudo: the caller checked who may merge; the system's fields move, too
        label, loser_label = self._label(), loser._label()
        history = self._describe_identity(), loser._describe_identity()
        mine = {conversation.channel_id: conversation for conversation in self.conversation_ids}
        merged = self.env["whatsapp.conversation"]
        for conversation in loser.conversation_ids:
            if target := mine.get(conversation.channel_id):
                conversation._merge_into(target)
                merged |= target
        values = self._merged_values(loser, wa_id, bsuid)
        former = self._former_identities(loser, values)
        loser._merge_into(self)
        self.write(values)
        self.env["whatsapp.contact.alias"].create(former)
        self.conversation_ids._rename_discuss_channel()
        text = self.env._("is the same person as “%s”: their WhatsApp contacts were merged", loser_label)
        kept, gone = history
        self._message_log(body=f"{label} {text}. " + self.env._("Kept: %(kept)s. Merged: %(merged)s.", kept=kept, merged=gone))
        self.conversation_ids._post_line(text, self.partner_id)
        merged._announce()
        return self

    def _describe_identity(self):
        """Return what somebody needs to undo a merge: IDs, customer, record."""
        self.ensure_one()
        parts = [
            self.wa_id and f"+{self.wa_id}", self.bsuid, self.username and f"@{self.username}",
            self.partner_id and self.env._("customer %(name)s (ID %(id)s)", name=self.partner_id.display_name, id=self.partner_id.id),
            self.env._("contact %s", self.id),
        ]
        return ", ".join(filter(None, parts))

    def _merged_values(self, loser, wa_id, bsuid):
        """Return the values of the contact that both become."""
        times = [moment for moment in (self.last_inbound_at, loser.last_inbound_at) if moment]
        return {
            "wa_id": wa_id or self.wa_id or loser.wa_id,
            "bsuid": bsuid or self.bsuid or loser.bsuid,
            "parent_bsuid": self.parent_bsuid or loser.parent_bsuid,
            "username": self.username or loser.username,
            "profile_name": self.profile_name or loser.profile_name,
            "partner_id": (self.partner_id or loser.partner_id).id,
            "language": self.language or loser.language,
            "last_inbound_at": max(times) if times else False,
            "active": True,
            # whoever was protected from us stays protected
            "blocked": self.blocked or loser.blocked,
            "marketing_stopped": self.marketing_stopped or loser.marketing_stopped,
            "is_unreachable": self.is_unreachable and loser.is_unreachable,
        }

    def _former_identities(self, loser, values):
        """Return the values of the aliases for the IDs that do not stay current."""
        result = []
        for contact in self | loser:
            phone = contact.wa_id if contact.wa_id and phone_key(contact.wa_id) != phone_key(values["wa_id"]) else False
            bsuid = contact.bsuid if contact.bsuid != values["bsuid"] else False
            if phone or bsuid or contact == loser and contact.wa_id:
                result.append(
                    {
                        "contact_id": self.id, "company_id": self.company_id.id, "portfolio": self.portfolio, "reason": "merged",
                        "wa_id": phone, "bsuid": bsuid, "partner_id": contact.partner_id.id,
                    }
                )
        return [alias for alias in result if alias["wa_id"] or alias["bsuid"]]

    def _merge_into(self, survivor):
        """Hook: move everything that points to this contact to ``survivor`` and delete it.

        Foreign keys, whatever addon they belong to, move by themselves; a model whose unique index covers the
        contact settles that before it calls ``super``.
        """
        self.ensure_one()
        authors = self.partner_id.id, survivor.partner_id.id
        if all(authors) and authors[0] != authors[1]:
            self._hand_over_authorship(*authors)
        _move_references(self, survivor)
        self.unlink()
        self.env.flush_all()

    def _hand_over_authorship(self, old_partner_id, new_partner_id):
        """Show the messages and reactions of this contact under the customer that stays."""
        self.env.flush_all()
        written = SQL(
            "SELECT mail_message_id FROM whatsapp_chat_message WHERE contact_id = %s AND direction = 'inbound'", self.id
        )
        self.env.cr.execute(
            SQL("UPDATE mail_message SET author_id = %s WHERE author_id = %s AND id IN (%s)", new_partner_id, old_partner_id, written)
        )
        shown = SQL("SELECT mail_message_id FROM whatsapp_chat_message WHERE contact_id = %s", self.id)
        self.env.cr.execute(
            SQL(
                "UPDATE mail_message_reaction SET partner_id = %s WHERE partner_id = %s AND message_id IN (%s)",
                new_partner_id, old_partner_id, shown,
            )
        )
        self.env["mail.message"].invalidate_model(["author_id"], flush=False)


def _move_references(loser, survivor):
    """Point foreign keys, chatter, activities and files of one record to another, as Odoo merges partners."""
    merger = loser.env["base.partner.merge.automatic.wizard"].sudo()  # sudo: references of any model move
    merger._update_foreign_keys_generic(loser._name, loser, survivor)
    merger._update_reference_fields_generic(loser._name, loser, survivor)
    loser.env.invalidate_all()
