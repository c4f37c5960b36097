from . import test_portal_link
