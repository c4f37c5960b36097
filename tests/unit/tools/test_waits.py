"""Waits: the same messages give the same figures, whatever happened on the way."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tools.waits import Said, Wait, answers, waits

TEN = datetime(2026, 3, 2, 10)


def at(minutes):
    return TEN + timedelta(minutes=minutes)


def test_a_wait_goes_from_the_first_message_to_the_answer():
    said = [Said(1, at(0), True), Said(2, at(3), True), Said(3, at(5), False, 7), Said(4, at(6), False, 7), Said(5, at(9), True)]
    assert waits(said) == [Wait(at(0), at(5), 7), Wait(at(9))]


def test_who_writes_first_answers_nothing():
    assert waits([Said(1, at(0), False, 7)]) == []


def test_a_message_that_arrived_after_the_answer_still_waits():
    said = [Said(1, at(0), True), Said(2, at(5), False, 7), Said(3, at(2), True)]  # written at 2, under way until 6
    assert waits(said) == [Wait(at(0), at(5), 7), Wait(at(2))]


def test_an_answer_on_the_phone_counts_from_when_it_was_written_however_late_it_is_told():
    said = [Said(1, at(0), True), Said(2, at(8), True), Said(3, at(4), False, None, on_phone=True)]
    assert waits(said) == [Wait(at(0), at(4)), Wait(at(8))]


def test_two_waits_that_begin_in_one_second_have_one_order():
    said = [Said(1, at(0), True), Said(2, at(1), False, 7, on_phone=False), Said(3, at(0), True), Said(4, at(2), False, 8)]
    expected = [Wait(at(0), at(1), 7), Wait(at(0), at(2), 8)]
    assert waits(said) == waits([said[2], said[3], said[1], said[0]]) == expected


def test_the_beginning_of_a_wait_is_kept_when_its_message_is_gone():
    assert waits([], [at(0)]) == [Wait(at(0))]
    assert waits([Said(9, at(4), False, 7)], [at(0)]) == [Wait(at(0), at(4), 7)]
    assert waits([Said(1, at(0), True), Said(9, at(4), False, 7)], [at(0)]) == [Wait(at(0), at(4), 7)]


messages = st.lists(st.tuples(st.integers(0, 60), st.booleans(), st.booleans()), max_size=25).map(
    lambda rows: [Said(number, at(minute), inbound, 7, phone) for number, (minute, inbound, phone) in enumerate(rows, 1)]
)


@given(messages, st.randoms())
def test_order_does_not_matter_and_nobody_is_forgotten(said, random):
    found = waits(said)
    shuffled = list(said)
    random.shuffle(shuffled)
    assert waits(shuffled) == found
    assert waits(said, [wait.since for wait in found if not wait.answered_at]) == found
    assert sum(wait.answered_at is None for wait in found) <= 1
    assert all(wait.answered_at is None or wait.answered_at >= wait.since for wait in found)
    inbound = [message.at for message in said if message.inbound]
    assert bool(found) == bool(inbound)
    assert not found or min(wait.since for wait in found) == min(inbound)


def test_what_is_sent_again_answers_all_that_was_written_until_then():
    said = [Said(1, at(0), True), Said(3, at(4), True), Said(2, at(9), False, 7, again=True), Said(4, at(10), True)]
    assert waits(said) == [Wait(at(0), at(9), 7), Wait(at(10))]
    assert [wait.count for wait in waits(said)] == [2, 1]


@given(messages, st.data())
def test_an_answer_that_did_not_arrive_ends_no_wait_and_makes_none_shorter(said, data):
    lost = data.draw(st.sets(st.sampled_from([message.id for message in said]))) if said else set()
    left = [message for message in said if message.inbound or message.id not in lost]
    before, now = waits(said), waits(left)
    inbound = [message.at for message in said if message.inbound]
    assert sum(wait.count for wait in before) == sum(wait.count for wait in now) == len(inbound)
    assert not {wait.answered_at for wait in now} - {None} - {message.at for message in left if not message.inbound}
    assert not now or min(wait.since for wait in now) == min(wait.since for wait in before)
    for wait in before:  # nobody is answered earlier than before
        assert any(
            other.since <= wait.since and (not other.answered_at or (wait.answered_at and other.answered_at >= wait.answered_at))
            for other in now
        )
    # whoever waits at the end does so since the first message that none of the answers left can have meant
    replies = [message for message in left if not message.inbound]
    open_now = [message.at for message in said if message.inbound and not any(answers(reply, message) for reply in replies)]
    assert [wait.since for wait in now if not wait.answered_at] == ([min(open_now)] if open_now else [])


@given(messages, st.integers(1, 60))
def test_sent_again_last_it_answers_everybody(said, minutes):
    last = max((message.at for message in said), default=TEN) + timedelta(minutes=minutes)
    found = waits([*said, Said(0, last, False, 7, again=True)])
    assert all(wait.answered_at for wait in found)
    assert [wait for wait in waits(said) if wait.answered_at] == [wait for wait in found if wait.answered_at != last]
