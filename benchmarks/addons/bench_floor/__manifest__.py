{
    "name": "Benchmark Helpers",
    "version": "19.0.1.0.0",
    "summary": "The floor to compare with, test data, and a job that hogs. For benchmarks only",
    "author": "WhatsApp for Odoo contributors",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["whatsapp_base"],
    "data": [],
}
