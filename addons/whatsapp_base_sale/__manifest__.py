{
    "name": "WhatsApp for Sales",
    "version": "19.0.1.0.0",
    "summary": "Quotations and orders by WhatsApp, with PDF and link",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Sales/WhatsApp",
    "depends": ["whatsapp_base_portal", "sale"],
    "auto_install": True,
    "data": ["data/whatsapp_panel_section_data.xml", "views/sale_order_views.xml"],
    "demo": ["demo/whatsapp_base_sale_demo.xml"],
}
