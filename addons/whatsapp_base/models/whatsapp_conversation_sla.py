from datetime import timedelta

from odoo import api, fields, models

from .whatsapp_sla_policy import SLA_STATES, TARGETS

NOTHING_DUE = {"sla_due_at": False, "sla_target": False, "sla_state": "none", "sla_check_at": False}


class WhatsappConversation(models.Model):
    """What was promised to the customer and until when.

    Promises count in the working time of the team, and not while nobody expects us to act: the conversation waits for
    the customer, or is snoozed.
    """

    _inherit = "whatsapp.conversation"

    sla_due_at = fields.Datetime("Promised Until", readonly=True, copy=False)
    sla_target = fields.Selection(TARGETS, "Promise", readonly=True, copy=False)
    sla_state = fields.Selection(SLA_STATES, "Service Level", readonly=True, copy=False, default="none")
    # when the state changes by the clock: at the warning, then at the breach
    sla_check_at = fields.Datetime(readonly=True, copy=False)
    sla_paused_at = fields.Datetime("Clock Stopped", readonly=True, copy=False)

    _sla_check_idx = models.Index("(sla_check_at) WHERE sla_check_at IS NOT NULL")

    def _system_fields(self):
        return super()._system_fields() | {"sla_due_at", "sla_target", "sla_state", "sla_check_at", "sla_paused_at"}

    def _desk_followups(self):
        return [*super()._desk_followups(), "_desk_deadlines"]

    # ------------------------------------------------------------
    # Working time: that of the team, around the clock without one
    # ------------------------------------------------------------

    def _work_seconds(self, start, end):
        return self.team_id._work_seconds(start, end) if self.team_id else max(int((end - start).total_seconds()), 0)

    def _work_after(self, start, seconds):
        return self.team_id._work_after(start, seconds) if self.team_id else start + timedelta(seconds=seconds)

    # ------------------------------------------------------------
    # Policies
    # ------------------------------------------------------------

    def _sla_policy(self):
        """Return the policy that holds for one conversation; empty where nothing is promised."""
        self.ensure_one()
        policy = self.team_id.sla_policy_id or self.env["whatsapp.sla.policy"]._default_of(self.company_id)
        return policy._for_priority(self.priority) if policy else policy

    def _promised_seconds(self, target):
        """Return the working time promised for a target, 0 where there is no promise."""
        policy = self._sla_policy()
        return policy[f"{target}_minutes"] * 60 if policy else 0

    def _is_late(self, target, work_seconds):
        """Tell whether something took longer than promised."""
        promised = self._promised_seconds(target)
        return bool(promised) and work_seconds > promised

    @api.model
    def _note_late_waits(self, cycles):
        """Mark the answers that came later than promised, also where nobody looked at the clock meanwhile."""
        waits = self.env["whatsapp.conversation.wait"].search(
            [("cycle_id", "in", cycles.ids), ("answered_at", "!=", False), ("is_late", "=", False)]
        )
        late = waits.filtered(
            lambda wait: wait.conversation_id._is_late(
                "first" if wait.is_first else "next",
                wait.work_seconds - wait.paused_work_seconds - wait.conversation_id._pause_within(wait.since, wait.answered_at),
            )
        )
        late.is_late = True
        late.filtered("is_first").cycle_id.is_first_late = True

    # ------------------------------------------------------------
    # Deadlines
    # ------------------------------------------------------------

    def _desk_deadlines(self):
        """Say what is due until when, and how it stands; safe to run again."""
        conversations = self.sudo()  # sudo: deadlines are the system's
        if not any(conversation.cycle_id or conversation.sla_state != "none" for conversation in conversations):
            return
        now = fields.Datetime.now()
        waits = self._open_waits(conversations)
        broken, kept, changed = [], self.browse(), self.browse()
        for conversation in conversations:
            wait = waits.get(conversation, self.env["whatsapp.conversation.wait"])
            conversation._keep_pause(wait, now)
            values = conversation._sla_values(wait, now)
            if conversation.sla_state == "breached" and values["sla_state"] != "breached":
                kept |= conversation
            if any(conversation[name] != value for name, value in values.items()):
                conversation.write(values)
                changed |= conversation
            if values["sla_state"] == "breached" and conversation._note_breach(wait):
                broken.append((conversation, values["sla_target"]))
        if changed:
            changed._announce()
        if kept:
            kept._drop_sla_activities()
        if broken:
            self._escalate(broken)

    @api.model
    def _open_waits(self, conversations):
        waits = self.env["whatsapp.conversation.wait"].sudo().search(
            [("conversation_id", "in", conversations.ids), ("ended_at", "=", False)]
        )
        return {wait.conversation_id: wait for wait in waits}

    def _sla_values(self, wait, now):
        """Return how one conversation stands: the promise that is due first."""
        policy = self.cycle_id and not self.sla_paused_at and self._sla_policy()
        if not policy:
            return NOTHING_DUE
        promises = [("resolution", self.cycle_id.opened_at, self.cycle_id.paused_work_seconds)]
        if wait:
            promises.append(("first" if wait.is_first else "next", wait.since, wait.paused_work_seconds))
        found = []
        for target, since, paused in promises:
            promised = policy[f"{target}_minutes"] * 60
            due = promised and self._work_after(since, promised + paused)
            if due:
                early = max(promised - policy.warn_minutes * 60, 0)
                found.append((due, self._work_after(since, early + paused), target))
        if not found:
            return NOTHING_DUE
        due, warn, target = min(found)
        if now >= due:
            state, check = "breached", False
        elif now >= warn:
            state, check = "due_soon", due
        else:
            state, check = "on_track", warn
        return {"sla_due_at": due, "sla_target": target, "sla_state": state, "sla_check_at": check}

    def _is_paused(self):
        return self.state == "pending" or bool(self.snoozed_until)

    def _keep_pause(self, wait, now):
        """Stop the clock while nobody expects us to act, and add up the time that it stood still."""
        if not self.cycle_id:
            if self.sla_paused_at:
                self.sla_paused_at = False
        elif self._is_paused():
            if not self.sla_paused_at:
                self.sla_paused_at = now
        elif paused_at := self.sla_paused_at:
            # the clock runs from when the customer wrote, however late the desk is
            end = max(paused_at, min(now, wait.since)) if wait and wait.since > paused_at else now
            self.cycle_id.paused_work_seconds += self._work_seconds(max(paused_at, self.cycle_id.opened_at), end)
            if wait and wait.since < end:
                wait.paused_work_seconds += self._work_seconds(max(paused_at, wait.since), end)
            self.sla_paused_at = False

    def _pause_within(self, start, end):
        """Return the working time between two moments in which the clock stands still, if it does now."""
        return self._work_seconds(max(self.sla_paused_at, start), end) if self.sla_paused_at else 0

    def _paused_seconds(self, end):
        """Return the working time in which the clock stood still until ``end``, in the open cycle."""
        return self.cycle_id.paused_work_seconds + self._pause_within(self.cycle_id.opened_at, end)

    def _note_breach(self, wait):
        """Mark what is late; tells whether that is news."""
        if self.sla_target == "resolution":
            if self.cycle_id.is_resolution_late:
                return False
            self.cycle_id.is_resolution_late = True
            return True
        if wait.is_late:
            return False
        wait.is_late = True
        if wait.is_first:
            self.cycle_id.is_first_late = True
        return True
