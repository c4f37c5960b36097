from odoo.tests import HttpCase, TransactionCase, tagged

from odoo.addons.whatsapp_base.tests.roles_common import RolesHttpTests, RolesTests

# rights of agents, supervisors and administrators: c(reate) r(ead) w(rite) d(elete); sellers and sales: test_access
RIGHTS = {
    "whatsapp.order": ("crw", "crwd", "crwd"),
    "whatsapp.order.detail": ("crwd", "crwd", "crwd"),
    "whatsapp.order.offer": ("r", "r", "r"),
    "whatsapp.order.offer.wizard": ("crwd", "crwd", "crwd"),
    "whatsapp.order.type": ("r", "crwd", "crwd"),
    "whatsapp.order.type.field": ("r", "crwd", "crwd"),
    "whatsapp.seller": ("r", "crwd", "crwd"),
}


class Table:
    """What is asked below."""

    module, rights = "whatsapp_orders", RIGHTS
    everybodys = {"action_cancel", "action_find_seller", "action_reject"}  # orders are all agents' work


@tagged("post_install", "-at_install")
class TestOrderRoles(Table, RolesTests, TransactionCase):
    """The table, as the ORM answers it."""


@tagged("post_install", "-at_install")
class TestOrderRolesOverHttp(Table, RolesHttpTests, HttpCase):
    """The same table, over JSON-2."""
