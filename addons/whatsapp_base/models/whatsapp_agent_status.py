from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

from .resource_calendar import BLOCK, epoch, from_epoch
from .whatsapp_conversation_store import AGENT_GROUP

DEFAULT_INACTIVITY = 15  # minutes


class WhatsappAgent(models.Model):
    """The status of agents: by hand, by presence and by schedule, with a log that has neither gaps nor overlaps."""

    _inherit = "whatsapp.agent"

    @api.model_create_multi
    def create(self, vals_list):
        agents = super().create(vals_list)
        self.env["whatsapp.agent.status.log"].sudo().create(  # sudo: the log is the system's
            [
                {
                    "agent_id": agent.id, "user_id": agent.user_id.id, "company_id": agent.company_id.id,
                    "status": agent.status, "source": agent.status_source, "started_at": agent.status_since,
                }
                for agent in agents
            ]
        )
        return agents

    def write(self, vals):
        self._check_led()
        vals = dict(vals)
        status = vals.pop("status", None)
        result = super().write(vals) if vals else True
        if status:
            self.sudo()._switch(status, "hand")  # sudo: the log is the system's; the right to write was checked
        if "capacity" in vals:
            self._has_room()
        return result

    def _switch(self, status, source):
        """Put agents into a status: end the open row of the log, begin the next at the same second.

        The agents' rows are locked first, so of two processes one comes after the other. All of it is one transaction:
        who dies in between has changed nothing.

        :returns: the agents whose status changed
        """
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT id, status FROM whatsapp_agent WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids))
        changed = self.browse([agent_id for agent_id, before in self.env.cr.fetchall() if before != status])
        rest = self - changed
        if rest and source == "hand":
            # the same by hand: what schedule and presence said no longer counts
            self.env.cr.execute(SQL("UPDATE whatsapp_agent SET status_source = 'hand' WHERE id = ANY(%s)", rest.ids))
        if changed:
            self.env.cr.execute(
                SQL(
                    """WITH clock AS (SELECT date_trunc('second', now() AT TIME ZONE 'utc') AS at),
                            ended AS (UPDATE whatsapp_agent_status_log log
                                         SET ended_at = GREATEST(log.started_at, clock.at),
                                             seconds = extract(epoch FROM GREATEST(log.started_at, clock.at) - log.started_at)
                                        FROM clock WHERE log.agent_id = ANY(%(ids)s) AND log.ended_at IS NULL
                                   RETURNING log.agent_id, log.ended_at)
                       UPDATE whatsapp_agent agent
                          SET status = %(status)s, status_source = %(source)s, write_date = clock.at,
                              status_since = COALESCE((SELECT ended.ended_at FROM ended WHERE ended.agent_id = agent.id), clock.at)
                         FROM clock WHERE agent.id = ANY(%(ids)s)""",
                    status=status, source=source, ids=changed.ids,
                )
            )
            self.env.cr.execute(
                SQL(
                    """INSERT INTO whatsapp_agent_status_log (agent_id, user_id, company_id, status, source, started_at)
                       SELECT id, user_id, company_id, status, status_source, status_since FROM whatsapp_agent
                        WHERE id = ANY(%s)""",
                    changed.ids,
                )
            )
        self.invalidate_recordset(["status", "status_source", "status_since", "log_ids"], flush=False)
        self.env["whatsapp.agent.status.log"].invalidate_model(flush=False)
        self.env["whatsapp.team.member"].invalidate_model(["status"], flush=False)
        if changed:
            changed._tell_status()
            if status == "active":
                changed._has_room()
        return changed

    def _has_room(self):
        """Have the desk look at the queues of these agents: they may take more than before.

        The oldest conversation of each queue is marked; what somebody else holds is left to the clock, seconds later.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c SET desk_due = TRUE
                     FROM (SELECT oldest.id
                             FROM (SELECT DISTINCT t.id FROM whatsapp_team t
                                     JOIN whatsapp_team_member m ON m.team_id = t.id
                                     JOIN whatsapp_agent a ON a.user_id = m.user_id
                                    WHERE a.id = ANY(%s) AND t.active AND t.routing_policy <> 'manual') team
                             JOIN LATERAL (SELECT c.id FROM whatsapp_conversation c
                                            WHERE c.team_id = team.id AND c.user_id IS NULL AND c.state = 'open'
                                              AND c.waiting_since IS NOT NULL AND c.snoozed_until IS NULL
                                         ORDER BY c.waiting_since LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) oldest ON TRUE) first
                    WHERE c.id = first.id RETURNING c.id""",
                self.ids,
            )
        )
        if marked := [row[0] for row in self.env.cr.fetchall()]:
            self.env["whatsapp.conversation"].browse(marked).invalidate_recordset(["desk_due"], flush=False)
            self.env["whatsapp.lane"]._wake_soon("desk")

    # ------------------------------------------------------------
    # What clients know
    # ------------------------------------------------------------

    def _to_store_defaults(self, target):
        return [
            "status", "status_since", "status_source",
            Store.One("partner_id", ["avatar_128", "name"], value=lambda agent: agent.user_id.partner_id),
        ]

    @api.model
    def _agents_subchannel(self, company_id):
        return f"WHATSAPP_AGENTS/{company_id}"

    def _tell_status(self):
        """Tell the agents of a company how their colleagues are: one bus row for each company."""
        group = self.env["res.groups"].browse(self.env["ir.model.data"]._xmlid_to_res_id(AGENT_GROUP))
        for company, agents in self.grouped("company_id").items():
            Store(bus_channel=group, bus_subchannel=self._agents_subchannel(company.id)).add(agents).bus_send()

    # ------------------------------------------------------------
    # By presence and by schedule
    # ------------------------------------------------------------

    @api.model
    def _inactivity_limit(self):
        """Return after how many minutes without a sign of life agents go offline; 0: never."""
        # sudo: the clock asks, and it is no secret
        value = self.env["ir.config_parameter"].sudo().get_param("whatsapp_base.agent_inactivity_minutes")
        return int(value) if (value or "").isdigit() else DEFAULT_INACTIVITY

    @api.model
    def _clock_agents(self):
        """Let presence and schedules set statuses: one query for all, no matter how many they are.

        Presence ends ``active`` and ``busy``; a break that was announced is kept. The schedule ends all of them when it
        ends, and nothing that was set by hand after that. Whoever went offline by themselves comes back with their
        presence; whoever was set offline by hand stays so, with a schedule until its next beginning.
        """
        now = fields.Datetime.now()
        limit = self._inactivity_limit()
        rows = self.env.execute_query(
            SQL(
                """SELECT a.id, a.status, a.status_since, a.status_source, a.calendar_id, a.company_id,
                          COALESCE(p.last_presence > %(limit)s AND p.status <> 'offline', FALSE)
                     FROM whatsapp_agent a JOIN res_users u ON u.id = a.user_id
                LEFT JOIN mail_presence p ON p.user_id = a.user_id
                    WHERE u.active
                      AND (a.calendar_id IS NOT NULL
                           OR (a.status IN ('active', 'busy') AND %(use)s
                               AND GREATEST(a.status_since, p.last_presence) < %(limit)s)
                           OR (a.status = 'offline' AND a.status_source <> 'hand'
                               AND p.last_presence > %(limit)s AND p.status <> 'offline'))""",
                limit=now - timedelta(minutes=limit or 10), use=bool(limit),
            )
        )
        changes = {}
        for agent_id, status, since, source, calendar_id, company_id, is_here in rows:
            calendar = self.env["resource.calendar"].browse(calendar_id)
            company = self.env["res.company"].browse(company_id)
            if new := self._status_by_clock(status, since, source, calendar, company, is_here, now, limit):
                changes.setdefault(new, []).append(agent_id)
        for (status, source), ids in sorted(changes.items()):
            self.browse(ids)._switch(status, source)
        return False

    @api.model
    def _status_by_clock(self, status, since, source, calendar, company, is_here, now, limit):
        """Return (status, source) that an agent has to get, or None where all is well."""
        opening = None
        if calendar:
            hours = calendar._whatsapp_hours(company, now - timedelta(seconds=BLOCK), now)
            if not hours.is_open(epoch(now)):
                closing = from_epoch(hours.last_closing(epoch(now)))
                if status != "offline" and closing and since < closing:
                    return "offline", "schedule"
                return None
            opening = from_epoch(hours.last_opening(epoch(now)))
        if status == "offline":
            by_itself = source != "hand" or (opening and since < opening)
            return ("active", "schedule" if opening and since < opening else "inactivity") if is_here and by_itself else None
        if limit and status in ("active", "busy") and not is_here and since < now - timedelta(minutes=limit):
            return "offline", "inactivity"
        return None


class WhatsappConversation(models.Model):
    """The desk's clock looks after the agents, too."""

    _inherit = "whatsapp.conversation"

    @api.model
    def _desk_timers(self):
        # before routing: whoever went offline gets nothing more
        return ["_clock_agents", *super()._desk_timers()]

    @api.model
    def _clock_agents(self):
        return self.env["whatsapp.agent"]._clock_agents()
