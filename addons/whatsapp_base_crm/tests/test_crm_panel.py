from odoo.tests import tagged

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon
from odoo.addons.whatsapp_base.tests.panel_common import PanelData

NAME = "Leads and Opportunities"


@tagged("post_install", "-at_install")
class TestCrmPanel(PanelData, WhatsappCommon):
    """Leads beside the conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.talk = cls._conversation("34600900601")
        cls.seller = cls.agent
        cls.seller.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Ten lamps", "type": "opportunity", "partner_id": cls.talk.partner_id.id, "expected_revenue": 1500,
             "date_deadline": "2020-01-01", "user_id": cls.seller.id}
        )

    def test_a_seller_sees_open_leads_with_amount_stage_and_deadline(self):
        won = self.lead.copy({"name": "Done"})
        won.action_set_won()
        section = self.section(self.talk, NAME)
        [lead] = section["documents"]
        self.assertEqual((lead["id"], lead["title"], lead["is_late"]), (self.lead.id, "Ten lamps", True))
        self.assertIn("1,500.00", lead["amount"])
        self.assertEqual(lead["state"]["label"], self.lead.stage_id.name)
        self.assertEqual(lead["subtitle"], self.seller.name)

    def test_who_may_not_read_leads_does_not_see_the_section(self):
        self.assertIsNone(self.section(self.talk, NAME, self.supervisor))

    def test_a_new_lead_knows_its_customer(self):
        context = self.section(self.talk, NAME)["create_context"]
        self.assertEqual(context, {"default_type": "opportunity", "default_partner_id": self.talk.partner_id.id})
        lead = self.env["crm.lead"].with_user(self.seller).with_context(**context).create({"name": "Five more"})
        self.assertEqual(self.section(self.talk, NAME)["count"], 2)
        self.assertEqual(lead.phone, self.talk.partner_id.phone)

    def test_changes_are_told_at_once(self):
        stage = self.env["crm.stage"].search([("id", "!=", self.lead.stage_id.id)], limit=1)
        for work in (
            lambda: self.lead.write({"stage_id": stage.id}),
            lambda: self.lead.write({"expected_revenue": 1}),
            lambda: self.lead.copy({}),
            lambda: self.lead.write({"partner_id": False}),
        ):
            self.forget()
            work()
            self.assertEqual(self.told(), {self.talk.id})
        self.forget()
        self.lead.description = "x"
        self.assertEqual(self.told(), set())
