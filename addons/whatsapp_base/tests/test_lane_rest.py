from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..lanes import runner
from ..lanes.runner import SMALL_BATCH, Runner


@tagged("post_install", "-at_install")
class TestLaneRest(BaseCase):
    """How long lanes rest: what nobody waits for steps aside for what customers wait for."""

    def setUp(self):
        super().setUp()
        known = patch.dict(runner._flooded_at, clear=True)
        known.start()
        self.addCleanup(known.stop)

    def rest(self, lane, done, took):
        asked = []
        served = Runner("some_database", lane)
        with patch.object(served._halt, "wait", asked.append):
            served._rest(done, took)
        return sum(asked)

    def test_the_intake_rests_after_what_was_neither_little_nor_much(self):
        self.assertEqual(self.rest("intake", 1, 0.01), 0)
        self.assertEqual(self.rest("intake", SMALL_BATCH.start, 0.01), runner.BREATHS * 0.01)
        self.assertEqual(self.rest("intake", SMALL_BATCH.start, 9), runner.BREATH)
        self.assertEqual(self.rest("intake", SMALL_BATCH.stop, 0.01), 0)

    def test_the_desk_rests_longer_while_notifications_pour_in(self):
        self.assertEqual(self.rest("desk", True, 0.01), runner.DESK_BREATHS * 0.01)
        self.rest("intake", runner.FLOOD, 0.1)
        self.assertEqual(self.rest("desk", True, 0.01), runner.DESK_BREATHS_IN_FLOOD * 0.01)
        self.assertEqual(self.rest("desk", True, 9), runner.DESK_BREATH_IN_FLOOD)

    def test_a_few_messages_are_no_flood(self):
        self.rest("intake", runner.FLOOD - 1, 0.01)
        self.assertEqual(self.rest("desk", True, 0.01), runner.DESK_BREATHS * 0.01)

    def test_a_flood_elsewhere_is_none_here(self):
        served = Runner("another_database", "intake")
        with patch.object(served._halt, "wait"):
            served._rest(SMALL_BATCH.stop, 0.1)
        self.assertEqual(self.rest("desk", True, 0.01), runner.DESK_BREATHS * 0.01)

    def test_what_sends_never_rests(self):
        for lane in ("replies", "bulk", "media", "signals"):
            self.assertEqual(self.rest(lane, True, 0.1), 0)
