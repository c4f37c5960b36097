import gzip
import hashlib
import hmac
import json
import socket
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from meta_server import TOKEN, Reply

from cloud_api import client as module
from cloud_api import errors, transport
from cloud_api.client import ApiError, CloudClient, NotSent, OutcomeUnknown, TooLarge

ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+34600111222", "wa_id": "34600111222", "user_id": "ES.9"}],
    "messages": [{"id": "wamid.OUT1", "message_status": "accepted"}],
}
BODY = {"messaging_product": "whatsapp", "to": "+34600111222", "type": "text", "text": {"body": "Hi"}}


def envelope(code=131047, **more):
    return {"error": {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "fbtrace_id": "AbC", **more}}


# -- what a send gives


def test_a_send_is_one_post_with_the_token_in_the_header_only(server, client):
    server.reply = Reply(body=ACCEPTED)
    assert client.send("300", BODY) == module.SendResult("wamid.OUT1", "34600111222", "ES.9", "accepted")
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/v25.0/300/messages") and json.loads(seen.body) == BODY
    assert seen.headers["Authorization"] == f"Bearer {TOKEN}" and seen.headers["User-Agent"] == transport.USER_AGENT
    assert TOKEN not in seen.path and TOKEN.encode() not in seen.body


def test_the_proof_of_the_app_secret_goes_with_every_call(server):
    server.reply = Reply(body=ACCEPTED)
    CloudClient(server.url, "v25.0", TOKEN, app_secret="s3cret").send("300", BODY)
    query = parse_qs(urlsplit(server.seen[0].path).query)
    assert query == {"appsecret_proof": [hmac.new(b"s3cret", TOKEN.encode(), hashlib.sha256).hexdigest()]}


@pytest.mark.parametrize(
    "error_data, details",
    [
        ({"messaging_product": "whatsapp", "details": "24 hours"}, "24 hours"),
        ("24 hours", "24 hours"),
        ([1], ""),
        (None, ""),
    ],
)
def test_meta_s_error_is_read_whatever_its_details_look_like(server, client, error_data, details):
    server.reply = Reply(400, envelope(error_data=error_data, error_user_msg="Use a template"))
    with pytest.raises(ApiError) as caught:
        client.send("300", BODY)
    error = caught.value.error
    assert (error.code, error.details, error.user_message, error.fbtrace_id) == (
        131047,
        details,
        "Use a template",
        "AbC",
    )
    assert caught.value.http_status == 400 and errors.classify(error, 400).code == 131047


@pytest.mark.parametrize(
    "status, body",
    [
        (500, envelope(131000)),
        (503, envelope(2)),
        (502, envelope(1)),
        (401, envelope(190)),
        (200, envelope(100)),
        (429, envelope(130429)),
    ],
)
def test_an_envelope_counts_whatever_the_status(server, client, status, body):
    server.reply = Reply(status, body)
    with pytest.raises(ApiError) as caught:
        client.send("300", BODY)
    assert caught.value.error.code == body["error"]["code"] and caught.value.http_status == status


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"[1]", b'{"error": 5}', b'{"error": null}'])
def test_without_an_envelope_the_status_speaks(server, client, status, body):
    server.reply = Reply(status, body)
    with pytest.raises(ApiError) as caught:
        client.send("300", BODY)
    assert caught.value.error.code is None and caught.value.http_status == status and str(status) in str(caught.value)
    if status >= 500:
        assert errors.classify(caught.value.error, status).policy is errors.Policy.RETRY


def test_an_error_that_is_only_text(server, client):
    server.reply = Reply(400, {"error": "go away"})
    with pytest.raises(ApiError, match="go away"):
        client.send("300", BODY)


# -- never twice: did it leave?


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_s_answer_leaves_the_outcome_open(server, client, status):
    server.reply = Reply(status, b"<html>Bad gateway</html>")
    with pytest.raises(OutcomeUnknown):
        client.send("300", BODY)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"messages": []}', b'{"messages": [{}]}', b'{"messages": 3}', b"\xff"]
)
def test_an_unreadable_success_leaves_the_outcome_open(server, client, body):
    server.reply = Reply(200, body)
    with pytest.raises(OutcomeUnknown):
        client.send("300", BODY)
    assert len(server.seen) == 1


@pytest.mark.parametrize("action", ["reset", "close", "half", "hang", "drip", "junk"])
def test_whatever_breaks_after_sending_leaves_the_outcome_open_and_is_not_repeated(server, client, action):
    server.reply = Reply(action=action, body={"messages": [{"id": "w"}]})
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        client.send("300", BODY)
    assert time.monotonic() - start < 4
    assert len(server.seen) == 1


