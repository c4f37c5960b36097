from . import test_sale_send
from . import test_sale_template_values
from . import test_sale_panel
