from odoo import api, models
from odoo.exceptions import UserError, ValidationError


class WhatsappTeam(models.Model):
    """How a team ends: what it still has is given to others first, and its past stays with it.

    Conversations of a team that is archived wait where nobody looks: neither the board nor assignment knows them. Those of
    a team that is deleted would belong to none, where every agent sees them, and reports would miss them.
    """

    _inherit = "whatsapp.team"

    @api.constrains("active")
    def _check_nothing_left(self):
        # sudo: also what the one who archives may not see would be left behind
        for team in self.sudo().filtered(lambda team: not team.active):
            if count := self.env["whatsapp.conversation"].sudo().search_count([("team_id", "=", team.id), ("state", "!=", "resolved")]):
                raise ValidationError(
                    self.env._(
                        "“%(team)s” has conversations that are not resolved: %(count)s. Hand them over to another team or resolve "
                        "them first: the button at the top of the team lists them.",
                        team=team.name, count=count,
                    )
                )
            if numbers := team.channel_ids:
                raise ValidationError(
                    self.env._(
                        "New conversations on %(numbers)s come to “%(team)s”. Choose another team on the number first.",
                        team=team.name, numbers=", ".join(numbers.mapped("display_name")),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_past(self):
        # sudo: see _check_nothing_left
        Conversation, Cycle = self.env["whatsapp.conversation"].sudo(), self.env["whatsapp.conversation.cycle"].sudo()
        for team in self:
            domain = [("team_id", "=", team.id)]
            if Conversation.search_count(domain, limit=1) or Cycle.search_count(domain, limit=1):
                raise UserError(
                    self.env._(
                        "“%s” has conversations. Without their team other agents would see them, and reports would miss them. "
                        "Archive the team instead.",
                        team.name,
                    )
                )
