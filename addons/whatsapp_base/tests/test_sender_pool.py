import time
from concurrent.futures import Future
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..lanes import sender as sender_module
from ..lanes.sender import CLAIM_AHEAD, SLOW_SECONDS, Sender


@tagged("post_install", "-at_install")
class TestSenderPool(BaseCase):
    """How much a sender claims: what waits for a thread leaves later than its rate was counted."""

    def _room(self, under_way, age):
        """Return for how many messages the sender asks, with so many requests that began ``age`` seconds ago."""
        sender = Sender("bulk")
        for _number in range(under_way):
            future = Future()
            sender._futures[future] = None
            sender._begun[future] = time.monotonic() - age
        asked = []
        with patch.object(sender_module.Sender, "_claim", lambda self, registry, env, runner, room: asked.append(room)):
            sender.step(None, None, 1)
        return asked[0] if asked else 0

    def test_while_meta_is_quick_some_are_claimed_ahead(self):
        size = Sender("bulk").size
        self.assertEqual(self._room(0, 0), int(size * CLAIM_AHEAD))
        self.assertEqual(self._room(40, SLOW_SECONDS / 2), int(size * CLAIM_AHEAD) - 40)

    def test_while_meta_is_slow_no_more_than_can_leave_at_once(self):
        size = Sender("bulk").size
        self.assertEqual(self._room(40, SLOW_SECONDS * 2), size - 40)
        self.assertEqual(self._room(size, SLOW_SECONDS * 2), 0)
