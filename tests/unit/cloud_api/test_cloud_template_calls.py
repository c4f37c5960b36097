import json
from urllib.parse import parse_qs, urlsplit

import pytest
from meta_server import TOKEN, Reply

from cloud_api.client import ApiError, CloudClient, OutcomeUnknown


@pytest.fixture
def client(server):
    found = CloudClient(server.url, "v25.0", TOKEN, timeout=(2, 2))
    yield found
    found.close()


@pytest.mark.parametrize(
    "call, method, path, query, body, answer, result",
    [
        (lambda c: c.create_template("200", {"name": "a"}), "POST", "200/message_templates", {}, {"name": "a"},
         {"id": "9", "status": "PENDING", "category": "MARKETING"}, {"id": "9", "status": "PENDING", "category": "MARKETING"}),
        (lambda c: c.edit_template("9", {"components": []}), "POST", "9", {}, {"components": []}, {"success": True}, {"success": True}),
        (lambda c: c.delete_template("200", "a"), "DELETE", "200/message_templates", {"name": ["a"]}, None, {"success": True}, True),
        (lambda c: c.delete_template("200", "a", "9"), "DELETE", "200/message_templates", {"name": ["a"], "hsm_id": ["9"]}, None,
         {"success": True}, True),
        (lambda c: c.unpause_template("9"), "POST", "9/unpause", {}, None, {"success": True}, True),
    ],
)
def test_what_each_call_asks(server, client, call, method, path, query, body, answer, result):
    server.reply = Reply(body=answer)
    assert call(client) == result
    [seen] = server.seen
    parts = urlsplit(seen.path)
    assert (seen.method, parts.path, parse_qs(parts.query)) == (method, f"/v25.0/{path}", query)
    assert (json.loads(seen.body) if seen.body else None) == body


def test_the_list_asks_for_all_fields_with_filters(server, client):
    server.reply = Reply(body={"data": [{"id": "1"}]})
    assert list(client.templates("200", name="order", status="APPROVED")) == [{"id": "1"}]
    query = parse_qs(urlsplit(server.seen[0].path).query)
    assert (query["name"], query["status"], query["limit"]) == (["order"], ["APPROVED"], ["100"])
    assert {"components", "quality_score", "rejected_reason"} <= set(query["fields"][0].split(","))


def test_a_creation_without_an_id_is_unclear(server, client):
    server.reply = Reply(body={"success": True})
    with pytest.raises(OutcomeUnknown):
        client.create_template("200", {})


class Uploads:
    """Answers a resumable upload; the first ``losses`` transfers break after ``kept`` bytes."""

    def __init__(self, losses=0, kept=0):
        self.losses, self.kept, self.data = losses, kept, b""

    def __call__(self, seen):
        if "/uploads" in seen.path:
            return Reply(body={"id": "upload:MTph?sig=ARZ"})
        if seen.method == "GET":
            return Reply(body={"file_offset": len(self.data)})
        assert seen.path.endswith("/upload:MTph?sig=ARZ") and int(seen.headers["file_offset"]) == len(self.data)
        if self.losses:
            self.losses -= 1
            self.data += seen.body[: self.kept]
            return Reply(action="reset")
        self.data += seen.body
        return Reply(body={"h": "4::aW"})


@pytest.mark.parametrize("losses, kept", [(0, 0), (1, 0), (1, 3), (2, 2)])
def test_an_interrupted_upload_goes_on_where_it_stopped(server, client, losses, kept):
    server.reply = uploads = Uploads(losses, kept)
    assert client.upload_example("100", b"%PDF-1.7", "application/pdf", "a.pdf") == "4::aW"
    assert uploads.data == b"%PDF-1.7"
    query = parse_qs(urlsplit(server.seen[0].path).query)
    assert query == {"file_name": ["a.pdf"], "file_length": ["8"], "file_type": ["application/pdf"]}


def test_an_upload_that_never_arrives_gives_up(server, client):
    server.reply = Uploads(losses=9)
    with pytest.raises(OutcomeUnknown):
        client.upload_example("100", b"abc", "image/png", "a.png")
    assert len(server.seen) < 9


def test_a_refused_upload_is_not_repeated(server, client):
    server.reply = Reply(400, {"error": {"message": "(#100) bad type", "code": 100}})
    with pytest.raises(ApiError):
        client.upload_example("100", b"abc", "text/css", "a.css")
    assert len(server.seen) == 1
