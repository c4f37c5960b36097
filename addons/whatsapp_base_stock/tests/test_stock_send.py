from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon


class TestStockSend(WhatsappCommon):
    """Customers hear of their deliveries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana = cls.env["res.partner"].create({"name": "Ana", "phone": "+34600900111"})
        cls.lamp = cls.env["product.product"].create({"name": "Lamp", "type": "consu"})
        cls.template = cls._template("delivered", components=[{"type": "BODY", "text": "Your delivery has arrived"}])
        cls.keeper = new_test_user(cls.env, "keeper", "base.group_user,stock.group_stock_user")
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)

    def delivery(self, partner=None):
        kind = self.warehouse.out_type_id
        picking = self.env["stock.picking"].create(
            {
                "partner_id": (partner or self.ana).id,
                "picking_type_id": kind.id,
                "location_id": kind.default_location_src_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.lamp.id,
                            "product_uom_qty": 1,
                            "location_id": kind.default_location_src_id.id,
                            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        return picking

    def told(self, picking):
        return self.Message.search([("res_model", "=", "stock.picking"), ("res_id", "=", picking.id)])

    def test_a_delivery_is_told_of_once_it_is_done_by_whoever_validates(self):
        self.company.whatsapp_delivery_template_id = self.template
        picking = self.delivery()
        picking.with_user(self.keeper)._action_done()
        self.assertEqual((picking.state, len(self.told(picking))), ("done", 1))
        picking.with_user(self.keeper)._send_confirmation_email()
        self.assertEqual(len(self.told(picking)), 1)

    def test_each_state_has_its_usual_template(self):
        on_its_way = self._template("delivery_on_its_way", components=[{"type": "BODY", "text": "On its way"}])
        picking = self.delivery()
        self.assertEqual(picking._whatsapp_usual_template(self.account), on_its_way)
        picking._action_done()
        self.assertEqual(picking._whatsapp_usual_template(self.account), self.template)

    def test_not_unless_the_company_wants_it(self):
        picking = self.delivery()
        picking._action_done()
        self.assertFalse(self.told(picking))

    def test_nothing_holds_the_goods_up(self):
        self.company.whatsapp_delivery_template_id = self.template
        self.template.translation_ids.status = "PAUSED"
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        for picking in (self.delivery(), self.delivery(nobody)):
            picking.with_user(self.keeper)._action_done()
            self.assertEqual(picking.state, "done")
            self.assertTrue(picking.message_ids.filtered(lambda m: "No WhatsApp message was sent" in m.body))
