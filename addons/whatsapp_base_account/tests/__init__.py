from . import test_account_send
