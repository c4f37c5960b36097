from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .whatsapp_conversation_waits import COUNTED

MAX_BULK = 1000
BULK_ACTIONS = ("assign", "team", "tag", "untag", "priority", "resolve", "reopen", "snooze", "unsnooze")


class WhatsappConversation(models.Model):
    """What is done to several conversations of the list at once: one call, in batches throughout."""

    _inherit = "whatsapp.conversation"

    @api.model
    @api.readonly
    def inbox_ids(self, query):
        """Return the IDs of all that a query lists: what is meant by the whole view, however much of it is loaded."""
        self._inbox_check_agent()
        return self.search(self._inbox_domain(self._inbox_query(query)), order="id").ids

    @api.model
    def inbox_bulk(self, action, ids, value=None):
        """Do one thing to conversations that were marked in the list.

        :param str action: ``assign`` (value: user ID or False), ``team`` (team ID or False), ``tag`` and ``untag`` (tag ID),
            ``priority`` ("0", "1", "2"), ``resolve``, ``reopen``, ``snooze`` (UTC time), ``unsnooze``
        :param list ids: of the conversations, a thousand at most; clients send fewer, as everything is one transaction
        :returns: ``{"ids": of those that were changed}``
        """
        self._inbox_check_agent()
        if action not in BULK_ACTIONS:
            raise ValidationError(
                self.env._("The inbox cannot “%(action)s”. It can: %(actions)s.", action=action, actions=", ".join(BULK_ACTIONS))
            )
        if len(ids) > MAX_BULK:
            raise UserError(self.env._("At most %s conversations can be changed at once. Mark fewer.", MAX_BULK))
        found = self.search([("id", "in", ids)])
        if len(found) > 1:
            # Odoo notes changes one by one, and mails each to who gets it: here one batch of notes, and Discuss tells
            found = found.with_context(tracking_disable=True, mail_auto_subscribe_no_notify=True)
        changed = getattr(found, f"_inbox_bulk_{action}")(value)
        if len(found) > 1:
            changed._inbox_log_bulk(action, value)
        return {"ids": changed.ids}

    def _inbox_log_bulk(self, action, value):
        """Note in the history of each conversation what was done to several at once."""
        notes = {
            "assign": lambda: self.env._("Assigned to %s", self._inbox_bulk_user(value).sudo().name or self.env._("nobody")),
            "team": lambda: self.env._("Team: %s", self.env["whatsapp.team"].browse(value or []).name or self.env._("none")),
            "priority": lambda: self.env._(
                "Priority: %s", dict(self._fields["priority"]._description_selection(self.env)).get(value, "")
            ),
            "resolve": lambda: self.env._("Resolved"),
            "reopen": lambda: self.env._("Opened again"),
        }
        if self and action in notes:
            # sudo: the history is the system's; the right to change was checked by the change itself
            self.sudo()._message_log_batch(
                bodies=dict.fromkeys(self.ids, notes[action]()), author_id=self.env.user.partner_id.id
            )

    def _inbox_bulk_assign(self, user_id):
        user = self._inbox_bulk_user(user_id)
        if user:
            self._check_transfer(self.env["whatsapp.team"], user, self.env["whatsapp.team"], user)
        changed = self.filtered(lambda conversation: conversation.user_id != user or (user and conversation.state == "resolved"))
        values = {"user_id": user.id}
        if user:
            values["state"] = "open"
        changed.write(values)
        return changed

    @api.model
    def _inbox_bulk_user(self, user_id):
        # sudo: colleagues' groups are looked at, nothing else
        user = self.env["res.users"].sudo().browse(user_id or []).exists()
        if user_id and not (user and user.has_group("whatsapp_base.group_whatsapp_agent")):
            raise UserError(self.env._("Conversations can only be given to WhatsApp agents. Choose somebody with that role."))
        return user.sudo(self.env.su)

    def _inbox_bulk_team(self, team_id):
        team = self.env["whatsapp.team"].browse(team_id or []).exists()
        if team_id and not team:
            raise UserError(self.env._("This team is gone. Choose another one."))
        if team:
            self._check_transfer(team, self.env["res.users"], team, self.env["res.users"])
        changed = self.filtered(lambda conversation: conversation.team_id != team)
        changed.write({"team_id": team.id})
        return changed

    def _inbox_bulk_tag(self, tag_id):
        tag = self._inbox_bulk_tag_record(tag_id)
        changed = self.filtered(lambda conversation: tag not in conversation.tag_ids)
        changed.write({"tag_ids": [fields.Command.link(tag.id)]})
        return changed

    def _inbox_bulk_untag(self, tag_id):
        tag = self._inbox_bulk_tag_record(tag_id)
        changed = self.filtered(lambda conversation: tag in conversation.tag_ids)
        changed.write({"tag_ids": [fields.Command.unlink(tag.id)]})
        return changed

    @api.model
    def _inbox_bulk_tag_record(self, tag_id):
        tag = self.env["whatsapp.tag"].browse(tag_id if isinstance(tag_id, int) else []).exists()
        if not tag:
            raise UserError(self.env._("This tag is gone. Choose another one."))
        return tag

    def _inbox_bulk_priority(self, priority):
        if priority not in ("0", "1", "2"):
            raise ValidationError(self.env._("“value” must be 0, 1 or 2 for a priority."))
        changed = self.filtered(lambda conversation: conversation.priority != priority)
        changed.write({"priority": priority})
        return changed

    def _inbox_bulk_resolve(self, _value):
        changed = self.filtered(lambda conversation: conversation.state != "resolved")
        changed.action_resolve()
        return changed

    def _inbox_bulk_reopen(self, _value):
        """Open again what was resolved, waiting as it was: the undo of resolving."""
        changed = self.filtered(lambda conversation: conversation.state == "resolved")
        changed.action_reopen()
        changed._inbox_recall_waiting()
        return changed

    def _inbox_recall_waiting(self):
        """Find out from the log since when customers have been waiting, as if nobody had resolved anything."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c
                      SET waiting_since = w.since, unanswered_count = w.count
                     FROM (SELECT o.id, min(m.sent_on) AS since, count(*) AS count
                             FROM whatsapp_conversation o
                             JOIN whatsapp_chat_message m ON m.conversation_id = o.id AND m.direction = 'inbound'
                              AND m.sent_on > COALESCE(GREATEST(
                                  (SELECT max(m.sent_on) FROM whatsapp_chat_message m
                                    WHERE m.conversation_id = o.id AND m.direction = 'outbound' AND %(counted)s),
                                  (SELECT max(m.retried_at) FROM whatsapp_chat_message m
                                    WHERE m.conversation_id = o.id AND m.retried_at IS NOT NULL AND %(counted)s)), '-infinity')
                            WHERE o.id = ANY(%(ids)s) AND %(counted)s
                         GROUP BY o.id) w
                    WHERE c.id = w.id""",
                counted=COUNTED, ids=self.ids,
            )
        )
        self.invalidate_recordset(["waiting_since", "unanswered_count"], flush=False)
        self._announce()

    def _inbox_bulk_snooze(self, until):
        changed = self.filtered(lambda conversation: conversation.state != "resolved")
        changed.action_snooze(until)
        return changed

    def _inbox_bulk_unsnooze(self, _value):
        changed = self.filtered("snoozed_until")
        changed.action_unsnooze()
        return changed

    @api.model
    @api.readonly
    def inbox_choices(self):
        """Return whom, what team and what tags conversations can be given to: for the menus of the list."""
        self._inbox_check_agent()
        # sudo: names of colleagues with the role, within the active companies
        group = self.env.ref("whatsapp_base.group_whatsapp_agent")
        users = self.env["res.users"].sudo().search(
            [("all_group_ids", "in", group.id), ("company_ids", "in", self.env.companies.ids), ("share", "=", False)], limit=500
        )
        teams = self.env["whatsapp.team"].search([])
        tags = self.env["whatsapp.tag"].search([])
        return {
            "agents": [{"id": user.id, "name": user.name, "partner_id": user.partner_id.id} for user in users],
            "teams": [{"id": team.id, "name": team.name} for team in teams],
            "tags": [{"id": tag.id, "name": tag.name, "color": tag.color} for tag in tags],
        }

    @api.model
    def inbox_save_filter(self, name, domain, audience="some", team_id=False):
        """Save a filter for oneself, for a team with oneself, or for everybody; returns its ID.

        :param str domain: as the domain editor writes it
        :param str audience: ``all``, or ``some``: the members of the team and the user
        """
        self._inbox_check_agent()
        if not isinstance(name, str) or not name.strip():
            raise ValidationError(self.env._("“name” is empty. Give the filter a name."))
        users = self.env.user
        if team_id:
            users |= self.env["whatsapp.team"].browse(team_id).member_ids
        return self.env["ir.filters"].create(
            {
                "name": name.strip(), "model_id": self._name, "domain": domain,
                "user_ids": [fields.Command.clear() if audience == "all" else fields.Command.set(users.ids)],
            }
        ).id
