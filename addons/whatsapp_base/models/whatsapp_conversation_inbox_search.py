from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import search_words

# The newest are looked at: whoever searches for a word that is everywhere adds another one
MAX_MESSAGES = 1000
LATEST_MESSAGES = 100_000
ENOUGH = 40  # conversations: a page of the list
MAX_CONTACTS = 1000

MESSAGE_WORDS = search_words.sql_document("body")
CONTACT_WORDS = search_words.sql_document("profile_name", "username", "app_name")
PARTNER_WORDS = search_words.sql_document("name", "ref")


class WhatsappChatMessage(models.Model):
    _inherit = "whatsapp.chat.message"

    _words_idx = models.Index(f"USING gin ({MESSAGE_WORDS}) WHERE body IS NOT NULL")


class WhatsappContact(models.Model):
    _inherit = "whatsapp.contact"

    _words_idx = models.Index(f"USING gin ({CONTACT_WORDS})")
    _blocked_idx = models.Index("(id) WHERE blocked IS TRUE")  # as the ORM asks


class ResPartner(models.Model):
    _inherit = "res.partner"

    _whatsapp_words_idx = models.Index(f"USING gin ({PARTNER_WORDS})")


class WhatsappConversation(models.Model):
    """Search in the inbox: names and numbers of customers, and texts of messages.

    Words are found by their beginnings, without regard to case and accents, by PostgreSQL's own text search: it is
    there on every server, and a thousand times faster than looking for letters anywhere in a million messages.
    """

    _inherit = "whatsapp.conversation"

    @api.model
    def _inbox_search(self, text, among=None):
        """Return (domain, found messages): of conversations with a contact or a message that the text finds.

        Record rules come on top of the domain.

        :param among: IDs of the conversations that are asked about, where that is not all: few are looked through fast
        """
        contacts = self._inbox_search_contacts(text, among)
        messages = self._inbox_search_messages(text, among)
        return Domain("contact_id", "in", contacts) | Domain("id", "in", list({row[1] for row in messages})), messages

    @api.model
    def _inbox_search_contacts(self, text, among=None):
        """Return the IDs of contacts that have all the words in their names, or the digits in their numbers."""
        companies, parts = self.env.companies.ids, []
        within = SQL()
        if among is not None:
            within = SQL(" AND c.id IN (SELECT contact_id FROM whatsapp_conversation WHERE id = ANY(%s))", among)
        names, numbers = search_words.split_numbers(text)
        if asked := search_words.prefix_query(names):
            # "ana 600": the name and a part of the number
            has_numbers = SQL("").join(SQL(" AND c.wa_id LIKE %s", f"%{number}%") for number in numbers)
            parts += [
                SQL(
                    "SELECT c.id FROM whatsapp_contact c WHERE c.company_id = ANY(%s) AND %s @@ %s::tsquery%s%s",
                    companies, SQL(search_words.sql_document("c.profile_name", "c.username", "c.app_name")), asked, has_numbers,
                    within,
                ),
                SQL(
                    """SELECT c.id FROM whatsapp_contact c JOIN res_partner p ON p.id = c.partner_id
                        WHERE c.company_id = ANY(%s) AND %s @@ %s::tsquery%s%s""",
                    companies, SQL(search_words.sql_document("p.name", "p.ref")), asked, has_numbers, within,
                ),
            ]
        elif numbers:
            pattern = f"%{numbers[0]}%"
            parts += [
                SQL(
                    "SELECT c.id FROM whatsapp_contact c WHERE c.company_id = ANY(%s) AND c.wa_id LIKE %s%s",
                    companies, pattern, within,
                ),
                SQL(
                    """SELECT a.contact_id FROM whatsapp_contact_alias a JOIN whatsapp_contact c ON c.id = a.contact_id
                        WHERE c.company_id = ANY(%s) AND a.wa_id LIKE %s%s""",
                    companies, pattern, within,
                ),
            ]
        if not parts:
            return []
        self.env.flush_all()
        limited = [SQL("(%s LIMIT %s)", part, MAX_CONTACTS) for part in parts]
        return [row[0] for row in self.env.execute_query(SQL(" UNION ").join(limited))]

    @api.model
    def _inbox_search_messages(self, text, among=None):
        """Return (ID, conversation ID) of the newest messages with all the words, newest first.

        First in the latest messages: a word that is everywhere is found there often enough, and what is found need not
        be sorted out of a million. A word that is rare is looked for in all.
        """
        asked = search_words.prefix_query(text)
        if not asked:
            return []
        self.env.flush_all()
        if among is not None:
            return self._inbox_matching_messages(asked, SQL("AND m.conversation_id = ANY(%s)", among))
        [(newest,)] = self.env.execute_query(SQL("SELECT max(id) FROM whatsapp_chat_message"))
        latest = SQL("AND m.id > %s", (newest or 0) - LATEST_MESSAGES)
        found = self._inbox_matching_messages(asked, latest)
        # what others have is no find
        visible = self.search_count([("id", "in", list({row[1] for row in found}))], limit=ENOUGH) if len(found) >= ENOUGH else 0
        return found if visible >= ENOUGH else self._inbox_matching_messages(asked, SQL())

    @api.model
    def _inbox_matching_messages(self, asked, condition):
        # MATERIALIZED: else the planner, who cannot know how rare a beginning of a word is, reads the messages from the
        # newest on and takes their texts apart
        return self.env.execute_query(
            SQL(
                """WITH found AS MATERIALIZED (SELECT m.id, m.conversation_id FROM whatsapp_chat_message m
                                                WHERE m.body IS NOT NULL AND %s @@ %s::tsquery AND m.company_id = ANY(%s) %s)
                   SELECT id, conversation_id FROM found ORDER BY id DESC LIMIT %s""",
                SQL(search_words.sql_document("m.body")), asked, self.env.companies.ids, condition, MAX_MESSAGES,
            )
        )

    @api.model
    def _inbox_matches(self, text, conversations, found):
        """Return ``{conversation ID: what was found}``: the newest message of each, cut to the place."""
        newest = {}
        for message_id, conversation_id in found:
            if conversation_id in conversations._ids:
                newest.setdefault(conversation_id, message_id)
        # sudo: messages of conversations that the user sees
        messages = self.env["whatsapp.chat.message"].sudo().browse(newest.values())
        messages.fetch(["conversation_id", "body", "mail_message_id"])
        return {
            message.conversation_id.id: {
                "text": search_words.excerpt(message.body or "", text), "message_id": message.mail_message_id.id,
            }
            for message in messages
        }
