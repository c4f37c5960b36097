from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .team_common import TeamCommon


@tagged("post_install", "-at_install")
class TestInboxBulkCost(TeamCommon):
    """What is done to many conversations at once costs about as many queries as for a few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.supervisor_ids = cls.supervisor

    def cost(self, action, value, count, **values):
        """Return the queries of one bulk action on so many waiting conversations, notes and tracking included."""
        conversations = self.Conversation.union(*(self.waiting(index + 1, **values) for index in range(count)))
        self.env.cr.precommit.run()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = self.Conversation.with_user(self.supervisor).with_context(tracking_disable=False).inbox_bulk(
            action, conversations.ids, value=value
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(sorted(result["ids"]), sorted(conversations.ids))
        return self.env.cr.sql_log_count - before

    def check(self, action, value=None, **values):
        self.cost(action, value, 2, **values)  # caches
        few, many = self.cost(action, value, 4, **values), self.cost(action, value, 40, **values)
        self.assertLess((many - few) / 36, 1.5, f"{action}: {few} queries for 4, {many} for 40")

    def test_assign(self):
        self.check("assign", self.ana.id)

    def test_team(self):
        self.check("team", self.env["whatsapp.team"].create({"name": "Other", "company_id": self.company.id}).id)

    def test_tag(self):
        self.check("tag", self.env["whatsapp.tag"].create({"name": "Bulk"}).id)

    def test_priority(self):
        self.check("priority", "2")

    def test_snooze(self):
        self.check("snooze", fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=3)))

    def test_resolve(self):
        self.check("resolve", user_id=self.ana.id)

    def test_reopen(self):
        self.check("reopen", state="resolved", user_id=self.ana.id)