def test_reading_calls_are_not_repeated_either(server, client):
    server.reply = Reply(action="reset")
    with pytest.raises(OutcomeUnknown):
        client.call("GET", "300")
    assert len(server.seen) == 1


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.reply = Reply(body=ACCEPTED)
    assert CloudClient(server.url, "v25.0", TOKEN).send("300", BODY).wamid == "wamid.OUT1"


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "https://no-such-host.invalid"])
def test_without_a_connection_nothing_was_sent(url):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = CloudClient(url.format(port=port), "v25.0", TOKEN, timeout=(1, 1))
    with pytest.raises(NotSent):
        client.send("300", BODY)


def test_a_connect_time_out_means_that_nothing_was_sent():
    with socket.socket() as full:
        # A full backlog: further connections are not answered.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        time.sleep(0.1)
        client = CloudClient(f"http://127.0.0.1:{full.getsockname()[1]}", "v25.0", TOKEN, timeout=(0.3, 5))
        start = time.monotonic()
        with pytest.raises(NotSent):
            client.send("300", BODY)
        assert time.monotonic() - start < 3
        for filler in fillers:
            filler.close()


def test_failed_tls_means_that_nothing_was_sent(server):
    client = CloudClient(server.url.replace("http:", "https:"), "v25.0", TOKEN, timeout=(1, 1))
    with pytest.raises(NotSent, match="TLS"):
        client.send("300", BODY)
    assert not server.seen


def test_a_refusal_after_a_good_call_is_still_not_sent(server, client):
    """The note that bytes left must not survive from one call of the thread to the next."""
    server.reply = Reply(body=ACCEPTED, close_after=True)
    client.send("300", BODY)
    server.close()
    time.sleep(0.1)
    with pytest.raises(NotSent):
        client.send("300", BODY)


def test_a_connection_that_the_server_closed_while_idle_is_not_used_again(server, client):
    server.reply = Reply(body=ACCEPTED, close_after=True)
    for _ in range(3):
        client.send("300", BODY)
        time.sleep(0.05)
    assert len(server.seen) == 3


def test_connections_are_kept_and_old_idle_ones_are_not_trusted(server, client, monkeypatch):
    server.reply = Reply(body=ACCEPTED)
    client.send("300", BODY)
    client.send("300", BODY)
    assert server.connections == 1
    monkeypatch.setattr(transport, "MAX_IDLE", -1.0)
    client.send("300", BODY)
    assert server.connections == 2


def test_a_session_of_the_caller_s_is_judged_by_the_kind_of_failure(server):
    server.reply = Reply(action="reset")
    client = CloudClient(server.url, "v25.0", TOKEN, timeout=(1, 1), session=requests.Session())
    with pytest.raises(OutcomeUnknown):
        client.send("300", BODY)
    url = server.url
    server.close()
    with pytest.raises(NotSent):
        CloudClient(url, "v25.0", TOKEN, timeout=(1, 1), session=requests.Session()).send("300", BODY)


def test_redirects_are_not_followed(server, client):
    server.reply = Reply(302, b"", {"Location": server.url + "/elsewhere"})
    with pytest.raises(ApiError):
        client.send("300", BODY)
    assert len(server.seen) == 1


def test_many_threads_share_one_client(server):
    server.reply = lambda seen: Reply(body={"messages": [{"id": json.loads(seen.body)["text"]["body"]}]})
    client = CloudClient(server.url, "v25.0", TOKEN, pool_size=8)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: client.send("300", {"text": {"body": f"w{n}"}}).wamid, range(200)))
    assert results == [f"w{n}" for n in range(200)]
    assert server.connections <= 8


# -- bounds


def test_endless_answers_are_cut_off(server, client, monkeypatch):
    server.reply = Reply(200, b"x" * 2_000_000)
    with pytest.raises(TooLarge):
        transport.exchange(client._session, "GET", server.url, (1, 1), max_bytes=1_000_000)


def test_packed_answers_are_measured_unpacked(server, client):
    server.reply = Reply(200, gzip.compress(b"x" * 5_000_000), {"Content-Encoding": "gzip"})
    with pytest.raises(TooLarge):
        transport.exchange(client._session, "GET", server.url, (1, 1), max_bytes=1_000_000)


def test_packed_answers_are_unpacked(server, client):
    server.reply = Reply(200, gzip.compress(json.dumps(ACCEPTED).encode()), {"Content-Encoding": "gzip"})
    assert client.send("300", BODY).wamid == "wamid.OUT1"


# -- secrets


SECRET = "app-s3cret"


