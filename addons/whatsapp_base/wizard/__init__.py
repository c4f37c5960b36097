from . import whatsapp_send_template
