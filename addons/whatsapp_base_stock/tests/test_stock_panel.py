from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon
from odoo.addons.whatsapp_base.tests.panel_common import PanelData


@tagged("post_install", "-at_install")
class TestStockPanel(PanelData, WhatsappCommon):
    """Deliveries beside the conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.agent.group_ids += cls.env.ref("stock.group_stock_user")
        cls.talk = cls._conversation("34600900631")
        cls.lamp = cls.env["product.product"].create({"name": "Lamp", "type": "consu"})
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)

    def _picking(self, kind):
        shelf, customers = self.warehouse.lot_stock_id, self.env.ref("stock.stock_location_customers")
        move = {"product_id": self.lamp.id, "product_uom_qty": 1, "location_id": shelf.id, "location_dest_id": customers.id}
        picking = self.env["stock.picking"].create(
            {"partner_id": self.talk.partner_id.id, "picking_type_id": kind.id, "location_id": shelf.id, "origin": "S0001",
             "location_dest_id": customers.id, "move_ids": [Command.create(move)]}
        )
        picking.action_confirm()
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        return picking

    def test_deliveries_with_their_state(self):
        picking = self._picking(self.warehouse.out_type_id)
        self._picking(self.warehouse.int_type_id)
        self._picking(self.warehouse.out_type_id).action_cancel()
        picking._action_done()
        [delivery] = self.section(self.talk, "Last Deliveries")["documents"]
        self.assertEqual((delivery["title"], delivery["subtitle"]), (picking.name, "S0001"))
        self.assertEqual(delivery["state"], {"label": "Done", "color": "success"})

    def test_who_may_not_read_deliveries_does_not_see_them(self):
        self.assertIsNone(self.section(self.talk, "Last Deliveries", self.supervisor))

    def test_a_delivery_that_is_done_is_told_at_once(self):
        picking = self._picking(self.warehouse.out_type_id)
        internal = self._picking(self.warehouse.int_type_id)
        self.forget()
        internal._action_done()
        self.assertEqual(self.told(), set())
        picking._action_done()
        self.assertEqual(self.told(), {self.talk.id})
