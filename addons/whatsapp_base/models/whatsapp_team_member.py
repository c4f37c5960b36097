from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import table_exists

from .whatsapp_agent import STATUSES

FORMER_TABLE = "whatsapp_team_res_users_rel"


class WhatsappTeamMember(models.Model):
    """One agent in one team: how much they take, and how often."""

    _name = "whatsapp.team.member"
    _description = "WhatsApp Team Member"
    _order = "team_id, sequence, id"
    _rec_name = "user_id"

    team_id = fields.Many2one("whatsapp.team", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one(
        "res.users", "Agent", required=True, ondelete="cascade", index=True, domain=[("share", "=", False)]
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    capacity = fields.Integer(help="How many open conversations of this team at once. 0: no limit but the agent's own.")
    weight = fields.Integer(default=1, help="Who has weight 2 gets twice as many as who has 1. 0: none by themselves.")
    credit = fields.Integer(readonly=True, copy=False, help="Whose turn it is where weights count.")
    agent_id = fields.Many2one("whatsapp.agent", compute="_compute_agent_id")
    status = fields.Selection(STATUSES, compute="_compute_agent_id")
    open_count = fields.Integer("Open", compute="_compute_open_count", help="Conversations of this team.")

    _pair_unique = models.UniqueIndex("(team_id, user_id)", "This agent is a member of the team already.")

    def init(self):
        """Take over who was a member when teams knew nothing but names."""
        if table_exists(self.env.cr, FORMER_TABLE):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO whatsapp_team_member (team_id, user_id, company_id, sequence, capacity, weight, credit)
                       SELECT r.whatsapp_team_id, r.res_users_id, t.company_id, 10, 0, 1, 0
                         FROM %s r JOIN whatsapp_team t ON t.id = r.whatsapp_team_id ON CONFLICT DO NOTHING""",
                    SQL.identifier(FORMER_TABLE),
                )
            )
            self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(FORMER_TABLE)))

    @api.depends("user_id")
    def _compute_agent_id(self):
        # sudo: whether a colleague is at work is no secret among agents, see the rule of whatsapp.agent
        rows = self.env["whatsapp.agent"].sudo().search([("user_id", "in", self.user_id.ids)])
        agents = {agent.user_id: agent for agent in rows}
        for member in self:
            member.agent_id = agents.get(member.user_id, False)
            member.status = member.agent_id.status

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("team_id", "user_id")
    def _compute_open_count(self):
        domain = [("team_id", "in", self.team_id.ids), *self.env["whatsapp.agent"]._load_domain(self.user_id)]
        counts = {
            (team, user): count
            for team, user, count in self.env["whatsapp.conversation"]._read_group(domain, ["team_id", "user_id"], ["__count"])
        }
        for member in self:
            member.open_count = counts.get((member.team_id, member.user_id), 0)

    @api.constrains("capacity", "weight")
    def _check_numbers(self):
        for member in self:
            if member.capacity < 0:
                raise ValidationError(
                    self.env._("Capacity of %s cannot be negative. Give a number, or 0 for no limit.", member.user_id.name)
                )
            if not 0 <= member.weight <= 100:
                raise ValidationError(self.env._("Weight of %s must be between 0 and 100.", member.user_id.name))

    @api.constrains("user_id", "team_id")
    def _check_user(self):
        for member in self:
            user = member.sudo().user_id  # sudo: whoever manages teams need not see users' companies
            if user.share:
                raise ValidationError(self.env._("%s cannot answer customers: only internal users can.", user.name))
            if member.company_id not in user.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s has no access to the company %(company)s of this team. Allow it in the user's form.",
                        user=user.name, company=member.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        self.env["whatsapp.agent"]._of(members.user_id)
        self.env.registry.clear_cache()  # see whatsapp.team._kept_fields
        return members

    def write(self, vals):
        result = super().write(vals)
        if {"user_id", "team_id"} & vals.keys():
            self.env["whatsapp.agent"]._of(self.user_id)
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Whoever leaves a team gives back what they have of it; what is theirs alone stays theirs."""
        Conversation = self.env["whatsapp.conversation"].sudo()  # sudo: supervisors manage members
        theirs = [
            Domain("team_id", "=", member.team_id.id) & Domain("user_id", "=", member.user_id.id) for member in self
        ]
        conversations = Conversation.search(Domain.OR(theirs) & Domain("state", "!=", "resolved"))
        result = super().unlink()
        conversations._put_back(self.env._("The agent has left the team: back to the queue"))
        self.env.registry.clear_cache()
        return result
