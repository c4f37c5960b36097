from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..cloud_api import client as cloud_client
from ..cloud_api import content as contents
from ..cloud_api import errors
from ..cloud_api.inbound import Identity
from ..tools.phrases import say
from .whatsapp_conversation_inbound import NO_TALK

STORED_TOGETHER = 1000
FAILURES = (cloud_client.ApiError, cloud_client.NotSent, cloud_client.OutcomeUnknown)


class WhatsappChannel(models.Model):
    """A number that is also on the WhatsApp Business app: its past chats and its address book."""

    _inherit = "whatsapp.channel"

    history_state = fields.Selection(
        [
            ("none", "Not requested"),
            ("requested", "Requested"),
            ("running", "Arriving"),
            ("done", "Complete"),
            ("declined", "Not shared"),
        ],
        "Past Chats",
        default="none",
        readonly=True,
        copy=False,
    )
    history_progress = fields.Integer("Chats Received (%)", readonly=True, copy=False)
    history_count = fields.Integer("Messages Imported", readonly=True, copy=False)
    history_note = fields.Char(readonly=True, copy=False)
    takes_app_contacts = fields.Boolean(
        "Make Customers of the App's Contacts", default=True,
        help="Off: only contacts who are known already take their name from the phone's address book.",
    )

    def action_request_history(self):
        """Ask Meta for the past chats of the phone app; possible once, in the first 24 hours."""
        self._request_sync("history")
        self.write({"history_state": "requested", "history_progress": 0, "history_note": False})

    def action_request_app_contacts(self):
        """Ask Meta for the address book of the phone app; possible once, in the first 24 hours."""
        self._request_sync("smb_app_state_sync")

    def _request_sync(self, sync_type):
        """Call Meta before anything is written."""
        self.ensure_one()
        self.check_access("write")
        try:
            self.account_id._client().sync_app_data(self.phone_number_id, sync_type)
        except FAILURES as error:
            raise UserError(self.account_id._explain(error)) from None

    # ------------------------------------------------------------
    # Past chats
    # ------------------------------------------------------------

    def _import_history(self, history):
        """Store one notification of past chats and move the progress on.

        :param history: :class:`cloud_api.coexistence.History`
        """
        self.ensure_one()
        count = 0
        for messages in split_every(STORED_TOGETHER, history.messages, list):
            count += self._store_history(messages)
        self._take_history_files(history.files)
        if history.errors:
            info = errors.classify(history.errors[0])
            self.write({"history_state": "declined", "history_note": f"{say(self.env, info.title)}. {say(self.env, info.remedy)}"})
        elif history.messages or history.progress is not None:
            self._move_history_on(history.progress or 0, count)

    def _store_history(self, messages):
        """Store messages as rows: no handler runs, nobody is rung, no window opens. Returns how many were new."""
        Message, Conversation = self.env["whatsapp.chat.message"], self.env["whatsapp.conversation"]
        known = set(Message.search_fetch([("wamid", "in", [m.wamid for m in messages])], ["wamid"]).mapped("wamid"))
        fresh = {message.wamid: message for message in messages if message.wamid not in known}
        if not fresh:
            return 0
        messages = sorted(fresh.values(), key=lambda message: message.sent_at)
        contact_of = self.env["whatsapp.contact"]._find_or_create(
            self.company_id, self.portfolio, [message.person for message in messages], learn=False
        )
        contacts = self.env["whatsapp.contact"].union(*contact_of.values())
        # old chats are no work: nobody has to take them until the customer writes again
        conversation_of = Conversation._find_or_create(self, contacts, state="resolved", with_thread=False)
        rows = Message.create(
            [
                {**Conversation._app_values(conversation_of[contact_of[m.person]], m), "is_history": True, "is_waiting": False}
                for m in messages
            ]
        )
        self._touch_by_history(rows)
        if any(row.media_state for row in rows):
            self.env["whatsapp.lane"]._wake("media")
        return len(rows)

    def _touch_by_history(self, rows):
        """Let the conversations know when they last were alive; one statement each for them and their contacts."""
        times = defaultdict(lambda: [None, None, None, None])
        for row in rows:
            if row.type in NO_TALK:
                continue
            entry = times[row.conversation_id.id]
            entry[0] = row.contact_id.id
            entry[1 if row.direction == "inbound" else 2] = row.sent_on
            entry[3] = row.summary
        if not times:
            return
        self.env.flush_all()
        values = SQL(", ").join(
            SQL("(%s, %s, %s::timestamp, %s::timestamp, %s)", conversation_id, *entry) for conversation_id, entry in sorted(times.items())
        )
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_conversation c
                      SET last_inbound_at = GREATEST(c.last_inbound_at, v.last_in),
                          last_outbound_at = GREATEST(c.last_outbound_at, v.last_out),
                          last_message_preview = CASE WHEN GREATEST(v.last_in, v.last_out) >= COALESCE(c.last_message_at, '-infinity')
                                                      THEN v.preview ELSE c.last_message_preview END,
                          last_message_at = GREATEST(c.last_message_at, v.last_in, v.last_out),
                          has_hidden_history = TRUE
                     FROM (VALUES %s) AS v (id, contact_id, last_in, last_out, preview) WHERE c.id = v.id""",
                values,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_contact c SET last_inbound_at = GREATEST(c.last_inbound_at, v.last_in)
                     FROM (VALUES %s) AS v (id, contact_id, last_in, last_out, preview) WHERE c.id = v.contact_id""",
                values,
            )
        )
        rows.conversation_id.invalidate_recordset(flush=False)
        rows.contact_id.invalidate_recordset(["last_inbound_at"], flush=False)

    def _take_history_files(self, files):
        """Give messages that came without their file the file that Meta sends afterwards."""
        media = {message.wamid: message for message in files if isinstance(message.content, contents.Media)}
        rows = self.env["whatsapp.chat.message"].search([("wamid", "in", list(media)), ("channel_id", "=", self.id)])
        for row in rows.filtered(lambda row: not row.media_state):
            values = self.env["whatsapp.conversation"]._inbound_values(row.conversation_id, media[row.wamid], row.sent_on)
            row.write({name: values.get(name) for name in ("type", "body", "summary", "payload", "media_state", "media_ref")})
        if rows:
            self.env["whatsapp.lane"]._wake("media")

    def _move_history_on(self, progress, count):
        """Add to the progress with SQL: several workers import chunks of one number at the same time."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_channel
                      SET history_progress = LEAST(GREATEST(COALESCE(history_progress, 0), %s), 100),
                          history_count = COALESCE(history_count, 0) + %s,
                          history_state = CASE WHEN %s >= 100 OR history_state = 'done' THEN 'done' ELSE 'running' END
                    WHERE id = %s RETURNING history_state""",
                progress, count, progress, self.id,
            )
        )
        [[state]] = self.env.cr.fetchall()
        self.invalidate_recordset(["history_progress", "history_count", "history_state"], flush=False)
        if state == "done":
            self.env.ref("whatsapp_base.ir_cron_whatsapp_history").sudo()._trigger()  # sudo: our own scheduled action

    # ------------------------------------------------------------
    # Address book
    # ------------------------------------------------------------

    def _import_app_contacts(self, entries):
        """Take over names from the phone's address book; customers are named where nobody named them, never deleted.

        :param entries: list of :class:`cloud_api.coexistence.AppContact`
        """
        self.ensure_one()
        Contact = self.env["whatsapp.contact"]
        # the name there is what the owner of the phone calls somebody, not what they call themselves
        people = {Identity(entry.person.wa_id, entry.person.user_id): entry for entry in entries}
        new = [person for person, entry in people.items() if not entry.removed] if self.takes_app_contacts else []
        found = Contact._find_or_create(self.company_id, self.portfolio, new, learn=False) if new else {}
        found = {**Contact._match(self.company_id, self.portfolio, list(people))[0], **found}
        for person, contact in found.items():
            entry = people[person]
            name = False if entry.removed else entry.name or False
            if contact.app_name != name:
                contact.app_name = name
            partner = contact.partner_id
            if name and partner.name in contact._made_up_names():
                partner.name = name
