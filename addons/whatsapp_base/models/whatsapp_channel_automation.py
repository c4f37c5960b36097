from odoo import fields, models
from odoo.exceptions import UserError

from ..cloud_api import business
from ..cloud_api.outbound import InvalidContent
from ..tools.phrases import explain


class WhatsappChannelPrompt(models.Model):
    """An ice breaker: a question that a customer finds when they open the chat for the first time."""

    _name = "whatsapp.channel.prompt"
    _description = "WhatsApp Ice Breaker"
    _order = "sequence, id"
    _rec_name = "text"

    channel_id = fields.Many2one("whatsapp.channel", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    text = fields.Char(required=True, size=business.MAX_PROMPT)


class WhatsappChannelCommand(models.Model):
    """A command that a customer finds after typing a slash."""

    _name = "whatsapp.channel.command"
    _description = "WhatsApp Command"
    _order = "sequence, id"

    channel_id = fields.Many2one("whatsapp.channel", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char("Command", required=True, size=business.MAX_COMMAND, help="One word, without the slash.")
    hint = fields.Char(required=True, size=business.MAX_COMMAND_HINT)


class WhatsappChannel(models.Model):
    """Ice breakers, commands and the welcome flag: edited here, published to Meta by a button."""

    _inherit = "whatsapp.channel"

    prompt_ids = fields.One2many("whatsapp.channel.prompt", "channel_id", "Ice Breakers", copy=True)
    command_ids = fields.One2many("whatsapp.channel.command", "channel_id", "Commands", copy=True)
    enable_welcome_message = fields.Boolean(
        "Tell When a Chat Is Opened", help="Meta tells Odoo when somebody opens the chat for the first time, before they write."
    )
    automation_published_at = fields.Datetime("Published On", readonly=True, copy=False)

    def action_publish_automation(self):
        """Replace ice breakers, commands and the welcome flag at Meta by those of this form."""
        self.ensure_one()
        self.check_access("write")
        try:
            body = business.check_automation(
                self.enable_welcome_message, self.prompt_ids.mapped("text"), [(command.name, command.hint) for command in self.command_ids]
            )
        except InvalidContent as error:
            raise UserError(explain(self.env, error)) from None
        with self.account_id._asking_meta() as api_client:
            api_client.set_conversational_automation(self.phone_number_id, body)
        self.automation_published_at = fields.Datetime.now()
        return self.account_id._notice("success", self.env._("Customers find them now."))

    def action_fetch_automation(self):
        """Replace ice breakers and commands of this form by those at Meta."""
        self.ensure_one()
        self.check_access("write")
        with self.account_id._asking_meta() as api_client:
            found = api_client.conversational_automation(self.phone_number_id)
        self.prompt_ids.unlink()
        self.command_ids.unlink()
        self.write(
            {
                "enable_welcome_message": bool(found.get("enable_welcome_message")),
                "prompt_ids": [(0, 0, {"text": text, "sequence": index}) for index, text in enumerate(found.get("prompts") or ())],
                "command_ids": [
                    (0, 0, {"name": item.get("command_name"), "hint": item.get("command_description"), "sequence": index})
                    for index, item in enumerate(found.get("commands") or ())
                ],
                "automation_published_at": fields.Datetime.now(),
            }
        )
        return self.account_id._notice("success", self.env._("This is what customers find now."))
