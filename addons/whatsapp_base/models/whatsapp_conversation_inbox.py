from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

from .whatsapp_conversation_inbox_query import VIEWS

PAGE = 40
MAX_PAGE = 200
MAX_GROUPS = 200
COUNTED = 1000  # the client writes 999+


class WhatsappConversation(models.Model):
    """The inbox's list, as the client asks for it. What a *query* is: see ``whatsapp_conversation_inbox_query``.

    Each call costs the same number of database queries, however many conversations there are.
    """

    _inherit = "whatsapp.conversation"

    @api.model
    def _inbox_check_agent(self):
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents can use the inbox. Ask an administrator for the role."))

    @api.model
    @api.readonly
    def inbox_list(self, query, after=None, limit=PAGE):
        """Return one page of the list.

        :param dict query: what is listed, and how
        :param after: cursor that the page before gave
        :returns: ``{"rows": [...], "after": cursor, or False at the end}``
        """
        self._inbox_check_agent()
        query = self._inbox_query(query)
        searched = self._inbox_search(query["search"]) if query["search"] else None
        found, cursor = self._inbox_page(
            self._inbox_domain(query, searched), query.get("order") or "newest", after, max(1, min(int(limit), MAX_PAGE))
        )
        return {"rows": found._inbox_found_values(query, searched), "after": cursor}

    @api.model
    @api.readonly
    def inbox_rows(self, ids, query=None):
        """Return rows of the list by ID: those that the user may see and, with a query, that belong into its list.

        For who hears that conversations changed: what does not come back is to be taken out of the list.
        """
        self._inbox_check_agent()
        ids = [int(row_id) for row_id in ids[:MAX_PAGE]]
        domain, searched = Domain("id", "in", ids), None
        query = self._inbox_query(query or {})
        if query["search"]:
            searched = self._inbox_search(query["search"], among=ids)
        domain &= self._inbox_domain(query, searched)
        return self.browse(self._search(domain))._inbox_found_values(query, searched)

    @api.model
    @api.readonly
    def inbox_counts(self, minutes=None):
        """Return ``{view: number}`` of conversations, counted up to a thousand, in one query."""
        self._inbox_check_agent()
        counted = [
            SQL("(SELECT count(*) FROM (%s) counted)", self._search(self._inbox_view_domain(view, minutes), limit=COUNTED).select())
            for view in VIEWS
        ]
        [numbers] = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(counted)))
        return dict(zip(VIEWS, numbers, strict=True))

    @api.model
    @api.readonly
    def inbox_groups(self, query):
        """Return the groups of a list: ``[{"id": ID or False, "name": str, "count": int, ...}]``, by name, without last.

        A conversation with several tags is in several groups.
        """
        self._inbox_check_agent()
        query = self._inbox_query(query)
        field = query.pop("group_by", None)
        self._inbox_group_domain(field, False)
        groups = self._read_group(self._inbox_domain(query), [field], ["__count"], limit=MAX_GROUPS)
        result = [
            # sudo: who has a conversation that the user sees may be named
            {"id": value.id, "name": value.sudo().display_name or "", "count": count}
            for value, count in groups
        ]
        return sorted(result, key=lambda group: (not group["id"], group["name"].lower()))

    @api.model
    def _inbox_query(self, query):
        """Return a copy of what the client asks, of the right types."""
        if not isinstance(query, dict):
            raise ValidationError(self.env._("“query” must be an object such as {\"view\": \"mine\"}."))
        query = dict(query)
        if query.get("search") is not None and not isinstance(query["search"], str):
            raise ValidationError(self.env._("“search” must be a text."))
        query["search"] = (query.get("search") or "").strip()
        return query

    def inbox_open(self):
        """Return the ID of the Discuss channel of one conversation, ready to be shown."""
        self.ensure_one()
        self._inbox_check_agent()
        self.check_access("read")
        self._show_bulk()
        return self._ensure_discuss_channel().id

    @api.readonly
    def inbox_follow(self):
        """Return how a conversation that the client shows stands now.

        :returns: ``{"data": data of the Store}``; ``{"lost": "unreadable"}`` if the user may read it no longer,
            ``{"lost": "deleted"}`` if there is no such conversation any more
        """
        self.ensure_one()
        if not self.exists():
            return {"lost": "deleted"}
        if not self.has_access("read"):
            return {"lost": "unreadable"}
        # sudo: the right to read was checked; the name of the agent goes with it
        return {"data": Store().add(self.sudo(), self._live_store_fields()).get_result()}

    # ------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------

    def _inbox_row_fields(self):
        """Return the fields whose values a row shows as they are; an addon adds its own."""
        return [
            "state", "priority", "snoozed_until", "window_expires_at", "waiting_since", "last_message_at", "last_message_preview",
            "unanswered_count", "sla_state", "sla_due_at",
        ]

    def _inbox_found_values(self, query, searched):
        """Return the rows of a list and, where it is a search, what was found in each."""
        rows = self._inbox_row_values()
        if searched:
            matches = self._inbox_matches(query["search"], self, searched[1])
            for row in rows:
                row["match"] = matches.get(row["id"], False)
        return rows

    def _inbox_row_values(self):
        """Return what the list shows of each conversation, in order."""
        # sudo: the rows were found with the user's rights; names of customers, colleagues, teams and tags go with them
        rows = self.sudo().with_context(active_test=False)
        names = self._inbox_row_fields()
        rows.fetch([*names, "contact_id", "partner_id", "user_id", "team_id", "channel_id", "tag_ids", "discuss_channel_id"])
        # only what is shown: else the ORM would read all columns of each of these tables
        rows.contact_id.fetch(["profile_name", "username", "wa_id", "bsuid", "blocked", "partner_id"])
        rows.user_id.fetch(["partner_id"])
        (rows.partner_id | rows.contact_id.partner_id | rows.user_id.partner_id).fetch(["name", "write_date"])
        rows.team_id.fetch(["name"])
        rows.channel_id.fetch(["name"])
        rows.tag_ids.fetch(["name", "color"])
        last = rows._inbox_last_messages()
        return [
            {
                **{name: row[name] for name in names},
                "id": row.id,
                "thread_id": row.discuss_channel_id.id,
                "name": row.contact_id._label(),
                "phone": row.contact_id.wa_id,
                "blocked": row.contact_id.blocked,
                "partner": row.partner_id.id and [row.partner_id.id, row.partner_id.write_date],
                "agent": row.user_id.id and [row.user_id.id, row.user_id.partner_id.name, row.user_id.partner_id.id],
                "team": row.team_id.id and [row.team_id.id, row.team_id.name],
                "channel": [row.channel_id.id, row.channel_id.name],
                "tags": [[tag.id, tag.name, tag.color] for tag in row.tag_ids],
                "last": last.get(row.id, False),
            }
            for row in rows
        ]

    def _inbox_last_messages(self):
        """Return how far the last message of each conversation has come, where it is ours, with one query."""
        if not self:
            return {}
        found = self.env.execute_query(
            SQL(
                """SELECT c.id, m.direction, m.state, m.mail_message_id
                     FROM unnest(%s) AS c (id)
                     JOIN LATERAL (SELECT direction, state, mail_message_id FROM whatsapp_chat_message
                                    WHERE conversation_id = c.id AND type NOT IN ('reaction', 'edit', 'revoke', 'system')
                                 ORDER BY sent_on DESC, id DESC LIMIT 1) m ON TRUE""",
                self.ids,
            )
        )
        return {
            row_id: {"state": state, "message_id": message_id} for row_id, direction, state, message_id in found
            if direction == "outbound"
        }
