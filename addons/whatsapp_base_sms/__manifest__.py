{
    "name": "WhatsApp: SMS When It Fails",
    "version": "19.0.1.0.0",
    "summary": "Send an SMS when a WhatsApp message cannot be delivered",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Marketing/WhatsApp",
    "depends": ["whatsapp_base", "sms"],
    "auto_install": True,
}
