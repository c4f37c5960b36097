from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

VIEWS = ("mine", "unassigned", "teams", "all", "waiting", "snoozed", "resolved")
ACTIVE = ("open", "pending")
GROUPS = ("user_id", "team_id", "tag_ids", "channel_id")
WAITING_MINUTES = 15
PRIORITIES = ("2", "1", "0")


class WhatsappConversation(models.Model):
    """What the list of the inbox shows, and in which order: pages by key, never by offset.

    A *query* is a dict that the client builds, all of it optional::

        {"view": "mine", "minutes": 15, "search": "ana 600", "everywhere": True, "domain": [["partner_id.lang", "=", "es_ES"]],
         "order": "newest", "group_by": "team_id", "group": 3}

    ``domain`` is what a saved filter says, on any field that the user may read.
    """

    _inherit = "whatsapp.conversation"

    _inbox_newest_idx = models.Index("(COALESCE(last_message_at, '-infinity'::timestamp) DESC, id DESC)")
    _inbox_agent_idx = models.Index("(user_id, COALESCE(last_message_at, '-infinity'::timestamp) DESC, id DESC)")
    _inbox_active_idx = models.Index("(user_id, team_id, id) WHERE state <> 'resolved'")
    _inbox_waiting_idx = models.Index("(COALESCE(waiting_since, 'infinity'::timestamp), id)")

    # ------------------------------------------------------------
    # What
    # ------------------------------------------------------------

    @api.model
    def _inbox_domain(self, query, searched=None):
        """Return the domain of what a query lists; the record rules come on top.

        :param searched: what :meth:`_inbox_search` found, where that is known already
        """
        domain = Domain.TRUE
        if not (query.get("search") and query.get("everywhere")):
            domain &= self._inbox_view_domain(query.get("view") or "all", query.get("minutes"))
        if query.get("domain"):
            domain &= self._inbox_filter_domain(query["domain"])
        if query.get("group_by"):
            domain &= self._inbox_group_domain(query["group_by"], query.get("group"))
        if query.get("search"):
            domain &= (searched or self._inbox_search(query["search"]))[0]
        return domain

    @api.model
    def _inbox_view_domain(self, view, minutes=None):
        """Return the domain of a view. What is resolved, snoozed or from blocked people is not in the way of work."""
        in_work = Domain("state", "in", ACTIVE) & Domain("snoozed_until", "=", False)
        # a handful, found by a partial index: asking each contact would cost more than all the rest
        in_work &= Domain("contact_id", "not any!", [("blocked", "=", True)])
        match view:
            case "mine":
                return in_work & Domain("user_id", "=", self.env.uid)
            case "unassigned":
                return in_work & Domain("user_id", "=", False) & Domain("state", "=", "open")
            case "teams":
                return in_work & Domain("team_id", "in", self._inbox_my_teams().ids)
            case "waiting":
                since = fields.Datetime.now() - timedelta(minutes=self._inbox_minutes(minutes))
                return in_work & Domain("waiting_since", "<=", since)
            case "snoozed":
                return Domain("snoozed_until", "!=", False)
            case "resolved":
                return Domain("state", "=", "resolved")
            case "all":
                return Domain.TRUE
        raise ValidationError(self.env._("The inbox has no view “%(view)s”. There are: %(views)s.", view=view, views=", ".join(VIEWS)))

    @api.model
    def _inbox_minutes(self, minutes):
        if minutes in (None, False):
            return WAITING_MINUTES
        if not isinstance(minutes, int) or not 0 <= minutes <= 60 * 24 * 365:
            raise ValidationError(self.env._("“minutes” must be a whole number from 0 to a year."))
        return minutes

    @api.model
    def _inbox_my_teams(self):
        """Return the teams whose conversations are the user's business."""
        uid = self.env.uid
        return self.env["whatsapp.team"].search(["|", ("membership_ids.user_id", "=", uid), ("supervisor_ids", "in", uid)])

    @api.model
    def _inbox_filter_domain(self, leaves):
        """Return the domain that a filter says, with the user's rights on the fields that it names."""
        try:
            domain = Domain(leaves)
            domain.validate(self)
        except (AttributeError, TypeError, ValueError, AssertionError, KeyError):
            raise ValidationError(
                self.env._("This filter cannot be used: its domain is broken or names a field that is gone. Edit or delete it.")
            ) from None
        return domain

    @api.model
    def _inbox_group_domain(self, field, value):
        if field not in GROUPS:
            raise ValidationError(
                self.env._("The inbox cannot be grouped by “%(field)s”, only by: %(fields)s.", field=field, fields=", ".join(GROUPS))
            )
        return Domain(field, "in", [value]) if value else Domain(field, "=", False)

    # ------------------------------------------------------------
    # In which order
    # ------------------------------------------------------------

    @api.model
    def _inbox_page(self, domain, order, after, limit):
        """Return (conversations, cursor) of one page. The cursor of the last row is where the next page begins.

        :param order: ``newest``, ``waiting`` or ``priority``
        :param after: cursor of the page before, a list of priority, key and ID
        """
        if order not in ("newest", "waiting", "priority"):
            raise ValidationError(self.env._("“order” must be newest, waiting or priority."))
        after = self._inbox_cursor(after)
        self.flush_model(["last_message_at", "waiting_since", "priority"])
        query = self._search(domain)
        table = SQL.identifier(query.table)
        key = self._inbox_order_key(order, table)
        is_down = order == "newest"
        found = []
        # one index range for each priority: a comparison of three columns with mixed directions would use none
        for priority in self._inbox_priorities(order, after):
            where = [query.where_clause] if query.where_clause else []
            if priority is not None:
                where.append(SQL("%s.priority = %s", table, priority))
            if after and (priority is None or priority == after[0]):
                where.append(
                    SQL("(%s, %s.id) %s (%s::timestamp, %s)", key, table, SQL("<") if is_down else SQL(">"), after[1], after[2])
                )
            rows = self.env.execute_query(
                SQL(
                    """SELECT %(t)s.id, %(p)s, (%(key)s)::text FROM %(from)s WHERE %(where)s
                     ORDER BY %(key)s %(way)s, %(t)s.id %(way)s LIMIT %(limit)s""",
                    **{
                        "t": table, "p": SQL("%s", priority), "key": key, "from": query.from_clause,
                        "where": SQL(" AND ").join(where) if where else SQL("TRUE"),
                        "way": SQL("DESC") if is_down else SQL("ASC"), "limit": limit - len(found),
                    },
                )
            )
            found += rows
            if len(found) >= limit:
                break
        cursor = [found[-1][1], found[-1][2], found[-1][0]] if len(found) >= limit else False
        return self.browse([row[0] for row in found]), cursor

    @api.model
    def _inbox_order_key(self, order, table):
        """Return the expression that is sorted by: an indexed one, so that a page is read where it begins."""
        if order == "newest":
            return SQL("COALESCE(%s.last_message_at, '-infinity')", table)
        return SQL("COALESCE(%s.waiting_since, 'infinity')", table)

    @api.model
    def _inbox_priorities(self, order, after):
        if order != "priority":
            return [None]
        return [priority for priority in PRIORITIES if not after or priority <= after[0]]

    @api.model
    def _inbox_cursor(self, after):
        """Return a cursor that the client sent back, checked."""
        if not after:
            return None
        try:
            priority, key, row_id = after
            if priority not in (None, *PRIORITIES) or not isinstance(row_id, int):
                raise ValueError(after)
            if key not in ("infinity", "-infinity"):
                fields.Datetime.to_datetime(key[:19])
        except (TypeError, ValueError):
            raise ValidationError(self.env._("“after” must be what the page before gave, unchanged.")) from None
        return priority, key, row_id
