import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_api import limits
from cloud_api.limits import Bucket


def test_a_bucket_gives_what_it_has_and_refills_with_time():
    bucket = Bucket(rate=10, capacity=20, tokens=20, updated_at=0)
    taken, bucket = bucket.take(15)
    assert taken == 15 and bucket.tokens == 5
    assert bucket.take(10) == (5, Bucket(10, 20, 0, 0))
    assert bucket.refill(1).tokens == 15
    assert bucket.refill(100).tokens == 20


def test_a_clock_that_goes_backwards_gives_nothing():
    bucket = Bucket(rate=10, capacity=20, tokens=3, updated_at=50).refill(10)
    assert bucket.tokens == 3 and bucket.updated_at == 50


def test_a_reserve_stays_for_urgent_takers():
    bucket = Bucket(rate=10, capacity=20, tokens=10, updated_at=0)
    assert bucket.take(10, reserve=4)[0] == 6
    assert bucket.take(10)[0] == 10
    assert bucket.take(1, reserve=15)[0] == 0


def test_waiting_times():
    bucket = Bucket(rate=4, capacity=8, tokens=0, updated_at=0)
    assert bucket.wait(1) == 0.25 and bucket.wait(2, reserve=2) == 1.0
    assert bucket.wait(9) == float("inf") and Bucket(0, 8, 0, 0).wait() == float("inf")
    assert bucket.refill(0.25).take(1)[0] == 1 and bucket.refill(0.24).take(1)[0] == 0


def test_draining_after_meta_said_so():
    assert limits.channel_bucket(80, now=5).drain(7) == Bucket(80, 80, 0, 7)


def test_pair_limit_bursts_then_one_message_every_six_seconds():
    bucket, sent = limits.pair_bucket(now=0), []
    for second in range(61):
        taken, bucket = bucket.refill(second).take(100)
        sent.append(taken)
    assert sent[0] == 45 and sum(sent[1:]) == 10 and sent[6] == 1 and sent[5] == 0


@pytest.mark.parametrize("attempt, seconds", [(0, 1), (1, 1), (2, 4), (3, 16), (50, 3600)])
def test_pair_backoff(attempt, seconds):
    assert limits.pair_backoff(attempt) == seconds


@given(
    st.floats(0.01, 1000), st.floats(1, 1000), st.lists(st.tuples(st.floats(0, 10), st.integers(0, 200)), max_size=50)
)
def test_never_more_than_capacity_plus_rate_times_time(rate, capacity, steps):
    bucket, now, total = Bucket(rate, capacity, capacity, 0), 0.0, 0
    for pause, count in steps:
        now += pause
        taken, bucket = bucket.refill(now).take(count)
        total += taken
        assert 0 <= taken <= count and -1e-6 <= bucket.tokens <= capacity
    assert total <= capacity + rate * now + 1e-3


@given(st.floats(0.01, 1000), st.floats(0, 100), st.integers(1, 50))
def test_after_the_waiting_time_the_tokens_are_there(rate, tokens, count):
    bucket = Bucket(rate, 100, tokens, 0)
    assert bucket.refill(bucket.wait(count)).take(count)[0] == count
