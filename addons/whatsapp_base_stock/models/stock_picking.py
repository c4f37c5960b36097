import logging

from odoo import fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _whatsapp_usual_templates(self):
        done = self.filtered(lambda picking: picking.state == "done")
        return ["delivered"] if done else ["delivery_on_its_way"]

    def _whatsapp_usual_report(self):
        return self.env.ref("stock.action_report_delivery")

    def _whatsapp_document_version(self):
        moves = [move.write_date for move in self.move_ids]
        return f"{self.state}:{fields.Datetime.to_string(max([self.write_date, *moves]))}"

    def _send_confirmation_email(self):
        """Tell the customer by WhatsApp as well; whatever is wrong with it must not hold the goods up."""
        super()._send_confirmation_email()
        deliveries = self.filtered(lambda p: p.picking_type_id.code == "outgoing" and p.company_id.whatsapp_delivery_template_id)
        for company, pickings in deliveries.grouped("company_id").items():
            # sudo: the company decided that this is sent; who validates need not be a WhatsApp agent
            template = company.sudo().whatsapp_delivery_template_id
            try:
                with self.env.cr.savepoint():
                    channel = self.env["whatsapp.channel"].sudo()._default_for(company, template)
                    sent = pickings._whatsapp_send(channel, template=template, once="delivered")
                    pickings._whatsapp_note_left_out(recipient for recipient, rows in sent if not rows)
            except UserError as error:
                _logger.warning("WhatsApp: deliveries %s were not told of: %s", pickings.ids, error)
                bodies = dict.fromkeys(pickings.ids, self.env._("No WhatsApp message was sent. Reason: %s", error))
                pickings.sudo()._message_log_batch(bodies)  # sudo: a note of the system
