from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.tools import split_every
from odoo.tools.misc import format_datetime

# of more lines at once only the fact is told: whoever has such a thread open fetches it
TOLD_IN_FULL = 10
EVENT_BATCH = 500
WATCHED = ("user_id", "team_id", "state", "priority", "tag_ids", "snoozed_until")


class WhatsappConversation(models.Model):
    """Who did what with a conversation, as slim lines between its messages. They are ours alone: nothing of them leaves.

    A line is a notification in the Discuss channel, neither counted as unread nor rung for. Whatever goes through
    ``write`` is noted by itself; other addons call :meth:`_log_event`.
    """

    _inherit = "whatsapp.conversation"

    def write(self, vals):
        if self.env.context.get("whatsapp_no_event") or not any(name in vals for name in WATCHED):
            return super().write(vals)
        before = self._event_values()
        result = super().write(vals)
        lines = []
        for conversation, now in self._event_values().items():
            lines += [(conversation, kind, text) for kind, text in conversation._event_changes(before[conversation], now)]
        self._log_events(lines)
        return result

    def _desk_reopened(self):
        super()._desk_reopened()
        if not self.env.context.get("whatsapp_no_event"):
            # the customer did it, also where a colleague's click has it counted
            self.with_user(SUPERUSER_ID)._log_event("returned")

    def _event_values(self):
        """Return ``{conversation: values whose changes are noted}``, as tuples of plain values and records."""
        # sudo: what is compared here is shown to nobody; the right to write is checked by write
        return {
            conversation: {name: conversation.sudo()[name] for name in WATCHED if name in conversation._fields}
            for conversation in self
        }

    # ------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------

    def _event_changes(self, before, now):
        """Return (kind, text) for each thing that a ``write`` has changed, in the order of reading."""
        self.ensure_one()
        changed = {name for name in now if before[name] != now[name]}
        lines = []
        if "state" in changed and now["state"] == "open" and before["state"] == "resolved":
            lines.append(("reopened", {}))
        if "team_id" in changed:
            kind, team = ("transferred", now["team_id"]) if now["team_id"] else ("team_left", before["team_id"])
            lines.append((kind, {"team": team.name}))
        if "user_id" in changed:
            lines.append(self._event_of_agent(before["user_id"], now["user_id"]))
        if "priority" in changed and (now["priority"] or "0") != (before["priority"] or "0"):
            labels = dict(self._fields["priority"]._description_selection(self._event_env()))
            lines.append(("priority", {"priority": labels[now["priority"] or "0"]}))
        if "tag_ids" in changed:
            if added := now["tag_ids"] - before["tag_ids"]:
                lines.append(("tagged", {"tags": ", ".join(added.mapped("name"))}))
            if removed := before["tag_ids"] - now["tag_ids"]:
                lines.append(("untagged", {"tags": ", ".join(removed.mapped("name"))}))
        if "snoozed_until" in changed:
            until = now["snoozed_until"]
            lines.append(("snoozed", {"until": format_datetime(self._event_env(), until, dt_format="short")}) if until else ("woken", {}))
        if "state" in changed and now["state"] != "open":
            lines.append((now["state"], {}))
        return [(kind, self._event_text(kind, **values)) for kind, values in lines]

    def _event_of_agent(self, before, now):
        if not now:
            return "unassigned", {"agent": before.name}
        return ("taken", {}) if now == self._event_actor() else ("assigned", {"agent": now.name})

    @api.model
    def _event_actor(self):
        """Return the person who does this, or nobody when the system does."""
        user = self.env.user
        return user if user._is_internal() and not user._is_superuser() else user.browse()

    @api.model
    def _event_env(self):
        """Return the environment whose language lines are written in: the actor's, else the company's."""
        return self.env if self._event_actor() else self.with_context(lang=self.env.company.partner_id.lang or self.env.lang).env

    @api.model
    def _event_texts(self):
        """Return ``{kind: (what somebody did, what happened by itself)}``. An addon adds its own kinds."""
        env = self._event_env()
        return {
            "taken": (env._("%(who)s took this conversation"), env._("Taken")),
            "assigned": (env._("%(who)s assigned this to %(agent)s"), env._("Assigned to %(agent)s automatically")),
            "unassigned": (
                env._("%(who)s put this back into the queue (was with %(agent)s)"),
                env._("Back in the queue (was with %(agent)s)"),
            ),
            "transferred": (env._("%(who)s passed this to the team %(team)s"), env._("Passed to the team %(team)s automatically")),
            "team_left": (env._("%(who)s took this out of the team %(team)s"), env._("Taken out of the team %(team)s")),
            "resolved": (env._("%(who)s resolved this conversation"), env._("Resolved automatically")),
            "pending": (env._("%(who)s set this to waiting for the customer"), env._("Waiting for the customer")),
            "reopened": (env._("%(who)s opened this conversation again"), env._("Opened again")),
            "returned": 2 * (env._("Opened again: the customer wrote"),),
            "unreached": 2 * (env._("Opened again: an answer did not reach the customer"),),
            "snoozed": (env._("%(who)s snoozed this until %(until)s"), env._("Snoozed until %(until)s")),
            "woken": (env._("%(who)s ended the snooze"), env._("The snooze is over")),
            "priority": (env._("%(who)s set the priority to %(priority)s"), env._("Priority set to %(priority)s automatically")),
            "tagged": (env._("%(who)s added the tag %(tags)s"), env._("Tagged automatically: %(tags)s")),
            "untagged": (env._("%(who)s removed the tag %(tags)s"), env._("Tag removed automatically: %(tags)s")),
            "shared": (env._("%(who)s shared this with %(names)s"), env._("Shared with %(names)s")),
            "order": (env._("%(who)s created the order %(order)s"), env._("Order %(order)s was created")),
        }

    @api.model
    def _event_text(self, kind, **values):
        by_person, by_itself = self._event_texts()[kind]
        actor = self._event_actor()
        return (by_person if actor else by_itself) % {"who": actor.name, **values}

    # ------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------

    def _log_event(self, kind, text=None, **values):
        """Note something in the threads of these conversations: constant queries, however many there are.

        :param str kind: what happened, a key of :meth:`_event_texts`, or any word of the caller's with ``text``; the
            client has icons for the kinds that it knows
        :param str text: the whole line, in words; by default that of the kind, filled in with ``values``
        """
        text = text or self._event_text(kind, **values)
        self._log_events([(conversation, kind, text) for conversation in self])

    @api.model
    def _log_events(self, lines):
        """Note several things at once.

        :param lines: list of (conversation, kind, text)
        """
        # sudo: who may change a conversation need not have rights on its Discuss channel; what nobody ever opened has none
        lines = [line for line in lines if line[0].sudo().discuss_channel_id]
        for chunk in split_every(EVENT_BATCH, lines, list):
            self._tell_events(chunk, self._create_event_messages(chunk))

    def _create_event_messages(self, lines):
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        body = Markup('<div class="o_mail_notification" data-oe-type="whatsapp-%s">%s</div>')
        # sudo: mail.message - lines are written by the system only, in the name of whoever acted
        return self.env["mail.message"].sudo().create(
            [
                {
                    "model": "discuss.channel",
                    "res_id": conversation.sudo().discuss_channel_id.id,
                    "body": body % (kind, text),
                    # never "comment": that would be sent to the customer
                    "message_type": "notification",
                    "subtype_id": subtype_id,
                    "author_id": self._event_actor().partner_id.id,
                    "email_from": False,
                    "reply_to": False,
                }
                for conversation, kind, text in lines
            ]
        )

    def _tell_events(self, lines, messages):
        """Show the lines to whoever has the threads open, without a sound."""
        Channel = self.env["discuss.channel"].sudo()  # sudo: see _log_events
        if len(messages) > TOLD_IN_FULL:
            for channel in Channel.browse(dict.fromkeys(messages.mapped("res_id"))):
                channel._bus_send("whatsapp.conversation/news", {"id": channel.id})
            return
        data_of = Channel._whatsapp_data_of(messages)
        for message in messages:
            channel = Channel.browse(message.res_id)
            channel._bus_send(
                "discuss.channel/new_message", {"data": data_of[message.id], "id": channel.id, "silent": True}
            )
