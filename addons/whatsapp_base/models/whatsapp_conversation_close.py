from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

RESOLVE_BATCH = 20
SPAM_TAG = "whatsapp_base.whatsapp_tag_spam"


class WhatsappConversation(models.Model):
    """How conversations end and come back: with an outcome, as spam, by silence; to whom the customer returns."""

    _inherit = "whatsapp.conversation"

    silence_warned_at = fields.Datetime(readonly=True, copy=False, help="When the customer was told that the conversation will end.")

    is_spam = fields.Boolean(compute="_compute_is_spam")

    _silent_idx = models.Index("(team_id, last_message_at) WHERE state IN ('open', 'pending') AND waiting_since IS NULL")

    def _system_fields(self):
        return super()._system_fields() | {"silence_warned_at"}

    @api.depends("tag_ids")
    def _compute_is_spam(self):
        tag = self.env.ref(SPAM_TAG, raise_if_not_found=False)
        for conversation in self:
            conversation.is_spam = bool(tag) and tag in conversation.tag_ids

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    def action_resolve(self, outcome_id=False, closing_note=False):
        """Close the conversations.

        :param int outcome_id: ID of the ``whatsapp.outcome``, how it ended
        :param str closing_note: for colleagues
        """
        cases = self.sudo().cycle_id
        result = super().action_resolve()
        if outcome_id or closing_note:
            # sudo: figures are the system's; how it ended is said by who was allowed to resolve
            cases |= self.env["whatsapp.conversation.cycle"].sudo().union(
                *(conversation.cycle_ids[:1] for conversation in self.sudo())
            )
            closed = cases.filtered("resolved_at")
            closed.write({"outcome_id": outcome_id, "closing_note": closing_note})
        return result

    def action_spam(self):
        """Block the customers of these conversations, resolve and tag them; :meth:`action_not_spam` takes it back."""
        self.check_access("write")
        result = self.contact_id.action_block()
        if tag := self.env.ref(SPAM_TAG, raise_if_not_found=False):
            self.write({"tag_ids": [fields.Command.link(tag.id)]})
        self.filtered(lambda conversation: conversation.state != "resolved").action_resolve()
        return result

    def action_not_spam(self):
        """Take :meth:`action_spam` back: unblock, remove the tag, and open again."""
        self.check_access("write")
        result = self.contact_id.action_unblock()
        if tag := self.env.ref(SPAM_TAG, raise_if_not_found=False):
            self.write({"tag_ids": [fields.Command.unlink(tag.id)]})
        self.filtered(lambda conversation: conversation.state == "resolved").action_reopen()
        return result

    # ------------------------------------------------------------
    # Who comes back
    # ------------------------------------------------------------

    def _desk_returned(self, again):
        super()._desk_returned(again)
        taken = self.filtered("user_id")
        # sudo: whether a colleague is at work decides where the customer goes; nobody is told
        agents = self.env["whatsapp.agent"].sudo()._of(taken.user_id) if taken else self.env["whatsapp.agent"]
        active = agents.filtered(lambda agent: agent.status == "active").user_id
        taken.filtered(
            lambda conversation: conversation.team_id.reopen_policy == "queue"
            or (conversation.team_id.reopen_policy == "available" and conversation.user_id not in active)
        ).write({"user_id": False})

    # ------------------------------------------------------------
    # By silence
    # ------------------------------------------------------------

    @api.model
    def _desk_timers(self):
        return [*super()._desk_timers(), "_clock_resolve"]

    @api.model
    def _clock_resolve(self):
        """Resolve what has been silent for as long as its team says, after a word where there is one; tells whether more is."""
        more = False
        for team in self.env["whatsapp.team"].search([("auto_resolve_hours", ">", 0)]):
            more = self._resolve_silent(team) or more
        return more

    @api.model
    def _resolve_silent(self, team):
        notice = timedelta(hours=max(team.auto_resolve_warning_hours, 0)) if team.auto_resolve_warning else timedelta()
        silent = self._claim_silent(team, notice)
        to_warn = silent.filtered(lambda conversation: notice and not conversation.silence_warned_at and conversation._window_open())
        for conversation in to_warn:
            conversation._warn_of_silence(team)
        over = silent - to_warn
        if over:
            over.action_resolve()
            text = self.env._("was resolved after %s hour(s) of silence", team.auto_resolve_hours)
            over._post_line(text, team.company_id.partner_id)
        return len(silent) == RESOLVE_BATCH

    @api.model
    def _claim_silent(self, team, notice):
        """Take conversations that are due: to be warned a while before the time is over, or to be resolved."""
        now = fields.Datetime.now()
        limit = now - timedelta(hours=team.auto_resolve_hours)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM whatsapp_conversation
                    WHERE team_id = %(team)s AND state IN ('open', 'pending') AND waiting_since IS NULL AND snoozed_until IS NULL
                      AND desk_due IS NOT TRUE
                      AND CASE WHEN silence_warned_at IS NULL
                               THEN last_message_at <= %(limit)s OR (last_message_at <= %(soon)s AND window_expires_at > %(now)s)
                               ELSE silence_warned_at <= %(warned)s END
                 ORDER BY last_message_at LIMIT %(count)s FOR NO KEY UPDATE SKIP LOCKED""",
                team=team.id, limit=limit, soon=limit + notice, warned=now - notice, now=now, count=RESOLVE_BATCH,
            )
        )
        return self.browse([row[0] for row in rows])

    def _warn_of_silence(self, team):
        """Tell the customer that the conversation will end, once for each silence."""
        self.ensure_one()
        language = self.contact_id.language or self.partner_id.lang or self.company_id.partner_id.lang
        known = {code for code, _name in self.env["res.lang"].get_installed()}
        text = team.with_context(lang=language if language in known else None).auto_resolve_warning
        self.silence_warned_at = fields.Datetime.now()
        if not self.contact_id.blocked:
            self._send_text(text, origin="flow", once=f"silence:{self.id}:{self.last_inbound_at}")

    def _heard(self, fresh):
        super()._heard(fresh)
        self.filtered(lambda conversation: conversation.silence_warned_at and fresh.get(conversation.id)).silence_warned_at = False
