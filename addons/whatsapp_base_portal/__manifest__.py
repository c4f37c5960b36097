{
    "name": "WhatsApp: Portal",
    "version": "19.0.1.0.0",
    "summary": "Links to quotations, invoices and other pages of the portal in WhatsApp templates",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Marketing/WhatsApp",
    "depends": ["whatsapp_base", "portal"],
    "auto_install": True,
}
