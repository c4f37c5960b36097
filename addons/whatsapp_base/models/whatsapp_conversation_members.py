from odoo import api, models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store


class WhatsappConversation(models.Model):
    """Who takes part in the threads: membership follows assignment, for many conversations at once.

    Odoo's own methods do it channel by channel, with some twenty queries each; routing moves a whole queue.
    """

    _inherit = "whatsapp.conversation"

    @api.model
    def _move_memberships(self, moves):
        """Make new agents members of the Discuss channels and release the old ones, quietly.

        :param list moves: of (conversation, old user, new user), either user may be empty
        """
        moves = [move for move in moves if move[1] != move[2]]
        if not moves:
            return
        # sudo: membership follows assignment, which the caller was allowed to write
        conversations = self.sudo().union(*(move[0] for move in moves))
        conversations.filtered(lambda conversation: not conversation.discuss_channel_id)._create_discuss_channels()
        for conversation in conversations.filtered("has_hidden_history"):
            conversation._show_history()
        join, leave = {}, {}
        for conversation, old_user, new_user in moves:
            channel = conversation.sudo().discuss_channel_id
            if new_user:
                join[channel, new_user.sudo().partner_id] = True
            if old_user:
                leave[channel, old_user.sudo().partner_id] = True
        Member = self.env["discuss.channel.member"].sudo()
        channels = conversations.discuss_channel_id
        partners = self.env["res.partner"].sudo().union(*(partner for _channel, partner in [*join, *leave]))
        there = {
            (member.channel_id, member.partner_id): member
            for member in Member.search(Domain("channel_id", "in", channels.ids) & Domain("partner_id", "in", partners.ids))
        }
        self._join_channels([key for key in join if key not in there])
        self._leave_channels(Member.union(*(there[key] for key in leave if key in there and key not in join)))

    def _release_agents(self):
        """Take everybody out of the Discuss channels; the assignment is kept for when the customer comes back."""
        # sudo: membership follows the state, which the caller was allowed to write
        channels = self.sudo().discuss_channel_id
        Member = self.env["discuss.channel.member"].sudo()
        self._leave_channels(Member.search(Domain("channel_id", "in", channels.ids) & Domain("partner_id", "!=", False)))

    @api.model
    def _join_channels(self, pairs):
        """Make members of (channel, partner); their clients show the thread at once."""
        if not pairs:
            return
        channels = self.env["discuss.channel"].sudo().union(*(channel for channel, _partner in pairs))
        channels.mapped("channel_type")  # all at once: Odoo looks at each by itself
        members = self.env["discuss.channel.member"].sudo().create(
            [{"channel_id": channel.id, "partner_id": partner.id} for channel, partner in pairs]
        )
        # the data of all threads of a person together; that they have joined is told for each
        for theirs in members.grouped("partner_id").values():
            bus_channel = theirs[0]._bus_channel()
            Store(bus_channel=bus_channel).add(theirs.channel_id).add(theirs, "unpin_dt").bus_send()
            for member in theirs:
                bus_channel._bus_send(
                    "discuss.channel/joined", {"channel_id": member.channel_id.id, "invite_to_rtc_call": False, "data": {}}
                )
        for member in members:
            Store(bus_channel=member.channel_id).add(member.channel_id, "member_count").add(member).bus_send()

    @api.model
    def _leave_channels(self, members):
        """Take members out; their clients close the thread."""
        if not members:
            return
        told = []
        # by ID, so that they are fetched together also when the members are gone; sudo: as the members are
        channels = {channel.id: channel for channel in self.env["discuss.channel"].sudo().browse(members.channel_id.ids)}
        for member in members:
            bus_channel = member._bus_channel() or member.partner_id.main_user_id
            Store(bus_channel=bus_channel).add(
                member.channel_id, {"close_chat_window": True, "isLocallyPinned": False}
            ).bus_send()
            told.append((channels[member.channel_id.id], member.id))
        members.unlink()
        for channel, member_id in told:
            gone = self.env["discuss.channel.member"].sudo().browse(member_id)
            Store(bus_channel=channel).add(
                channel, [Store.Many("channel_member_ids", [], mode="DELETE", value=gone), "member_count"]
            ).bus_send()
