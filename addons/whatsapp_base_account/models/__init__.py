from . import account_move
from . import account_move_panel
from . import whatsapp_conversation