def everything(caught):
    """Return all that a log or a user could get to see of an exception."""
    error = caught.value
    parts = [str(error), repr(error), "".join(traceback.format_exception(error)), repr(vars(error))]
    return "\n".join(parts)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(
            400,
            envelope(
                190, error_user_msg=f"Malformed access token {TOKEN}", error_data={"details": f"{TOKEN} {SECRET}"}
            ),
        ),
        Reply(400, {"error": f"bad {TOKEN}"}),
        Reply(400, envelope(190, extra=[{"deep": "EAAC" + "a" * 40}])),
        Reply(action="reset"),
        Reply(action="hang"),
        Reply(502, TOKEN.encode()),
        Reply(200, TOKEN.encode()),
    ],
)
def test_no_failure_shows_a_secret(server, reply):
    server.reply = reply
    client = CloudClient(server.url, "v25.0", TOKEN, app_secret=SECRET, timeout=(1, 0.3))
    with pytest.raises(module.CloudError) as caught:
        client.debug_token()
    shown = everything(caught)
    for secret in (TOKEN, SECRET, client._proof, "EAACaaaa"):
        assert secret not in shown


def test_no_failure_to_connect_shows_a_secret():
    client = CloudClient("http://127.0.0.1:9", "v25.0", TOKEN, app_secret=SECRET, timeout=(1, 1))
    with pytest.raises(NotSent) as caught:
        client.debug_token()
    shown = everything(caught)
    assert TOKEN not in shown and SECRET not in shown and client._proof not in shown


def test_the_client_does_not_show_its_token():
    client = CloudClient("https://graph.facebook.com", "v25.0", TOKEN, app_secret=SECRET)
    shown = repr(client) + repr(client._auth)
    assert TOKEN not in shown and SECRET not in shown


def test_a_netrc_does_not_replace_the_token(server, client, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client.call("GET", "300")
    assert server.seen[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "https://evil.example/x",
        "https://fbsbx.com.evil.example/x",
        "https://evilfbsbx.com/x",
        "http://lookaside.fbsbx.com/x",
        "https://user@lookaside.fbsbx.com/x",
        "file:///etc/passwd",
        "",
        "https://[x",
        None,
        "http://127.0.0.1:1/x",
    ],
)
def test_the_token_goes_to_meta_s_media_hosts_only(client, url):
    with pytest.raises(NotSent):
        client.download(url, 10)


# -- settings


@pytest.mark.parametrize(
    "url, expected",
    [
        ("https://graph.facebook.com/", "https://graph.facebook.com"),
        ("http://127.0.0.1:8899", "http://127.0.0.1:8899"),
        ("http://localhost:8899", "http://localhost:8899"),
        ("http://[::1]:8899", "http://[::1]:8899"),
        ("https://proxy.example/meta", "https://proxy.example/meta"),
    ],
)
def test_usable_addresses(url, expected):
    assert module.check_base_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        None,
        7,
        "graph.facebook.com",
        "http://graph.facebook.com",
        "http://127.0.0.1.evil.example",
        "ftp://127.0.0.1",
        "https://",
        "https://user:pw@graph.facebook.com",
        "https://x.example/?a=1",
        "https://x.example/#a",
        "https://x y",
        "https://x:99999",
        "https://x:port",
        "https://[x",
        "http://10.0.0.1",
        "javascript:alert(1)",
        "https://x\r\nHost: y",
    ],
)
def test_addresses_that_would_leak_the_token_are_refused(url):
    with pytest.raises(ValueError, match="address"):
        module.check_base_url(url)


@pytest.mark.parametrize("version", ["25.0", "v25", "v25.0/../x", "", None, "v25.0\n", "latest"])
def test_versions_have_one_shape(version):
    with pytest.raises(ValueError, match="v25.0"):
        CloudClient("https://graph.facebook.com", version, TOKEN)


@pytest.mark.parametrize("token", ["", None, "a b", "a\r\nX: y", "tok\u00e9n"])
def test_tokens_that_cannot_stand_in_a_header_are_refused_without_being_shown(token):
    with pytest.raises(ValueError) as caught:
        CloudClient("https://graph.facebook.com", "v25.0", token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "path", ["", "/300", "300/../me", "300?x=1", "300#x", "https://evil.example", "//evil.example", "a b", "30\n"]
)
def test_paths_cannot_lead_elsewhere(client, server, path):
    with pytest.raises(ValueError):
        client.call("GET", path)
    assert not server.seen


def test_ids_are_one_part_of_the_path(server, client):
    server.reply = Reply(body=ACCEPTED)
    client.send("3/0?0", BODY)
    assert server.seen[0].path == "/v25.0/3%2F0%3F0/messages"
    with pytest.raises(ValueError):
        client.send("", BODY)


# -- the other calls


def test_upload_and_download(server, client):
    server.reply = Reply(body={"id": "1001"})
    assert client.upload_media("300", b"\x89PNG", "image/png", 'a"b.png') == "1001"
    body = server.seen[0].body
    assert b'name="messaging_product"\r\n\r\nwhatsapp' in body and b'name="type"\r\n\r\nimage/png' in body
    assert b'filename="a_b.png"' in body and b"\x89PNG" in body and b"Content-Type: image/png" in body
    server.reply = Reply(200, b"\x89PNG", {"Content-Type": "image/png; x=y"})
    assert client.download(server.url + "/file/1001", 100) == (b"\x89PNG", "image/png")
    assert server.seen[1].headers["Authorization"] == f"Bearer {TOKEN}"
    with pytest.raises(TooLarge):
        client.download(server.url + "/file/1001", 3)


