import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

from ..cloud_api import business
from ..tools.phrases import say

MAX_PICTURE = 5 * 1024 * 1024


class WhatsappChannelProfile(models.TransientModel):
    """The public profile of a number, as it is at Meta when the form opens; saving changes it there."""

    _name = "whatsapp.channel.profile"
    _description = "WhatsApp Business Profile"
    _rec_name = "channel_id"

    channel_id = fields.Many2one("whatsapp.channel", required=True, ondelete="cascade")
    about = fields.Char(size=business.MAX_ABOUT, help="The line under the name.")
    description = fields.Text()
    address = fields.Char(size=business.MAX_ADDRESS)
    email = fields.Char(size=business.MAX_EMAIL)
    website_1 = fields.Char("Website", size=business.MAX_WEBSITE)
    website_2 = fields.Char("Second Website", size=business.MAX_WEBSITE)
    vertical = fields.Selection("_selection_vertical", "Industry")
    picture = fields.Binary(attachment=False, help="Square, 640 pixels or more, JPEG or PNG.")
    picture_before = fields.Binary(attachment=False)
    username = fields.Char("Business Username", help="Customers can find you by it. Empty: none.")
    username_before = fields.Char()
    transfer_username = fields.Boolean("Take It from Another Number", help="Where another number of the portfolio has this username.")

    @api.model
    def _selection_vertical(self):
        return [(code, say(self.env, label)) for code, label in business.VERTICALS.items()]

    @api.model
    def _load(self, channel):
        """Fetch the profile and return the wizard that shows it."""
        account = channel.account_id
        with account._asking_meta() as api_client:
            profile = api_client.business_profile(channel.phone_number_id)
            username = (account._try(api_client.username, channel.phone_number_id) or {}).get("username")
            picture = account._picture(api_client, profile.get("profile_picture_url"), MAX_PICTURE)
        sites = [*(profile.get("websites") or ()), False, False]
        return self.create(
            {
                "channel_id": channel.id,
                "about": profile.get("about"),
                "description": profile.get("description"),
                "address": profile.get("address"),
                "email": profile.get("email"),
                "website_1": sites[0],
                "website_2": sites[1],
                "vertical": profile.get("vertical") if profile.get("vertical") in business.VERTICALS else False,
                "picture": picture,
                "picture_before": picture,
                "username": username,
                "username_before": username,
            }
        )

    def action_save(self):
        """Check everything, then change the profile at Meta."""
        self.ensure_one()
        channel = self.channel_id
        channel.check_access("write")
        account, number = channel.account_id, channel.phone_number_id
        with account._asking_meta() as api_client:
            body = business.check_profile(
                self.about, self.address, self.description, self.email, [self.website_1 or "", self.website_2 or ""], self.vertical or None
            )
            username = business.check_username(self.username) if self.username else ""
            if self.picture and self.picture != self.picture_before:
                body["profile_picture_handle"] = self._upload_picture(api_client)
            api_client.set_business_profile(number, body)
            if username != (self.username_before or ""):
                if username:
                    api_client.set_username(number, username, self.transfer_username)
                else:
                    api_client.delete_username(number)
        account._note_event(self.env._("The business profile was changed."), channel=channel)
        if username != (self.username_before or ""):
            channel._take_over({"username": username or False})
        action = account._notice("success", self.env._("Customers see the new profile within minutes."))
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action

    def _upload_picture(self, api_client):
        data = base64.b64decode(self.picture)
        mimetype = guess_mimetype(data)
        if mimetype not in ("image/jpeg", "image/png"):
            raise UserError(self.env._("The picture must be a JPEG or PNG file."))
        if len(data) > MAX_PICTURE:
            raise UserError(self.env._("The picture is larger than 5 MB. Make it smaller."))
        app_id = self.channel_id.account_id.app_id
        if not app_id:
            raise UserError(self.env._("Enter the app ID on the account first: Meta takes pictures through the app."))
        return api_client.upload_example(app_id, data, mimetype, "profile")


class WhatsappChannel(models.Model):
    """Opens the profile."""

    _inherit = "whatsapp.channel"

    def action_open_profile(self):
        """Fetch the public profile from Meta and show it for editing."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["whatsapp.channel.profile"]._load(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Business Profile of %s", self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }
