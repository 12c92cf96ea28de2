"""What a client is told when something is wrong: always JSON, always the same shape, never too much."""
import json
import re

import pytest

from desk import ticket_body

UNKNOWN_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
TELLS_TOO_MUCH = re.compile(r"(?i)sqlite|select |insert into|\.c:\d|/tmp/|/home/|stack|constraint failed")


def assert_error(answer, status, code=None):
    assert answer.status == status, (answer.status, answer.raw[:300])
    assert answer.header("Content-Type").startswith("application/json")
    body = answer.body
    assert isinstance(body["error"], str) and body["error"], body
    assert re.fullmatch(r"[a-z_]+", body["code"]), body
    assert code is None or body["code"] == code
    assert not TELLS_TOO_MUCH.search(answer.raw.decode()), body


def test_an_invalid_ticket_names_each_wrong_field(desk):
    answer = desk.post("/api/tickets", {"subject": "", "description": "x", "requester": {"email": "nope"}, "category": ""})
    assert answer.error_paths() >= {"subject", "requester.email", "category"}
    for error in answer.body["errors"]:
        assert set(error) == {"path", "msg"} and error["msg"], error


def test_missing_fields_are_named(desk):
    assert desk.post("/api/tickets", {}).error_paths() >= {"subject", "description", "requester", "category"}


def test_without_credentials_it_is_401(desk):
    assert_error(desk.get("/api/tickets", token=None), 401, "unauthenticated")


@pytest.mark.parametrize("token", ["x", "fd_" + "a" * 40, "a" * 4000, "\u00e9", "null", "a b"])
def test_a_wrong_token_is_401(desk, token):
    answer = desk.get("/api/tickets", token=None, headers={"Authorization": f"Bearer {token}"})
    assert_error(answer, 401, "unauthenticated")


@pytest.mark.parametrize("credentials", ["Basic cm9vdDpyb290", "Bearer", "Bearer ", "bear x", ","])
def test_other_credentials_are_401(desk, credentials):
    assert_error(desk.get("/api/tickets", token=None, headers={"Authorization": credentials}), 401)


@pytest.mark.parametrize("path", [
    "/api/tickets/999999999", f"/api/tickets/{UNKNOWN_ID}", f"/api/tickets/{UNKNOWN_ID}/history",
    f"/api/mails/{UNKNOWN_ID}", f"/api/attachments/{UNKNOWN_ID}", "/api/nothing", "/api", "/api/", "/nothing/../api/tickets/1/x",
])
def test_what_is_not_there_is_404(desk, path):
    assert_error(desk.get(path), 404, "not_found")


@pytest.mark.parametrize("ticket_id", ["abc", "-1", "0", "1.5", "99999999999999999999999", "%00", "1%27--", "..%2f..", "%F0%28%8C%BC", "%zz", "🎫".encode().hex()])
def test_an_id_that_is_none_is_400_or_404(desk, ticket_id):
    answer = desk.get(f"/api/tickets/{ticket_id}")
    assert answer.status in (400, 404), answer.raw
    assert not TELLS_TOO_MUCH.search(answer.raw.decode())


@pytest.mark.parametrize("method, path", [("PUT", "/api/tickets"), ("DELETE", "/api/tickets"), ("PATCH", "/api/reports"),
                                          ("POST", "/api/statistics"), ("BREW", "/api/tickets"), ("TRACE", "/api/tickets")])
def test_a_method_the_address_does_not_take_is_405_and_says_which_it_takes(desk, method, path):
    answer = desk.http.request(method, path)
    assert_error(answer, 405, "method_not_allowed")
    assert "GET" in answer.header("Allow")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_that_is_not_json_is_415(desk, content_type):
    answer = desk.post("/api/tickets", b"subject=x", headers={"Content-Type": content_type})
    assert_error(answer, 415, "media_type")


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
def test_json_may_be_declared_with_a_charset(desk, content_type):
    assert desk.post("/api/tickets", ticket_body(), headers={"Content-Type": content_type}).status == 201


def test_a_body_beyond_the_limit_is_413_and_one_at_the_limit_is_read(desk):
    limit = 1024 * 1024
    body = b'{"subject":"' + b"x" * limit
    assert_error(desk.client().post("/api/tickets", body), 413, "too_large")
    exact = json.dumps(ticket_body()).encode()
    exact += b" " * (limit - len(exact))
    assert desk.client().post("/api/tickets", exact).status == 201
    assert_error(desk.client().post("/api/tickets", exact + b" "), 413, "too_large")


def test_head_answers_like_get_without_a_body(desk):
    answer = desk.http.request("HEAD", "/healthz")
    assert answer.status == 200 and answer.raw == b""


def test_each_answer_carries_a_request_id_and_forbids_sniffing(desk):
    first, second = desk.get("/api/tickets"), desk.get("/api/tickets/999999999")
    assert first.header("X-Request-Id") != second.header("X-Request-Id")
    for answer in (first, second):
        assert answer.header("X-Request-Id")
        assert answer.header("X-Content-Type-Options") == "nosniff"


def test_what_changes_nothing_is_not_cached_by_others(desk):
    assert "no-store" in (desk.get("/api/tickets").header("Cache-Control") or "")
