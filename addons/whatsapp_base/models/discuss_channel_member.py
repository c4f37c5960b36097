from odoo import api, models
from odoo.exceptions import ValidationError

from .discuss_channel import CHANNEL_TYPE


class DiscussChannelMember(models.Model):
    _inherit = "discuss.channel.member"

    @api.constrains("channel_id", "partner_id", "guest_id")
    def _check_whatsapp_members(self):
        """Keep customers out: a member with a portal login would read everything, notes included."""
        for member in self.filtered(lambda m: m.channel_id.channel_type == CHANNEL_TYPE):
            # sudo: whether somebody is a colleague must be known to whoever adds them
            users = member.sudo().partner_id.with_context(active_test=False).user_ids
            if member.guest_id or not users.filtered(lambda user: not user.share):
                raise ValidationError(
                    self.env._("Only colleagues can join a WhatsApp conversation. Customers take part by WhatsApp.")
                )
