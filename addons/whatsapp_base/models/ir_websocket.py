from odoo import models

QUEUE_CHANNEL = "whatsapp.queue"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Turn the client's wish to hear of waiting conversations into the queues that the user may see."""
        wanted = [channel for channel in channels if not (isinstance(channel, str) and channel == QUEUE_CHANNEL)]
        if len(wanted) < len(channels):
            wanted += self.env["whatsapp.conversation"]._queue_bus_channels()
        return super()._build_bus_channel_list(wanted)
