import random
import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import errors
from cloud_api.errors import MetaError, Policy, Scope

# The expectations are data that the addon's own tests use, too; importing them as a module would import Odoo.
_PATH = Path(__file__).parents[3] / "addons/whatsapp_base/tests/error_policies.py"
_DATA = runpy.run_path(str(_PATH))
EXPECTED, CODES = _DATA["EXPECTED"], _DATA["CODES"]
POLICY = {
    "again_soon": (Policy.RETRY, None),
    "later": (Policy.RETRY_LATER, None),
    "after_a_day": (Policy.RETRY_LATER, Scope.CONTACT),
    "fails": (Policy.FAIL, None),
    "pair_waits": (Policy.PAIR_LIMIT, Scope.CONTACT),
    "unreachable_at_once": (Policy.INVALID_NUMBER, Scope.CONTACT),
    "unreachable_in_the_end": (Policy.INVALID_NUMBER, Scope.CONTACT),
    "no_marketing": (Policy.STOP_MARKETING, Scope.CONTACT),
    "template_stops": (Policy.STOP_TEMPLATE, Scope.TEMPLATE),
    "template_pauses": (Policy.STOP_TEMPLATE, Scope.TEMPLATE),
    "number_slows_down": (Policy.THROTTLE, Scope.CHANNEL),
    "number_later": (Policy.RETRY_LATER, Scope.CHANNEL),
    "account_later": (Policy.RETRY_LATER, Scope.ACCOUNT),
    "app_later": (Policy.RETRY_LATER, Scope.APP),
    "bulk_of_the_number_stops": (Policy.STOP_BULK, Scope.CHANNEL),
    "bulk_of_the_account_stops": (Policy.STOP_BULK, Scope.ACCOUNT),
    "number_stops": (Policy.STOP_CHANNEL, Scope.CHANNEL),
    "account_stops": (Policy.STOP_CHANNEL, Scope.ACCOUNT),
    "token": (Policy.REFRESH_CREDENTIALS, Scope.ACCOUNT),
}
RETRIED = {Policy.RETRY, Policy.RETRY_LATER, Policy.THROTTLE, Policy.PAIR_LIMIT}
WAITS = {Policy.STOP_CHANNEL, Policy.REFRESH_CREDENTIALS}  # the message waits with its number, for ever


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_words_for_people(code):
    info = errors.ERRORS[code]
    assert info.code == code and errors.classify(MetaError(code=code), 400) is info
    assert 3 <= len(info.title) <= 60 and not info.title.endswith(".")
    for text in (info.meaning, info.remedy):
        assert text.endswith(".") and text[0].isupper() and 5 <= len(text) <= 250
        assert "  " not in text and info.meaning != info.remedy


def test_no_code_is_in_the_table_by_accident():
    assert set(errors.ERRORS) == set(CODES)


@pytest.mark.parametrize("expectation", EXPECTED)
def test_policy_and_scope_of_every_code(expectation):
    policy, scope = POLICY[expectation]
    for code in EXPECTED[expectation]:
        info = errors.ERRORS[code]
        assert info.policy is policy, code
        assert scope is None or info.scope is scope, code


def test_a_code_is_expected_to_do_one_thing():
    assert len(CODES) == len(set(CODES))


@pytest.mark.parametrize("code", CODES)
def test_only_what_concerns_more_than_the_message_makes_others_wait(code):
    info = errors.ERRORS[code]
    wide = info.scope in (Scope.CHANNEL, Scope.ACCOUNT, Scope.APP)
    waits = info.policy not in (Policy.FAIL, Policy.RETRY) and wide
    assert bool(errors.pause_seconds(info)) is waits


def test_who_is_called_for_help():
    called = {code for code in CODES if errors.ERRORS[code].needs_administrator}
    expected = ("bulk_of_the_number_stops", "bulk_of_the_account_stops", "number_stops", "account_stops", "token")
    assert called == {130497, *(code for name in expected for code in EXPECTED[name])}


