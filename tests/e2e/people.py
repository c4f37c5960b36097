"""Who takes part: customers, who have a phone, and agents, who have a web session."""

import html
import itertools
import re
import time
from typing import TYPE_CHECKING

import requests
from simulator_client import PNID

if TYPE_CHECKING:
    from harness import Stack

ADMIN = ("admin", "admin")
TEMPLATE_BUTTONS = ("Accept", "Reject")  # quick replies of the simulator's template order_new_seller, in order


class Customer:
    """A person with WhatsApp. phone: digits; user_id: business-scoped; hidden: nobody is told the phone."""

    def __init__(self, stack: "Stack", phone: str, user_id: str, name: str, hidden: bool = False):
        self.stack, self.phone, self.user_id, self.name, self.hidden = stack, phone, user_id, name, hidden

    @property
    def address(self) -> str:
        """What the business addresses: the phone, or the user id where the phone is hidden."""
        return self.user_id if self.hidden else self.phone

    def sender(self) -> dict:
        """Fields of the control API that say who writes."""
        who = {"user_id": self.user_id, "profile_name": self.name, "hide_phone": self.hidden}
        return who if self.hidden else {"from": self.phone, **who}

    def writes(self, text: str, **more) -> str:
        """Send a text to the business; returns the wamid."""
        return self.stack.sim.inbound(text=text, **self.sender(), **more)

    def taps(self, message: dict, title: str) -> str:
        """Tap a button of a message that has arrived (as in `received`); returns the wamid."""
        reply_to = message["wamid"]
        if message["type"] == "interactive":
            buttons = [button["reply"] for button in message["content"]["action"]["buttons"]]
            chosen = next(button for button in buttons if button["title"] == title)
            answer = {"type": "button_reply", "button_reply": chosen}
            return self.stack.sim.inbound(type="interactive", interactive=answer, reply_to=reply_to, **self.sender())
        parts = [part for part in message["content"]["components"] if part["type"].lower() == "button"]
        part = next(part for part in parts if int(part["index"]) == TEMPLATE_BUTTONS.index(title))
        answer = {"payload": part["parameters"][0]["payload"], "text": title}
        return self.stack.sim.inbound(type="button", button=answer, reply_to=reply_to, **self.sender())

    # -- what Odoo has of this person ----------------------------------------------------------------------------------

    def messages(self, direction: str | None = None) -> list[dict]:
        """Rows of whatsapp_chat_message, oldest first."""
        return self.stack.rows(
            """SELECT m.* FROM whatsapp_chat_message m JOIN whatsapp_contact c ON c.id = m.contact_id
                WHERE (c.bsuid = %s OR c.wa_id = %s) AND (%s IS NULL OR m.direction = %s) ORDER BY m.id""",
            self.user_id, self.phone, direction, direction,
        )  # fmt: skip

    def inbound_texts(self) -> list[str]:
        """Texts of this person that Odoo has stored, in Odoo's order."""
        return [row["body"] for row in self.messages("inbound")]

    def conversation(self) -> dict:
        """The row of whatsapp_conversation."""
        rows = self.stack.rows(
            """SELECT v.* FROM whatsapp_conversation v JOIN whatsapp_contact c ON c.id = v.contact_id
                WHERE c.bsuid = %s OR c.wa_id = %s""",
            self.user_id, self.phone,
        )  # fmt: skip
        assert len(rows) == 1, f"{self.name} has {len(rows)} conversations"
        return rows[0]

    def discuss_texts(self) -> list[str]:
        """This person's messages as agents read them in Discuss, oldest first."""
        return [
            html.unescape(re.sub("<[^>]*>", "", re.sub("<br/?>", "\n", row["body"])))
            for row in self.stack.rows(
                """SELECT d.body FROM mail_message d
                     JOIN whatsapp_conversation v ON d.res_id = v.discuss_channel_id AND d.model = 'discuss.channel'
                     JOIN whatsapp_contact c ON c.id = v.contact_id
                    WHERE (c.bsuid = %s OR c.wa_id = %s) AND d.author_id = c.partner_id
                    ORDER BY d.id""",
                self.user_id, self.phone,
            )  # fmt: skip
        ]

    def received(self) -> list[dict]:
        """What has arrived on this person's phone, as the simulator knows it."""
        return self.stack.sim.sent(self.address)

    def received_texts(self) -> list[str]:
        """Bodies of the texts that have arrived on the phone."""
        return [message["content"]["body"] for message in self.received() if message["type"] == "text"]


