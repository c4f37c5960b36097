from . import (
    test_access,
    test_capture,
    test_merge,
    test_panel,
    test_cart,
    test_notices,
    test_products,
    test_roles,
    test_sellers,
    test_staff,
    test_story,
    test_types,
)
