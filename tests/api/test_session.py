"""Signing in by password: cookie, CSRF, guesses, and that nothing tells who exists."""
import re
import statistics
import time

import pytest

from desk import PASSWORD
from people_roles import Browser, audit

TRIES_MAX = 10


def sign_in(desk, email, password=PASSWORD, **kw):
    return desk.client(None).post("/api/session", {"email": email, "password": password}, **kw)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(fresh_desk):
    browser = Browser(fresh_desk, "ROOT@desk.test")
    assert re.fullmatch(r"frontdesk_session=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600", browser.set_cookie)
    assert browser.answer.header("Cache-Control") == "no-store"
    me = browser.request("GET", "/api/session").must(200)
    assert me["user"]["email"] == "root@desk.test" and me["user"]["role"] == "admin"
    assert me["csrfToken"] == browser.csrf and me["agent"]["name"] == "Root" and me["scope"] == "admin"


def test_over_https_the_cookie_is_secure(new_desk):
    desk = new_desk()
    desk.start("--public-url", "https://help.example.com")
    assert Browser(desk, "root@desk.test").set_cookie.endswith("; Secure")


@pytest.mark.parametrize("csrf", [None, "", "x", "A" * 43])
def test_a_change_by_cookie_needs_the_sessions_csrf_token(desk, csrf):
    if not hasattr(desk, "browser"):
        desk.browser = Browser(desk, "root@desk.test")
    body = {"name": f"By cookie {csrf}"}
    assert desk.browser.request("POST", "/api/groups", body, csrf=csrf).status == 403
    assert desk.browser.request("DELETE", "/api/session", csrf=csrf).status == 403
    assert desk.browser.request("GET", "/api/groups", csrf=csrf).status == 200
    assert desk.browser.request("POST", "/api/groups", body).status == 201


def test_another_sessions_csrf_token_does_not_do(desk):
    one, two = Browser(desk, "root@desk.test"), Browser(desk, "root@desk.test")
    assert one.csrf != two.csrf and one.cookie != two.cookie
    assert one.request("POST", "/api/groups", {"name": "Crossed"}, csrf=two.csrf).status == 403


def test_signing_out_ends_the_session(desk):
    browser = Browser(desk, "root@desk.test")
    answer = browser.request("DELETE", "/api/session")
    assert answer.status == 204 and "Max-Age=0" in answer.header("Set-Cookie")
    assert browser.request("GET", "/api/session").status == 401
    assert audit(desk, "entity=session&limit=1")[0]["kind"] == "signed_out"
    assert desk.delete("/api/session").status == 409, "a token is not a session"


def test_a_stale_cookie_does_not_keep_anybody_from_signing_in(desk):
    headers = {"Cookie": "frontdesk_session=" + "A" * 43}
    assert desk.client(None).get("/api/session", headers=headers).status == 401
    assert sign_in(desk, "root@desk.test", headers=headers).status == 201


def test_a_new_password_ends_the_other_sessions_but_not_ones_own(desk):
    desk.agent("changer@desk.test")
    mine, other = Browser(desk, "changer@desk.test"), Browser(desk, "changer@desk.test")
    change = {"currentPassword": "wrong wrong wrong", "newPassword": "another good phrase"}
    assert mine.request("POST", "/api/session/password", change).error_paths() == {"currentPassword"}
    change["currentPassword"] = PASSWORD
    assert mine.request("POST", "/api/session/password", {**change, "newPassword": "short"}).error_paths() == {"newPassword"}
    assert mine.request("POST", "/api/session/password", change).status == 204
    assert mine.request("GET", "/api/session").status == 200
    assert other.request("GET", "/api/session").status == 401
    assert sign_in(desk, "changer@desk.test").status == 401
    assert sign_in(desk, "changer@desk.test", "another good phrase").status == 201
    desk.cli("agent", "password", "--email", "changer@desk.test", stdin="set by the operator\n")
    assert mine.request("GET", "/api/session").status == 401
    assert sign_in(desk, "changer@desk.test", "set by the operator").status == 201


def test_guessing_is_stopped_by_account_and_by_address(new_desk):
    desk = new_desk()
    desk.agent("victim@desk.test")
    desk.agent("neighbour@desk.test")
    desk.start("--trusted-proxy", "127.0.0.1")

    def attempt(email, ip, password="wrong"):
        return sign_in(desk, email, password, headers={"X-Forwarded-For": ip})

    for i in range(TRIES_MAX):
        assert attempt("victim@desk.test", f"192.0.2.{i}").status == 401
    refused = attempt("Victim@desk.test", "192.0.2.99", PASSWORD)
    assert refused.status == 429 and 0 < int(refused.header("Retry-After")) <= 900
    for i in range(TRIES_MAX):
        assert attempt(f"nobody{i}@desk.test", "198.51.100.1").status == 401
    assert attempt("neighbour@desk.test", "198.51.100.1", PASSWORD).status == 429
    assert attempt("neighbour@desk.test", "198.51.100.2", PASSWORD).status == 201
    # The window outlives a restart.
    desk.restart()
    assert sign_in(desk, "victim@desk.test").status == 429


def test_signing_in_rightly_again_and_again_is_no_misuse(fresh_desk):
    for _ in range(TRIES_MAX + 3):
        assert sign_in(fresh_desk, "root@desk.test").status == 201


def test_nothing_tells_whether_an_account_exists(new_desk):
    desk = new_desk()
    for i in range(4):
        desk.agent(f"known{i}@desk.test")
    desk.cli("agent", "add", "--email", "nopassword@desk.test", "--name", "No password")
    desk.agent("inactive@desk.test")
    desk.cli("agent", "deactivate", "--email", "inactive@desk.test")
    desk.start("--trusted-proxy", "127.0.0.1")
    took, answers = {True: [], False: []}, set()
    emails = [f"known{i % 4}@desk.test" for i in range(6)] + [f"unknown{i}@desk.test" for i in range(4)]
    emails += ["nopassword@desk.test", "inactive@desk.test"]
    for i, email in enumerate(emails):
        started = time.monotonic()
        answer = sign_in(desk, email, "not the password", headers={"X-Forwarded-For": f"203.0.113.{i}"})
        took[email.startswith("known")].append(time.monotonic() - started)
        answers.add((answer.status, answer.raw))
    assert len(answers) == 1, answers
    known, unknown = statistics.median(took[True]), statistics.median(took[False])
    assert 0.4 < known / unknown < 2.5, (known, unknown)


def test_successes_and_failures_are_audited_without_secrets(fresh_desk):
    desk = fresh_desk
    sign_in(desk, "root@desk.test", "a wrong password", headers={"User-Agent": "Mosaic/1.0"})
    sign_in(desk, "root@desk.test", headers={"User-Agent": "Mosaic/1.0"})
    success, failure = audit(desk, "entity=session&limit=2")
    assert (failure["kind"], failure["actor"]["type"], failure["changedTo"]) == ("sign_in_failed", "anonymous", {"email": "root@desk.test"})
    assert (success["kind"], success["actor"]["name"]) == ("signed_in", "Root")
    for event in (success, failure):
        assert event["ip"] == "127.0.0.1" and event["userAgent"] == "Mosaic/1.0"
    assert b"a wrong password" not in desk.get("/api/audit").raw


@pytest.mark.parametrize("body, field", [({}, "email"), ({"email": "a@b.c"}, "password"), ({"email": "a@b.c", "password": ""}, "password"),
                                         ({"email": "x" * 255, "password": "y"}, "email"), ({"email": "a@b.c", "password": "y" * 1025}, "password"),
                                         ({"email": "a@b.c", "password": "y", "role": "admin"}, "role")])
def test_a_malformed_sign_in_is_refused_by_field(desk, body, field):
    assert field in desk.client(None).post("/api/session", body).error_paths()


def test_many_at_once_are_served_or_told_to_wait(desk):
    import threading

    for i in range(8):
        desk.agent(f"crowd{i}@desk.test")
    statuses = []
    threads = [threading.Thread(target=lambda i=i: statuses.append(sign_in(desk, f"crowd{i}@desk.test").status)) for i in range(8)]
    [t.start() for t in threads]
    # Others are answered meanwhile.
    started = time.monotonic()
    assert desk.get("/api/agents").status == 200
    assert time.monotonic() - started < 5
    [t.join() for t in threads]
    assert set(statuses) <= {201, 503} and 201 in statuses, statuses


# ---- the audit log's filters

def test_the_audit_log_is_filtered_by_entity_actor_kind_and_time(fresh_desk):
    desk = fresh_desk
    desk.ticket("Something")
    mark = desk.post("/api/groups", {"name": "Marked"}).must(201)["createdAt"]
    desk.cli("agent", "add", "--email", "later@desk.test", "--name", "Later")
    assert {e["entity"] for e in audit(desk, "entity=group")} == {"group"}
    assert {e["actor"]["name"] for e in audit(desk, "actorId=root@desk.test")} == {"Root"}
    assert {e["kind"] for e in audit(desk, "kind=created")} == {"created"}
    later = audit(desk, f"since={mark}")
    assert {e["entity"] for e in later} == {"group", "agent"}
    assert all(e["createdAt"] < mark for e in audit(desk, f"until={mark}")) and audit(desk, f"until={mark}")
    assert {e["entity"] for e in audit(desk, "entity=ticket&entityNumber=1")} == {"ticket"}
    assert desk.get("/api/audit?entityNumber=1").error_paths() == {"entity"}
    assert desk.get("/api/audit?actorId=nobody@desk.test").error_paths() == {"actorId"}
    assert desk.get("/api/audit?since=yesterday").error_paths() == {"since"}


def test_the_audit_log_pages_without_gap_or_repeat(fresh_desk):
    desk = fresh_desk
    everything = [e["id"] for e in audit(desk, "limit=100")]
    paged, cursor = [], ""
    while cursor is not None:
        page = desk.get("/api/audit?limit=3" + cursor).must(200)
        paged += [e["id"] for e in page["events"]]
        cursor = "&cursor=" + page["nextCursor"] if page["nextCursor"] else None
    assert paged == everything == sorted(everything, reverse=True)
