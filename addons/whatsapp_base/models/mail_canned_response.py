from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..cloud_api import outbound
from ..tools import phrases

BUTTON_LIMIT = 20  # Meta: characters of a reply button


class MailCannedResponse(models.Model):
    """Canned replies for WhatsApp: with variables, files and buttons, shared with teams, marked as favourites."""

    _inherit = "mail.canned.response"

    team_ids = fields.Many2many("whatsapp.team", string="WhatsApp Teams", help="Members of these teams may use it as well.")
    attachment_ids = fields.Many2many("ir.attachment", string="Files", help="Sent along with the text.")
    button_1 = fields.Char("First Button", size=BUTTON_LIMIT)
    button_2 = fields.Char("Second Button", size=BUTTON_LIMIT)
    button_3 = fields.Char("Third Button", size=BUTTON_LIMIT)
    favorite_user_ids = fields.Many2many(
        "res.users", "mail_canned_response_favorite_rel", "response_id", "user_id", "Favourite of", copy=False,
        groups="base.group_system",
    )
    is_favorite = fields.Boolean(
        "Favourite", compute="_compute_is_favorite", inverse="_inverse_is_favorite", search="_search_is_favorite"
    )

    @api.depends_context("uid")
    @api.depends("favorite_user_ids")
    def _compute_is_favorite(self):
        for response in self:
            # sudo: of others' favourites only the own one is told
            response.is_favorite = self.env.user in response.sudo().favorite_user_ids

    def _inverse_is_favorite(self):
        command = {True: fields.Command.link, False: fields.Command.unlink}
        for response in self:
            # sudo: whoever may use a reply may mark it for themselves
            response.sudo().favorite_user_ids = [command[response.is_favorite](self.env.uid)]

    def _search_is_favorite(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: only whether a reply is among one's own favourites is asked
        mine = self.sudo()._search([("favorite_user_ids", "in", self.env.user.ids)])
        return [("id", "in" if True in value else "not in", mine)]

    @api.depends("team_ids")
    def _compute_is_shared(self):
        super()._compute_is_shared()
        self.filtered("team_ids").is_shared = True

    @api.constrains("button_1", "button_2", "button_3", "substitution")
    def _check_buttons(self):
        for response in self:
            if not (titles := response._button_titles()):
                continue
            buttons = [outbound.Button(f"reply-{number}", title) for number, title in enumerate(titles, start=1)]
            try:
                outbound.Buttons(response.substitution, buttons).validate()
            except outbound.InvalidContent as error:
                raise ValidationError(phrases.explain(self.env, error)) from None

    def _button_titles(self):
        self.ensure_one()
        return [title.strip() for title in (self.button_1, self.button_2, self.button_3) if title and title.strip()]

    @api.model_create_multi
    def create(self, vals_list):
        responses = super().create(vals_list)
        responses._take_over_files(responses.attachment_ids)
        responses._check_teams(responses.team_ids)
        return responses

    def write(self, vals):
        before = self.attachment_ids
        teams = self.team_ids
        result = super().write(vals)
        self._take_over_files(self.attachment_ids - before)
        self._check_teams(self.team_ids - teams)
        return result

    def _take_over_files(self, files):
        """Attach files to the replies, so that whoever may use a reply may see its files. Only what the user may see."""
        if not files:
            return
        files.check_access("read")
        for response in self:
            loose = (response.attachment_ids & files).filtered(lambda file: not file.res_id and file.create_uid == self.env.user)
            # sudo: a file that the user has uploaded, and that belongs to nothing yet
            loose.sudo().write({"res_model": self._name, "res_id": response.id})

    def _check_teams(self, teams):
        """Refuse to share with teams in which one does not work."""
        if not teams or self.env.su or self.env.user.has_group("whatsapp_base.group_whatsapp_supervisor"):
            return
        # sudo: whether one is a member of a team is no secret
        foreign = teams.sudo().filtered(lambda team: self.env.user not in team.member_ids)
        if foreign:
            raise ValidationError(
                self.env._("You can share replies with your own teams only. Remove: %s", ", ".join(foreign.mapped("name")))
            )
