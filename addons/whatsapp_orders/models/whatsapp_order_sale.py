from odoo import fields, models
from odoo.exceptions import UserError


class WhatsappOrder(models.Model):
    """The sale order: a quotation while the order looks for a seller, confirmed when one has accepted."""

    _inherit = "whatsapp.order"

    def _prepare_sale_order(self):
        """Make the quotation, unless there is one or the service has no product."""
        self.ensure_one()
        if self.sale_order_id or not self.type_id.product_id:
            return
        try:
            with self.env.cr.savepoint():
                self.sale_order_id = (
                    self.env["sale.order"]
                    .with_company(self.company_id)
                    .with_context(mail_create_nosubscribe=True)
                    .create(self._sale_order_values())
                )
        except UserError as error:
            # sales rules of the site must not lose the customer's order
            self._call_for_help(self.env._("Make the sale order of %s", self.name), str(error))

    def _sale_order_values(self):
        """Return the values of the quotation."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "origin": self.name,
            "user_id": self.user_id.id,
            "order_line": [fields.Command.create(self._sale_line_values())],
        }

    def _sale_line_values(self):
        """Return the values of the quotation's line: the service's product, the order's price, the details."""
        product = self.type_id.product_id.with_context(lang=self.partner_id.lang)
        description = product.get_product_multiline_description_sale()
        values = {
            "product_id": product.id,
            "product_uom_qty": 1,
            "name": "\n".join(filter(None, (description, self.details_text))),
        }
        pricelist = self.partner_id.with_company(self.company_id).property_product_pricelist
        currency = pricelist.currency_id or self.currency_id
        values["price_unit"] = self.currency_id._convert(
            self.price, currency, self.company_id, fields.Date.context_today(self)
        )
        return values

    def _confirm_sale_order(self):
        """Confirm the quotation; where Odoo refuses, the acceptance stands and a colleague is asked."""
        self.ensure_one()
        sale = self.sale_order_id.with_company(self.company_id)
        if not sale or sale.state not in ("draft", "sent"):
            return
        try:
            with self.env.cr.savepoint():
                sale.action_confirm()
        except UserError as error:
            self._call_for_help(
                self.env._("Confirm %(sale)s: %(order)s was accepted", sale=sale.name, order=self.name), str(error)
            )

    def _cancel_sale_order(self):
        """Cancel a quotation that nobody needs any more; a confirmed sale is left to the sales team."""
        self.ensure_one()
        sale = self.sale_order_id.with_company(self.company_id)
        if sale.state in ("draft", "sent"):
            sale._action_cancel()
        elif sale.state == "sale":
            self._call_for_help(
                self.env._("Cancel %(sale)s? %(order)s is closed", sale=sale.name, order=self.name),
                self.env._("The sale order was confirmed. Cancel or refund it where that is right."),
            )
