from . import whatsapp_contact_merge_wizard
from . import whatsapp_contact_split_wizard
from . import whatsapp_compose_message
from . import whatsapp_compose_message_lines
from . import whatsapp_cost_reprice
from . import whatsapp_cost_compare
from . import whatsapp_template_delete
from . import whatsapp_template_language
