from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain


class WhatsappTeam(models.Model):
    """The people who answer a number, when they do, and how work is given to them.

    Agents see what nobody has taken yet of their teams and of numbers without a team, and what is theirs.
    """

    _name = "whatsapp.team"
    _inherit = "whatsapp.cached.mixin"
    _description = "WhatsApp Team"
    _order = "sequence, name, id"
    _check_company_auto = True
    # record rules hold the teams of a user, and Odoo keeps those; a change is rare enough to have every process compute them again
    _kept_fields = frozenset(("supervisor_ids", "membership_ids", "member_ids", "is_shared", "company_id", "active"))

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    membership_ids = fields.One2many("whatsapp.team.member", "team_id", string="Memberships", copy=True)
    member_ids = fields.Many2many(
        "res.users",
        string="Members",
        compute="_compute_member_ids",
        inverse="_inverse_member_ids",
        search="_search_member_ids",
        domain=[("share", "=", False)],
    )
    supervisor_ids = fields.Many2many(
        "res.users",
        "whatsapp_team_supervisor_rel",
        string="Supervisors",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("whatsapp_base.group_whatsapp_supervisor").id)],
        help="They see all conversations of this team. A team without supervisors is led by every supervisor.",
    )
    channel_ids = fields.One2many("whatsapp.channel", "team_id", string="Numbers")
    member_count = fields.Integer(compute="_compute_member_count")
    may_change = fields.Boolean(compute="_compute_may_change", help="Whether the one who looks may change this team.")
    waiting_count = fields.Integer("Waiting for an Agent", compute="_compute_waiting_count")
    is_shared = fields.Boolean(
        "Members See Each Other's Conversations",
        help="Otherwise an agent sees own conversations and those that nobody has taken.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        check_company=True,
        help="When somebody answers. Days with several blocks and public holidays count. Empty: around the clock.",
    )
    tz = fields.Selection(related="calendar_id.tz", string="Time Zone")
    greeting = fields.Text(
        translate=True, help="Sent once, after the first message of a new conversation. Empty: no greeting."
    )
    away_message = fields.Text(translate=True, help="Sent outside working hours. Empty: none.")
    away_interval_hours = fields.Integer(
        "Again After", default=12, help="A customer who goes on writing gets the away message again after this time."
    )
    lang_ids = fields.Many2many(
        "res.lang",
        "whatsapp_team_lang_rel",
        string="Languages",
        context={"active_test": False},
        help="What this team answers in. An agent without languages of their own speaks those of the team.",
    )
    skill_ids = fields.Many2many(
        "whatsapp.skill", "whatsapp_team_skill_rel", string="Skills", check_company=True,
        help="What whoever answers here should know. Conversations can ask for more.",
    )
    routing_policy = fields.Selection(
        [
            ("manual", "By hand: agents take what waits"),
            ("round_robin", "In turn"),
            ("least_loaded", "Whoever has the fewest conversations"),
            ("last_agent", "Whoever answered the customer last"),
            ("skills", "By skills and language"),
            ("weight", "By weight"),
        ],
        "Assignment",
        required=True,
        default="manual",
    )
    routing_cursor = fields.Integer(readonly=True, copy=False, help="The member who got the last conversation.")
    return_after_minutes = fields.Integer(
        "Back to the Queue After",
        help="When the agent has not answered within so many minutes of working time, somebody else gets the conversation. "
        "0: never.",
    )
    auto_resolve_hours = fields.Integer(
        "Resolve After Silence (Hours)", help="When the customer says nothing more for so long. 0: never."
    )
    reopen_policy = fields.Selection(
        [
            ("same", "The same agent"),
            ("available", "The same agent while active, else the queue"),
            ("queue", "The queue"),
        ],
        "Who Comes Back Goes To",
        required=True,
        default="same",
    )
    asks_rating = fields.Boolean("Ask for a Rating", help="After a conversation is resolved.")

    @api.depends("membership_ids.user_id")
    def _compute_member_ids(self):
        for team in self:
            team.member_ids = team.membership_ids.user_id

    def _inverse_member_ids(self):
        for team in self:
            wanted, rows = team.member_ids, team.membership_ids
            team.membership_ids = [
                *[Command.delete(row.id) for row in rows if row.user_id not in wanted],
                *[Command.create({"user_id": user.id}) for user in wanted - rows.user_id],
            ]

    def _search_member_ids(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return [("membership_ids.user_id", operator, value)]

    @api.depends("membership_ids")
    def _compute_member_count(self):
        for team in self:
            team.member_count = len(team.membership_ids)

    @api.depends_context("uid")
    @api.depends("supervisor_ids")
    def _compute_may_change(self):
        may = self._origin._filtered_access("write")
        for team in self:
            team.may_change = not team._origin or team._origin in may

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_waiting_count(self):
        Conversation = self.env["whatsapp.conversation"]
        domain = Domain("team_id", "in", self.ids) & Domain(Conversation._waiting_domain())
        counts = dict(Conversation._read_group(domain, ["team_id"], ["__count"]))
        for team in self:
            team.waiting_count = counts.get(team, 0)

    @api.constrains("away_interval_hours", "return_after_minutes", "auto_resolve_hours")
    def _check_durations(self):
        for team in self:
            if team.away_interval_hours < 1:
                raise ValidationError(self.env._("“Again After” must be at least 1 hour: a customer is not told twice in an hour."))
            if team.return_after_minutes < 0:
                raise ValidationError(self.env._("“Back to the Queue After” cannot be negative. Give minutes, or 0 for never."))
            if team.auto_resolve_hours < 0:
                raise ValidationError(self.env._("“Resolve After Silence” cannot be negative. Give hours, or 0 for never."))

    def action_view_conversations(self):
        """Open the conversations of this team."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_conversation_action")
        return dict(action, domain=[("team_id", "=", self.id)], context={"default_team_id": self.id})
