from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

PAGE = 40
MAX_PAGE = 200


class WhatsappConversation(models.Model):
    """The inbox: what its list asks for. A *query* is a dict that says what is listed and how::

        {"view": "mine", "minutes": 15, "order": "newest"}
    """

    _inherit = "whatsapp.conversation"

    @api.model
    def _inbox_view_domain(self, query):
        """Return the domain of a view of the inbox, as a Domain."""
        not_resolved = Domain("state", "!=", "resolved")
        match query.get("view"):
            case "mine":
                return not_resolved & Domain("user_id", "=", self.env.uid)
            case "unassigned":
                return not_resolved & Domain("user_id", "=", False)
            case "resolved":
                return Domain("state", "=", "resolved")
        return Domain.TRUE

    @api.model
    def _inbox_check_agent(self):
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents can use the inbox. Ask an administrator for the role."))

    @api.model
    def inbox_list(self, query, after=None, limit=PAGE):
        """Return one page of the list: ``{"rows": [...], "after": cursor or False}``."""
        self._inbox_check_agent()
        limit = min(int(limit), MAX_PAGE)
        found = self.search(self._inbox_view_domain(query), limit=limit, order="last_message_at desc nulls last, id desc")
        return {"rows": found._inbox_row_values(), "after": False}

    @api.model
    def inbox_rows(self, ids):
        """Return rows of the list by ID: those that the user may see."""
        self._inbox_check_agent()
        return self.search([("id", "in", ids)])._inbox_row_values()

    def inbox_open(self):
        """Return the ID of the Discuss channel of one conversation, ready to be shown."""
        self.ensure_one()
        self.check_access("read")
        self._show_bulk()
        return self._ensure_discuss_channel().id

    def _inbox_row_values(self):
        """Return what the list shows of each conversation."""
        # sudo: the rows themselves were found with the user's rights; names of customers and colleagues go with them
        return [
            {
                "id": row.id,
                "thread_id": row.discuss_channel_id.id,
                "name": row.contact_id._label(),
                "partner_id": row.partner_id.id,
                "preview": row.last_message_preview or "",
                "at": row.last_message_at,
                "unread": row.unanswered_count,
                "state": row.state,
                "agent": row.user_id.partner_id.id,
            }
            for row in self.sudo()
        ]
