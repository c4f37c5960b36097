"""What the simulated platform knows: apps, accounts, numbers, templates, media, people and messages."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from . import ids

#: Free-form messages are allowed for this long after the user's last message (customer service window).
WINDOW_SECONDS = 24 * 3600
#: Messages kept for one (number, person) thread of the phone page.
THREAD_LENGTH = 300


@dataclass(slots=True)
class App:
    """A Meta app: signs webhooks with its secret, has one callback URL for everything not overridden."""

    id: str
    name: str
    secret: str
    verify_token: str = ""
    callback_url: str = ""
    fields: set = field(default_factory=set)  # empty: every field


@dataclass(slots=True)
class Token:
    """An access token. ``wabas`` None means every account of the simulator."""

    value: str
    app_id: str
    expires_at: float = 0
    valid: bool = True
    wabas: set | None = None
    scopes: tuple = ("business_management", "whatsapp_business_management", "whatsapp_business_messaging")

    def works(self, now: float) -> bool:
        return self.valid and not (self.expires_at and self.expires_at <= now)


@dataclass(slots=True)
class Override:
    """An alternate callback URL (of a WABA or a phone number)."""

    url: str
    verify_token: str = ""


@dataclass(slots=True)
class Waba:
    """A WhatsApp Business Account."""

    id: str
    name: str
    currency: str = "USD"
    timezone_id: str = "1"
    country: str = "US"
    subscriptions: dict = field(default_factory=dict)  # app id -> Override | None
    status: str = "ACTIVE"
    review_status: str = "APPROVED"
    verification: str = "verified"


@dataclass(slots=True)
class Number:
    """A business phone number."""

    id: str
    waba_id: str
    display: str
    name: str
    throughput: int | None = None  # messages per second; None takes the configuration
    registered: bool = True
    quality: str = "GREEN"
    limit_tier: str = "TIER_250"
    pin: str = ""
    profile: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    automation: dict = field(default_factory=dict)
    override: Override | None = None
    blocked: dict = field(default_factory=dict)  # person key -> input
    digits: str = ""
    free_service: dict = field(default_factory=dict)  # "YYYY-MM" -> delivered service messages
    # set-up
    status: str = ""  # empty: what follows from ``registered``
    verified: bool = True
    code: str = ""  # verification code that was "sent"
    register_calls: list = field(default_factory=list)
    wrong_pins: int = 0
    name_status: str = "APPROVED"
    new_name: str = ""
    new_name_status: str = "NONE"
    account_mode: str = "LIVE"
    on_biz_app: bool = False
    app_since: float = 0  # when the number of the phone app was connected
    app_synced: set = field(default_factory=set)  # what was handed over already
    app_declines: bool = False  # the owner does not share past chats
    app_contacts: list = field(default_factory=list)
    app_chats: list = field(default_factory=list)
    official: bool = False
    health: list = field(default_factory=list)  # entities of health_status, instead of the usual ones
    picture: tuple = ()  # (mime type, bytes) of the profile picture
    username: str = ""
    qr_codes: dict = field(default_factory=dict)  # code -> prefilled message

    def __post_init__(self) -> None:
        self.digits = "".join(c for c in self.display if c.isdigit())


@dataclass(slots=True)
class Template:
    """One language of a message template."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    previous_category: str | None = None
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"
    ttl: int | None = None
    edits: list = field(default_factory=list)


@dataclass(slots=True)
class Media:
    """A stored file. ``pnid`` is the number that uploaded or received it."""

    id: str
    pnid: str
    mime: str
    data: bytes
    sha256: str
    filename: str | None = None
    created: float = 0


@dataclass(slots=True)
class Person:
    """A WhatsApp user. Without a phone, or with ``hide_phone``, webhooks carry only the business-scoped id."""

    key: str
    name: str
    phone: str | None
    user_id: str
    username: str | None = None
    hide_phone: bool = False
    on_whatsapp: bool = True
    about: str = ""
    shown: bool = True  # listed on the phone page

    @property
    def shows_phone(self) -> bool:
        return bool(self.phone) and not self.hide_phone


