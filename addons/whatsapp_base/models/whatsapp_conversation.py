from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, format_datetime, get_lang

from ..tools.guard import check_system_fields

SERVICE_WINDOW = timedelta(hours=24)
# what only the intake and the outbox may change: agents have the right to write conversations, not these facts
SYSTEM_FIELDS = {
    "channel_id", "contact_id", "company_id", "partner_id", "discuss_channel_id", "window_expires_at", "last_inbound_at",
    "last_outbound_at", "last_message_at", "last_message_preview", "waiting_since", "unanswered_count",
    "free_until", "has_hidden_history",
}


class WhatsappConversation(models.Model):
    """The thread between one number and one contact, for ever. It owns the Discuss channel that people see."""

    _name = "whatsapp.conversation"
    _description = "WhatsApp Conversation"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "last_message_at desc nulls last, id desc"
    _rec_names_search = ["contact_id"]
    _check_company_auto = True

    channel_id = fields.Many2one("whatsapp.channel", "Number", required=True, index=True, ondelete="restrict")
    contact_id = fields.Many2one("whatsapp.contact", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contact_id.partner_id", string="Customer", store=True, index="btree_not_null")
    state = fields.Selection(
        [("open", "Open"), ("pending", "Waiting for Customer"), ("resolved", "Resolved")],
        default="open",
        required=True,
        tracking=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        tracking=True,
        index="btree_not_null",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("whatsapp_base.group_whatsapp_agent").id)],
    )
    team_id = fields.Many2one(
        "whatsapp.team", compute="_compute_team_id", store=True, readonly=False, precompute=True, index="btree_not_null", tracking=True,
        check_company=True,
    )
    discuss_channel_id = fields.Many2one("discuss.channel", readonly=True, copy=False, ondelete="set null", index="btree_not_null")
    window_expires_at = fields.Datetime(
        "Replies Allowed Until",
        readonly=True,
        help="24 hours after the customer's last message. Later on, WhatsApp accepts only templates.",
    )
    is_window_open = fields.Boolean(compute="_compute_is_window_open", search="_search_is_window_open")
    last_inbound_at = fields.Datetime("Last Message From Customer", readonly=True)
    last_outbound_at = fields.Datetime("Last Message To Customer", readonly=True)
    last_message_at = fields.Datetime("Last Message", readonly=True)
    last_message_preview = fields.Char("Last Text", readonly=True)
    waiting_since = fields.Datetime(readonly=True, help="Since when the customer has been waiting for an answer.")
    waiting_for = fields.Char("Waiting", compute="_compute_waiting_for")
    unanswered_count = fields.Integer("Unanswered", readonly=True, help="Messages from the customer since our last one.")
    message_line_ids = fields.One2many("whatsapp.chat.message", "conversation_id", string="WhatsApp Messages")
    message_line_count = fields.Integer(compute="_compute_message_line_count")

    _pair_unique = models.Constraint(
        "UNIQUE(channel_id, contact_id)", "There is already a conversation between this number and this contact."
    )
    _recent_idx = models.Index("(company_id, state, last_message_at DESC)")
    _waiting_idx = models.Index("(waiting_since) WHERE waiting_since IS NOT NULL AND user_id IS NULL")

    @api.depends("contact_id.display_name")
    def _compute_display_name(self):
        for conversation in self:
            conversation.display_name = conversation.contact_id.display_name

    @api.depends("channel_id")
    def _compute_team_id(self):
        for conversation in self:
            conversation.team_id = conversation.team_id or conversation.channel_id.team_id

    @api.depends("window_expires_at")
    def _compute_is_window_open(self):
        now = fields.Datetime.now()
        for conversation in self:
            conversation.is_window_open = conversation._window_open(now)

    @api.depends("waiting_since")
    @api.depends_context("lang")
    def _compute_waiting_for(self):
        now, locale = fields.Datetime.now(), babel_locale_parse(get_lang(self.env).code)
        for conversation in self:
            since = conversation.waiting_since
            # threshold: 59 minutes are shown as such, not as an hour
            conversation.waiting_for = format_timedelta(now - since, threshold=1, locale=locale) if since else False

    def _search_is_window_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        if True in value:
            return [("window_expires_at", ">", now)]
        return ["|", ("window_expires_at", "=", False), ("window_expires_at", "<=", now)]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_message_line_count(self):
        counts = dict(
            self.env["whatsapp.chat.message"]._read_group([("conversation_id", "in", self.ids)], ["conversation_id"], ["__count"])
        )
        for conversation in self:
            conversation.message_line_count = counts.get(conversation, 0)

    def _window_open(self, now=None):
        """Tell whether free-form messages may leave (Meta, "Customer service windows").

        :param datetime now: moment to judge, naive UTC
        """
        self.ensure_one()
        return bool(self.window_expires_at and self.window_expires_at > (now or fields.Datetime.now()))

    def _window_closed_message(self):
        """Return what to tell a person who tries to write outside the window."""
        self.ensure_one()
        who = self.contact_id.display_name
        if not self.last_inbound_at:
            return self.env._(
                "%(who)s has not written to you yet. WhatsApp lets a business start a conversation with a template only.",
                who=who,
            )
        return self.env._(
            "%(who)s last wrote on %(date)s. WhatsApp allows free text for 24 hours after the customer's last message; "
            "send a template instead.",
            who=who,
            date=format_datetime(self.env, self.last_inbound_at, dt_format="short"),
        )

    # ------------------------------------------------------------
    # Find or create
    # ------------------------------------------------------------

    @api.model
    def _find_or_create(self, channel, contacts, state="open", with_thread=True):
        """Return ``{contact: conversation}`` for a number; bulk and race-safe.

        :param str state: of conversations that are made
        :param bool with_thread: give them their Discuss channels at once, rather than when somebody needs one
        """
        # sudo: conversations are opened by the intake worker and by whoever may send, who need not be agents
        Conversation = self.sudo()
        domain = [("channel_id", "=", channel.id), ("contact_id", "in", contacts.ids)]
        found = Conversation.search(domain)
        missing = contacts - found.contact_id
        if missing:
            self.env.flush_all()
            rows = self.env.execute_query(
                SQL(
                    """INSERT INTO whatsapp_conversation (channel_id, contact_id, company_id, partner_id, team_id, state,
                                                          priority, create_uid, write_uid, create_date, write_date)
                       SELECT %s, c.id, %s, c.partner_id, %s, %s, '0', %s, %s, now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc'
                         FROM whatsapp_contact c WHERE c.id = ANY(%s)
                           ON CONFLICT (channel_id, contact_id) DO NOTHING RETURNING id""",
                    channel.id, channel.company_id.id, channel.team_id.id or None, state, self.env.uid, self.env.uid, missing.ids,
                )
            )
            if with_thread:
                Conversation.browse([row[0] for row in rows])._create_discuss_channels()
            found = Conversation.search(domain)
        return {conversation.contact_id: conversation.sudo(self.env.su) for conversation in found}

    def _create_discuss_channels(self):
        """Give each conversation its Discuss channel, without members: agents join when they take it."""
        # sudo: the channel type is ours; install_mode keeps the creating user from becoming a member
        Channel = self.env["discuss.channel"].sudo().with_context(install_mode=True, tracking_disable=True)
        channels = Channel.create(
            [
                {
                    "name": conversation.contact_id._label(),
                    "channel_type": "whatsapp_chat",
                    "whatsapp_conversation_id": conversation.id,
                }
                for conversation in self
            ]
        )
        for conversation, channel in zip(self, channels, strict=True):
            conversation.discuss_channel_id = channel

    def _ensure_discuss_channel(self):
        """Return the Discuss channel, made anew if somebody deleted it."""
        self.ensure_one()
        if not self.discuss_channel_id:
            self.sudo()._create_discuss_channels()  # sudo: see _create_discuss_channels
        if self.has_hidden_history:
            self.sudo()._show_history()  # sudo: the worker shows what was imported, whoever looks first
        return self.discuss_channel_id

    # ------------------------------------------------------------
    # Assignment and state
    # ------------------------------------------------------------

    def _system_fields(self):
        """Return the fields that the intake and the outbox alone change; an addon adds its own."""
        return SYSTEM_FIELDS

    def write(self, vals):
        check_system_fields(self, vals, self._system_fields())
        if "user_id" not in vals and "state" not in vals:
            return super().write(vals)
        # sudo: who took part until now is asked for the threads only; the right to write is checked by the write itself
        before = [(conversation, conversation.user_id, conversation.state) for conversation in self.sudo()]
        result = super().write(vals)
        # sudo: whoever gives a conversation away may see it no longer
        self.sudo()._follow_state(before)
        return result

    def _follow_state(self, before):
        """Bring counters and membership in line with state and agent, by whatever way these were changed.

        :param list before: (conversation, agent, state) as it was
        """
        ended = self.browse([c.id for c, _agent, state in before if c.state == "resolved" and state != "resolved"])
        nobody, moves = self.env["res.users"], []
        for conversation, agent, state in before:
            # of what was resolved nobody is a member
            was_there = nobody if state == "resolved" and conversation.state != "resolved" else agent
            moves.append((conversation, was_there, conversation.user_id))
        self._move_memberships(moves)
        if ended:
            ended.write({"waiting_since": False, "unanswered_count": 0})
            ended.filtered("user_id")._release_agents()

    def _move_membership(self, old_user, new_user):
        """Make the new agent a member of the Discuss channel and release the old one."""
        self._move_memberships([(self, old_user, new_user)])

    def action_assign_to_me(self):
        """Take the conversations; a colleague's are taken over knowingly by their form only."""
        self.check_access("read")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise UserError(self.env._("Only WhatsApp agents can take conversations. Ask an administrator for the role."))
        self.write({"user_id": self.env.uid, "state": "open"})

    def action_unassign(self):
        """Put the conversations back into the queue."""
        self.write({"user_id": False})

    def action_resolve(self):
        """Close the conversations: they leave the agents' sidebars until the customer writes again."""
        self.write({"state": "resolved"})

    def action_reopen(self):
        """Open resolved conversations again."""
        self.write({"state": "open"})

    def action_view_messages(self):
        """Open the log of this conversation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_chat_message_action")
        return dict(action, domain=[("conversation_id", "=", self.id)], context={})

    def action_open_discuss(self):
        """Open the conversation in Discuss."""
        self.ensure_one()
        self.check_access("read")
        channel = self._ensure_discuss_channel()
        return {
            "type": "ir.actions.client",
            "tag": "mail.action_discuss",
            "name": self.display_name,
            "params": {"active_id": f"discuss.channel_{channel.id}"},
            "context": {"active_id": f"discuss.channel_{channel.id}"},
        }

    def action_send_template(self):
        """Ask for a template and its values, and send it; allowed outside the window, too."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_compose_message_action")
        return dict(
            action,
            name=self.env._("Send Template"),
            context={"active_model": self._name, "active_id": self.id, "active_ids": self.ids},
        )
