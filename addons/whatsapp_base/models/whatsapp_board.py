from collections import Counter
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

SUPERVISOR_GROUP = "whatsapp_base.group_whatsapp_supervisor"
MOST_SHOWN = 50  # conversations behind a line of the board
MOST_AT_ONCE = 500  # conversations that change hands in one request
COUNTS = ("open", "waiting", "unassigned", "breached", "due_soon")


class WhatsappConversation(models.Model):
    _inherit = "whatsapp.conversation"

    # what the board counts, from the index alone: of a hundred thousand conversations most are resolved
    _board_idx = models.Index(
        "(company_id, team_id, user_id) INCLUDE (state, waiting_since, sla_state, snoozed_until) WHERE state <> 'resolved'"
    )


class WhatsappConversationCycle(models.Model):
    _inherit = "whatsapp.conversation.cycle"

    _board_resolved_idx = models.Index("(resolved_at) WHERE resolved_at IS NOT NULL")
    _board_answered_idx = models.Index("(first_response_at) WHERE first_response_at IS NOT NULL")


class WhatsappBoard(models.AbstractModel):
    """What a supervisor sees at a glance: who works on how much, who waits for how long, what burns.

    A constant number of queries, however many conversations, agents and teams there are. Record rules decide what is
    counted: a supervisor sees their own teams, an administrator all.
    """

    _name = "whatsapp.board"
    _description = "WhatsApp Supervisor Board"

    @api.model
    def load(self):
        """Return all that the board shows: ``now``, ``totals``, ``agents``, ``teams``; times as strings in UTC."""
        self._check_supervisor()
        now = fields.Datetime.now()
        rows = self._count(now)
        today = self._today(now)
        teams = self.env["whatsapp.team"].search([("company_id", "in", self.env.companies.ids)])
        agents = self._agents(rows, teams, today["handled"])
        return {
            "now": now,
            "totals": {**self._sum(rows), **today["totals"]},
            "agents": agents,
            "teams": self._teams(rows, teams, agents, now),
        }

    @api.model
    def _check_supervisor(self):
        if not self.env.user.has_group(SUPERVISOR_GROUP):
            raise AccessError(self.env._("The board is for WhatsApp supervisors. Ask an administrator for the role."))

    # ------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------

    @api.model
    def _base_domain(self):
        return Domain("state", "!=", "resolved") & Domain("company_id", "in", self.env.companies.ids)

    @api.model
    def _count(self, now):
        """Return a dict of counts for each pair of team and agent that has something to do."""
        Conversation = self.env["whatsapp.conversation"]
        Conversation.flush_model()
        query = Conversation._search(self._base_domain())
        query.order = None
        active = SQL("state = 'open' AND snoozed_until IS NULL")
        selected = query.select(
            SQL("team_id"), SQL("user_id"),
            SQL("count(*) FILTER (WHERE %s)", active),
            SQL("count(*) FILTER (WHERE %s AND waiting_since IS NOT NULL)", active),
            SQL("count(*) FILTER (WHERE %s AND user_id IS NULL)", active),
            SQL("count(*) FILTER (WHERE sla_state = 'breached')"),
            SQL("count(*) FILTER (WHERE sla_state = 'due_soon')"),
            SQL("min(waiting_since) FILTER (WHERE %s)", active),
        )
        found = self.env.execute_query(SQL("%s GROUP BY team_id, user_id", selected))
        return [
            {"team": team or False, "user": user or False, "oldest": oldest, **dict(zip(COUNTS, counts, strict=True))}
            for team, user, *counts, oldest in found
        ]

    @api.model
    def _sum(self, rows):
        """Return the counts of several rows together, with the oldest wait of all."""
        return {
            **{name: sum(row[name] for row in rows) for name in COUNTS},
            "oldest": min((row["oldest"] for row in rows if row["oldest"]), default=False),
        }

    @api.model
    def _today(self, now):
        """Return what was done since midnight in the user's time zone: of all, and resolved by each agent."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        local = pytz.utc.localize(now).astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        midnight = zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)
        Cycle = self.env["whatsapp.conversation.cycle"]
        Cycle.flush_model()
        companies = Domain("company_id", "in", self.env.companies.ids)

        def select(domain, *columns):
            query = Cycle._search(companies & domain)
            query.order = None
            return query.select(*columns)

        resolved = Domain("resolved_at", ">=", midnight)
        handled = self.env.execute_query(
            SQL(
                "%s GROUP BY resolved_by_id",
                select(resolved, SQL("resolved_by_id"), SQL("count(*)"), SQL("coalesce(sum(rating_value), 0)"),
                       SQL("count(*) FILTER (WHERE rating_value > 0)")),
            )
        )
        answered = self.env.execute_query(
            select(
                Domain("first_response_at", ">=", midnight),
                SQL("count(*)"), SQL("percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response_seconds)"),
            )
        )
        rated = sum(row[3] for row in handled)
        return {
            "totals": {
                "handled": sum(row[1] for row in handled),
                "answered": answered[0][0],
                "first_response": round(answered[0][1]) if answered[0][1] is not None else False,
                "rating": round(sum(row[2] for row in handled) / rated, 2) if rated else False,
                "rated": rated,
            },
            "handled": {row[0]: row[1] for row in handled},
        }

    # ------------------------------------------------------------
    # Agents and teams
    # ------------------------------------------------------------

    @api.model
    def _agents(self, rows, teams, handled):
        members = self.env["whatsapp.team.member"].search([("team_id", "in", teams.ids)])
        team_ids = {}
        for member in members:
            team_ids.setdefault(member.user_id.id, []).append(member.team_id.id)
        by_user = {}
        for row in rows:
            if row["user"]:
                by_user.setdefault(row["user"], []).append(row)
        # sudo: names of colleagues who work on conversations that the supervisor sees
        users = self.env["res.users"].sudo().browse({*team_ids, *by_user}).exists().filtered("active")
        agents = {agent.user_id.id: agent for agent in self.env["whatsapp.agent"]._of(users)}
        return [
            {
                "id": user.id,
                "agent_id": agents[user.id].id,
                "name": user.name,
                "partner_id": user.partner_id.id,
                "status": agents[user.id].status,
                "since": agents[user.id].status_since,
                "may_change": agents[user.id].may_change,
                "capacity": agents[user.id].capacity,
                "load": agents[user.id].open_count,
                "handled": handled.get(user.id, 0),
                "teams": team_ids.get(user.id, []),
                **self._sum(by_user.get(user.id, [])),
            }
            for user in users
        ]

    @api.model
    def _teams(self, rows, teams, agents, now):
        by_team = {}
        for row in rows:
            by_team.setdefault(row["team"], []).append(row)
        at_work = [agent for agent in agents if agent["status"] in ("active", "busy")]
        online = Counter(team_id for agent in at_work for team_id in agent["teams"])
        result = [
            {
                "id": team.id,
                "name": team.name,
                "is_open": team._is_open(now),
                "next_opening": team._next_opening(now) or False,
                "has_hours": bool(team.sudo().calendar_id),  # sudo: whether there are hours, not which
                "members": len(team.member_ids),
                "online": online[team.id],
                **self._sum(by_team.get(team.id, [])),
            }
            for team in teams
        ]
        if without := by_team.get(False):
            result.append(
                {"id": False, "name": self.env._("No team"), "is_open": True, "next_opening": False, "has_hours": False,
                 "members": 0, "online": 0, **self._sum(without)}
            )
        return result

    @api.model
    def details(self, user_id=None, team_id=None, only=None):
        """Return the conversations behind a line of the board, what burns first.

        :param int user_id: of this agent
        :param int team_id: of this team; 0: of none
        :param str only: ``waiting``, ``unassigned``, ``breached`` or ``due_soon``
        :returns: ``{"rows": [...], "more": bool}``
        """
        self._check_supervisor()
        domain = self._base_domain()
        if user_id:
            domain &= Domain("user_id", "=", user_id)
        if team_id is not None:
            domain &= Domain("team_id", "=", team_id or False)
        active = Domain("state", "=", "open") & Domain("snoozed_until", "=", False)
        domain &= {
            "waiting": active & Domain("waiting_since", "!=", False),
            "unassigned": active & Domain("user_id", "=", False),
            "breached": Domain("sla_state", "=", "breached"),
            "due_soon": Domain("sla_state", "=", "due_soon"),
        }.get(only, Domain.TRUE)
        found = self.env["whatsapp.conversation"].search(domain, order="waiting_since, id", limit=MOST_SHOWN + 1)
        urgency = {"breached": 0, "due_soon": 1}
        rows = [
            {
                "id": row.id,
                "name": row.contact_id._label(),
                "partner_id": row.partner_id.id,
                "preview": row.last_message_preview or "",
                "state": row.state,
                "since": row.waiting_since,
                "sla": row.sla_state,
                "due": row.sla_due_at,
                "snoozed_until": row.snoozed_until,
                "user_id": row.user_id.id,
                "agent": row.user_id.name or "",
                "team": row.team_id.name or "",
            }
            # sudo: found with the user's rights; names of customers and colleagues go with them
            for row in found[:MOST_SHOWN].sudo()
        ]
        rows.sort(key=lambda row: (urgency.get(row["sla"], 2), row["since"] or fields.Datetime.now() + timedelta(days=1)))
        return {"rows": rows, "more": len(found) > MOST_SHOWN}

    # ------------------------------------------------------------
    # What a supervisor does
    # ------------------------------------------------------------

    @api.model
    def set_status(self, user_id, status):
        """Change the status of an agent of the teams that the user leads, or one's own.

        :raises AccessError: the user leads none of the agent's teams; says whom to ask
        """
        self._check_supervisor()
        if user_id == self.env.uid:
            self.env["whatsapp.agent"].set_status(status)
            return
        agent = self._agent_of(user_id)
        if status not in dict(agent._fields["status"].selection):
            raise UserError(self.env._("“%s” is no status.", status))
        agent.status = status

    @api.model
    def reassign(self, conversation_ids, user_id=None, team_id=None):
        """Give conversations to a colleague or a team, or back to the queue if neither is given.

        :returns: how many changed hands
        """
        self._check_supervisor()
        if len(conversation_ids) > MOST_AT_ONCE:
            raise UserError(self.env._("Reassign up to %s conversations at once.", MOST_AT_ONCE))
        conversations = self.env["whatsapp.conversation"].browse(sorted(set(conversation_ids))).exists()
        return self._hand_over(conversations, user_id, team_id)

    @api.model
    def reassign_all(self, user_id, to_user_id=None, team_id=None):
        """Give all open conversations of an agent of the teams that the user leads to a colleague or a team, or back to
        the queue.

        :returns: how many changed hands, at most 500 in one call, and how many are left
        """
        self._check_supervisor()
        self._agent_of(user_id)
        domain = self._base_domain() & Domain("user_id", "=", user_id)
        found = self.env["whatsapp.conversation"].search(domain, order="id", limit=MOST_AT_ONCE)
        done = self._hand_over(found, to_user_id, team_id)
        return {"done": done, "left": self.env["whatsapp.conversation"].search_count(domain)}

    def _hand_over(self, conversations, user_id, team_id):
        conversations.check_access("write")
        user, team = self.env["res.users"].browse(user_id or ()), self.env["whatsapp.team"].browse(team_id or ())
        if user or team:
            conversations._transfer(team=team, user=user)
        else:
            conversations.action_unassign()
        return len(conversations)

    def _agent_of(self, user_id):
        user = self.env["res.users"].browse(user_id).exists()
        if not user:
            raise UserError(self.env._("This user is gone. Load the board again."))
        agent = self.env["whatsapp.agent"]._of(user)
        agent._check_led()
        return agent
