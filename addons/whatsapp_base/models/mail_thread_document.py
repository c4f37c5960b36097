from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.safe_eval import safe_eval, time


class MailThread(models.AbstractModel):
    """The PDF of a record, made once for each state of it."""

    _inherit = "mail.thread"

    def _whatsapp_report(self, report):
        """Return the ``ir.actions.report`` for what a caller gave: record, ID, XML ID or nothing.

        :raises UserError: the report is not one of these records, or this server cannot make PDF files
        """
        Report = self.env["ir.actions.report"]
        if not report:
            return Report
        if isinstance(report, int):
            report = Report.browse(report)
        elif isinstance(report, str):
            report = self.env.ref(report)
        # sudo: reports are bound to models and groups; what they show is read with the user's own rights
        if report.sudo().model != self._name:
            raise UserError(self.env._("The report “%s” is not one of these documents.", report.sudo().name))
        report._whatsapp_check_renders(self)
        return report

    def _whatsapp_reports(self):
        """Return the reports that can be sent along with records of this model, the usual one first."""
        # sudo: see _whatsapp_report
        reports = self.env["ir.actions.report"].sudo().search(
            [("model", "=", self._name), ("report_type", "=", "qweb-pdf"), ("binding_model_id", "!=", False)], order="id"
        )
        groups = self.env.user.all_group_ids
        return reports.filtered(lambda report: not report.group_ids or report.group_ids & groups).sudo(self.env.su)

    def _whatsapp_document_version(self):
        """Return what changes whenever the PDF would look different; a model with lines adds theirs."""
        self.ensure_one()
        return fields.Datetime.to_string(self.write_date)

    def _whatsapp_made_document(self, report):
        """Return the PDF of this record as it is now, if it was made before, else an empty recordset."""
        self.ensure_one()
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        domain.append(("whatsapp_render_key", "=", self._whatsapp_render_key(report)))
        # sudo: ir.attachment - the file is one of the record, which the user may read
        return self.env["ir.attachment"].sudo().search(domain, limit=1).sudo(self.env.su)

    def _whatsapp_render_key(self, report):
        lang = self.env.context.get("lang") or self.env.user.lang
        return f"{report.id}:{lang}:{self._whatsapp_document_version()}"

    def _whatsapp_document(self, report):
        """Return the PDF of this record as an attachment of it, from the last time if nothing changed since.

        :param report: ``ir.actions.report`` record
        """
        self.ensure_one()
        if made := self._whatsapp_made_document(report):
            return made
        name = self._whatsapp_document_name(report)
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(report, self.ids)
        # sudo: see _whatsapp_made_document
        made = self.env["ir.attachment"].sudo().create(
            {
                "name": f"{name}.{kind}",
                "raw": content,
                "mimetype": "application/pdf" if kind == "pdf" else "text/html",
                "res_model": self._name,
                "res_id": self.id,
                "whatsapp_render_key": self._whatsapp_render_key(report),
            }
        )
        return made.sudo(self.env.su)

    def _whatsapp_document_name(self, report):
        """Return the name under which the customer gets the file, without ending."""
        expression = report.sudo().print_report_name
        name = safe_eval(expression, {"object": self, "time": time}) if expression else self.display_name
        return (name or report.name).replace("/", "-")[:200]
