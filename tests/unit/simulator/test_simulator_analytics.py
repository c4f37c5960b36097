"""Pricing analytics of an account: what is counted, and what Meta would refuse."""

import time

import pytest
from simulator_helpers import RAHIM, WABA, error, wait

NOW = int(time.time())
GOOD = {"start": NOW - 3600, "end": NOW + 3600, "granularity": "MONTHLY"}


def ask(sim, extra="", before="", **given):
    parameters = "".join(f".{name}({value})" for name, value in {**GOOD, **given}.items() if value is not None)
    return sim.graph("GET", f"{WABA}?fields={before}pricing_analytics{parameters}{extra}")


def test_delivered_messages_are_counted_by_country_and_category(sim):
    assert sim.send(to=RAHIM, type_="template", content={
        "name": "hello_world", "language": {"code": "en_US"}}).status_code in (200, 404)
    sim.inbound("Hi", from_=RAHIM)
    assert sim.send(to=RAHIM).status_code == 200
    wanted = '.metric_types(["COST","VOLUME"]).dimensions(["COUNTRY","PRICING_CATEGORY","PRICING_TYPE"])'

    def service():
        answer = ask(sim, wanted, before="currency,").json()
        assert len(answer["currency"]) == 3
        points = answer["pricing_analytics"]["data"][0]["data_points"]
        return [point for point in points if point["pricing_category"] == "SERVICE"]

    [point] = wait(service)
    assert (len(point["country"]), point["volume"], point["pricing_type"]) == (2, 1, "FREE_CUSTOMER_SERVICE")
    assert point["cost"] == 0


@pytest.mark.parametrize(
    "given", [{"start": None}, {"end": "soon"}, {"start": NOW + 7200}, {"start": 1_600_000_000}, {"granularity": "YEARLY"},
              {"granularity": None}, {"dimensions": '["COLOUR"]'}, {"metric_types": '["JOY"]'}])
def test_what_meta_would_refuse_is_refused(sim, given):
    error(ask(sim, **given), 100)
