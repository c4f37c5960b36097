"""Variables in canned replies."""

from tools import canned


def test_variables_are_found_once_and_in_order():
    text = "Hi {{ customer }}, {{order.amount_total}} for {{order}}, {{Customer}}"
    assert canned.variables(text) == [("customer", ""), ("order", "amount_total"), ("order", "")]


def test_nothing_else_is_taken_for_a_variable():
    assert canned.variables("{{}} {{1}} {customer} {{customer name}} {{a..b}} {{a.}}") == []
    assert canned.variables(None) == []


def test_what_has_no_value_stays_as_written_and_is_named():
    text, missing = canned.fill("Hi {{customer}}, {{ order.name }} and {{order.name}}", {("customer", ""): "Ana"})
    assert text == "Hi Ana, {{ order.name }} and {{order.name}}"
    assert missing == ["order.name"]


def test_values_are_not_read_as_variables_again():
    text, missing = canned.fill("{{customer}}", {("customer", ""): "{{agent}} \\1"})
    assert (text, missing) == ("{{agent}} \\1", [])


def test_everything_in_double_braces_is_left_over():
    assert canned.left_over("Hi {{customer name}}, {{order}} {{}}") == ["{{customer name}}", "{{order}}", "{{}}"]
    assert canned.left_over("a {b} c") == []