@pytest.mark.parametrize(
    "reply", [Reply(404, b""), Reply(302, b"", {"Location": "https://evil.example"}), Reply(401, envelope(190))]
)
def test_a_file_that_cannot_be_fetched(server, client, reply):
    server.reply = reply
    with pytest.raises(ApiError) as caught:
        client.download(server.url + "/file", 100)
    assert caught.value.http_status == reply.status


def test_media_info_names_the_number(server, client):
    server.reply = Reply(body={"url": "https://x", "mime_type": "image/png"})
    assert client.media_info("1001", "300")["url"] == "https://x"
    assert server.seen[0].path == "/v25.0/1001?phone_number_id=300"


def test_templates_come_from_all_pages(server, client):
    def reply(seen):
        after = parse_qs(urlsplit(seen.path).query).get("after", ["0"])[0]
        number = int(after)
        paging = {"cursors": {"before": "x", "after": str(number + 1)}}
        if number < 2:
            paging["next"] = "https://evil.example/next"
        return Reply(body={"data": [{"id": str(number)}, "junk"], "paging": paging})

    server.reply = reply
    assert [item["id"] for item in client.templates("200")] == ["0", "1", "2"]
    assert "fields=id%2Cname" in server.seen[0].path and len(server.seen) == 3


def test_a_list_that_never_ends_is_left(server, client):
    server.reply = Reply(body={"data": [{"id": "1"}], "paging": {"cursors": {"after": "same"}, "next": "x"}})
    assert len(list(client.templates("200"))) == 2


@pytest.mark.parametrize(
    "call, method, path",
    [
        (lambda c: c.phone_numbers("200"), "GET", "/v25.0/200/phone_numbers"),
        (lambda c: c.phone_number("300", ["id"]), "GET", "/v25.0/300"),
        (lambda c: c.business_profile("300"), "GET", "/v25.0/300/whatsapp_business_profile"),
        (lambda c: c.subscribed_apps("200"), "GET", "/v25.0/200/subscribed_apps"),
        (lambda c: c.subscribe_app("200"), "POST", "/v25.0/200/subscribed_apps"),
        (lambda c: c.register("300", "123456"), "POST", "/v25.0/300/register"),
        (lambda c: c.mark_read("300", {"status": "read"}), "POST", "/v25.0/300/messages"),
        (lambda c: c.debug_token(), "GET", "/v25.0/debug_token"),
        (lambda c: c.call("DELETE", "1001"), "DELETE", "/v25.0/1001"),
    ],
)
def test_paths_of_the_other_calls(server, client, call, method, path):
    call(client)
    (seen,) = server.seen
    assert (seen.method, urlsplit(seen.path).path) == (method, path)


def test_subscription_and_registration_say_whether_they_worked(server, client):
    assert client.subscribe_app("200", "https://me.example/hook", "verify") is True
    assert json.loads(server.seen[0].body) == {
        "override_callback_uri": "https://me.example/hook",
        "verify_token": "verify",
    }
    assert client.register("300", "123456", "DE") is True
    server.reply = Reply(body={"success": False})
    assert client.register("300", "123456") is False


def test_a_token_is_examined_in_the_name_of_the_app(server):
    server.reply = Reply(body={"data": {"is_valid": True}})
    client = CloudClient(server.url, "v25.0", TOKEN, app_secret=SECRET)
    assert client.debug_token("100") == {"is_valid": True}
    assert server.seen[0].headers["Authorization"] == f"Bearer 100|{SECRET}"
    assert "appsecret_proof" not in server.seen[0].path


def test_answers_of_another_shape_do_not_break_the_readers(server, client):
    for body in (b"[]", b"1", b'"x"', b'{"data": 5}', b'{"data": [5]}', b'{"data": {"a": 1}}'):
        server.reply = Reply(200, body)
        assert client.phone_numbers("200") == [] and client.subscribed_apps("200") == []
        assert client.business_profile("300") == {} and list(client.templates("200")) == []
        assert isinstance(client.debug_token(), dict) and client.subscribe_app("200") is False


def test_nothing_of_a_thread_is_left_behind(server, client):
    """Another thread's call must not change how this thread's failure is judged."""
    server.reply = Reply(body=ACCEPTED)
    worker = threading.Thread(target=lambda: client.send("300", BODY))
    worker.start()
    worker.join()
    with pytest.raises(NotSent):
        CloudClient("http://127.0.0.1:9", "v25.0", TOKEN, timeout=(1, 1)).send("300", BODY)
