from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import routing

ROUTED_TOGETHER = 200  # conversations that are looked at in one go
# how often one run looks further where the first in the queue cannot be given to anybody
ROUNDS = 5


class WhatsappConversation(models.Model):
    """Routing: who gets what waits. The choice itself is ``tools.routing``; here are locks, data and what follows.

    Team and agents are locked first, always in this order and by ID. Whoever routes the same team, or shares an agent,
    waits until this transaction has ended, and then counts what was given away. So nobody gets more than they can take,
    and nothing is given twice, however many workers there are. A worker that dies leaves the queue as it was.
    """

    _inherit = "whatsapp.conversation"

    skill_ids = fields.Many2many(
        "whatsapp.skill", "whatsapp_conversation_skill_rel", string="Needed Skills", check_company=True,
        help="Teams that assign by skills look for somebody who knows this.",
    )

    _queue_idx = models.Index("(team_id, waiting_since) WHERE user_id IS NULL AND state = 'open' AND waiting_since IS NOT NULL")
    _load_idx = models.Index("(user_id, team_id) WHERE user_id IS NOT NULL AND state <> 'resolved'")

    def write(self, vals):
        if not {"user_id", "state", "team_id", "snoozed_until"} & vals.keys():
            return super().write(vals)
        before = self.sudo().user_id if "user_id" in vals else self.env["res.users"]
        result = super().write(vals)
        self._desk_mark()
        if before:
            # who gave something away may take something else
            self.env["whatsapp.agent"]._of(before)._has_room()
        return result

    # ------------------------------------------------------------
    # Occasions
    # ------------------------------------------------------------

    @api.model
    def _desk_followups(self):
        return [*super()._desk_followups(), "_desk_route"]

    @api.model
    def _desk_timers(self):
        return [*super()._desk_timers(), "_clock_route"]

    def _desk_route(self):
        """Route the queues that these conversations stand in, or that their agents have room for now."""
        members = self.env["whatsapp.team.member"].search_fetch([("user_id", "in", self.user_id.ids)], ["team_id"])
        self._route(self.team_id | members.team_id)
        self._plan_returns()

    @api.model
    def _clock_route(self):
        """Give away what could have been given away already: a net for whatever was missed."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT t.id FROM whatsapp_team t
                    WHERE t.active AND t.routing_policy <> 'manual'
                      AND EXISTS (SELECT FROM whatsapp_team_member m JOIN whatsapp_agent a ON a.user_id = m.user_id
                                   WHERE m.team_id = t.id AND m.weight > 0 AND a.status = 'active')
                      AND EXISTS (SELECT FROM whatsapp_conversation c
                                   WHERE c.team_id = t.id AND c.user_id IS NULL AND c.state = 'open'
                                     AND c.waiting_since IS NOT NULL AND c.snoozed_until IS NULL)"""
            )
        )
        self._route(self.env["whatsapp.team"].browse([row[0] for row in rows]))
        return False

    # ------------------------------------------------------------
    # Routing
    # ------------------------------------------------------------

    @api.model
    def _route(self, teams):
        """Give away what waits in the queues of teams, oldest first; returns what was given.

        Costs a constant number of queries for up to ``ROUTED_TOGETHER`` conversations.
        """
        given = self.browse()
        teams = teams.filtered(lambda team: team.active and team.routing_policy != "manual")
        if not teams:
            return given
        world = self._routing_world(teams)
        after = None
        for _round in range(ROUNDS):
            free = [team_id for team_id, team in world.items() if team.is_free()]
            needs, after = self._routing_needs(world, free, after) if free else ([], None)
            given |= self._give(world, needs)
            if after is None:
                break
        if given:
            self._store_routing(world)
        return given

    @api.model
    def _routing_world(self, teams):
        """Lock teams and agents, and return ``{team ID: routing.Team}`` as they stand now."""
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT FROM whatsapp_team WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", teams.ids))
        members = self.env.execute_query(
            SQL(
                """SELECT m.team_id, m.user_id, m.capacity, m.weight, m.credit
                     FROM whatsapp_team_member m JOIN res_users u ON u.id = m.user_id
                    WHERE m.team_id = ANY(%s) AND u.active ORDER BY m.sequence, m.id""",
                teams.ids,
            )
        )
        user_ids = sorted({row[1] for row in members})
        self.env["whatsapp.agent"]._of(self.env["res.users"].browse(user_ids))
        agents = {
            user_id: routing.Agent(user_id, capacity=capacity or 0, is_active=status == "active", is_around=status != "offline")
            for user_id, status, capacity in self.env.execute_query(
                SQL(
                    """SELECT user_id, status, capacity FROM whatsapp_agent WHERE user_id = ANY(%s)
                     ORDER BY id FOR NO KEY UPDATE""",
                    user_ids,
                )
            )
        }
        loads = {}
        for user_id, team_id, count in self.env.execute_query(
            SQL(
                """SELECT user_id, team_id, count(*) FROM whatsapp_conversation
                    WHERE user_id = ANY(%s) AND state = 'open' AND state <> 'resolved' AND snoozed_until IS NULL
                 GROUP BY user_id, team_id""",
                user_ids,
            )
        ):
            loads[user_id, team_id] = count
            agents[user_id].load += count
        world = {}
        for team_id, policy, cursor in self.env.execute_query(
            SQL("SELECT id, routing_policy, routing_cursor FROM whatsapp_team WHERE id = ANY(%s)", teams.ids)
        ):
            world[team_id] = routing.Team(team_id, policy, cursor=cursor or 0)
        for team_id, user_id, capacity, weight, credit in members:
            seat = routing.Seat(agents[user_id], loads.get((user_id, team_id), 0), capacity or 0, weight or 0, credit or 0)
            world[team_id].seats.append(seat)
        if any(team.policy == "skills" for team in world.values()):
            self._add_skills(world, agents)
        return world

    @api.model
    def _add_skills(self, world, agents):
        """Tell agents and teams what they know and speak."""
        # sudo: routing looks at everybody
        for agent in self.env["whatsapp.agent"].sudo().search([("user_id", "in", list(agents))]):
            agents[agent.user_id.id].skills = frozenset(agent.skill_ids.ids)
            agents[agent.user_id.id].langs = frozenset(map(_language, agent.lang_ids.mapped("code")))
        for team in self.env["whatsapp.team"].sudo().browse(world):
            world[team.id].skills = frozenset(team.skill_ids.ids)
            world[team.id].langs = frozenset(map(_language, team.lang_ids.mapped("code")))

    @api.model
    def _routing_needs(self, world, team_ids, after):
        """Return (needs, where to look further or None): what has waited longest in queues, nothing locked."""
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id, c.team_id, extract(epoch FROM c.waiting_since), c.priority, COALESCE(k.language, p.lang),
                          CASE WHEN c.returned_at + GREATEST(t.return_after_minutes, 1) * interval '1 minute' > %(now)s
                               THEN c.returned_from_id END, c.waiting_since
                     FROM whatsapp_conversation c
                     JOIN whatsapp_team t ON t.id = c.team_id
                     JOIN whatsapp_contact k ON k.id = c.contact_id
                LEFT JOIN res_partner p ON p.id = k.partner_id
                    WHERE c.team_id = ANY(%(teams)s) AND c.user_id IS NULL AND c.state = 'open' AND c.waiting_since IS NOT NULL
                      AND c.snoozed_until IS NULL AND k.blocked IS NOT TRUE AND %(after)s
                      -- whom the desk has not looked at is greeted first, or told that nobody is there
                      AND NOT (c.cycle_id IS NULL AND c.desk_due AND c.desk_after IS NULL)
                 ORDER BY c.waiting_since, c.id LIMIT %(limit)s""",
                now=now, teams=team_ids, limit=ROUTED_TOGETHER,
                after=SQL("(c.waiting_since, c.id) > (%s, %s)", *after) if after else SQL("TRUE"),
            )
        )
        ids = [row[0] for row in rows]
        policies = {world[team_id].policy for team_id in team_ids}
        skills = self._needed_skills(ids) if "skills" in policies else {}
        last = self._last_agents(ids) if "last_agent" in policies else {}
        needs = [
            routing.Need(
                row[0], row[1], float(row[2]), int(row[3] or 0), _language(row[4]), skills.get(row[0], frozenset()),
                last.get(row[0], 0), row[5] or 0,
            )
            for row in rows
        ]
        return needs, (rows[-1][6], rows[-1][0]) if len(rows) == ROUTED_TOGETHER else None

    @api.model
    def _needed_skills(self, ids):
        rows = self.env.execute_query(
            SQL(
                """SELECT whatsapp_conversation_id, array_agg(whatsapp_skill_id) FROM whatsapp_conversation_skill_rel
                    WHERE whatsapp_conversation_id = ANY(%s) GROUP BY whatsapp_conversation_id""",
                ids,
            )
        )
        return {conversation_id: frozenset(skill_ids) for conversation_id, skill_ids in rows}

    @api.model
    def _last_agents(self, ids):
        """Return ``{conversation ID: user ID}``: who of us wrote to these customers last."""
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id, line.user_id FROM unnest(%s::int[]) AS c (id)
                     JOIN LATERAL (SELECT m.user_id FROM whatsapp_chat_message m
                                    WHERE m.conversation_id = c.id AND m.direction = 'outbound' AND m.origin = 'agent'
                                      AND m.user_id IS NOT NULL
                                 ORDER BY m.sent_on DESC, m.id DESC LIMIT 1) line ON TRUE""",
                ids,
            )
        )
        return dict(rows)

    @api.model
    def _give(self, world, needs):
        """Choose, and assign what nobody has touched meanwhile; returns the conversations."""
        chosen = {need.id: agent_id for need, agent_id in routing.assign(world, needs)}
        if not chosen:
            return self.browse()
        # what intake or a person holds right now is left for the next look
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM whatsapp_conversation
                    WHERE id = ANY(%s) AND user_id IS NULL AND state = 'open' AND waiting_since IS NOT NULL
                      AND snoozed_until IS NULL
                 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
                list(chosen),
            )
        )
        given = self.browse([row[0] for row in rows])
        given.invalidate_recordset(["user_id", "state", "waiting_since", "snoozed_until"], flush=False)
        by_agent = given.grouped(lambda conversation: chosen[conversation.id])
        for user_id, conversations in sorted(by_agent.items()):
            conversations.write({"user_id": user_id})
        return given

    @api.model
    def _store_routing(self, world):
        """Keep cursors and credits: where the next worker goes on."""
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_team t SET routing_cursor = v.cursor FROM (VALUES %s) AS v (id, cursor)
                    WHERE t.id = v.id AND t.routing_cursor IS DISTINCT FROM v.cursor""",
                SQL(", ").join(SQL("(%s, %s)", team.id, team.cursor) for team in world.values()),
            )
        )
        credits = [
            SQL("(%s, %s, %s)", team.id, seat.agent.id, seat.credit)
            for team in world.values() if team.policy == "weight" for seat in team.seats
        ]
        if credits:
            self.env.cr.execute(
                SQL(
                    """UPDATE whatsapp_team_member m SET credit = v.credit FROM (VALUES %s) AS v (team_id, user_id, credit)
                        WHERE m.team_id = v.team_id AND m.user_id = v.user_id""",
                    SQL(", ").join(credits),
                )
            )
        self.env["whatsapp.team"].invalidate_model(["routing_cursor"], flush=False)
        self.env["whatsapp.team.member"].invalidate_model(["credit"], flush=False)


def _language(code):
    """Return the language of a code such as ``es_MX``, without the country."""
    return (code or "").replace("-", "_").split("_")[0].lower()
