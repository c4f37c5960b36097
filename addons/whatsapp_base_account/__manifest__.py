{
    "name": "WhatsApp for Invoicing",
    "version": "19.0.1.0.0",
    "summary": "Invoices and payment reminders by WhatsApp, with PDF and link",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Accounting/WhatsApp",
    "depends": ["whatsapp_base_portal", "account"],
    "auto_install": True,
    "data": ["data/whatsapp_panel_section_data.xml", "views/account_move_views.xml"],
}
