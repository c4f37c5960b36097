from odoo import models
from odoo.fields import Domain

SUPERVISOR_GROUP = "whatsapp_base.group_whatsapp_supervisor"
ADMIN_GROUP = "whatsapp_base.group_whatsapp_admin"


class ResUsers(models.Model):
    """Who sees which conversations: the one place where that is written down.

    Record rules ask here, and Odoo keeps their answers for each user: teams clear its cache when they change.
    The teams are values in the query, not a join, so that an index answers however many conversations there are.
    """

    _inherit = "res.users"

    def _whatsapp_visible(self, company_ids=None):
        """Return the domain of ``whatsapp.conversation`` that this user may see.

        :param list company_ids: only of these companies; conversations and what belongs to them have rules for that,
            Discuss has none

        Agents: their own, what nobody has taken of their teams and of numbers without a team, what is shared with them,
        and all of teams whose members share everything. Supervisors: all of the teams they lead or belong to, of teams
        that nobody leads, and of none. Administrators: all.
        """
        self.ensure_one()
        if company_ids is not None:
            return Domain("company_id", "in", company_ids) & self._whatsapp_visible()
        if self.has_group(ADMIN_GROUP):
            return Domain.TRUE
        member, shared, led = self._whatsapp_team_ids()
        mine = Domain("user_id", "=", self.id) | Domain("shared_user_ids", "in", self.ids)
        if self.has_group(SUPERVISOR_GROUP):
            return mine | Domain("team_id", "in", [False, *sorted(led | member)])
        free = Domain("user_id", "=", False) & Domain("team_id", "in", [False, *sorted(member)])
        return mine | free | Domain("team_id", "in", sorted(shared))

    def _whatsapp_team_ids(self):
        """Return IDs of the teams, archived ones included: member of, sharing everything with, leading as a supervisor."""
        self.ensure_one()
        # sudo: only IDs leave, and they are what the user's own rules are made of
        teams = self.env["whatsapp.team"].sudo().with_context(active_test=False).search([])
        member = teams.filtered_domain([("membership_ids.user_id", "=", self.id)])
        led = teams.filtered(lambda team: not team.supervisor_ids or self in team.supervisor_ids)
        return set(member.ids), set(member.filtered("is_shared").ids), set(led.ids)

    def _whatsapp_led_agents(self):
        """Return the domain of ``whatsapp.agent`` that this supervisor may change: members of the teams that they lead."""
        self.ensure_one()
        _member, _shared, led = self._whatsapp_team_ids()
        # sudo: see _whatsapp_team_ids
        members = self.env["whatsapp.team.member"].sudo().search(
            [("team_id", "in", sorted(led)), ("team_id.active", "=", True), ("company_id", "in", self.company_ids.ids)]
        )
        return Domain("user_id", "in", sorted(members.user_id.ids))

    def _whatsapp_queue_team_ids(self):
        """Return IDs of the teams of which this user sees what waits, and of those of which they see everything."""
        self.ensure_one()
        member, shared, led = self._whatsapp_team_ids()
        if self.has_group(ADMIN_GROUP):
            # sudo: see _whatsapp_team_ids
            everything = set(self.env["whatsapp.team"].sudo().with_context(active_test=False).search([]).ids)
        else:
            everything = led | member if self.has_group(SUPERVISOR_GROUP) else shared
        return member | everything, everything
