import json

from odoo import api, fields, models
from odoo.tools import format_duration

MISSED_ACTIVITY = "mail.mail_activity_data_call"


class WhatsappConversation(models.Model):
    """Voice calls, as slim lines in the thread. Odoo carries no voice: it logs, and reminds of calls that nobody took."""

    _inherit = "whatsapp.conversation"

    @api.model
    def _receive_calls(self, items):
        """Log what notifications say of calls: a row for each call, changed by its end. Idempotent, in any order.

        A customer's call opens the service window like a message, and waits for an answer until it was taken.

        :param items: list of (``whatsapp.channel`` record, :class:`cloud_api.calling.Call`)
        """
        Message = self.env["whatsapp.chat.message"]
        known = {row.wamid: row for row in Message.search([("wamid", "in", [call.id for _channel, call in items])])}
        fresh, ended = {}, []
        for channel, call in sorted(items, key=lambda item: (item[1].at, item[1].is_over)):
            if row := known.get(call.id):
                if row.channel_id == channel and row.call_state == "ringing" and call.is_over:
                    ended.append((row, call))
            else:
                # of a call that begins and ends in one batch the end says all
                fresh.setdefault(channel, {})[call.id] = call
        rows = Message
        for channel, calls in fresh.items():
            rows |= self._log_calls(channel, list(calls.values()))
        for row, call in ended:
            row._end_call(call)
        (rows | Message.union(*(row for row, _call in ended)))._remind_of_missed_calls()

    def _log_calls(self, channel, calls):
        """Make the rows of calls on one number, and show them."""
        Contact, Message = self.env["whatsapp.contact"], self.env["whatsapp.chat.message"]
        contact_of = Contact._find_or_create(channel.company_id, channel.portfolio, [call.person for call in calls])
        conversation_of = self._find_or_create(channel, Contact.union(*contact_of.values()))
        rows = Message.create([self._call_values(conversation_of[contact_of[call.person]], call) for call in calls])
        self._touch(rows.filtered(lambda row: row.direction == "inbound"))
        posts = [(row, row.body) for row in rows if not row.contact_id.blocked]
        self.env["discuss.channel"]._whatsapp_post_incoming(posts)
        self._notify_inbox(rows.conversation_id)
        return rows

    @api.model
    def _call_values(self, conversation, call):
        now = fields.Datetime.now()
        return {
            "conversation_id": conversation.id,
            "channel_id": conversation.channel_id.id,
            "contact_id": conversation.contact_id.id,
            "company_id": conversation.company_id.id,
            "direction": "inbound" if call.from_customer else "outbound",
            "origin": "customer" if call.from_customer else "echo",
            "type": "call",
            "state": "received" if call.from_customer else "sent",
            "payload": json.dumps(call.raw, ensure_ascii=False),
            "button_payload": call.payload,
            "wamid": call.id,
            "sent_on": min(call.at, now),
            "is_handled": True,
            **self.env["whatsapp.chat.message"]._call_result(call),
        }


class WhatsappChatMessage(models.Model):
    """A call in the log of messages."""

    _inherit = "whatsapp.chat.message"

    call_state = fields.Selection([("ringing", "Ringing"), ("answered", "Answered"), ("missed", "Missed")], readonly=True)
    call_duration = fields.Integer("Call (seconds)", readonly=True)

    @api.model
    def _call_result(self, call):
        """Return how a call stands and what its line says."""
        if not call.is_over:
            state = "ringing"
            body = self.env._("📞 is calling") if call.from_customer else self.env._("📞 called the customer")
        elif call.was_answered:
            state = "answered"
            body = self.env._("📞 Voice call, %s", format_duration(call.duration / 60))
        else:
            state = "missed"
            body = self.env._("📞 Missed voice call") if call.from_customer else self.env._("📞 The customer did not answer the call")
        return {"call_state": state, "call_duration": call.duration, "body": body, "summary": body}

    def _end_call(self, call):
        """Change the line of a call that is over."""
        self.ensure_one()
        old_summary = self.summary
        self.write(self._call_result(call))
        self._change_preview(old_summary)
        if self.mail_message_id:
            # sudo: mail.message - the line is the system's
            self.mail_message_id.sudo().body = self.body
            self._show_again()

    def _remind_of_missed_calls(self):
        """Ask for a call back, once for each conversation: of its agent, else of whoever of the team takes it."""
        missed = self.filtered(lambda row: row.call_state == "missed" and row.direction == "inbound" and not row.contact_id.blocked)
        if not missed:
            return
        activity_type = self.env.ref(MISSED_ACTIVITY, raise_if_not_found=False)
        # sudo: activities are made by the worker for whoever is in charge
        Activity = self.env["mail.activity"].sudo()
        open_ones = Activity.search(
            [("res_model", "=", "whatsapp.conversation"), ("res_id", "in", missed.conversation_id.ids),
             ("activity_type_id", "=", activity_type.id if activity_type else False)]
        )
        waiting = set(open_ones.mapped("res_id"))
        model_id = self.env["ir.model"]._get_id("whatsapp.conversation")
        Activity.create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": conversation.id,
                    "activity_type_id": activity_type.id if activity_type else False,
                    "summary": self.env._("Call %s back: missed WhatsApp call", conversation.contact_id._label()),
                    "user_id": conversation.user_id.id,
                    "date_deadline": fields.Date.context_today(conversation),
                }
                for conversation in missed.conversation_id
                if conversation.id not in waiting
            ]
        )


class WhatsappContact(models.Model):
    """Whether somebody lets us call them."""

    _inherit = "whatsapp.contact"

    calls_allowed = fields.Boolean("May Be Called", readonly=True, help="The customer's answer to a request on WhatsApp.")
    calls_allowed_until = fields.Datetime(readonly=True)
