from . import whatsapp_chat_message
