from odoo import models

LOST = (131052, 131053)  # Meta could not use the file: told late, by notification


class WhatsappChatMessage(models.Model):
    """When the next message must not rely on what Meta had."""

    _inherit = "whatsapp.chat.message"

    def _forget_uploads(self):
        """Have the files of these messages uploaded anew next time."""
        self.env["whatsapp.media.upload"]._forget(
            {(m.channel_id.id, a.checksum, m.media_recipe or "") for m in self for a in m.attachment_ids if a.checksum}
        )

    def _react_to_error(self, error, http_status):
        result = super()._react_to_error(error, http_status)
        if error and error.code in LOST:
            self._forget_uploads()
        return result
