import json

from odoo.tests import tagged

from odoo.addons.whatsapp_base.tests.common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestDashboard(WhatsappCommon):
    """The dashboard asks only for what there is, and only supervisors see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.dashboard = cls.env.ref("whatsapp_base_dashboard.spreadsheet_dashboard_whatsapp")
        cls.content = json.loads(cls.dashboard.spreadsheet_data)

    def test_every_figure_can_be_computed(self):
        charts = [figure["data"] for sheet in self.content["sheets"] for figure in sheet["figures"]]
        sources = [
            (pivot["model"], [row["fieldName"] for row in pivot["rows"]], [m["id"] for m in pivot["measures"]], pivot["domain"], pivot)
            for pivot in self.content["pivots"].values()
        ] + [
            (chart["metaData"]["resModel"], chart["metaData"]["groupBy"], ["__count"], [], chart)
            for chart in charts if "metaData" in chart
        ]
        self.assertGreater(len(sources), 10)
        for name, groups, measures, domain, source in sources:
            model = self.env[name].with_user(self.supervisor)
            with self.subTest(model=name, groups=groups, measures=measures):
                model._read_group(domain, groups, measures)
                for match in source["fieldMatching"].values():
                    self.assertIn(match["chain"], model._fields)

    def test_menus_and_actions_exist(self):
        for xmlid in self.content["chartOdooMenusReferences"].values():
            self.assertTrue(self.env.ref(xmlid).action, xmlid)
        cells = [cell for sheet in self.content["sheets"] for cell in sheet["cells"].values() if "odoo://view/" in cell]
        self.assertTrue(cells)
        for cell in cells:
            spec = json.loads(cell.partition("odoo://view/")[2].removesuffix(")"))
            self.assertEqual(self.env.ref(spec["action"]["xmlId"]).res_model, spec["action"]["modelName"])

    def test_supervisors_only(self):
        Dashboard = self.env["spreadsheet.dashboard"]
        self.assertIn(self.dashboard, Dashboard.with_user(self.supervisor).search([]).sudo())
        self.assertNotIn(self.dashboard, Dashboard.with_user(self.agent).search([]).sudo())

    def test_nothing_before_is_no_growth_without_end(self):
        """A share of nothing is infinite: a period without a predecessor is compared with none."""
        data = next(sheet["cells"] for sheet in self.content["sheets"] if sheet["name"] == "Data")
        cards = [figure["data"] for sheet in self.content["sheets"] for figure in sheet["figures"]]
        baselines = [card["baseline"].partition("!")[2] for card in cards if card.get("baselineMode") == "percentage"]
        self.assertTrue(baselines)
        for cell in baselines:
            self.assertRegex(data[cell], r"^=IF\(.+>0,", cell)
