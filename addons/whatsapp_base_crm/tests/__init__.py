from . import test_crm_panel
