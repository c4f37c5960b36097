from odoo.tests import tagged

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker


@tagged("post_install", "-at_install")
class TestWhatsappJs(HOOTCommon):
    """Runs the tests of ``static/tests`` in a browser."""

    # what the parent has tests for is tested there
    test_generate_hoot_hash = None
    test_get_hoot_filter = None

    def test_discuss(self):
        suite = self._generate_hash("@whatsapp_base")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )
