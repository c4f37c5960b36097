"""Arithmetic with opening hours, held against counting second by second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.work_hours import WorkHours

INTERVALS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=8)
MOMENTS = st.integers(-20, 400)


def working(intervals):
    """Return the seconds that are working time, one by one."""
    return {second for start, end in intervals for second in range(start, end)}


@given(INTERVALS, MOMENTS, MOMENTS)
def test_working_time_is_what_counting_gives(intervals, start, end):
    expected = len([second for second in working(intervals) if start <= second < end])
    assert WorkHours(intervals).seconds(start, end) == expected


@given(INTERVALS, MOMENTS)
def test_open_and_next_opening_are_what_looking_gives(intervals, moment):
    hours, seconds = WorkHours(intervals), working(intervals)
    assert hours.is_open(moment) == (moment in seconds)
    assert hours.next_opening(moment) == min((second for second in seconds if second >= moment), default=None)


@given(INTERVALS, MOMENTS)
def test_the_last_opening_and_closing_lie_behind(intervals, moment):
    hours = WorkHours(intervals)
    opening, closing = hours.last_opening(moment), hours.last_closing(moment)
    assert opening is None or (opening <= moment and hours.is_open(opening) and not hours.is_open(opening - 1))
    assert closing is None or (closing <= moment and not hours.is_open(closing) and hours.is_open(closing - 1))


@given(INTERVALS, MOMENTS, st.integers(1, 200))
def test_after_is_the_inverse_of_counting(intervals, start, seconds):
    hours = WorkHours(intervals)
    due = hours.after(start, seconds)
    if due is None:
        assert hours.seconds(start, 10_000) < seconds
    else:
        assert hours.seconds(start, due) == seconds
        assert hours.seconds(start, due - 1) < seconds


@given(INTERVALS, MOMENTS, MOMENTS, MOMENTS)
def test_two_parts_are_as_long_as_the_whole(intervals, one, two, three):
    start, middle, end = sorted((one, two, three))
    hours = WorkHours(intervals)
    assert hours.seconds(start, middle) + hours.seconds(middle, end) == hours.seconds(start, end)


@pytest.mark.parametrize(("start", "end", "expected"), [(0, 100, 20), (15, 45, 10), (20, 40, 0), (50, 0, 0), (40, 41, 1)])
def test_a_day_in_two_blocks(start, end, expected):
    assert WorkHours([(40, 50), (10, 20)]).seconds(start, end) == expected


def test_nothing_is_due_at_once_and_nothing_ever_opens_without_hours():
    hours = WorkHours([])
    assert not hours
    assert hours.after(5, 0) == 5
    assert hours.after(5, 1) is None
    assert hours.next_opening(5) is None
    assert not hours.is_open(5)
