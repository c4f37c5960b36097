from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _whatsapp_usual_templates(self):
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        return ["quotation_ready", "order_confirmation"] if quotations else ["order_confirmation"]

    def _whatsapp_usual_report(self):
        return self.env.ref("sale.action_report_saleorder")

    def _whatsapp_document_version(self):
        lines = [line.write_date for line in self.order_line]
        return f"{self.state}:{fields.Datetime.to_string(max([self.write_date, *lines]))}"

    def _whatsapp_after_send(self):
        """A quotation that the customer has is no draft any more, as when it is mailed."""
        super()._whatsapp_after_send()
        # sudo: who may send a quotation may only read it, perhaps
        self.sudo().filtered(lambda order: order.state == "draft").action_quotation_sent()
