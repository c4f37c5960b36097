from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

STATUSES = [("active", "Active"), ("busy", "Busy"), ("break", "On a Break"), ("offline", "Offline")]


class WhatsappAgent(models.Model):
    """A colleague as somebody who answers customers: at work or not, how much they take, what they know.

    Made when it is first needed. The status changes by :meth:`_switch` only, which keeps the log of it.
    """

    _name = "whatsapp.agent"
    _description = "WhatsApp Agent"
    _order = "name, id"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", readonly=True)
    name = fields.Char(related="user_id.name", store=True, index=True)
    company_id = fields.Many2one(related="user_id.company_id", store=True, index=True)
    status = fields.Selection(STATUSES, required=True, default="offline")
    status_since = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    status_source = fields.Selection(
        [("hand", "By hand"), ("inactivity", "By presence"), ("schedule", "By schedule")],
        "Set",
        required=True,
        readonly=True,
        default="inactivity",
    )
    capacity = fields.Integer(help="How many open conversations at once, in all teams. 0: no limit.")
    calendar_id = fields.Many2one(
        "resource.calendar", "Own Schedule", help="Offline outside these hours by itself. Empty: no schedule."
    )
    skill_ids = fields.Many2many("whatsapp.skill", "whatsapp_agent_skill_rel", string="Skills")
    lang_ids = fields.Many2many(
        "res.lang", "whatsapp_agent_lang_rel", string="Languages", context={"active_test": False}
    )
    last_seen_at = fields.Datetime("Last Seen", compute="_compute_last_seen_at")
    open_count = fields.Integer("Open", compute="_compute_open_count")
    team_ids = fields.Many2many("whatsapp.team", string="Teams", compute="_compute_team_ids", search="_search_team_ids")
    may_change = fields.Boolean(compute="_compute_may_change", help="Whether the one who looks may change this agent.")
    is_leaving = fields.Boolean(readonly=True, help="No longer an agent: the desk takes their conversations back.")
    log_ids = fields.One2many("whatsapp.agent.status.log", "agent_id", string="Time in Status")

    _user_unique = models.Constraint("UNIQUE(user_id)", "This user is an agent already.")

    @api.depends("user_id")
    def _compute_last_seen_at(self):
        # sudo: mail.presence - who was seen when is no more than the dot beside their name tells
        rows = self.env["mail.presence"].sudo().search_fetch([("user_id", "in", self.user_id.ids)], ["user_id", "last_presence"])
        seen = {row.user_id: row.last_presence for row in rows}
        for agent in self:
            agent.last_seen_at = seen.get(agent.user_id, False)

    @api.model
    def _load_domain(self, users):
        """Return the domain of the conversations that count against the capacity of ``users``: what they work on now."""
        return [("user_id", "in", users.ids), ("state", "=", "open"), ("snoozed_until", "=", False)]

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("user_id")
    def _compute_open_count(self):
        # sudo: how much a colleague has to do is known in the team; what it is is not told
        Conversation = self.env["whatsapp.conversation"].sudo()
        counts = dict(Conversation._read_group(self._load_domain(self.user_id), ["user_id"], ["__count"]))
        for agent in self:
            agent.open_count = counts.get(agent.user_id, 0)

    @api.depends("user_id")
    def _compute_team_ids(self):
        members = self.env["whatsapp.team.member"].search([("user_id", "in", self.user_id.ids)])
        teams = members.grouped("user_id")
        for agent in self:
            agent.team_ids = teams[agent.user_id].team_id if agent.user_id in teams else False

    def _search_team_ids(self, operator, value):
        if operator not in ("in", "any", "="):
            return NotImplemented
        members = self.env["whatsapp.team.member"].search([("team_id", operator, value)])
        return [("user_id", "in", members.user_id.ids)]

    @api.constrains("capacity")
    def _check_capacity(self):
        for agent in self:
            if agent.capacity < 0:
                raise ValidationError(
                    self.env._("Capacity of %s cannot be negative. Give a number, or 0 for no limit.", agent.name)
                )

    @api.model
    def _of(self, users):
        """Return the agents of ``users``, made where there is none; any number of processes may ask at once."""
        # sudo: agents come into being with membership or the first status, whoever caused that
        Agent = self.sudo()
        found = Agent.search([("user_id", "in", users.ids)])
        missing = users - found.user_id
        if missing:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """WITH made AS (
                           INSERT INTO whatsapp_agent (user_id, name, company_id, status, status_since, status_source, capacity,
                                                       create_uid, write_uid, create_date, write_date)
                           SELECT u.id, p.name, u.company_id, 'offline', date_trunc('second', now() AT TIME ZONE 'utc'),
                                  'inactivity', 0, %(uid)s, %(uid)s, now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc'
                             FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = ANY(%(ids)s)
                               ON CONFLICT (user_id) DO NOTHING RETURNING id, user_id, company_id, status, status_since)
                       INSERT INTO whatsapp_agent_status_log (agent_id, user_id, company_id, status, started_at)
                       SELECT id, user_id, company_id, status, status_since FROM made""",
                    uid=self.env.uid, ids=missing.ids,
                )
            )
            found = Agent.search([("user_id", "in", users.ids)])
        return found.sudo(self.env.su)

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_may_change(self):
        """Views and the board offer only what :meth:`_check_led` will not refuse."""
        may = self._origin._filtered_access("write")
        for agent in self:
            agent.may_change = agent._origin in may

    def action_reassign(self):
        """Ask what becomes of everything that the agent has."""
        if len(self) != 1:
            raise UserError(self.env._("Choose one agent: what they have goes to one place."))
        self._check_led()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_reassign_action")
        return dict(action, context={"default_agent_id": self.id})

    def _check_led(self):
        """Let only those go on who may change these agents: who leads a team of theirs, and administrators.

        :raises AccessError: says whom to ask
        """
        if self.env.su or not self.env.user.has_group("whatsapp_base.group_whatsapp_supervisor"):
            self.check_access("write")
            return
        self.check_access("read")  # names of whom the user may not see are not told
        if others := self - self._filtered_access("write"):
            raise AccessError(
                self.env._(
                    "You lead no team of %(names)s, so you cannot change their status or settings, nor take everything from "
                    "them. Ask a supervisor of their team or an administrator. Whoever is in no team can be added to yours.",
                    names=", ".join(others.mapped("name")),
                )
            )

    def action_view_conversations(self):
        """Open what the agent works on."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_conversation_action")
        return dict(action, domain=[("user_id", "=", self.user_id.id), ("state", "!=", "resolved")], context={})

    # ------------------------------------------------------------
    # Over RPC
    # ------------------------------------------------------------

    @api.model
    def set_status(self, status):
        """Set one's own status by hand.

        :param str status: ``active``, ``busy``, ``break`` or ``offline``
        :returns: ``{"id": int, "status": str, "status_since": str}``
        :raises AccessError: the caller is no WhatsApp agent
        :raises ValidationError: there is no such status
        """
        self._check_is_agent()
        if status not in dict(STATUSES):
            raise ValidationError(
                self.env._("“%(status)s” is no status. Use one of: %(all)s.", status=status, all=", ".join(dict(STATUSES)))
            )
        agent = self._of(self.env.user)
        # sudo: one's own status, which agents may not write otherwise
        agent.sudo()._switch(status, "hand")
        return {"id": agent.id, "status": status, "status_since": fields.Datetime.to_string(agent.status_since)}

    def _check_is_agent(self):
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents have a status. Ask an administrator for the role."))
