import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_api import calling, coexistence
from cloud_api.content import Edit, Media, Revoke, Text
from cloud_api.inbound import Identity

NUMBER = {"display_phone_number": "34910000000", "phone_number_id": "300"}
ECHO = {
    "from": "34910000000", "to": "34600111222", "id": "wamid.E1", "timestamp": "1790000000", "type": "text",
    "text": {"body": "From the phone"},
}
FIELDS = [
    "message_echoes", "history", "threads", "messages", "metadata", "id", "to", "from", "type", "text", "edit", "state_sync",
    "contact", "calls", "statuses", "contacts", "phone_number", "status", "duration", "errors", "history_context", "progress",
    "context",
]


def text(wamid, sender, status="READ", **more):
    return {"from": sender, "id": wamid, "timestamp": "1780000000", "type": "text", "text": {"body": wamid},
            "history_context": {"status": status}, **more}


def test_an_echo_is_a_message_to_the_customer():
    (echo,) = coexistence.read_echoes({"metadata": NUMBER, "message_echoes": [ECHO]})
    assert (echo.wamid, echo.person, echo.outbound) == ("wamid.E1", Identity("34600111222"), True)
    assert echo.content == Text("From the phone") and echo.sent_at == datetime(2026, 9, 21, 14, 13, 20)


def test_echoes_to_hidden_phones_name_the_user_id():
    by_field = coexistence.read_echoes({"message_echoes": [{**ECHO, "to": None, "to_user_id": "ES.9f3"}]})
    by_to = coexistence.read_echoes({"message_echoes": [{**ECHO, "to": "ES.9f3"}]})
    assert by_field[0].person == by_to[0].person == Identity(user_id="ES.9f3")


def test_edits_revokes_and_files_of_the_phone_are_read():
    edit = {**ECHO, "type": "edit", "edit": {"original_message_id": "wamid.E0", "message": {"type": "text", "text": {"body": "Better"}}}}
    revoke = {**ECHO, "type": "revoke", "revoke": {"original_message_id": "wamid.E0"}}
    image = {**ECHO, "type": "image", "image": {"id": "77", "mime_type": "image/jpeg"}}
    kinds = [type(echo.content) for echo in coexistence.read_echoes({"message_echoes": [edit, revoke, image]})]
    assert kinds == [Edit, Revoke, Media]


def test_history_knows_who_wrote_and_what_became_of_it():
    threads = [{"id": "34600111222", "messages": [text("w1", "34600111222"), text("w2", "34910000000", "DELIVERED"),
                                                  text("w3", "34910000000", "ERROR")]},
               {"id": "ES.9f3", "messages": [text("w4", None, history_context={"from_me": True, "status": "PLAYED"})]}]
    part = {"metadata": {"phase": 1, "chunk_order": 2, "progress": 55}, "threads": threads}
    history = coexistence.read_history({"metadata": NUMBER, "history": [part]})
    assert (history.phase, history.progress) == (1, 55)
    assert [(m.wamid, m.outbound, m.status) for m in history.messages] == [
        ("w1", False, "read"), ("w2", True, "delivered"), ("w3", True, "failed"), ("w4", True, "read")]
    assert history.messages[3].person == Identity(user_id="ES.9f3")


def test_a_declined_history_has_its_error():
    value = {"metadata": NUMBER, "history": [{"errors": [{"code": 2593109, "title": "declined"}]}]}
    assert coexistence.read_history(value).errors[0].code == 2593109


def test_files_that_come_later_are_told_apart():
    value = {"metadata": NUMBER, "messages": [{"from": "34600111222", "id": "w1", "type": "image", "image": {"id": "9"}}]}
    history = coexistence.read_history(value)
    assert not history.messages and history.files[0].content.media_id == "9"


def test_the_last_word_about_an_entry_of_the_address_book_counts():
    def entry(action, **contact):
        return {"type": "contact", "action": action, "contact": {"phone_number": "34600111222", **contact}}

    items = [entry("add", full_name="Ana Ruiz"), entry("remove")]
    (contact,) = coexistence.read_app_contacts({"state_sync": items})
    assert contact.removed and contact.person.wa_id == "34600111222"
    (contact,) = coexistence.read_app_contacts({"state_sync": items[:1]})
    assert (contact.name, contact.removed) == ("Ana Ruiz", False)


def test_a_call_of_the_customer_from_start_to_end():
    base = {"id": "wacid.A", "from": "34600111222", "to": "34910000000", "direction": "USER_INITIATED", "timestamp": "1790000000"}
    value = {"metadata": NUMBER, "contacts": [{"wa_id": "34600111222", "user_id": "ES.9", "profile": {"name": "Ana"}}],
             "calls": [{**base, "event": "connect"}, {**base, "event": "terminate", "status": "COMPLETED", "duration": 60}]}
    start, end = calling.read_calls(value)
    assert start.person == Identity("34600111222", "ES.9", None, "Ana") and start.from_customer and not start.is_over
    assert end.is_over and end.was_answered and end.duration == 60


def test_a_call_of_ours_names_the_customer_by_its_other_end():
    item = {"id": "wacid.B", "from": "34910000000", "to": "34600111222", "direction": "BUSINESS_INITIATED", "event": "terminate",
            "status": ["FAILED"]}
    status = {"id": "wacid.B", "type": "call", "status": "RINGING", "recipient_id": "34600111222"}
    ended, ringing = calling.read_calls({"calls": [item], "statuses": [status]})
    assert ended.person == ringing.person == Identity("34600111222")
    assert not ended.from_customer and not ended.was_answered and ringing.event == "ringing"


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)),
    max_leaves=25,
)


@pytest.mark.parametrize(
    "reader", [coexistence.read_echoes, coexistence.read_history, coexistence.read_app_contacts, coexistence.weight, calling.read_calls]
)
@settings(max_examples=60)
@given(value=st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_shape_of_json_makes_a_reader_fail(reader, value):
    reader(json.loads(json.dumps(value)))
