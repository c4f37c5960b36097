import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..cloud_api import outbound
from ..tools import bubbles
from .whatsapp_conversation_send import PRIORITY, WEB_ADDRESS

# whoever wrote longer ago (the desk was down) wants an answer, not a greeting
STILL_FRESH = timedelta(hours=1)
AT_WORK = ("active", "busy")


class WhatsappConversation(models.Model):
    """Greeting and away message of the team.

    The message is queued in the transaction that takes the mark of the desk away and notes that it was sent, while the
    row of the conversation is locked: a worker that dies has sent nothing, and its successor sends it once.
    """

    _inherit = "whatsapp.conversation"

    greeted_cycle_id = fields.Many2one(
        "whatsapp.conversation.cycle", readonly=True, copy=False, ondelete="set null", help="The cycle that was greeted."
    )
    away_again_at = fields.Datetime(readonly=True, copy=False, help="Until then the customer knows that nobody is there.")

    def _system_fields(self):
        return super()._system_fields() | {"greeted_cycle_id", "away_again_at"}

    @api.model
    def _desk_followups(self):
        names = super()._desk_followups()
        # before somebody is assigned: the greeting is the first answer
        at = names.index("_desk_route") if "_desk_route" in names else len(names)
        return [*names[:at], "_desk_greet", *names[at:]]

    def _desk_greet(self):
        """Say hello in new cycles, and outside working hours when somebody will be there; constant queries a batch."""
        now = fields.Datetime.now()
        waiting = self.filtered(
            lambda c: c.team_id and c.state == "open" and c.waiting_since and c.last_inbound_at
            and c.last_inbound_at > now - STILL_FRESH and c._window_open(now) and not c.contact_id.blocked
        )
        teams = waiting.team_id.filtered(lambda team: team.greeting or team.away_message)
        waiting = waiting.filtered(lambda c: c.team_id in teams)
        if not waiting:
            return
        is_open = {team: team._is_open(now) for team in teams}
        # sudo: whether the agent is at work
        agents = self.env["whatsapp.agent"].sudo().search([("user_id", "in", waiting.user_id.ids)])
        at_work = agents.filtered(lambda agent: agent.status in AT_WORK).user_id
        texts, greeted, away = {}, self.browse(), {}
        for conversation in waiting:
            team = conversation.team_id
            is_new = bool(conversation.cycle_id) and conversation.cycle_id != conversation.greeted_cycle_id
            closed = not is_open[team] and not team._is_open(conversation.last_inbound_at)
            if closed and team.away_message:
                if is_new:
                    greeted |= conversation
                known = conversation.away_again_at and conversation.away_again_at > now
                if not known and conversation.user_id not in at_work:
                    texts[conversation] = conversation._auto_text("away_message")
                    away.setdefault(team.away_interval_hours, self.browse())
                    away[team.away_interval_hours] |= conversation
            elif is_new:
                greeted |= conversation
                if team.greeting and conversation.cycle_id.opened_by == "customer":
                    texts[conversation] = conversation._auto_text("greeting")
        self._note_greeted(greeted)
        stale = waiting.filtered(lambda c: c.away_again_at and c.away_again_at <= now and c not in texts)
        if stale:
            stale.write({"away_again_at": False})  # intake need not ask any more
        for hours, conversations in away.items():
            conversations.write({"away_again_at": now + timedelta(hours=hours)})
        self._send_auto({conversation: text for conversation, text in texts.items() if text})

    @api.model
    def _note_greeted(self, conversations):
        """Keep which cycles were greeted, whatever was said: one query."""
        if not conversations:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE whatsapp_conversation SET greeted_cycle_id = cycle_id WHERE id = ANY(%s)", conversations.ids)
        )
        conversations.invalidate_recordset(["greeted_cycle_id"], flush=False)

    def _auto_text(self, field):
        """Return a text of the team for this customer, in their language where the team has it."""
        contact = self.contact_id
        lang = self.env["whatsapp.message.template"]._language_of(contact) or self.company_id.partner_id.lang or "en_US"
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        same = [code for code in installed if code.split("_")[0] == lang.split("_")[0]]
        text_lang = lang if lang in installed else next(iter(same), self.company_id.partner_id.lang or installed[0])
        names = [(name or "").strip() for name in (contact.partner_id.name, contact.profile_name)]
        # a number is no name
        name = next((name for name in names if name and not name.lstrip("+").replace(" ", "").isdigit()), "")
        return self.team_id.with_context(lang=text_lang)._auto_text(field, name, lang)

    @api.model
    def _send_auto(self, texts):
        """Queue and show texts that the team says by itself: constant queries for all.

        :param dict texts: text by conversation; the customer service window is open
        :returns: the rows of the log
        """
        if not texts:
            return self.env["whatsapp.chat.message"]
        contents = {
            conversation: outbound.Text(text, preview_url=bool(WEB_ADDRESS.search(text)) and conversation.channel_id.link_preview)
            for conversation, text in texts.items()
        }
        # sudo: the log is written by the system only
        rows = self.env["whatsapp.chat.message"].sudo().create(
            [
                {
                    "conversation_id": conversation.id,
                    "channel_id": conversation.channel_id.id,
                    "contact_id": conversation.contact_id.id,
                    "company_id": conversation.company_id.id,
                    "direction": "outbound",
                    "origin": "auto",
                    "type": "text",
                    "state": "queued",
                    "body": content.body,
                    "summary": content.summary().replace("\n", " ")[:255],
                    "payload": json.dumps(content.payload(), ensure_ascii=False),
                    "lane": "replies",
                    "priority": PRIORITY["auto"],
                }
                for conversation, content in contents.items()
            ]
        )
        self.env["discuss.channel"]._whatsapp_post_incoming([(row, bubbles.text(row.body)) for row in rows])
        self.env.flush_all()
        now = fields.Datetime.now()
        conversations = self.union(*texts)
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c
                      SET last_outbound_at = %(now)s, last_message_at = %(now)s, last_message_preview = v.preview
                     FROM (VALUES %(values)s) AS v (id, preview) WHERE c.id = v.id""",
                now=now, values=SQL(", ").join(SQL("(%s, %s)", row.conversation_id.id, row.summary) for row in rows),
            )
        )
        conversations.invalidate_recordset(["last_outbound_at", "last_message_at", "last_message_preview"], flush=False)
        self.env["whatsapp.lane"]._wake("replies")
        return rows
