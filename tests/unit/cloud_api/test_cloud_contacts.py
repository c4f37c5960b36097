import json

import pytest
from meta_server import Reply

from cloud_api.calls_contacts import BlockResult
from cloud_api.inbound import Identity

PEOPLE = [Identity(wa_id="34600111222", user_id="ES.1"), Identity(user_id="ES.9f3")]


def test_people_are_blocked_by_phone_where_it_is_known_else_by_user_id(server, client):
    answer = {"added_users": [{"input": "34600111222", "wa_id": "34600111222"}],
              "failed_users": [{"input": "ES.9f3", "errors": [{"code": 139100, "error_data": {"details": "Not within 24 hours"}}]}]}
    server.reply = Reply(body={"messaging_product": "whatsapp", "block_users": answer})
    assert client.block_users("300", PEOPLE) == BlockResult(["34600111222"], {"ES.9f3": "Not within 24 hours"})
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/v25.0/300/block_users")
    assert json.loads(seen.body)["block_users"] == [{"user": "34600111222"}, {"user_id": "ES.9f3"}]


def test_unblocking_is_a_delete(server, client):
    server.reply = Reply(body={"block_users": {"removed_users": [{"input": "ES.9f3"}]}})
    assert client.block_users("300", PEOPLE[1:], unblock=True) == BlockResult(["ES.9f3"], {})
    assert server.seen[0].method == "DELETE"


@pytest.mark.parametrize("body", [{}, {"block_users": None}, {"block_users": {"added_users": "x", "failed_users": [None, 7]}}])
def test_answers_of_another_shape_are_no_failure(server, client, body):
    server.reply = Reply(body=body)
    assert client.block_users("300", PEOPLE).done == []


def test_the_list_gives_phones_and_user_ids(server, client):
    server.reply = Reply(body={"data": [{"wa_id": "34600111222"}, {"user_id": "ES.9f3"}, {}, None]})
    assert list(client.blocked_users("300")) == [Identity("34600111222"), Identity(None, "ES.9f3")]


def test_the_phone_app_is_asked_for_what_it_knows(server, client):
    server.reply = Reply(body={"messaging_product": "whatsapp", "request_id": "r1"})
    assert client.sync_app_data("300", "history")["request_id"] == "r1"
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/v25.0/300/smb_app_data")
    assert json.loads(seen.body) == {"messaging_product": "whatsapp", "sync_type": "history"}
    with pytest.raises(ValueError):
        client.sync_app_data("300", "everything")
