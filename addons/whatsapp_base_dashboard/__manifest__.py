{
    "name": "WhatsApp Dashboard",
    "version": "19.0.1.0.0",
    "summary": "How fast your teams answer on WhatsApp, how much they handle and how customers like it",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Productivity/WhatsApp",
    "depends": ["whatsapp_base", "spreadsheet_dashboard"],
    "auto_install": True,
    "data": ["data/spreadsheet_dashboard_data.xml"],
}