class Agent:
    """A user of Odoo with a session of the web client."""

    def __init__(self, stack: "Stack", login: str, password: str, url: str | None = None):
        self.stack, self.login = stack, login
        self.url = url or f"http://127.0.0.1:{stack.odoo_port}"
        self._password = password
        self._session: requests.Session | None = None
        self._ids = itertools.count(1)

    def _rpc(self, path: str, params: dict) -> object:
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._ids), "params": params}
        response = self._session.post(f"{self.url}{path}", json=body, timeout=60)
        response.raise_for_status()
        answer = response.json()
        if "error" in answer:
            data = answer["error"].get("data", {})
            raise RpcError(data.get("name", ""), data.get("message", str(answer["error"])), data.get("debug", ""))
        return answer.get("result")

    def _log_in(self) -> None:
        if self._session is None:
            self._session = requests.Session()
            self._session.trust_env = False
            params = {"db": self.stack.db, "login": self.login, "password": self._password}
            self._rpc("/web/session/authenticate", params)

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a public method of a model."""
        self._log_in()
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self._rpc(f"/web/dataset/call_kw/{model}/{method}", params)

    def writes_to(self, customer: Customer, text: str) -> int:
        """Write in the customer's thread, as the Discuss composer does; returns the id of the chat message."""
        mail_message = self.post(customer.conversation()["discuss_channel_id"], text)
        return self.stack.value("SELECT id FROM whatsapp_chat_message WHERE mail_message_id = %s", mail_message)

    def post(self, channel: int, text: str) -> int:
        """Post in a Discuss channel; returns the id of the mail.message."""
        self._log_in()
        post = {"body": text, "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        params = {"thread_model": "discuss.channel", "thread_id": channel, "post_data": post}
        return self._rpc("/mail/message/post", params)["message_id"]


class RpcError(Exception):
    """What Odoo answered instead of a result. name: class of the exception; message: what people read."""

    def __init__(self, name: str, message: str, debug: str = ""):
        super().__init__(f"{name}: {message}\n{debug[-2000:]}")
        self.name, self.message = name, message


def text_value(sender: Customer, texts: list[tuple[str, str]], at: float | None = None) -> dict:
    """A `value` of the field "messages" with texts [(wamid, body)] of one person, as Meta sends it."""
    stamp = str(int(at or time.time()))
    contact = {"profile": {"name": sender.name}, "wa_id": sender.phone, "user_id": sender.user_id}
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100001", "phone_number_id": PNID},
        "contacts": [contact],
        "messages": [
            {"from": sender.phone, "from_user_id": sender.user_id, "id": wamid, "timestamp": stamp, "type": "text",
             "text": {"body": body}}
            for wamid, body in texts
        ],
    }  # fmt: skip


def status_value(customer: Customer, wamid: str, *statuses: str, callback: str | None = None, **more) -> dict:
    """A `value` of the field "messages" with statuses of one message, a second apart, in the order given."""
    now = int(time.time())
    entries = []
    for index, status in enumerate(statuses):
        entry = {"id": wamid, "status": status, "timestamp": str(now + index), "recipient_id": customer.phone, **more}
        if callback:
            entry["biz_opaque_callback_data"] = callback
        entries.append(entry)
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100001", "phone_number_id": PNID},
        "statuses": entries,
    }


def notification(*values: dict, waba: str = "200000000000001", field: str = "messages") -> dict:
    """A whole notification: one entry with a change for each value."""
    changes = [{"value": value, "field": field} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": changes}]}
