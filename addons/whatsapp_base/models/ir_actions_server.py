from odoo import api, fields, models
from odoo.exceptions import ValidationError

# more than this, or any PDF, is made in the background: the action runs in somebody's transaction
MOST_IN_TRANSACTION = 20


class IrActionsServer(models.Model):
    """"Send WhatsApp" for automation rules, buttons and scheduled actions."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("whatsapp_send", "Send WhatsApp"), ("followers",)], ondelete={"whatsapp_send": "cascade"}
    )
    whatsapp_template_id = fields.Many2one(
        "whatsapp.message.template", "WhatsApp Template", ondelete="restrict",
        domain="[('is_sendable', '=', True), ('model', 'in', [False, 'res.partner', model_name])]",
    )
    whatsapp_channel_id = fields.Many2one(
        "whatsapp.channel", "Send From", ondelete="restrict", help="Empty: the first number that the template can be sent from."
    )
    whatsapp_report_id = fields.Many2one(
        "ir.actions.report", "PDF to Send", ondelete="set null",
        domain="[('model', '=', model_name), ('report_type', '=', 'qweb-pdf')]",
    )
    whatsapp_repeat = fields.Selection(
        [("once", "Once for each record"), ("day", "Once a day for each record"), ("always", "Each time the action runs")],
        "How Often", default="once",
        help="Once: however often the action runs for a record, its customer gets the message one time.",
    )
    whatsapp_fallback = fields.Selection(
        selection=lambda self: self.env["whatsapp.chat.message"]._fields["fallback"]._description_selection(self.env),
        string="If WhatsApp Fails",
    )

    def _name_depends(self):
        return [*super()._name_depends(), "whatsapp_template_id"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "whatsapp_send" and self.whatsapp_template_id:
            return self.env._("Send “%s” by WhatsApp", self.whatsapp_template_id.name)
        return super()._generate_action_name()

    @api.depends("state")
    def _compute_available_model_ids(self):
        ours = self.filtered(lambda action: action.state == "whatsapp_send")
        if ours:
            ours.available_model_ids = self.env["ir.model"].search([("is_mail_thread", "=", True), ("transient", "=", False)]).ids
        super(IrActionsServer, self - ours)._compute_available_model_ids()

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "model_id", "state", "whatsapp_template_id", "whatsapp_channel_id", "whatsapp_report_id"]

    def _get_warning_messages(self):
        self.ensure_one()
        warnings = super()._get_warning_messages()
        if self.state != "whatsapp_send":
            return warnings
        template, channel = self.whatsapp_template_id, self.whatsapp_channel_id
        if self.model_id and (self.model_id.transient or not self.model_id.is_mail_thread):
            warnings.append(self.env._("WhatsApp messages can be sent from documents with a chatter only."))
        if not template:
            warnings.append(self.env._("Choose the template to send."))
        elif not template.is_sendable:
            warnings.append(self.env._("The template “%s” is not approved: nothing will be sent until it is.", template.name))
        elif problem := template._unattended_problem(self.model_id.model, self.whatsapp_report_id):
            warnings.append(problem)
        if template and channel and template.account_id != channel.account_id:
            warnings.append(self.env._("The template belongs to another WhatsApp account than the number."))
        if self.whatsapp_report_id and self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            warnings.append(self.env._("PDF files cannot be made: wkhtmltopdf is not installed on the server."))
        return warnings

    @api.constrains("state", "model_id", "whatsapp_template_id", "whatsapp_report_id")
    def _check_whatsapp_template_id(self):
        """Nobody can be asked while an action runs: what a template needs must come from the record or from the action."""
        for action in self.filtered(lambda a: a.state == "whatsapp_send" and a.whatsapp_template_id.is_sendable):
            if problem := action.whatsapp_template_id._unattended_problem(action.model_id.model, action.whatsapp_report_id):
                raise ValidationError(problem)

    def _run_action_whatsapp_send_multi(self, eval_context=None):
        """Queue the message for each record; runs as the user of the rule, and never takes their work down.

        Who cannot be written to is noted in the record's chatter.
        """
        if not self.whatsapp_template_id or self._is_recompute():
            return False
        records = (eval_context or {}).get("records") or (eval_context or {}).get("record")
        if not records:
            return False
        # sudo: whoever made the action decided what is sent; who sets it off need not be a WhatsApp agent
        template, channel = self.sudo().whatsapp_template_id, self.sudo().whatsapp_channel_id
        channel = channel or self.env["whatsapp.channel"].sudo()._default_for(records._whatsapp_company(), template)
        once = self._whatsapp_once()
        fallback = self.sudo().whatsapp_fallback
        if len(records) > MOST_IN_TRANSACTION or self.sudo().whatsapp_report_id:
            self._whatsapp_start_batch(records, template, channel, once, fallback)
            return False
        sent = records.with_env(self.env)._whatsapp_send(channel, template=template, fallback=fallback, once=once)
        records._whatsapp_note_left_out(recipient for recipient, rows in sent if not rows)
        return False

    def _whatsapp_once(self):
        """Return the key under which a second message is not sent."""
        action = self.sudo()
        if action.whatsapp_repeat == "always":
            return None
        day = f":{fields.Date.today()}" if action.whatsapp_repeat == "day" else ""
        return f"action:{action.id}{day}"

    def _whatsapp_start_batch(self, records, template, channel, once, fallback):
        self.env["whatsapp.send.batch"]._start(
            records,
            {
                "name": self.sudo().name,
                "company_id": channel.company_id.id,
                "channel_id": channel.id,
                "template_id": template.id,
                "report_id": self.sudo().whatsapp_report_id.id,
                "fallback": fallback,
                "once": once,
                "origin": "api",
            },
        )
