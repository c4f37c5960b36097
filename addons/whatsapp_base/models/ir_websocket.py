from odoo import models

from .whatsapp_chat_message_record import RECORD_SUBCHANNEL
from .whatsapp_conversation_presence import PRESENCE_PREFIX, PRESENCE_SUBCHANNEL

QUEUE_CHANNEL = "whatsapp.queue"
RECORD_PREFIX = "whatsapp.record/"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Turn what the client wishes to hear into what the user may see: queues, presence, records' chatters."""
        prefixes = (QUEUE_CHANNEL, RECORD_PREFIX, PRESENCE_PREFIX)
        ours = {c for c in channels if isinstance(c, str) and c.startswith(prefixes)}
        wanted = [channel for channel in channels if not (isinstance(channel, str) and channel in ours)]
        if QUEUE_CHANNEL in ours:
            wanted += self.env["whatsapp.conversation"]._queue_bus_channels()
        presence = {name for name in ours if name.startswith(PRESENCE_PREFIX)}
        records = {name for name in ours if name.startswith(RECORD_PREFIX)}
        wanted += self._whatsapp_record_channels(records) + self._whatsapp_presence_channels(presence)
        return super()._build_bus_channel_list(wanted)

    def _whatsapp_presence_channels(self, names):
        """Return the presence of the conversations in ``names`` (``whatsapp.presence/<id>``) that the user may read."""
        ids = [int(number) for name in names if (number := name[len(PRESENCE_PREFIX):]).isdigit()]
        if not ids or not self.env["whatsapp.conversation"].has_access("read"):
            return []
        found = self.env["whatsapp.conversation"].browse(ids).exists()._filtered_access("read")
        return [(conversation, PRESENCE_SUBCHANNEL) for conversation in found]

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
