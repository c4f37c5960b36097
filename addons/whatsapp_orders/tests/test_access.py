from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import CUSTOMER, OrdersCommon


class TestAccess(OrdersCommon):
    """Each role sees and does what it should, and companies see nothing of each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.salesman = new_test_user(cls.env, "wa_sales", "base.group_user,sales_team.group_sale_salesman")
        cls.seller_user = new_test_user(cls.env, "wa_portal_seller", "base.group_portal")
        cls.rahim.user_id = cls.seller_user
        cls.company_2 = cls.env["res.company"].create({"name": "Second"})
        cls.foreign_agent = new_test_user(
            cls.env, "wa_foreign", "base.group_user,whatsapp_base.group_whatsapp_supervisor",
            company_id=cls.company_2.id, company_ids=[(6, 0, cls.company_2.ids)],
        )

    MODELS = (
        "whatsapp.order", "whatsapp.order.detail", "whatsapp.order.offer", "whatsapp.order.type", "whatsapp.order.type.field",
        "whatsapp.seller",
    )

    def _refused(self, user, model, right):
        with self.assertRaises(AccessError, msg=f"{user.login} must not {right} {model}"):
            self.env[model].with_user(user).check_access(right)

    def _allowed(self, user, model, *rights):
        for right in rights:
            self.env[model].with_user(user).check_access(right)

    def test_outsiders_see_nothing(self):
        for user in (self.employee, self.portal, self.public, self.seller_user):
            for model in self.MODELS:
                self._refused(user, model, "read")

    def test_agents_handle_orders_and_read_the_rest(self):
        self._allowed(self.agent, "whatsapp.order", "read", "write", "create")
        self._refused(self.agent, "whatsapp.order", "unlink")
        for model in self.MODELS:
            self._allowed(self.agent, model, "read")
        for model in ("whatsapp.order.offer", "whatsapp.order.type", "whatsapp.order.type.field", "whatsapp.seller"):
            self._refused(self.agent, model, "write")
            self._refused(self.agent, model, "create")

    def test_supervisors_manage_services_and_sellers(self):
        for model in ("whatsapp.order", "whatsapp.order.type", "whatsapp.order.type.field", "whatsapp.seller"):
            self._allowed(self.supervisor, model, "read", "write", "create", "unlink")
        self._refused(self.supervisor, "whatsapp.order.offer", "write")
        self.service.with_user(self.supervisor).price = 600
        self.rahim.with_user(self.supervisor).action_set_away()

    def test_sales_people_read_orders_only(self):
        order = self.order()
        for model in self.MODELS:
            self._allowed(self.salesman, model, "read")
            self._refused(self.salesman, model, "write")
        self.assertEqual(order.with_user(self.salesman).details_text, "Name: John Doe\nNID: 1234567890")
        for action in ("action_accept_for_seller", "action_cancel", "action_find_seller", "action_done"):
            with self.assertRaises(AccessError):
                getattr(order.with_user(self.salesman), action)()
        self.assertEqual(order.state, "offered")

    def test_agents_of_another_company_see_nothing(self):
        order = self.order()
        user = self.foreign_agent
        for record in (order, order.detail_ids, order.offer_ids, self.service, self.service.field_ids, self.rahim):
            self.assertFalse(self.env[record._name].with_user(user).search([("id", "in", record.ids)]))
            with self.assertRaises(AccessError):
                record.with_user(user).read(["display_name"])
        with self.assertRaises(AccessError):
            order.with_user(user).action_accept_for_seller()

    def test_tokens_of_offers_are_for_nobody(self):
        offer = self.order().offer_ids
        for user in (self.agent, self.supervisor, self.salesman):
            with self.assertRaises(AccessError):
                offer.with_user(user).read(["token"])
            self.assertNotIn("token", offer.with_user(user).fields_get())

    def test_an_agent_without_sales_rights_can_read_and_handle_the_order(self):
        order = self.order().with_user(self.agent)
        order.read()
        views = order.get_views([(False, "form"), (False, "list"), (False, "kanban"), (False, "search")])
        self.assertNotIn("action_open_sale_order", views["views"]["form"]["arch"])
        order.action_accept_for_seller()
        with self.assertRaises(AccessError):
            order.sale_order_id.read(["amount_total"])

    def test_messages_follow_the_conversations_rules(self):
        order = self.order()
        self.assertTrue(order.with_user(self.agent).chat_message_ids.mapped("body"))
        seen = self.env["whatsapp.chat.message"].with_user(self.other_agent).search([("whatsapp_order_id", "=", order.id)])
        self.assertFalse(seen.filtered(lambda m: m.contact_id.wa_id == CUSTOMER["wa_id"]))

    def test_each_company_counts_its_own_orders(self):
        sequence = self.env.ref("whatsapp_orders.sequence_whatsapp_order")
        sequence.copy({"company_id": self.company_2.id, "prefix": "TWO-", "number_next": 1})
        service = self.env["whatsapp.order.type"].create({"name": "Two", "company_id": self.company_2.id})
        partner = self.env["res.partner"].create({"name": "C"})
        order = self.Order.create({"company_id": self.company_2.id, "type_id": service.id, "partner_id": partner.id})
        self.assertTrue(order.name.startswith("TWO-"))
