from odoo import fields, models
from odoo.exceptions import UserError


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _whatsapp_check_renders(self, records):
        """Raise while nothing is sent yet if this server cannot make the PDF files of records.

        :raises UserError: wkhtmltopdf is missing, and some of the files were not made before
        """
        if self.get_wkhtmltopdf_state() == "install" and not all(record._whatsapp_made_document(self) for record in records):
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

    def _whatsapp_plain_copy(self):
        """Return this file as one that messages can carry: Odoo hides the content of fields from lists of files.

        The copy belongs to the same record, takes no space in the file store, and is made once.
        """
        self.ensure_one()
        if not self.res_field:
            return self
        key = f"{self.res_field}:{self.checksum}"
        known = self.search(
            [("res_model", "=", self.res_model), ("res_id", "=", self.res_id), ("whatsapp_render_key", "=", key)], limit=1
        )
        return known or self.copy({"res_field": False, "whatsapp_render_key": key})
