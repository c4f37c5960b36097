from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..tools import bubbles, canned

ICONS = {
    "reply": "fa-reply", "template": "fa-file-text-o", "note": "fa-sticky-note-o", "tag": "fa-tag", "untag": "fa-tag",
    "priority": "fa-flag", "assign_me": "fa-hand-paper-o", "assign_user": "fa-user", "assign_team": "fa-users",
    "unassign": "fa-inbox", "snooze": "fa-clock-o", "resolve": "fa-check",
}
MORNING = 9  # o'clock, for what comes back tomorrow or on Monday


class WhatsappMacroStep(models.Model):
    """One thing that a macro does. A kind of step is a value of ``kind``, ``_run_<kind>`` and ``_describe_<kind>``."""

    _name = "whatsapp.macro.step"
    _description = "WhatsApp Macro Step"
    _order = "macro_id, sequence, id"
    _rec_name = "label"

    macro_id = fields.Many2one("whatsapp.macro", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="macro_id.company_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("reply", "Reply with a text"),
            ("template", "Send a template"),
            ("note", "Write an internal note"),
            ("tag", "Add tags"),
            ("untag", "Remove tags"),
            ("priority", "Set the priority"),
            ("assign_me", "Assign to me"),
            ("assign_user", "Assign to a colleague"),
            ("assign_team", "Transfer to a team"),
            ("unassign", "Put back into the queue"),
            ("snooze", "Snooze"),
            ("resolve", "Resolve"),
        ],
        "Step",
        required=True,
        default="reply",
    )
    canned_id = fields.Many2one("mail.canned.response", "Canned Reply", ondelete="restrict")
    text = fields.Text(help="May hold the variables of canned replies, such as {{customer}}.")
    template_id = fields.Many2one(
        "whatsapp.message.template", ondelete="restrict", domain="[('is_sendable', '=', True), ('company_id', '=', company_id)]"
    )
    outside = fields.Selection(
        [("stop", "Stop, change nothing"), ("later", "Send it when the customer writes again"), ("skip", "Leave this step out"),
         ("template", "Send a template instead")],
        "If the Window Is Closed",
        default="stop",
        help="WhatsApp accepts free text for 24 hours after the customer's last message.",
    )
    tag_ids = fields.Many2many("whatsapp.tag", string="Tags")
    priority = fields.Selection([("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="1")
    user_id = fields.Many2one(
        "res.users",
        "Colleague",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("whatsapp_base.group_whatsapp_agent").id)],
        ondelete="restrict",  # without one of its steps a macro would say what it does not do
    )
    team_id = fields.Many2one("whatsapp.team", ondelete="restrict", domain="[('company_id', '=', company_id)]")
    snooze_for = fields.Selection(
        [("hours", "Hours"), ("tomorrow", "Until tomorrow morning"), ("monday", "Until Monday morning")], "For", default="hours"
    )
    snooze_hours = fields.Integer("Hours", default=4)
    label = fields.Char("What It Does", compute="_compute_label")

    @api.depends(
        "kind", "canned_id.source", "text", "template_id.display_name", "tag_ids.name", "priority", "user_id.name", "team_id.name",
        "snooze_for", "snooze_hours",
    )
    @api.depends_context("lang")
    def _compute_label(self):
        for step in self:
            describe = getattr(step, f"_describe_{step.kind}", None)
            step.label = describe() if describe else False

    def _icon(self):
        return ICONS.get(self.kind, "fa-cog")

    @api.constrains("kind", "canned_id", "text", "template_id", "outside", "tag_ids", "user_id", "team_id", "snooze_for", "snooze_hours")
    def _check_complete(self):
        for step in self:
            if problem := step._missing():
                raise ValidationError(
                    self.env._("“%(macro)s”, step “%(step)s”: %(problem)s", macro=step.macro_id.name, problem=problem,
                               step=dict(self._fields["kind"]._description_selection(self.env))[step.kind])
                )

    def _missing(self):
        """Return what a step still needs, for people, or ""."""
        self.ensure_one()
        if self.kind in ("reply", "note") and not self.canned_id and not (self.text or "").strip():
            return self.env._("write a text or choose a canned reply.")
        if not self.template_id and (self.kind == "template" or (self.kind == "reply" and self.outside == "template")):
            return self.env._("choose a template.")
        if self.kind in ("tag", "untag") and not self.tag_ids:
            return self.env._("choose at least one tag.")
        if self.kind == "assign_user" and not self.user_id:
            return self.env._("choose a colleague.")
        if self.kind == "assign_team" and not self.team_id:
            return self.env._("choose a team.")
        if self.kind == "snooze" and self.snooze_for == "hours" and not 1 <= self.snooze_hours <= 24 * 90:
            return self.env._("give between 1 and 2160 hours.")
        return ""

    # ------------------------------------------------------------
    # In words
    # ------------------------------------------------------------

    def _describe_reply(self):
        text = self.canned_id.source if self.canned_id else _short(self.text)
        return self.env._("Reply “%s”", text)

    def _describe_template(self):
        return self.env._("Send template %s", self.template_id.display_name or "")

    def _describe_note(self):
        return self.env._("Note “%s”", self.canned_id.source if self.canned_id else _short(self.text))

    def _describe_tag(self):
        return self.env._("Tag %s", ", ".join(self.tag_ids.mapped("name")))

    def _describe_untag(self):
        return self.env._("Remove tag %s", ", ".join(self.tag_ids.mapped("name")))

    def _describe_priority(self):
        return self.env._("Priority: %s", dict(self._fields["priority"]._description_selection(self.env)).get(self.priority, ""))

    def _describe_assign_me(self):
        return self.env._("Assign to me")

    def _describe_assign_user(self):
        return self.env._("Assign to %s", self.user_id.name or "")

    def _describe_assign_team(self):
        return self.env._("Transfer to %s", self.team_id.name or "")

    def _describe_unassign(self):
        return self.env._("Put back into the queue")

    def _describe_snooze(self):
        if self.snooze_for == "hours":
            return self.env._("Snooze for %s hours", self.snooze_hours)
        return self.env._("Snooze until tomorrow") if self.snooze_for == "tomorrow" else self.env._("Snooze until Monday")

    def _describe_resolve(self):
        return self.env._("Resolve")

    # ------------------------------------------------------------
    # Before: what it would do
    # ------------------------------------------------------------

    def _text_for(self, conversation):
        """Return what a step would write in a conversation, variables filled in."""
        self.ensure_one()
        return self._filled(conversation)[0] if self.kind in ("reply", "note") else ""

    def _filled(self, conversation):
        """Return (text, variables that have no value) for a conversation."""
        source = self.canned_id.substitution if self.canned_id else self.text
        return conversation._fill_canned_text(source or "")

    def _problem(self, conversation):
        """Return (what is to know about a step before it is done, whether it cannot be done)."""
        self.ensure_one()
        if self.kind not in ("reply", "template"):
            return "", False
        if conversation.contact_id.blocked:
            return self.env._("This contact is blocked."), True
        if self.kind == "template":
            return "", False
        if not conversation._window_open():
            if self.outside == "later":
                return self.env._("The window is closed: it will be sent when the customer writes again."), False
            if self.outside == "skip":
                return self.env._("The window is closed: this step will be left out."), False
            if self.outside == "template":
                return self.env._("The window is closed: the template %s will be sent instead.", self.template_id.display_name), False
            return conversation._window_closed_message(), True
        if missing := self._filled(conversation)[1]:
            return self.env._("There is no value for: %s", ", ".join(missing)), True
        return "", False

    # ------------------------------------------------------------
    # Do it
    # ------------------------------------------------------------

    def _run(self, conversation):
        self.ensure_one()
        getattr(self, f"_run_{self.kind}")(conversation)

    def _run_reply(self, conversation):
        if not conversation._window_open():
            if self.outside == "skip":
                return
            if self.outside == "template":
                self._run_template(conversation)
                return
        text, missing = self._filled(conversation)
        if missing:
            raise UserError(self.env._("There is no value for: %s. Fill it in on the customer, or change the text.", ", ".join(missing)))
        if not conversation._window_open() and self.outside == "later":
            conversation.queue_after_reply(text)
            return
        files, titles = self.env["ir.attachment"], []
        if self.canned_id:
            self.canned_id.check_access("read")
            titles = self.canned_id._button_titles()
            files = conversation._copy_for_message(self.canned_id)
            conversation._note_canned_use(self.canned_id)
        if titles:
            conversation._check_api_access()
            buttons = [(f"reply-{number}", title) for number, title in enumerate(titles, start=1)]
            conversation._send_buttons(text, buttons, origin="agent", priority=0, user=self.env.user)
            conversation._agent_wrote(self.env.user)
            text = ""
        if text or files:
            # as the agent would have typed it: with their rights, shown as theirs
            conversation._ensure_discuss_channel().message_post(
                body=bubbles.text(text) if text else "", message_type="comment", subtype_xmlid="mail.mt_comment",
                attachment_ids=files.ids,
            )

    def _run_template(self, conversation):
        conversation._check_api_access()
        [(recipient, rows)] = conversation._whatsapp_send(
            conversation.channel_id, template=self.template_id, origin="agent", priority=0
        )
        if not rows:
            texts = conversation._whatsapp_reason_texts()
            raise UserError(recipient.detail or texts.get(recipient.reason) or self.env._("It cannot be sent."))
        conversation._agent_wrote(self.env.user)

    def _run_note(self, conversation):
        text, _missing = self._filled(conversation)
        conversation._ensure_discuss_channel().message_post(
            body=bubbles.text(text), message_type="comment", subtype_xmlid="mail.mt_note"
        )

    def _run_tag(self, conversation):
        conversation.tag_ids = [Command.link(tag.id) for tag in self.tag_ids]

    def _run_untag(self, conversation):
        conversation.tag_ids = [Command.unlink(tag.id) for tag in self.tag_ids]

    def _run_priority(self, conversation):
        conversation.priority = self.priority

    def _run_assign_me(self, conversation):
        conversation.action_assign_to_me()

    def _run_assign_user(self, conversation):
        conversation._transfer(user=self.user_id)

    def _run_assign_team(self, conversation):
        conversation._transfer(team=self.team_id)

    def _run_unassign(self, conversation):
        conversation.action_unassign()

    def _run_snooze(self, conversation):
        conversation.action_snooze(self._snooze_until())

    def _run_resolve(self, conversation):
        conversation.action_resolve()

    def _snooze_until(self, now=None):
        """Return until when, naive UTC: mornings are those of the user's time zone."""
        now = now or fields.Datetime.now()
        if self.snooze_for == "hours":
            return now + timedelta(hours=self.snooze_hours)
        zone = pytz.timezone(self.env.user.tz or "UTC")
        local = pytz.utc.localize(now).astimezone(zone)
        days = 1 if self.snooze_for == "tomorrow" else 7 - local.weekday()
        morning = local.replace(tzinfo=None, hour=MORNING, minute=0, second=0, microsecond=0) + timedelta(days=days)
        return zone.localize(morning).astimezone(pytz.utc).replace(tzinfo=None)


class WhatsappConversation(models.Model):
    _inherit = "whatsapp.conversation"

    def _fill_canned_text(self, text):
        """Return (text, variables without a value) of a text with the variables of canned replies."""
        self.ensure_one()
        asked = canned.variables(text)
        records = self._canned_records() if asked else {}
        values = {(name, path): self._canned_value(*records.get(name, (None, None)), path) for name, path in asked}
        return canned.fill(text, values)


def _short(text):
    line = " ".join((text or "").split())
    return line if len(line) <= 40 else f"{line[:39]}…"
