"""A pytest plugin for the addons' tests, loaded by ./dev test: what Odoo's own runner does and pytest-odoo leaves out.

- Browser test classes read `_test_params`, which Odoo's runner sets from --test-tags; without it they break.
- A test class that a file merely imports (to inherit from it) is not a test of that file, nor of ours.
"""

import inspect

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector, name, obj):
    """Collect only test classes that are defined in the file itself."""
    if inspect.isclass(obj) and getattr(obj, "__module__", None) != collector.module.__name__:
        return []
    return None


def pytest_collection_modifyitems(items):
    """Give every Odoo test the empty parameters that it would have without --test-tags."""
    for item in items:
        cls = getattr(item, "cls", None)
        if cls is not None and not hasattr(cls, "_test_params"):
            cls._test_params = []
