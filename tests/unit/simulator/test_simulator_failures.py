"""Failure rules: what goes wrong, when, how often, and what was accepted all the same."""

import pytest
import requests
from simulator_helpers import JOHN, PNID_2, RAHIM, error, wait


@pytest.fixture
def open_window(hooked):
    hooked.config(window="off")
    return hooked


def test_an_error_comes_for_the_nth_matching_requests_only(open_window):
    rule = open_window.control("fail", {"kind": "error", "code": 130429, "times": 2, "match": {"to": JOHN, "nth": 2}})
    assert open_window.send().status_code == 200
    assert open_window.send(to=RAHIM).status_code == 200
    error(open_window.send(), 130429)
    error(open_window.send(), 130429)
    assert open_window.send().status_code == 200
    [listed] = open_window.control("fail")["rules"]
    assert listed["id"] == rule["id"] and listed["fired"] == 2 and listed["active"] is False
    assert open_window.control("stats")["accepted"] == 3


def test_rules_match_type_path_and_number_and_can_be_removed(open_window):
    for match in ({"type": "image"}, {"path": "/media"}, {"phone_number_id": PNID_2}, {"method": "GET"}):
        open_window.control("fail", {"kind": "error", "code": 131016, "times": None, "match": match})
    assert open_window.send().status_code == 200
    error(open_window.send(type_="image", content={"link": "https://a/b.jpg"}), 131016, 500)
    error(open_window.send(pnid=PNID_2), 131016, 500)
    rule = open_window.control("fail")["rules"][2]
    assert open_window.control("fail", method="DELETE", id=rule["id"]) == {"removed": 1}
    assert open_window.send(pnid=PNID_2).status_code == 200
    assert open_window.control("fail", method="DELETE") == {"removed": 3}
    assert open_window.send(type_="image", content={"link": "https://a/b.jpg"}).status_code == 200


def test_raw_http_failures_have_no_envelope(open_window):
    open_window.control("fail", {"kind": "http", "status": 502, "body": "<html>Bad gateway</html>",
                                 "headers": {"Retry-After": "5"}})
    response = open_window.send()
    assert response.status_code == 502 and response.text.startswith("<html>")
    assert response.headers["Retry-After"] == "5"


def test_an_expired_token(open_window):
    open_window.control("fail", {"kind": "expired_token"})
    assert error(open_window.send(), 190, 401)["error_subcode"] == 463
    assert open_window.send().status_code == 200


@pytest.mark.parametrize("kind, accepted", [
    ("timeout_before", 0), ("timeout_after", 1), ("drop", 0), ("drop_after", 1)])
def test_no_answer_with_and_without_acceptance(open_window, kind, accepted):
    open_window.control("fail", {"kind": kind, "delay_ms": 150 if "timeout" in kind else 0})
    with pytest.raises(requests.ConnectionError):
        open_window.send(biz_opaque_callback_data="lost")
    assert open_window.control("sent", callback_data="lost")["count"] == accepted
    assert open_window.control("requests", path="/messages")["count"] == 1
    if accepted:
        statuses = wait(open_window.receiver.statuses)
        assert statuses[0]["biz_opaque_callback_data"] == "lost"


def test_the_client_may_give_up_first(open_window):
    open_window.control("fail", {"kind": "timeout_after", "delay_ms": 60_000})
    with pytest.raises(requests.ReadTimeout):
        open_window.send(biz_opaque_callback_data="lost", timeout=0.2)
    assert open_window.control("sent", callback_data="lost")["count"] == 1


def test_the_answer_may_come_late_or_slowly(open_window):
    open_window.control("fail", {"kind": "timeout_after", "delay_ms": 200, "late": True})
    assert open_window.send().elapsed.total_seconds() >= 0.2
    open_window.control("fail", {"kind": "latency", "delay_ms": 150})
    assert open_window.send().elapsed.total_seconds() >= 0.15
    open_window.config(latency_ms=100)
    assert open_window.send().elapsed.total_seconds() >= 0.1


def test_a_message_can_fail_by_webhook_or_stay_silent(open_window):
    open_window.control("fail", {"kind": "failed_status", "code": 131049, "match": {"to": JOHN}})
    open_window.control("fail", {"kind": "silent", "match": {"to": RAHIM}})
    silent = open_window.send(to=RAHIM).json()["messages"][0]["id"]
    assert open_window.send().status_code == 200
    [status] = wait(open_window.receiver.statuses)
    assert status["status"] == "failed" and status["errors"][0]["code"] == 131049 and status["id"] != silent


def test_rules_come_with_the_configuration_too(open_window):
    open_window.config(failures=[{"kind": "error", "code": 131000}])
    error(open_window.send(), 131000, 500)
    answer = open_window.control("config", {"failures": [{"kind": "bogus"}]})
    assert answer["error"]["field"] == "kind"


@pytest.mark.parametrize("rule, field", [
    ({"kind": "bogus"}, "kind"), ({"match": {"colour": 1}}, "match.colour"), ({"match": []}, None),
    ({"match": "x"}, "match"), ({"times": 0}, "times"), ({"times": "2"}, "times"), ({"status": 9}, "status"),
    ({"status": 900}, "status"), ({"code": "x"}, "code"), ({"delay_ms": -1}, "delay_ms"), ({"bogus": 1}, "bogus"),
    ({"match": {"nth": 0}}, "match.nth"), ({"body": 1}, "body"), ({"headers": 1}, "headers")])
def test_wrong_rules_are_explained(sim, rule, field):
    answer = sim.control("fail", rule)
    if field is None:
        assert "id" in answer
    else:
        assert answer["error"]["field"] == field and answer["error"]["remedy"]
