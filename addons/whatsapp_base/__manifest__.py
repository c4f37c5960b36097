{
    "name": "WhatsApp",
    "version": "19.0.1.0.0",
    "summary": "WhatsApp Cloud API in Discuss: numbers, conversations, templates, delivery states",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Marketing/WhatsApp",
    "depends": ["mail", "phone_validation"],
    "external_dependencies": {"python": ["cryptography", "phonenumbers", "requests"]},
    "data": [
        "security/whatsapp_base_groups.xml",
        "security/ir.model.access.csv",
        "security/whatsapp_base_rules.xml",
        "data/ir_cron_data.xml",
    ],
    "application": True,
}
