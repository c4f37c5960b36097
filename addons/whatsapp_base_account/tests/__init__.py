from . import test_account_send
from . import test_account_panel
