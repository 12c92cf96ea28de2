"""Clients that break HTTP, on purpose or because they are broken: others do not notice."""
import contextlib
import http.client
import json
import random
import re
import resource
import socket
import threading
import time

import pytest

from desk import PATIENCE, Client, ticket_body, wait_until

BODY = json.dumps(ticket_body()).encode()


def head(desk, method="POST", path="/api/tickets", *lines, version="1.1", host=True):
    lines = [f"{method} {path} HTTP/{version}"] + (["Host: localhost"] if host else []) + [
        f"Authorization: Bearer {desk.token}", "Content-Type: application/json", *lines]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def statuses(answer):
    # libmicrohttpd 0.9.75 sends the head of its own error pages twice and closes; one answer all the same.
    answer = re.sub(rb"(HTTP/1\.1 \d{3} [^\r]*\r\n(?:[^\r]+\r\n)*\r\n)\1", rb"\1", answer)
    return [int(s) for s in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


def open_socket(desk):
    return socket.create_connection(("127.0.0.1", desk.port), timeout=10 * PATIENCE)


def total(desk):
    return desk.get("/api/tickets").must(200)["total"]


def assert_quick(desk, limit_s=1.0):
    client = desk.client()
    started = time.monotonic()
    client.get("/api/tickets").must(200)
    client.post("/api/tickets", ticket_body()).must(201)
    assert time.monotonic() - started < limit_s * PATIENCE


# ---- smuggling: two readings of where a request ends must not be possible (RFC 9112 section 6.3)

AMBIGUOUS = {
    "two lengths that differ": ["Content-Length: 5", f"Content-Length: {len(BODY)}"],
    "two lengths that agree": [f"Content-Length: {len(BODY)}"] * 2,
    "a list of lengths": [f"Content-Length: {len(BODY)}, {len(BODY)}"],
    "length and chunks": [f"Content-Length: {len(BODY)}", "Transfer-Encoding: chunked"],
    "chunks and length": ["Transfer-Encoding: chunked", f"Content-Length: {len(BODY)}"],
    "chunked twice": ["Transfer-Encoding: chunked, chunked"],
    "chunked, but not last": ["Transfer-Encoding: chunked, identity"],
    "an encoding nobody knows": ["Transfer-Encoding: xchunked"],
    "a signed length": [f"Content-Length: +{len(BODY)}"],
    "a negative length": ["Content-Length: -1"],
    "a hex length": [f"Content-Length: {hex(len(BODY))}"],
    "an enormous length": ["Content-Length: 99999999999999999999999"],
    "an empty length": ["Content-Length: "],
}


@pytest.mark.parametrize("lines", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_a_request_of_unclear_length_is_refused_and_the_connection_closed(desk, lines):
    before = total(desk)
    smuggled = head(desk, "POST", "/api/tickets", f"Content-Length: {len(BODY)}") + BODY
    answer = desk.raw(head(desk, "POST", "/api/tickets", *lines) + BODY + smuggled, timeout=3)
    assert len(statuses(answer)) <= 1, answer[:2000]
    assert not statuses(answer) or statuses(answer)[0] in (400, 411, 413, 501), answer[:500]
    assert total(desk) == before


def test_a_space_before_the_colon_is_not_a_header(desk):
    before = total(desk)
    answer = desk.raw(head(desk, "POST", "/api/tickets", f"Content-Length : {len(BODY)}") + BODY, timeout=3)
    assert statuses(answer)[:1] in ([400], []) and 201 not in statuses(answer)
    assert total(desk) == before


@pytest.mark.parametrize("request_bytes", [
    b"GET /healthz HTTP/1.1\r\n\r\n",  # no Host: RFC 9112 section 3.2
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
    b"GET  /healthz  HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x55" * 64,  # TLS to a plain port
    b"\r\n" * 1000,
    b"A" * 100_000,
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
], ids=["no host", "two hosts", "version 9.9", "two spaces", "NUL in the path", "NUL in a header", "TLS", "empty lines",
        "a word without end", "a path without end", "5,000 headers", "a header without end"])
def test_what_is_not_http_harms_nobody(desk, request_bytes):
    answer = desk.raw(request_bytes, timeout=2)
    assert all(s < 500 or s in (501, 505) for s in statuses(answer)), answer[:300]
    assert_quick(desk)


def test_pipelined_requests_are_answered_in_order(desk):
    one = head(desk, "GET", "/api/tickets/999999999")
    two = head(desk, "POST", "/api/tickets", f"Content-Length: {len(BODY)}") + BODY
    three = head(desk, "GET", "/healthz", "Connection: close")
    assert statuses(desk.raw(one + two + three, timeout=10)) == [404, 201, 200]


def test_chunks_are_read(desk):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(BODY[i:i + 7]), BODY[i:i + 7]) for i in range(0, len(BODY), 7)) + b"0\r\n\r\n"
    answer = desk.raw(head(desk, "POST", "/api/tickets", "Transfer-Encoding: chunked", "Connection: close") + chunks)
    assert statuses(answer) == [201]


