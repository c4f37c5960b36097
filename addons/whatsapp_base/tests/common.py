"""Base class of this addon's tests: an account with a number, people of each role, and builders of what Meta sends."""

import itertools
import json
from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

from ..cloud_api import inbound
from ..cloud_api.meta_error import MetaError
from ..lanes.sender import Outcome

WABA = "299000000000001"
APP = "199000000000001"
NUMBER = "399000000000001"
DISPLAY = "15550190001"
APP_SECRET = "test-app-secret"
VERIFY_TOKEN = "test-verify-token"
RUNNER = 4711
ANA = {"wa_id": "34600900111", "profile": {"name": "Ana Ruiz"}}

_serial = itertools.count(1)


class WhatsappData:
    """What tests of any kind need; mix it into a test class and call ``_set_up_whatsapp`` in ``setUpClass``."""

    @classmethod
    def _set_up_whatsapp(cls):
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.account = cls._account(WABA, app_id=APP, app_secret=APP_SECRET, verify_token=VERIFY_TOKEN)
        cls.team = cls.env["whatsapp.team"].create({"name": "Support"})
        cls.channel = cls._channel(cls.account, NUMBER, team_id=cls.team.id)
        cls.Message = cls.env["whatsapp.chat.message"]
        cls.Conversation = cls.env["whatsapp.conversation"]
        cls.Event = cls.env["whatsapp.webhook.event"]

    @classmethod
    def _set_up_people(cls):
        """Users of each role: agent (member of the team), other agent (of none), supervisor, admin, employee."""
        cls.agent = new_test_user(cls.env, "wa_agent", "base.group_user,whatsapp_base.group_whatsapp_agent")
        cls.other_agent = new_test_user(cls.env, "wa_other", "base.group_user,whatsapp_base.group_whatsapp_agent")
        cls.supervisor = new_test_user(cls.env, "wa_supervisor", "base.group_user,whatsapp_base.group_whatsapp_supervisor")
        cls.admin = new_test_user(cls.env, "wa_admin", "base.group_user,whatsapp_base.group_whatsapp_admin")
        cls.employee = new_test_user(cls.env, "wa_employee", "base.group_user")
        cls.portal = new_test_user(cls.env, "wa_portal", "base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        cls.team.member_ids = cls.agent

    # ------------------------------------------------------------
    # Factories
    # ------------------------------------------------------------

    @classmethod
    def _account(cls, waba_id, **values):
        return cls.env["whatsapp.business.account"].create(
            {"name": f"Account {waba_id}", "waba_id": waba_id, "graph_url": "http://127.0.0.1:9", "access_token": "tok", **values}
        )

    @classmethod
    def _channel(cls, account, phone_number_id, **values):
        return cls.env["whatsapp.channel"].create(
            {
                "name": f"Number {phone_number_id[-1]}",
                "account_id": account.id,
                "phone_number_id": phone_number_id,
                "display_phone_number": f"+{DISPLAY}",
                "status": "CONNECTED",
                **values,
            }
        )

    @classmethod
    def _contact(cls, wa_id="34600900222", channel=None, **values):
        channel = channel or cls.channel
        contact = cls.env["whatsapp.contact"]._find_or_create_by_phone(channel, wa_id)
        if values:
            contact.write(values)
        return contact

    @classmethod
    def _conversation(cls, wa_id="34600900222", open_window=True, channel=None):
        """Return the conversation with a phone; its window is open for 23 hours unless told otherwise."""
        channel = channel or cls.channel
        contact = cls._contact(wa_id, channel)
        conversation = cls.env["whatsapp.conversation"]._find_or_create(channel, contact)[contact]
        if open_window:
            now = fields.Datetime.now()
            conversation.write({"last_inbound_at": now - timedelta(hours=1), "window_expires_at": now + timedelta(hours=23)})
        return conversation

    @classmethod
    def _template(cls, name="greeting", account=None, **values):
        body = {"type": "BODY", "text": "Hello {{1}}", "example": {"body_text": [["Ana"]]}}
        definition = {
            "id": str(4990000 + next(_serial)), "name": name, "language": "en", "category": "UTILITY", "status": "APPROVED",
            "parameter_format": "POSITIONAL", "components": [body],
        }
        found = cls.env["whatsapp.message.template"]._take_over(account or cls.account, [{**definition, **values}])
        return found.template_id

    # ------------------------------------------------------------
    # What Meta sends
    # ------------------------------------------------------------

    @staticmethod
    def inbound_text(body="Hello", **values):
        """Return an element of ``messages[]``; ``id``, ``from`` and ``timestamp`` may be given."""
        return WhatsappData.inbound_message("text", text={"body": body}, **values)

    @staticmethod
    def inbound_message(kind, **values):
        """Return an element of ``messages[]`` of any type, sent now."""
        now = int(datetime.now().timestamp())
        message = {"from": ANA["wa_id"], "id": f"wamid.T{next(_serial):06}", "timestamp": str(now), "type": kind, **values}
        return {key: value for key, value in message.items() if value is not None}

    @staticmethod
    def status(wamid, status, at=None, **values):
        """Return an element of ``statuses[]``."""
        moment = int((at or datetime.now()).timestamp())
        return {"id": wamid, "status": status, "timestamp": str(moment), "recipient_id": ANA["wa_id"], **values}

    @staticmethod
    def notification(messages=(), statuses=(), contacts=(ANA,), number=NUMBER, waba=WABA):
        """Return the body of one POST of Meta's, as an object."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": DISPLAY, "phone_number_id": number},
        }
        if messages:
            value["contacts"] = list(contacts)
            value["messages"] = list(messages)
        if statuses:
            value["statuses"] = list(statuses)
        return {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": [{"field": "messages", "value": value}]}]}

    def event(self, body, account=None):
        """Store a notification in the journal, as the controller does."""
        return self.Event.create(
            {"account_id": (account or self.account).id, "body": body if isinstance(body, str) else json.dumps(body)}
        )

    def process(self, *events):
        """Handle journal rows, as the intake lane does with a batch."""
        events = self.Event.union(*events)
        events._process({event: event._parse() for event in events})
        return events

    def receive(self, *messages, contacts=(ANA,), channel=None, account=None):
        """Have Meta deliver messages in one POST; returns their rows."""
        channel = channel or self.channel
        body = self.notification(messages, contacts=contacts, number=channel.phone_number_id)
        self.process(self.event(body, account or channel.account_id))
        wamids = [message["id"] for message in messages]
        return self.Message.search([("wamid", "in", wamids)], order="id")

    def apply_statuses(self, *statuses):
        """Apply elements of ``statuses[]``; returns those whose message is not known."""
        parsed = inbound.parse_object(self.notification(statuses=statuses)).statuses
        return self.Message._apply_statuses([(self.channel, status) for status in parsed])

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def claim(self, lane="replies", room=50):
        """Claim what is due, as a sender does in a transaction of its own; returns jobs."""
        self.env.flush_all()
        jobs, _starved = self.Message._claim(lane, RUNNER, room)
        return jobs

    def settle(self, job, kind="accepted", **values):
        """Write what became of a claimed job."""
        if kind == "accepted":
            values.setdefault("wamid", f"wamid.OUT{job.id}")
        self.Message._apply_outcomes([Outcome(job, kind, **values)])
        self.env.invalidate_all()  # senders work in a transaction of their own

    def refuse(self, job, code=None, http_status=400, **values):
        """Have Meta answer an error."""
        error = MetaError(code=code, title=None, message="Refused.", **values) if code is not None else None
        self.settle(job, "failed", error=error, http_status=http_status)

    def sent(self, conversation=None, wamid=None, **options):
        """Return a text that Meta has accepted."""
        row = (conversation or self._conversation())._send_text("Hello", **options)
        [job] = [job for job in self.claim() if job.id == row.id]
        self.settle(job, wamid=wamid or f"wamid.OUT{row.id}")
        return row


class WhatsappCommon(WhatsappData, TransactionCase):
    """A transaction with an account, a number and a team. Nothing leaves: lanes are not started in tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_whatsapp()
