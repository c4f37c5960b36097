from odoo import fields, models
from odoo.exceptions import UserError


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _whatsapp_check_renders(self):
        """Raise while nothing is sent yet if this server cannot make PDF files.

        :raises UserError: wkhtmltopdf is missing
        """
        if self.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._(
                    "The PDF cannot be made: this server has no wkhtmltopdf. Send without the PDF, or ask your "
                    "administrator to install wkhtmltopdf."
                )
            )


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    whatsapp_render_key = fields.Char(
        copy=False, index="btree_not_null", help="Which report, of which state of its record, this file holds."
    )