@pytest.mark.parametrize(
    "error, http, policy",
    [
        (None, None, Policy.FAIL),
        (None, 400, Policy.FAIL),
        (None, 500, Policy.RETRY),
        (None, 503, Policy.RETRY),
        (None, 429, Policy.THROTTLE),
        (None, 401, Policy.REFRESH_CREDENTIALS),
        (None, 403, Policy.REFRESH_CREDENTIALS),
        (MetaError(code=299), 403, Policy.REFRESH_CREDENTIALS),
        (MetaError(code=987654), 400, Policy.FAIL),
        (MetaError(code=987654, is_transient=True), 400, Policy.RETRY),
        (MetaError(code=987654), 503, Policy.RETRY),
        (MetaError(code=100, is_transient=True), 400, Policy.RETRY),
        (MetaError(code=131047, is_transient=True), 400, Policy.FAIL),
        (MetaError(code=131047), 500, Policy.FAIL),
    ],
)
def test_what_the_table_does_not_know_is_judged_by_the_answer(error, http, policy):
    assert errors.classify(error, http).policy is policy


def test_unknown_errors_show_meta_s_own_words():
    info = errors.classify(MetaError(code=987654, title="New rule", details="Do not do this"), 400)
    assert (info.code, info.title, info.meaning) == (987654, "New rule", "Do not do this") and info.remedy


@given(st.none() | st.integers(), st.none() | st.integers(100, 599), st.text(), st.booleans())
def test_there_is_an_answer_for_everything(code, http, text, transient):
    info = errors.classify(MetaError(code=code, message=text, is_transient=transient), http)
    assert info.title and info.meaning and info.remedy


@pytest.mark.parametrize("code", CODES)
def test_retries_end_and_only_policies_that_retry_have_any(code):
    info = errors.ERRORS[code]
    delays = [errors.retry_delay(info, attempt) for attempt in range(1, 40)]
    if info.policy in WAITS:
        assert set(delays) == {errors.pause_seconds(info)}
        return
    count = delays.index(None)
    assert all(delay is None for delay in delays[count:])
    assert (count > 0) is (info.policy in RETRIED or bool(info.delays))


def test_pauses_grow_and_jitter_only_adds():
    low, high = random.Random(), random.Random()
    low.random, high.random = (lambda: 0.0), (lambda: 0.999)
    info = errors.ERRORS[131016]
    assert [errors.retry_delay(info, n, low) for n in range(1, 5)] == [15.0, 30.0, 60.0, 120.0]
    assert all(15.0 * 2 ** (n - 1) < errors.retry_delay(info, n, high) < 19 * 2 ** (n - 1) for n in range(1, 5))
    assert errors.retry_delay(info, 5, low) is None


def test_the_pair_limit_waits_four_to_the_power_of_n():
    low = random.Random()
    low.random = lambda: 0.0
    assert [errors.retry_delay(errors.ERRORS[131056], n, low) for n in range(1, 5)] == [1.0, 4.0, 16.0, 64.0]


def test_marketing_held_back_waits_a_day_and_is_tried_twice_more():
    info = errors.ERRORS[131049]
    assert errors.retry_delay(info, 1) >= 86400 and errors.retry_delay(info, 2) >= 3 * 86400
    assert errors.retry_delay(info, 3) is None


@pytest.mark.parametrize(
    "raw, expected",
    [
        ({"code": 1, "error_data": {"details": "d"}}, MetaError(code=1, details="d")),
        ({"code": "1", "error_data": "plain"}, MetaError(code=1, details="plain")),
        ({"code": None, "message": 7}, MetaError(message="7")),
        (
            {
                "error_user_title": "t",
                "error_user_msg": "m",
                "error_subcode": 2388019,
                "fbtrace_id": "A",
                "is_transient": True,
            },
            MetaError(title="t", user_message="m", subcode=2388019, fbtrace_id="A", is_transient=True),
        ),
        ({"error_code": 141006, "error_description": "x"}, MetaError(code=141006, message="x")),
    ],
)
def test_errors_are_read_in_all_shapes(raw, expected):
    found = MetaError.from_json(raw)
    assert found.raw == raw
    assert [
        getattr(found, n)
        for n in ("code", "title", "message", "details", "subcode", "fbtrace_id", "user_message", "is_transient")
    ] == [
        getattr(expected, n)
        for n in ("code", "title", "message", "details", "subcode", "fbtrace_id", "user_message", "is_transient")
    ]


@pytest.mark.parametrize("junk", [None, [], "x", 1, {"error_data": [1]}, {"code": {}}])
def test_errors_of_another_shape_have_no_code(junk):
    assert MetaError.from_json(junk).code is None and str(MetaError.from_json(junk))