@dataclass(slots=True, eq=False)
class Message:
    """A message in either direction between a business number and a person."""

    wamid: str
    pnid: str
    person: Person
    outbound: bool  # from the business
    type: str
    content: dict
    at: float
    context_id: str | None = None
    callback: str | None = None
    by_user_id: bool = False  # addressed by business-scoped id
    status: str = "accepted"
    times: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)
    reactions: dict = field(default_factory=dict)  # "business" | "person" -> emoji
    pricing: dict | None = None
    forwarded: bool = False
    edited: bool = False


class World:
    """Everything that ``reset`` forgets. Lookups only; behaviour lives in the modules that use it."""

    def __init__(self, keep_messages: int = 100_000) -> None:
        self.keep_messages = keep_messages
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self.wabas: dict[str, Waba] = {}
        self.numbers: dict[str, Number] = {}
        self.templates: dict[str, Template] = {}
        self.media: dict[str, Media] = {}
        self.uploads: dict[str, dict] = {}
        self.people: dict[str, Person] = {}  # by key
        self.by_user_id: dict[str, Person] = {}
        self.messages: dict[str, Message] = {}  # by wamid, oldest first
        self.threads: dict[tuple, deque] = {}  # (pnid, person key) -> messages
        self.last_inbound: dict[tuple, float] = {}  # (pnid, person key) -> epoch seconds
        self.template_creations: dict[str, list] = {}  # waba -> times of the last hour
        self.deleted_templates: dict[tuple, float] = {}  # (waba, name) -> when

    # -- people ---------------------------------------------------------------------------------------------------
    def person(self, phone: str | None = None, user_id: str | None = None, name: str | None = None,
               username: str | None = None, hide_phone: bool | None = None, create: bool = True) -> Person | None:
        """Find a person by phone digits or business-scoped id; create one unless told not to.

        :returns: Person, or None when not found and ``create`` is false.
        """
        found = (self.people.get(phone) if phone else None) or (self.by_user_id.get(user_id) if user_id else None)
        if found is None:
            if not create:
                return None
            user_id = user_id or ids.bsuid(phone or username or name or "")
            found = Person(phone or user_id, name if name is not None else "", phone, user_id, username,
                           bool(hide_phone))
            self.people[found.key] = found
            self.by_user_id[user_id] = found
            return found
        if name is not None:
            found.name = name
        if username is not None:
            found.username = username or None
        if hide_phone is not None:
            found.hide_phone = bool(hide_phone)
        if user_id and user_id != found.user_id:
            self.by_user_id.pop(found.user_id, None)
            found.user_id = user_id
            self.by_user_id[user_id] = found
        return found

    # -- messages -------------------------------------------------------------------------------------------------
    def add(self, message: Message) -> None:
        """Keep a message; forget the oldest ones above the limit."""
        self.messages[message.wamid] = message
        key = (message.pnid, message.person.key)
        thread = self.threads.get(key)
        if thread is None:
            thread = self.threads[key] = deque(maxlen=THREAD_LENGTH)
        thread.append(message)
        if len(self.messages) > self.keep_messages:
            oldest = self.messages.pop(next(iter(self.messages)))
            old_key = (oldest.pnid, oldest.person.key)
            old_thread = self.threads.get(old_key)
            if old_thread and old_thread[0] is oldest:
                old_thread.popleft()
                if not old_thread:
                    del self.threads[old_key]

    def window_open(self, pnid: str, person: Person, now: float | None = None) -> bool:
        """True while the customer service window of (number, person) is open."""
        last = self.last_inbound.get((pnid, person.key))
        return last is not None and (now or time.time()) - last < WINDOW_SECONDS

    def template(self, waba_id: str, name: str, language: str) -> Template | None:
        """The template of that exact language, whatever its status; None if there is none."""
        for template in self.templates.values():
            if template.name == name and template.language == language and template.waba_id == waba_id:
                return template
        return None
