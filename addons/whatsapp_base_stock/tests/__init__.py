from . import test_stock_send
