from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import snooze_times

SNOOZE_BATCH = 200


class WhatsappConversation(models.Model):
    """Snoozing: out of sight until a time, or until the customer writes."""

    _inherit = "whatsapp.conversation"

    def action_snooze(self, until):
        """Put conversations out of sight until a moment, or until the customer writes.

        :param until: UTC, such as ``2027-01-31 08:00:00``; has to be in the future
        :raises UserError: the moment is past, or a conversation is resolved
        """
        try:
            until = fields.Datetime.to_datetime(until)
        except (ValueError, TypeError):
            until = None
        if not until:
            raise ValidationError(self.env._("“until” is no time. Write it as 2027-01-31 08:00:00, in UTC."))
        if until <= fields.Datetime.now():
            raise UserError(self.env._("“until” is past. Choose a time in the future."))
        self.check_access("write")
        if any(conversation.state == "resolved" for conversation in self):
            raise UserError(self.env._("A resolved conversation cannot be snoozed. Reopen it first."))
        self._desk_count()  # what the customer wrote until now is known: only what comes wakes it
        # sudo: a time that belongs to the system; the right to write was checked
        self.sudo().write({"snoozed_until": until, "snoozed_by_id": self.env.uid})
        self._announce()
        return True

    def action_unsnooze(self):
        """Bring snoozed conversations back."""
        self.check_access("write")
        self._wake_up()
        return True

    def _wake_up(self):
        """End the snooze of those that are snoozed."""
        # sudo: see action_snooze
        asleep = self.sudo().filtered("snoozed_until")
        if asleep:
            asleep.write({"snoozed_until": False, "snoozed_by_id": False})
            asleep._announce()

    def _heard(self, fresh):
        super()._heard(fresh)
        # the customer wrote: no need to wait any longer
        self.filtered(
            lambda conversation: conversation.snoozed_until
            and any(message.inbound for message in fresh.get(conversation.id, ()))
        )._wake_up()

    @api.model
    def snooze_presets(self):
        """Return until when people usually snooze, for menus: ``[{"id", "label", "until"}]``, times in UTC."""
        labels = {
            "hour": self.env._("For an hour"), "tomorrow": self.env._("Until tomorrow, 9:00"),
            "monday": self.env._("Until next Monday, 9:00"),
        }
        now = fields.Datetime.now()
        return [
            {"id": preset, "label": label, "until": fields.Datetime.to_string(snooze_times.until(preset, now, self.env.user.tz))}
            for preset, label in labels.items()
        ]

    @api.model
    def _desk_timers(self):
        return ["_clock_snooze", *super()._desk_timers()]

    @api.model
    def _clock_snooze(self):
        """Bring back what was snoozed until now; tells whether more is due."""
        due = self._claim_due("snoozed_until", SNOOZE_BATCH)
        due._wake_up()
        return len(due) == SNOOZE_BATCH

    def write(self, vals):
        """A resolved conversation does not sleep."""
        if vals.get("state") == "resolved" and "snoozed_until" not in vals:
            result = super().write(vals)
            # sudo: see action_snooze
            self.sudo().filtered("snoozed_until").write({"snoozed_until": False, "snoozed_by_id": False})
            return result
        return super().write(vals)