@pytest.mark.parametrize("chunk", [b"zz\r\nabc\r\n", b"-1\r\nabc\r\n", b"ffffffffffffffffff\r\nabc\r\n", b"3\r\nabcdef\r\n0\r\n\r\n"])
def test_broken_chunks_are_refused(desk, chunk):
    before = total(desk)
    answer = desk.raw(head(desk, "POST", "/api/tickets", "Transfer-Encoding: chunked") + chunk, timeout=2)
    assert 201 not in statuses(answer) and all(s < 500 for s in statuses(answer))
    assert total(desk) == before


def test_chunks_beyond_the_limit_are_413(desk):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = desk.raw(head(desk, "POST", "/api/tickets", "Transfer-Encoding: chunked") + chunk * 40 + b"0\r\n\r\n", timeout=5)
    assert statuses(answer)[:1] in ([413], []), answer[:300]
    assert_quick(desk)


def test_a_client_that_waits_for_100_continue_is_told(desk):
    with open_socket(desk) as s:
        s.sendall(head(desk, "POST", "/api/tickets", f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
        assert b" 100 " in s.recv(1000)
        s.sendall(BODY)
        assert statuses(s.recv(65536)) == [201]


# ---- half of a conversation

def test_who_half_closes_gets_the_answer_or_finds_it_by_the_key(desk):
    """libmicrohttpd may see the client's end before the answer is ready, and hangs up; the write stands, whole and once."""
    before = total(desk)
    for i in range(20):
        request = head(desk, "POST", "/api/tickets", f"Content-Length: {len(BODY)}", f"Idempotency-Key: half-{i}") + BODY
        answer = desk.raw(request, half_close=True)
        assert statuses(answer) in ([201], []), answer
        # An answer that was lost is fetched by asking again with the same key.
        again = wait_until(lambda: (a := desk.post("/api/tickets", BODY, headers={"Idempotency-Key": f"half-{i}"})).status == 201 and a)
        assert not answer or again.body["id"].encode() in answer
        assert total(desk) == before + i + 1


def test_a_body_cut_short_makes_no_ticket(desk):
    before = total(desk)
    request = head(desk, "POST", "/api/tickets", f"Content-Length: {len(BODY)}") + BODY[:-10]
    assert 201 not in statuses(desk.raw(request, half_close=True, timeout=2))
    with open_socket(desk) as s:
        s.sendall(request)
    assert total(desk) == before


def test_who_hangs_up_before_the_answer_leaves_no_trace_of_trouble(desk):
    request = head(desk, "POST", "/api/tickets", f"Content-Length: {len(BODY)}") + BODY
    before = total(desk)
    for _ in range(200):
        s = open_socket(desk)
        s.sendall(request)
        # Reset instead of a polite close: the answer then finds nobody.
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.close()
    assert_quick(desk)
    # Each arrived whole or not at all.
    assert before < total(desk) <= before + 201


# ---- slow clients

def test_five_hundred_slow_clients_do_not_slow_the_others(desk):
    slow = []
    try:
        for i in range(500):
            s = open_socket(desk)
            s.sendall(head(desk, "POST", "/api/tickets", "Content-Length: 1000")[:20 + i % 200])
            slow.append(s)
        for _ in range(5):
            for s in slow:
                with contextlib.suppress(OSError):
                    s.sendall(b"x")
            assert_quick(desk)
    finally:
        for s in slow:
            s.close()


def test_readers_that_never_read_do_not_slow_the_others(desk):
    ticket = desk.ticket(description="y" * 400_000)
    stuck = []
    try:
        for _ in range(50):
            s = open_socket(desk)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(head(desk, "GET", f"/api/tickets/{ticket['id']}") * 5)
            stuck.append(s)
        assert_quick(desk)
    finally:
        for s in stuck:
            s.close()


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("said", [b"", b"POST /api/tickets HTTP/1.1\r\nHost:"], ids=["nothing", "half a header"])
def test_a_connection_that_says_nothing_more_is_closed(desk, said):
    with open_socket(desk) as s:
        s.settimeout(60)
        s.sendall(said)
        started = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            while s.recv(4096):
                pass
        assert 20 < time.monotonic() - started < 45


@pytest.mark.slow
def test_more_connections_than_the_limit_are_turned_away_and_it_recovers(new_desk):
    desk = new_desk(start=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    crowd = []
    try:
        for _ in range(4500):
            with contextlib.suppress(OSError):
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex(("127.0.0.1", desk.port))
                crowd.append(s)
    finally:
        for s in crowd:
            s.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def served():
        with contextlib.suppress(OSError, http.client.HTTPException):
            return Client(desk.port, desk.token, timeout=2).get("/api/tickets").status == 200

    wait_until(served, 20, what="the server answers again")
    assert_quick(desk)


def test_many_threads_of_rubbish_and_one_of_sense(desk):
    stop = threading.Event()

    def rubbish(seed):
        dice = random.Random(seed)
        while not stop.is_set():
            with contextlib.suppress(OSError):
                with open_socket(desk) as s:
                    s.sendall(bytes(dice.randrange(256) for _ in range(dice.randrange(400))))
                    if dice.random() < 0.5:
                        s.sendall(head(desk, "POST", "/api/tickets", "Content-Length: 10") + bytes(dice.randrange(256) for _ in range(10)))

    threads = [threading.Thread(target=rubbish, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            assert_quick(desk, 3)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
