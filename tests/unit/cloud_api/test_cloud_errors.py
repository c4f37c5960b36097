import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import errors
from cloud_api.errors import MetaError, Policy

# Transcribed from Meta's documents by area, not from the table: what is missing there must fail here.
CODES = [
    *(0, 1, 2, 3, 4, 10, 33, 100, 102, 190, 200, 368, 463, 467, 613, 80007, 80008, 130429, 130472, 130497),
    *(131000, 131005, 131008, 131009, 131016, 131020, 131021, 131026, 131030, 131031, 131037, 131041, 131042, 131044),
    *(131045, 131047, 131048, 131049, 131050, 131051, 131052, 131053, 131055, 131056, 131057, 131059, 131060, 131062),
    *(131063, 131064, 131201, 131202, 131203, 131204, *range(131207, 131216)),
    *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069),
    *(134011, 134100, 134101, 134102, 135000, 137000, 141006, 141010),
    *(133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016),
    *(138000, 138001, 138002, 138003, 138004, 138005, 138006, 138007, 138009, 138012, 138013, 138018),
    *(139000, 139001, 139002, 139003, 139004, 139100, 139101, 139102, 139103, *range(147001, 147006)),
    *(1752041, 200005, 200006, 200007, 2388001, 2388012, 2388019, 2388040, 2388047, 2388072, 2388073, 2388091, 2388093),
    *(2388103, 2388293, 2388299, 2494100, *range(2494164, 2494180), 2593079, 2593085, 2593107, 2593108, 2593109),
]
RETRIED = {Policy.RETRY, Policy.RETRY_LATER, Policy.THROTTLE, Policy.PAIR_LIMIT}


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


@pytest.mark.parametrize(
    "policy, codes",
    [
        (Policy.RETRY, [1, 2, 131000, 131016, 133004]),
        (Policy.RETRY_LATER, [4, 613, 80007, 80008, 130472, 131048, 131049, 131057, 134101]),
        (Policy.THROTTLE, [130429]),
        (Policy.PAIR_LIMIT, [131056]),
        (Policy.REFRESH_CREDENTIALS, [0, 3, 10, 102, 190, 200, 463, 467, 131005]),
        (Policy.STOP_CHANNEL, [33, 368, 131031, 131037, 131042, 131045, 133010]),
        (Policy.STOP_MARKETING, [131050]),
        (Policy.INVALID_NUMBER, [131021, 131026]),
        (Policy.FAIL, [100, 131008, 131009, 131047, 131051, 131053, 132000, 132001, 132012, 132015, 132016, 137000]),
    ],
)
def test_policies_of_the_codes_that_matter_most(policy, codes):
    assert {code: errors.ERRORS[code].policy for code in codes} == dict.fromkeys(codes, policy)


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
    count = delays.index(None)
    assert all(delay is None for delay in delays[count:])
    assert (count > 0) is (info.policy in RETRIED)


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
