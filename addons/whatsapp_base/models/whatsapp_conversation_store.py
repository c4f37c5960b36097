from collections import defaultdict
from typing import NamedTuple

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


class Audience(NamedTuple):
    """Who hears of a conversation: its queue (company ID, team ID or 0), its agent, the people it is shared with."""

    queue: tuple[int, int]
    agent: models.Model
    shared: models.Model


class WhatsappConversation(models.Model):
    """What the web client knows of a conversation, at first and live.

    Three ways lead to the client. Members of the Discuss channel, and whoever has it open, hear of changes on the
    channel itself. Everybody else of the team hears on the *queue*, a bus subchannel of the agents' group for each
    company and team, of the conversations that wait for somebody to take them. People with whom a conversation is
    shared hear on their own bus channel (``whatsapp_conversation_shared``).
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
        # sudo: who hears of the change is not for whoever makes it to see
        before = {conversation: conversation._audience() for conversation in self.sudo()}
        result = super().write(vals)
        self._announce(before)
        return result

    def _notify_inbox(self, conversations):
        super()._notify_inbox(conversations)
        conversations._announce()

    def _audience(self):
        """Return who hears of the conversation as it is now. Call on sudo records."""
        self.ensure_one()
        return Audience(self._queue(), self.user_id, self.shared_user_ids)

    def _announce(self, before=None):
        """Tell the clients how these conversations stand: constant queries, one bus row for each queue and person.

        :param dict before: ``{conversation: Audience}`` until now, of those that somebody changed
        """
        before = before or {}
        # sudo: the data goes to whoever may see the conversation, which need not be the user who changed it
        conversations = self.sudo().filtered("discuss_channel_id")
        for conversation in conversations:
            # an agent from whom it was taken away looks at it still
            if conversation.user_id or (conversation in before and before[conversation].agent):
                Store(bus_channel=conversation.discuss_channel_id).add(
                    conversation, conversation._live_store_fields()
                ).bus_send()
        # first: whom it is shared with no longer may be of the team that hears of it next
        self._announce_to_people(conversations, before)
        self._announce_to_queues(conversations, before)

    @api.model
    def _announce_to_queues(self, conversations, before):
        """Send what waits in full, what no longer waits or went to another team as gone, to those who see all of a queue
        in short what became of it; and of the others that they changed: the inbox asks for those that it shows."""
        nothing = self.browse().sudo()
        queues = defaultdict(lambda: dict.fromkeys(("waiting", "known", "gone", "moved", "free", "taken"), nothing))
        for conversation in conversations:
            if not conversation.contact_id.blocked:
                # who has taken a conversation hears of it on its own channel
                queues[conversation._queue()]["taken" if conversation.user_id else "free"] |= conversation
            if conversation._is_waiting():
                queues[conversation._queue()]["waiting"] |= conversation
            elif conversation in before:
                queues[conversation._queue()]["known"] |= conversation
                queues[conversation._queue()]["gone"] |= conversation
            if conversation in before and before[conversation].queue != conversation._queue():
                queues[before[conversation].queue]["gone"] |= conversation
                queues[before[conversation].queue]["moved"] |= conversation
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
                    queue, waiting=waiting.get_result(), gone=content["gone"], moved=content["moved"], flood=is_flood,
                    changed=content["free"],
                )
            if content["known"] or content["taken"]:
                self._tell_queue(queue, everything=True, known=known.get_result(), changed=content["taken"])

    @api.model
    def _tell_queue(self, queue, everything=False, **content):
        """Send one notification to who listens to a queue, see :meth:`_queue_subchannel` and :meth:`_queue_payload`."""
        # by the cached ID: env.ref asks the database each time, and intake is a busy place
        group = self.env["res.groups"].browse(self.env["ir.model.data"]._xmlid_to_res_id(AGENT_GROUP))
        group._bus_send(
            "whatsapp.conversation/queue", self._queue_payload(**content), subchannel=self._queue_subchannel(*queue, everything)
        )

    @api.model
    def _queue_payload(self, waiting=None, known=None, gone=(), moved=(), unshared=(), flood=False, changed=()):
        """Return what a client is told of conversations that it may show.

        :param dict waiting: data of those that wait
        :param dict known: data of those that wait no longer
        :param gone: those that are to be forgotten, among them those that ``moved`` to another team or are ``unshared``
        :param bool flood: more wait than are sent
        :param changed: those of which the client may want to know more
        """
        return {
            "waiting": waiting or {}, "known": known or {}, "flood": flood,
            **{name: [c.id for c in records] for name, records in (("gone", gone), ("moved", moved), ("unshared", unshared))},
            # whose they are spares most clients the question
            "changed": [conversation.id for conversation in changed[:CHANGED_BY_ID]],
            "agents": [conversation.user_id.id for conversation in changed[:CHANGED_BY_ID]],
            "changed_more": len(changed) > CHANGED_BY_ID,
        }

    def _announce_gone(self):
        """Take conversations that are about to be deleted out of the clients' queues."""
        for conversation in self:
            self._tell_queue(conversation._queue(), gone=conversation)
            for user in conversation.sudo().shared_user_ids:  # sudo: see _announce
                self._tell_person(user, gone=conversation.sudo())

    @api.model
    def _waiting_for_client(self, limit):
        """Return the newest waiting conversations that the user may see, and whether there are more."""
        found = self.search(self._waiting_domain(), order="last_message_at desc, id desc", limit=limit + 1)
        return found[:limit], len(found) > limit
