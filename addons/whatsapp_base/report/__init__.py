from . import whatsapp_cost_report
from . import whatsapp_rate_missing
