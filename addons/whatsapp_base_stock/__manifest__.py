{
    "name": "WhatsApp for Deliveries",
    "version": "19.0.1.0.0",
    "summary": "Tell customers by WhatsApp that their delivery is on its way or done",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Supply Chain/WhatsApp",
    "depends": ["whatsapp_base", "stock"],
    "auto_install": True,
    "data": [
        "data/whatsapp_panel_section_data.xml",
        "views/stock_picking_views.xml",
        "views/res_config_settings_views.xml",
    ],
}
