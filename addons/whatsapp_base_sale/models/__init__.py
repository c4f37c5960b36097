from . import sale_order
from . import sale_order_panel
from . import whatsapp_conversation
