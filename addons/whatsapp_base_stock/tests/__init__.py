from . import test_stock_send
from . import test_stock_panel
