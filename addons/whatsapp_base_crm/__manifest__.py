{
    "name": "WhatsApp for CRM",
    "version": "19.0.1.0.0",
    "summary": "Leads and opportunities beside the conversation",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Sales/WhatsApp",
    "depends": ["whatsapp_base", "crm"],
    "auto_install": True,
    "data": ["data/whatsapp_panel_section_data.xml"],
    "demo": ["demo/whatsapp_base_crm_demo.xml"],
}
