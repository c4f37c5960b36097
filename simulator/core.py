"""The simulator: one object that holds the world and does what Meta does with messages."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from .config import Config
from .delivery import Hub
from .errors import webhook_error
from .failures import Failures
from .limits import Limits
from .pages import Pages
from .pricing import price
from .recording import Recorder
from .seed import SEEDS
from .state import Message
from .timeline import Timeline
from .validation.media import MEDIA_LIMITS

if TYPE_CHECKING:
    from .state import Number, Person

_logger = logging.getLogger(__name__)
_RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}


class Simulator:
    """State and behaviour shared by the Graph paths, the control API and the phone page."""

    def __init__(self, seed: str = "demo", config: Config | None = None) -> None:
        self.seed = seed
        self.base_url = ""  # address that clients use
        self.config = config or Config()
        self.timeline = Timeline()
        self.failures = Failures()
        self.limits = Limits()
        self.pages = Pages(self)
        self.world = SEEDS[seed](self.config.record.messages)
        self.recorder = Recorder(self.config.record.requests)
        self.hub = Hub(self.config, self.world, self.timeline)

    async def start(self) -> None:
        await self.hub.start()

    async def stop(self) -> None:
        self.timeline.clear()
        await self.pages.close()
        await self.hub.stop()

    def reset(self, keep_urls: bool = True, keep_config: bool = False) -> None:
        """Back to the seed. Callback URLs survive unless ``keep_urls`` is false."""
        old = self.world
        self.timeline.clear()
        self.limits.clear()
        self.failures.rules.clear()
        if not keep_config:
            fresh = Config()
            self.config.__dict__.update(fresh.__dict__)
        self.world = SEEDS[self.seed](self.config.record.messages)
        if keep_urls:
            for app_id, app in old.apps.items():
                if app_id in self.world.apps:
                    new = self.world.apps[app_id]
                    new.callback_url, new.verify_token, new.fields = app.callback_url, app.verify_token, app.fields
            for waba_id, waba in old.wabas.items():
                if waba_id in self.world.wabas:
                    self.world.wabas[waba_id].subscriptions = waba.subscriptions
            for pnid, number in old.numbers.items():
                if pnid in self.world.numbers:
                    self.world.numbers[pnid].override = number.override
        self.recorder = Recorder(self.config.record.requests)
        self.hub.clear()
        self.hub.world = self.world
        self.apply_config()
        self.pages.reset()

    def apply_config(self) -> None:
        """Make the recorders follow the configuration."""
        self.recorder.resize(self.config.record.requests)
        self.recorder.keep_bodies = self.config.record.bodies
        self.world.keep_messages = self.config.record.messages
        if self.hub.log.maxlen != self.config.record.deliveries:
            self.hub.log = type(self.hub.log)(self.hub.log, maxlen=self.config.record.deliveries)

    # -- outbound -------------------------------------------------------------------------------------------------
    def accept(self, message: Message, failed: tuple[int, str | None] | None = None, silent: bool = False,
               delay: float = 0.0) -> None:
        """Keep a message that was accepted and plan its statuses.

        :param failed: (code, details) when it will be reported as failed instead of delivered.
        :param silent: never report anything (a business-scoped id in ``to``, an offline user).
        :param delay: seconds until the answer leaves; statuses come after it.
        """
        self.world.add(message)
        self.recorder.accepted(message.callback)
        if self.pages.watching:
            self.pages.message(message)
        if silent:
            return
        if self.config.media.fetch_links and not failed and (link := media_link(message)):
            self.hub.spawn(self._fetch(message, link, delay))
        else:
            self._plan(message, failed, delay)

    async def _fetch(self, message: Message, link: str, delay: float) -> None:
        """Get the file behind a link before the message leaves, as Meta does; 131053 when that fails."""
        problem = await self.hub.fetch(link)
        self._plan(message, (131053, problem) if problem else None, delay)

    def _plan(self, message: Message, failed: tuple[int, str | None] | None, delay: float) -> None:
        settings = self.config.webhook
        step = settings.status_delay_ms / 1000
        if failed:
            self.timeline.after(delay + step, self.fail, message, *failed)
            return
        for index, status in enumerate(settings.statuses, 1):
            if status == "played" and not (message.content or {}).get("voice"):
                continue
            if message.type == "reaction" and status != "sent":
                continue
            self.timeline.after(delay + step * index, self.progress, message, status)

    def progress(self, message: Message, status: str) -> None:
        """A planned status is due. Reading is left to the phone page while it is open as that person."""
        if status in ("read", "played") and not self.pages.reads(message.person.key, message.pnid, status):
            return
        self.set_status(message, status)

    def set_status(self, message: Message, status: str) -> None:
        """Move a message forward and tell the business; never backwards, never after a failure."""
        if message.status == "failed" or _RANK[status] <= _RANK[message.status]:
            return
        now = time.time()
        message.status = status
        message.times[status] = now
        if message.pricing is None and status != "played":
            message.pricing = price(self.world, message, now)
        self._tell_status(message, status, now)

    def fail(self, message: Message, code: int, details: str | None = None) -> None:
        """Report a message as failed."""
        now = time.time()
        message.status = "failed"
        message.times["failed"] = now
        message.errors = [webhook_error(code, details)]
        self._tell_status(message, "failed", now)

    def _tell_status(self, message: Message, status: str, now: float) -> None:
        number = self.world.numbers.get(message.pnid)
        if number is None:
            return
        person = message.person
        entry = {"id": message.wamid, "status": status, "timestamp": str(int(now))}
        show_phone = bool(person.phone) and not (person.hide_phone and message.by_user_id)
        if show_phone:
            entry["recipient_id"] = person.phone
        value = {"messaging_product": "whatsapp", "metadata": self.metadata(number)}
        if status == "failed":
            if message.by_user_id:
                entry["recipient_user_id"] = person.user_id
            entry["errors"] = message.errors
        elif self.config.show_bsuid or message.by_user_id:
            entry["recipient_user_id"] = person.user_id
            contact = {"user_id": person.user_id}
            if show_phone:
                contact["wa_id"] = person.phone
            if person.name or person.username and status != "sent":
                contact["profile"] = self.profile(person, username=status != "sent")
            value["contacts"] = [contact]
        if message.callback is not None:
            entry["biz_opaque_callback_data"] = message.callback
        if message.pricing and status in ("sent", "delivered", "read"):
            entry["pricing"] = message.pricing
        value["statuses"] = [entry]
        self.hub.push(number.waba_id, "messages", value, number.id)
        if self.pages.watching:
            self.pages.status(message)

    # -- shared pieces of webhooks --------------------------------------------------------------------------------
    @staticmethod
    def metadata(number: Number) -> dict:
        return {"display_phone_number": number.digits, "phone_number_id": number.id}

    @staticmethod
    def profile(person: Person, username: bool = True) -> dict:
        profile = {"name": person.name} if person.name else {}
        if person.username and username:
            profile["username"] = person.username
        return profile

    def new_outbound(self, number: Number, person: Person, wamid: str, type_: str, content: Any, body: dict,
                     by_user_id: bool) -> Message:
        """A Message for an accepted request."""
        context = body.get("context")
        callback = body.get("biz_opaque_callback_data")
        return Message(
            wamid, number.id, person, True, type_, content, time.time(),
            context_id=context.get("message_id") if isinstance(context, dict) else None,
            callback=callback, by_user_id=by_user_id,
        )


def media_link(message: Message) -> str | None:
    """The link of a media message, or None."""
    return message.content.get("link") if message.type in MEDIA_LIMITS else None
