from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..cloud_api import business
from ..cloud_api.outbound import InvalidContent
from ..tools.phrases import explain

MAX_PICTURE = 2 * 1024 * 1024


class WhatsappQrCode(models.Model):
    """A QR code with its short link: opens a chat with a number, with a text already written.

    It lives at Meta: creating, changing and deleting a record does the same there, before anything is stored.
    """

    _name = "whatsapp.qr.code"
    _description = "WhatsApp QR Code"
    _order = "id desc"
    _rec_name = "prefilled_message"
    _check_company_auto = True

    channel_id = fields.Many2one("whatsapp.channel", "Number", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    prefilled_message = fields.Char(
        "Text", required=True, size=business.MAX_QR_TEXT, help="What the customer finds written; they may change it."
    )
    code = fields.Char(readonly=True, copy=False)
    deep_link_url = fields.Char("Short Link", readonly=True, copy=False)
    image = fields.Binary("QR Code", readonly=True, copy=False, attachment=True)
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(channel_id, code) WHERE code IS NOT NULL", "This QR code is here already.")

    @api.constrains("prefilled_message")
    def _check_prefilled_message(self):
        for qr_code in self:
            try:
                business.check_qr_text(qr_code.prefilled_message)
            except InvalidContent as error:
                raise ValidationError(explain(self.env, error)) from None

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("whatsapp_from_meta"):
            return super().create(vals_list)
        channels = self.env["whatsapp.channel"].browse([vals.get("channel_id") for vals in vals_list])
        channels.check_access("write")
        for vals, channel in zip(vals_list, channels):
            vals.update(self._save_at_meta(channel, vals.get("prefilled_message")))
        return super().create(vals_list)

    def write(self, vals):
        if "channel_id" in vals and any(qr_code.channel_id.id != vals["channel_id"] for qr_code in self):
            raise UserError(self.env._("A QR code belongs to its number. Create another one for the other number."))
        if "prefilled_message" in vals and not self.env.context.get("whatsapp_from_meta"):
            self.check_access("write")
            for qr_code in self:
                fresh = self._save_at_meta(qr_code.channel_id, vals["prefilled_message"], qr_code.code)
                super(WhatsappQrCode, qr_code).write({**vals, **fresh})
            return True
        return super().write(vals)

    def unlink(self):
        if not self.env.context.get("whatsapp_from_meta"):
            self.check_access("unlink")
            for qr_code in self.filtered("code"):
                with qr_code.channel_id.account_id._asking_meta() as api_client:
                    api_client.delete_qr_code(qr_code.channel_id.phone_number_id, qr_code.code)
        return super().unlink()

    def _save_at_meta(self, channel, text, code=None):
        """Create or change the code at Meta; returns the values that Meta gave, with the picture."""
        with channel.account_id._asking_meta() as api_client:
            text = business.check_qr_text(text)
            answer = api_client.save_qr_code(channel.phone_number_id, text, code)
            values = {"prefilled_message": text, "code": answer.get("code"), "deep_link_url": answer.get("deep_link_url")}
            if not values["code"]:
                raise UserError(self.env._("Meta gave no code. Press Synchronise to see whether it was made."))
            picture = channel.account_id._picture(api_client, answer.get("qr_image_url"), MAX_PICTURE)
        return {**values, "image": picture} if picture else values

    @api.model
    def _sync(self, channel):
        """Make the list of a number the same as Meta's; returns how many there are."""
        with channel.account_id._asking_meta() as api_client:
            listed = {item["code"]: item for item in api_client.qr_codes(channel.phone_number_id) if item.get("code")}
        QrCode = self.with_context(whatsapp_from_meta=True, active_test=False)
        for qr_code in QrCode.search([("channel_id", "=", channel.id)]):
            item = listed.pop(qr_code.code, None)
            if not item:
                qr_code.unlink()
            elif item.get("prefilled_message") and item["prefilled_message"] != qr_code.prefilled_message:
                qr_code.write({"prefilled_message": item["prefilled_message"], "deep_link_url": item.get("deep_link_url")})
        QrCode.create(
            [
                {"channel_id": channel.id, "code": code, "prefilled_message": item.get("prefilled_message") or "-",
                 "deep_link_url": item.get("deep_link_url") or f"https://wa.me/message/{code}"}
                for code, item in listed.items()
            ]
        )
        return QrCode.search_count([("channel_id", "=", channel.id)])

    def action_fetch_image(self):
        """Fetch pictures that are missing: Meta's lists have none, and its address of one soon expires."""
        for qr_code in self.filtered(lambda qr_code: not qr_code.image):
            qr_code.write({"prefilled_message": qr_code.prefilled_message})

    def action_print(self):
        """Print the codes, one a page."""
        if self.has_access("write"):
            self.action_fetch_image()
        return self.env.ref("whatsapp_base.whatsapp_qr_code_report").report_action(self)


class WhatsappChannel(models.Model):
    """QR codes of a number."""

    _inherit = "whatsapp.channel"

    qr_code_count = fields.Integer("QR Codes", compute="_compute_qr_code_count")

    def _compute_qr_code_count(self):
        counts = dict(self.env["whatsapp.qr.code"]._read_group([("channel_id", "in", self.ids)], ["channel_id"], ["__count"]))
        for channel in self:
            channel.qr_code_count = counts.get(channel, 0)

    def action_view_qr_codes(self):
        """Open the QR codes of this number."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_qr_code_action")
        return dict(action, domain=[("channel_id", "=", self.id)], context={"default_channel_id": self.id})

    def action_sync_qr_codes(self):
        """Fetch the QR codes that this number has at Meta."""
        self.ensure_one()
        self.check_access("write")
        count = self.env["whatsapp.qr.code"]._sync(self)
        return self.account_id._notice("success", self.env._("%s QR code(s) at Meta.", count))
