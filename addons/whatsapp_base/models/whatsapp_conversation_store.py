from collections import defaultdict

from odoo import api, models

from odoo.addons.mail.tools.discuss import Store

AGENT_GROUP = "whatsapp_base.group_whatsapp_agent"
# Where more conversations of a queue than this wait for the same reason at once, clients are told to look again
# instead of getting the data of each: nobody follows such a flood line by line
QUEUED_IN_FULL = 40
# Where more than this changed at once, the inbox loads its list anew instead of asking for each
CHANGED_BY_ID = 100
# What the list of the inbox shows of a conversation and what people, or the desk, change
LIST_FIELDS = {"user_id", "state", "team_id", "tag_ids", "priority", "snoozed_until", "shared_user_ids", "sla_state"}
# What a client shows of a conversation and what can change while it looks on
LIVE_FIELDS = ["state", "window_expires_at", "free_until", "last_inbound_at", "waiting_since", "unanswered_count", "team_id"]


class WhatsappConversation(models.Model):
    """What the web client knows of a conversation, at first and live.

    Two ways lead to the client. Members of the Discuss channel, and whoever has it open, hear of changes on the
    channel itself. Everybody else of the team hears on the *queue*, a bus subchannel of the agents' group for each
    company and team, of the conversations that wait for somebody to take them.
    """

    _inherit = "whatsapp.conversation"

    # ------------------------------------------------------------
    # Store
    # ------------------------------------------------------------

    def _to_store_defaults(self, target):
        """Return all that the client shows. Call on sudo records; the reader's right to the thread was checked."""
        return [
            Store.Attr("name", lambda conversation: conversation.contact_id._label()),
            Store.Attr("phone", lambda conversation: conversation.contact_id.wa_id and f"+{conversation.contact_id.wa_id}"),
            Store.Attr("username", lambda conversation: conversation.contact_id.username),
            Store.Attr("blocked", lambda conversation: conversation.contact_id.blocked),
            Store.Attr("number", lambda conversation: conversation.channel_id.name),
            Store.Attr("number_id", lambda conversation: conversation.channel_id.id),
            "company_id",
            Store.One("partner_id", ["avatar_128", "name"]),
            Store.One("discuss_channel_id", []),
            *self._live_store_fields(),
        ]

    def _live_store_fields(self):
        """Return what changes while somebody looks on."""
        return [
            *LIVE_FIELDS,
            Store.One("agent_id", ["avatar_128", "name"], value=lambda conversation: conversation.user_id.partner_id),
        ]

    # ------------------------------------------------------------
    # Waiting queue
    # ------------------------------------------------------------

    @api.model
    def _waiting_domain(self):
        """Return the domain of conversations that wait for somebody to take them."""
        return [
            ("state", "=", "open"),
            ("user_id", "=", False),
            ("last_inbound_at", "!=", False),
            ("contact_id.blocked", "=", False),
            ("discuss_channel_id", "!=", False),
        ]

    def _is_waiting(self):
        """Tell whether somebody has to take the conversation; the same as :meth:`_waiting_domain` for one record."""
        self.ensure_one()
        return bool(
            self.state == "open"
            and not self.user_id
            and self.last_inbound_at
            and not self.contact_id.blocked
            and self.discuss_channel_id
        )

    def _queue(self):
        """Return (company ID, team ID or 0): whose queue the conversation belongs to."""
        return self.company_id.id, self.team_id.id or 0

    @api.model
    def _queue_subchannel(self, company_id, team_id, everything=False):
        """Return the bus subchannel of a queue: of what waits in it, or of ``everything`` that becomes of it.

        An agent sees what waits, and no longer what a colleague has taken; supervisors and teams that share do.
        """
        return f"WHATSAPP_QUEUE/{company_id}/{team_id}" + ("/all" if everything else "")

    @api.model
    def _queue_bus_channels(self):
        """Return the bus channels of the queues that the user may see, as the record rules have it."""
        user = self.env.user
        if not user.has_group(AGENT_GROUP):
            return []
        companies = user.company_ids.ids
        waiting, everything = user._whatsapp_queue_team_ids()
        # sudo: whatsapp.team - only which company a team belongs to is asked, whichever is active
        teams = self.env["whatsapp.team"].sudo().browse(sorted(waiting | everything)).filtered(
            lambda team: team.company_id.id in companies
        )
        queues = [(company_id, 0) for company_id in companies] + [(team.company_id.id, team.id) for team in teams]
        group = self.env.ref(AGENT_GROUP)
        leads = user.has_group("whatsapp_base.group_whatsapp_supervisor")
        return [
            *((group, self.env["whatsapp.agent"]._agents_subchannel(company_id)) for company_id in companies),
            *((group, self._queue_subchannel(*queue)) for queue in queues),
            *((group, self._queue_subchannel(*queue, True)) for queue in queues if queue[1] in everything or (leads and not queue[1])),
        ]

    # ------------------------------------------------------------
    # Live
    # ------------------------------------------------------------

    def write(self, vals):
        if not LIST_FIELDS & vals.keys():
            return super().write(vals)
        before = {conversation: conversation._queue() for conversation in self.sudo()}
        result = super().write(vals)
        self._announce(before)
        return result

    def _notify_inbox(self, conversations):
        super()._notify_inbox(conversations)
        conversations._announce()

    def _announce(self, queues_before=None):
        """Tell the clients how these conversations stand: constant queries, one bus row for each queue.

        :param dict queues_before: where conversations were shown until now, if they may have moved
        """
        # sudo: the data goes to whoever may see the conversation, which need not be the user who changed it
        conversations = self.sudo().filtered("discuss_channel_id")
        for conversation in conversations.filtered("user_id"):
            Store(bus_channel=conversation.discuss_channel_id).add(
                conversation, conversation._live_store_fields()
            ).bus_send()
        self._announce_to_queues(conversations, queues_before or {})

    @api.model
    def _announce_to_queues(self, conversations, queues_before):
        """Send what waits in full, what no longer waits or went to another team as gone, to those who see all of a queue
        in short what became of it; and of the others that they changed: the inbox asks for those that it shows."""
        nothing = self.browse().sudo()
        queues = defaultdict(lambda: {"waiting": nothing, "known": nothing, "gone": [], "free": nothing, "taken": nothing})
        for conversation in conversations:
            if not conversation.contact_id.blocked:
                # who has taken a conversation hears of it on its own channel
                queues[conversation._queue()]["taken" if conversation.user_id else "free"] |= conversation
            if conversation._is_waiting():
                queues[conversation._queue()]["waiting"] |= conversation
            elif conversation in queues_before:
                queues[conversation._queue()]["known"] |= conversation
                queues[conversation._queue()]["gone"].append(conversation.id)
            if queues_before.get(conversation, conversation._queue()) != conversation._queue():
                queues[queues_before[conversation]]["gone"].append(conversation.id)
        if not queues:
            return
        # what is gone first: a supervisor listens to both queues
        for queue, content in sorted(queues.items(), key=lambda item: not item[1]["gone"]):
            waiting, known = Store(), Store()
            is_flood = len(content["waiting"]) > QUEUED_IN_FULL
            if not is_flood:
                waiting.add(content["waiting"])
                waiting.add(content["waiting"].discuss_channel_id, ["channel_type", "last_interest_dt", "name"])
            known.add(content["known"], self._live_store_fields())
            if content["free"] or content["gone"]:
                self._tell_queue(
                    queue, waiting=waiting.get_result(), gone=content["gone"], flood=is_flood, changed=content["free"]
                )
            if content["known"] or content["taken"]:
                self._tell_queue(queue, everything=True, known=known.get_result(), changed=content["taken"])

    @api.model
    def _tell_queue(self, queue, everything=False, waiting=None, known=None, gone=(), flood=False, changed=()):
        """Send one notification to who listens to a queue, see :meth:`_queue_subchannel`."""
        # by the cached ID: env.ref asks the database each time, and intake is a busy place
        group = self.env["res.groups"].browse(self.env["ir.model.data"]._xmlid_to_res_id(AGENT_GROUP))
        group._bus_send(
            "whatsapp.conversation/queue",
            {
                "waiting": waiting or {}, "known": known or {}, "gone": list(gone), "flood": flood,
                # whose they are spares most clients the question
                "changed": [conversation.id for conversation in changed[:CHANGED_BY_ID]],
                "agents": [conversation.user_id.id for conversation in changed[:CHANGED_BY_ID]],
                "changed_more": len(changed) > CHANGED_BY_ID,
            },
            subchannel=self._queue_subchannel(*queue, everything),
        )

    def _announce_gone(self):
        """Take conversations that are about to be deleted out of the clients' queues."""
        for conversation in self:
            self._tell_queue(conversation._queue(), gone=conversation.ids)

    @api.model
    def _waiting_for_client(self, limit):
        """Return the newest waiting conversations that the user may see, and whether there are more."""
        found = self.search(self._waiting_domain(), order="last_message_at desc, id desc", limit=limit + 1)
        return found[:limit], len(found) > limit
