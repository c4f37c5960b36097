from odoo import models

from .whatsapp_chat_message_record import RECORD_SUBCHANNEL

QUEUE_CHANNEL = "whatsapp.queue"
RECORD_PREFIX = "whatsapp.record/"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Turn what the client wishes to hear into what the user may see: waiting conversations, records' chatters."""
        ours = {c for c in channels if isinstance(c, str) and (c == QUEUE_CHANNEL or c.startswith(RECORD_PREFIX))}
        wanted = [channel for channel in channels if not (isinstance(channel, str) and channel in ours)]
        if QUEUE_CHANNEL in ours:
            wanted += self.env["whatsapp.conversation"]._queue_bus_channels()
            ours.discard(QUEUE_CHANNEL)
        return super()._build_bus_channel_list(wanted + self._whatsapp_record_channels(ours))

    def _whatsapp_record_channels(self, names):
        """Return the bus channels of the records in ``names`` (``whatsapp.record/<model>/<id>``) that the user may read."""
        result = []
        for name in names:
            model, _slash, res_id = name[len(RECORD_PREFIX):].rpartition("/")
            if model not in self.env or not res_id.isdigit():
                continue
            record = self.env[model].browse(int(res_id))
            if isinstance(record, self.env.registry["mail.thread"]) and record.exists() and record.has_access("read"):
                result.append((record, RECORD_SUBCHANNEL))
        return result
