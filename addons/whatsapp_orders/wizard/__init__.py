from . import whatsapp_order_offer_wizard
