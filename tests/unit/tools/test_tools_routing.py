"""The choice of who gets which conversation: what must hold for any teams, agents and conversations."""

from collections import Counter
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import routing
from tools.routing import Agent, Need, Seat, Team

SKILLS = st.frozensets(st.integers(1, 3), max_size=3)
LANGS = st.frozensets(st.sampled_from(["es", "en", "ar"]), max_size=2)


@st.composite
def worlds(draw):
    """Some agents, each in some of some teams, and conversations that wait."""
    agents = [
        Agent(
            number, load=draw(st.integers(0, 4)), capacity=draw(st.integers(0, 5)), is_active=draw(st.booleans()),
            is_around=True, skills=draw(SKILLS), langs=draw(LANGS),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]
    teams = {}
    for number in range(1, draw(st.integers(1, 3)) + 1):
        members = draw(st.lists(st.sampled_from(agents), unique_by=id, max_size=5))
        seats = [
            Seat(agent, load=draw(st.integers(0, 3)), capacity=draw(st.integers(0, 4)), weight=draw(st.integers(0, 3)))
            for agent in members
        ]
        teams[number] = Team(
            number, draw(st.sampled_from(routing.POLICIES)), seats, cursor=draw(st.integers(0, 6)), skills=draw(SKILLS)
        )
    needs = [
        Need(
            number, draw(st.integers(1, 4)), draw(st.integers(0, 600)), draw(st.integers(0, 2)), draw(st.sampled_from(["", "es", "fr"])),
            draw(SKILLS), draw(st.integers(0, 6)), draw(st.integers(0, 6)),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    return teams, needs


@given(worlds())
def test_only_active_members_with_room_get_anything_and_each_conversation_goes_once(world):
    teams, needs = world
    before = deepcopy(teams)
    given_away = routing.assign(teams, needs)
    assert len({need.id for need, _agent in given_away}) == len(given_away)
    for need, agent_id in given_away:
        seat = next(seat for seat in before[need.team].seats if seat.agent.id == agent_id)
        assert seat.agent.is_active
        assert seat.weight
        assert agent_id != need.refused
    for team_id, team in teams.items():
        for seat, old in zip(team.seats, before[team_id].seats, strict=True):
            got = sum(need.team == team_id and agent_id == seat.agent.id for need, agent_id in given_away)
            assert seat.load == old.load + got
            assert not seat.capacity or not got or seat.load <= seat.capacity
            if got and seat.agent.capacity:
                assert seat.agent.load <= seat.agent.capacity


@given(worlds())
def test_nobody_waits_whom_somebody_free_could_answer(world):
    teams, needs = world
    given_away = {need.id for need, _agent in routing.assign(teams, needs)}
    for need in needs:
        team = teams.get(need.team)
        if need.id in given_away or not team or team.policy == "skills":
            continue
        assert not [seat for seat in team.seats if seat.is_free() and seat.agent.id != need.refused]


@given(worlds())
def test_the_same_world_gives_the_same_choice(world):
    again = deepcopy(world)
    assert routing.assign(*world) == routing.assign(*again)


@given(worlds())
def test_of_one_team_who_waited_longer_goes_first(world):
    teams, needs = world
    given_away = [need for need, _agent in routing.assign(teams, needs)]
    assert given_away == sorted(given_away, key=Need.order)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(1, 4))
def test_weights_are_kept_exactly_over_whole_rounds(weights, rounds):
    team = Team(1, "weight", [Seat(Agent(number), weight=weight) for number, weight in enumerate(weights, 1)])
    needs = [Need(number, 1) for number in range(sum(weights) * rounds)]
    counts = Counter(agent for _need, agent in routing.assign({1: team}, needs))
    assert counts == {number: weight * rounds for number, weight in enumerate(weights, 1)}


@given(st.integers(1, 6), st.integers(0, 30), st.integers(0, 6))
def test_in_turn_means_in_turn_wherever_it_was_interrupted(agents, total, cut):
    def team(cursor=0):
        return {1: Team(1, "round_robin", [Seat(Agent(number)) for number in range(1, agents + 1)], cursor=cursor)}

    needs = [Need(number, 1, number * 60) for number in range(total)]
    whole = [agent for _need, agent in routing.assign(team(), needs)]
    first = team()
    parts = [agent for _need, agent in routing.assign(first, needs[:cut])]
    parts += [agent for _need, agent in routing.assign(team(first[1].cursor), needs[cut:])]
    assert parts == whole
    assert max(Counter(whole).values(), default=0) - min((whole.count(n) for n in range(1, agents + 1)), default=0) <= 1


def people(policy="least_loaded", **values):
    ana, ben, eva = Agent(1, load=2), Agent(2, load=1), Agent(3, load=1)
    return Team(1, policy, [Seat(ana), Seat(ben), Seat(eva)], **values), ana, ben, eva


def chosen(team, **values):
    seat = routing.choose(team, Need(9, 1, **values))
    return seat and seat.agent.id


def test_least_loaded_takes_who_has_least_and_of_equals_whose_turn_it_is():
    team, *_rest = people()
    assert chosen(team) == 2
    team.cursor = 2
    assert chosen(team) == 3


def test_the_last_agent_is_asked_first_and_if_not_free_whoever_has_least():
    team, ana, _ben, _eva = people("last_agent")
    assert chosen(team, last_agent=1) == 1
    ana.capacity = 2
    assert chosen(team, last_agent=1) == 2


def test_a_language_is_waited_for_while_somebody_at_work_speaks_it():
    team, ana, ben, eva = people("skills")
    ana.langs = frozenset({"es"})
    ben.langs = eva.langs = frozenset({"en"})
    assert chosen(team, lang="es") == 1
    ana.is_active = False
    assert chosen(team, lang="es") is None
    ana.is_around = False
    assert chosen(team, lang="es") == 2
    assert chosen(team, lang="fr") == 2


def test_who_knows_most_of_what_is_asked_for_answers():
    team, ana, ben, _eva = people("skills", skills=frozenset({7}))
    ana.skills = frozenset({7, 8})
    ben.skills = frozenset({7})
    assert chosen(team, skills=frozenset({8})) == 1
    assert chosen(team) == 2
    assert chosen(team, skills=frozenset({99})) == 2


def test_agents_without_languages_speak_those_of_the_team():
    team, ana, _ben, _eva = people("skills", langs=frozenset({"es"}))
    ana.langs = frozenset({"en"})
    assert chosen(team, lang="es") == 2


def test_who_did_not_answer_does_not_get_it_back():
    team, _ana, _ben, _eva = people()
    assert chosen(team, refused=2) == 3


def test_who_has_waited_longest_is_first_and_urgency_decides_within_a_minute():
    team = Team(1, "round_robin", [Seat(Agent(1, capacity=1))])
    old, urgent = Need(1, 1, waiting_since=0), Need(2, 1, waiting_since=300, priority=2)
    assert routing.assign({1: team}, [urgent, old]) == [(old, 1)]
    team.seats[0].agent.load = 0
    near = Need(3, 1, waiting_since=301)
    assert routing.assign({1: team}, [near, urgent]) == [(urgent, 1)]


@pytest.mark.parametrize("change", [{"is_active": False}, {"capacity": 1}])
def test_who_is_away_or_full_gets_nothing(change):
    agent = Agent(1, load=1)
    for name, value in change.items():
        setattr(agent, name, value)
    assert chosen(Team(1, "round_robin", [Seat(agent)])) is None
    assert chosen(Team(1, "round_robin", [Seat(Agent(1, load=3), load=3, capacity=3)])) is None
    assert chosen(Team(1, "round_robin", [Seat(Agent(1), weight=0)])) is None
