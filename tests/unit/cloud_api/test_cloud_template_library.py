"""Every ready-made template, in every language, is one that Meta would take."""

import pytest

from cloud_api.languages import LANGUAGES
from cloud_api.template_findings import Sample
from cloud_api.template_library import FOLDER, definition, languages_of, load
from cloud_api.template_lint import lint
from cloud_api.template_preview import phone
from cloud_api.templates import variables
from simulator.validation import definition as simulator

KEYS = sorted(path.stem for path in FOLDER.glob("*.json"))
SAMPLES = {"header": Sample("application/pdf", 1000)}
COMPANY = {"site": "https://demo.example/", "company": "Demo Services"}


def test_there_are_enough_and_in_many_languages():
    assert len(KEYS) >= 12
    assert {"order_confirmation", "payment_reminder", "delivery_on_its_way", "appointment_reminder", "welcome",
            "feedback_request", "login_code", "back_in_stock", "abandoned_cart", "support_follow_up"} <= set(KEYS)
    for key in KEYS:
        assert set(languages_of(key)) >= {"en", "es", "pt_BR", "fr", "ar", "hi", "id", "bn"} <= set(LANGUAGES)


@pytest.mark.parametrize("has_page", [True, False])
@pytest.mark.parametrize(("key", "language"), [(key, language) for key in KEYS for language in languages_of(key)])
def test_the_linter_has_nothing_to_say_and_the_simulator_takes_it(key, language, has_page):
    made = definition(key, language, has_page=has_page, **COMPANY)
    assert lint(made, SAMPLES) == []
    header = next((part for part in made["components"] if part["type"] == "HEADER"), {})
    if header:
        header["example"] = {"header_handle": ["4::aW"]}
    simulator.check(made)
    assert any(button.get("url", "").endswith("{{1}}") for part in made["components"]
               for button in part.get("buttons", ())) <= has_page


@pytest.mark.parametrize("key", KEYS)
def test_all_languages_have_the_same_variables_and_each_has_a_source_and_an_example(key):
    entry = load(key)
    found = {frozenset((v.component, v.name) for v in variables(definition(key, language, **COMPANY)["components"]) if v.required)
             for language in languages_of(key)}
    assert len(found) == 1
    body = {name for component, name in next(iter(found)) if component == "body"}
    given = {name for name in entry["variables"] if not name.startswith("button")}
    assert body == given
    for language, text in entry["languages"].items():
        assert set(text["examples"]) == set(entry["variables"]), language
    for variable in entry["variables"].values():
        assert variable["label"] and (variable["source"] == "free" or variable["field_path"])


@pytest.mark.parametrize("key", KEYS)
def test_previews_show_examples_in_place_of_variables(key):
    for language in languages_of(key):
        shown = phone(definition(key, language, **COMPANY)["components"], {"body": ["1"]} if key == "login_code" else None)
        assert "{{" not in shown["body"] and "o-whatsapp-Phone-variable" not in shown["body"]


def test_the_footer_is_the_company_and_never_too_long():
    part = definition("welcome", "en", site="x", company="A" * 80)["components"][1]
    assert part == {"type": "FOOTER", "text": "A" * 60}
    assert all(part["type"] != "FOOTER" for part in definition("welcome", "en", site="x", company=" ")["components"])
