from unittest.mock import patch

from odoo.exceptions import AccessError, UserError

from odoo.addons.portal.models.portal_mixin import PortalMixin
from odoo.addons.whatsapp_base.tests.common import WhatsappCommon


class TestPortalLink(WhatsappCommon):
    """Who gets a link in a message opens the page of that record without logging in. Over HTTP: tests/e2e."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        # no model of this addon's own has a page; those of Sales and Invoicing are tested where they are
        cls.record = cls.env["portal.mixin"].browse(7)

    def page_at(self, url):
        """Let records have their page at this address."""
        def compute(records):
            for record in records:
                record.access_url = url

        self.enterContext(patch.object(PortalMixin, "_compute_access_url", compute))
        self.enterContext(patch.object(PortalMixin, "_portal_ensure_token", lambda _self: "s3cret"))

    def test_the_link_has_the_site_the_page_and_the_customers_token(self):
        self.page_at("/my/things/7")
        self.assertEqual(self.record._whatsapp_link(), f"{self.record.get_base_url()}/my/things/7?access_token=s3cret")

    def test_models_with_a_page_are_told_from_others(self):
        self.assertTrue(self.env["portal.mixin"]._whatsapp_has_page())
        self.assertFalse(self.env["res.partner"]._whatsapp_has_page())

    def test_a_record_without_a_page_or_not_saved_has_no_link(self):
        for url in ("#", False):
            self.page_at(url)
            self.assertEqual(self.env["portal.mixin"].browse(8)._whatsapp_link(), "")
            self.env.invalidate_all()
        self.page_at("/my/things/7")
        self.assertEqual(self.env["portal.mixin"].new()._whatsapp_link(), "")

    def test_who_may_not_read_the_record_gets_no_token_of_it(self):
        self.page_at("/my/things/7")
        with self.assertRaises(AccessError):
            self.record.with_user(self.agent)._whatsapp_link()

    def test_a_template_with_a_link_says_when_there_is_no_page(self):
        template = self._template("with_link", components=[
            {"type": "BODY", "text": "It is at {{1}} for you", "example": {"body_text": [["https://x.test/1"]]}}])
        template.model_id = self.env["ir.model"]._get("res.partner")
        template.variable_ids.source = "portal_url"
        ana = self.env["res.partner"].create({"name": "Ana", "phone": "+34600900111"})
        with self.assertRaisesRegex(UserError, "has no page that customers can open"):
            template._values_for(ana)
