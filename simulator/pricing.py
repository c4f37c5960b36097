"""The ``pricing`` object of statuses, after "Pricing on the WhatsApp Business Platform"."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import Message, World

#: From this day, service messages and utility templates in the window are charged (1 October 2026, UTC).
CHARGED_FROM = 1_790_812_800
FREE_SERVICE_MESSAGES = 1000


def price(world: World, message: Message, now: float) -> dict:
    """What a message costs.

    :returns: dict with billable, pricing_model, type and category; counts the free service messages of the month.
    """
    number = world.numbers.get(message.pnid)
    in_window = world.window_open(message.pnid, message.person, now)
    if message.type == "template":
        template = world.template(number.waba_id, message.content.get("name"),
                                  (message.content.get("language") or {}).get("code")) if number else None
        category = (template.category if template else "UTILITY").lower()
        free = category == "utility" and in_window and now < CHARGED_FROM
    else:
        category = "service"
        free = now < CHARGED_FROM
        if not free and number is not None:
            month = time.strftime("%Y-%m", time.gmtime(now))
            used = number.free_service.get(month, 0)
            number.free_service[month] = used + 1
            free = used < FREE_SERVICE_MESSAGES
    return {
        "billable": not free, "pricing_model": "PMP",
        "type": "free_customer_service" if free else "regular", "category": category,
    }
