"""A database server that is away, full, slow, too old or not let in: clear words, bounded waits, and recovery without a restart."""
import contextlib
import shutil
import socket
import struct
import threading
import time

import pytest

from desk import Client, free_port, ticket_body, wait_until
from postgres import cluster_url, create_database

pytestmark = [pytest.mark.only("postgres", "concerns a server"), pytest.mark.timeout(150)]
TEMPFAIL = 75  # EX_TEMPFAIL of sysexits.h: a mail server keeps the message and tries again
LETTER = b"From: ida@example.com\r\nTo: help@desk.test\r\nSubject: %s\r\nMessage-ID: <%s@example.com>\r\n\r\nIt smells of smoke.\r\n"
ANSWER_WITHIN_S = 30  # the longest that anybody waits for a server that hangs
SECRET = "a very secret word"


@pytest.fixture
def server(servers):
    return servers()


@pytest.fixture
def lone(server, desks):
    """One running desk on a server of its own."""
    made = desks(create_database(server.url, "desk"))
    made.admin()
    made.start()
    made.ticket("Before")
    return made


def refused(desk, *args):
    """The words of a command that must fail, and its exit code; it takes no more than half a minute and tells no password."""
    result = desk.cli(*(args or ("check",)), check=False, timeout=40)
    said = result.stderr.decode()
    assert result.returncode > 0, f"{result.returncode}: {said}"
    assert said.startswith("frontdesk: ") and SECRET not in said and "broken invariant" not in said, said
    return said, result.returncode


def refused_to_serve(desk):
    """What a server that must give up says."""
    with desk.spawn() as process:
        try:
            code = process.wait(40)
        finally:
            process.kill()
    assert code > 0, desk.log_tail()
    assert SECRET not in desk.log()
    return desk.log(), code


def assert_away(answer):
    assert answer.status == 503 and int(answer.header("Retry-After")) >= 1, answer.raw
    assert answer.body["code"] in ("store", "busy", "disk_full"), answer.raw


def assert_alive_but_not_ready(desk):
    client = desk.client(timeout=ANSWER_WITHIN_S)
    assert client.get("/healthz").status == 200
    began = time.monotonic()
    assert client.get("/readyz").status == 503
    assert time.monotonic() - began < ANSWER_WITHIN_S


def assert_recovers(desk, within=15):
    wait_until(lambda: desk.client().post("/api/tickets", ticket_body("After")).status == 201, within, 0.2, "writes work again")
    wait_until(lambda: desk.client().get("/readyz").status == 200, within, 0.2, "it is ready again")
    subjects = [t["subject"] for t in desk.active_tickets()]
    assert len(subjects) == len(set(subjects)) and {"Before", "After"} <= set(subjects), subjects
    assert desk.stop() == 0
    desk.check()


# ---- at the start

def test_a_server_that_is_not_there_is_told_and_mail_may_come_again(desks):
    desk = desks(f"postgresql://desk@127.0.0.1:{free_port()}/desk")
    said, code = refused(desk)
    assert "refused" in said and code == TEMPFAIL
    assert refused(desk, "mail-in", __file__)[1] == TEMPFAIL
    said, code = refused_to_serve(desk)
    assert "refused" in said and code == TEMPFAIL


def test_a_wrong_password_is_told_and_not_shown(servers, desks):
    server = servers(password="right")
    right = create_database(server.url, "desk")
    desks(right).admin()
    said, _ = refused(desks(right.replace(":right@", f":{SECRET.replace(' ', '%20')}@")))
    assert "password authentication failed" in said
    said, _ = refused(desks(right.replace(":right@", "@")))
    assert "password" in said


def test_no_such_database_is_told(server, desks):
    said, _ = refused(desks(f"{server.url}/nowhere"))
    assert "nowhere" in said and "does not exist" in said


def test_a_url_that_is_none_is_told(desks):
    for url in ("postgresql://[", "mysql://localhost/desk", "postgresql://h/d?no_such_option=1"):
        refused(desks(url))


def test_a_schema_newer_than_the_program_is_left_alone(new_desk):
    desk = new_desk()
    desk.sql("INSERT INTO schema_migration SELECT max(number) + 1000, 'from the future', 0 FROM schema_migration")
    said, _ = refused(desk, "agent", "list")
    assert "newer" in said
    said, _ = refused_to_serve(desk)
    assert "newer" in said
    assert desk.sql("SELECT count(*) FROM agent") == [("1",)]


def pretend_server(version):
    """Says that it is a PostgreSQL of that version and lets anybody in; nothing else. https://www.postgresql.org/docs/15/protocol.html"""
    listener = socket.create_server(("127.0.0.1", 0))

    def message(kind, body):
        return kind + struct.pack("!i", len(body) + 4) + body

    def status(name, value):
        return message(b"S", name.encode() + b"\0" + value.encode() + b"\0")

    def serve():
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer, contextlib.suppress(OSError):
                    while True:
                        length, code = struct.unpack("!ii", peer.recv(8, socket.MSG_WAITALL))
                        peer.recv(length - 8, socket.MSG_WAITALL) if length > 8 else None
                        if code == 196608:
                            break
                        peer.sendall(b"N")  # neither TLS nor GSSAPI
                    settings = {"server_version": version, "server_encoding": "UTF8", "client_encoding": "UTF8", "in_hot_standby": "off",
                                "default_transaction_read_only": "off", "standard_conforming_strings": "on", "integer_datetimes": "on"}
                    peer.sendall(message(b"R", struct.pack("!i", 0)) + b"".join(status(*item) for item in settings.items())
                                 + message(b"K", struct.pack("!ii", 1, 1)) + message(b"Z", b"I"))
                    peer.settimeout(5)
                    peer.recv(100)

    threading.Thread(target=serve, daemon=True).start()
    return listener


def test_a_server_too_old_is_told(desks):
    with pretend_server("14.11") as listener:
        said, _ = refused(desks(f"postgresql://desk@127.0.0.1:{listener.getsockname()[1]}/desk"))
    assert "14" in said and "15" in said


def test_a_standby_alone_is_not_written_to(server, desks):
    desks(create_database(server.url, "desk")).admin()
    standby = server.standby(synchronous=False)
    server.kill()
    said, _ = refused(desks(f"{standby.url}/desk"), "agent", "list")
    assert "read" in said.lower()
    desk = desks(cluster_url([server, standby], "desk", target_session_attrs="read-write"))
    refused_to_serve(desk)
    standby.promote()
    desk.start()
    assert desk.stop() == 0


# ---- in flight

def test_a_server_that_is_restarted_is_found_again(lone, server):
    """No request fails while it is only away for a moment, or it is told to come again; then all is as before."""
    outcomes, stop = [], threading.Event()

    def ask():
        client = lone.client()
        while not stop.is_set():
            outcomes.append(client.post("/api/tickets", ticket_body(f"Meanwhile {len(outcomes)}")))

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(3):
        time.sleep(0.4)
        server.restart()
    wait_until(lambda: outcomes and outcomes[-1].status == 201, 15, what="writes work again")
    stop.set()
    thread.join()
    assert {a.status for a in outcomes} <= {201, 503}
    made = [a.body["subject"] for a in outcomes if a.status == 201]
    assert len(made) > 5
    subjects = [t["subject"] for t in lone.active_tickets()]
    # A refusal may mean that the answer of the database was lost with the connection; never that it was done twice.
    assert set(made) <= set(subjects) and len(subjects) == len(set(subjects))
    assert_recovers(lone)


def test_a_server_that_is_away_for_long_is_waited_for_by_mail_and_browsers(lone, server):
    server.kill()
    began = time.monotonic()
    assert_away(lone.client().post("/api/tickets", ticket_body("Meanwhile")))
    assert_away(lone.client().get("/api/tickets"))
    assert time.monotonic() - began < ANSWER_WITHIN_S
    assert_alive_but_not_ready(lone)
    result = lone.cli("mail-in", stdin=LETTER % (b"away", b"away"), check=False)
    assert result.returncode == TEMPFAIL, result.stderr
    time.sleep(2)
    assert lone.process.poll() is None
    server.start()
    assert lone.mail(LETTER % (b"away", b"away"))["action"] == "created"
    assert_recovers(lone)


def test_a_desk_ends_properly_while_its_server_is_away(lone, server):
    server.kill()
    assert_away(lone.client().post("/api/tickets", ticket_body("Meanwhile")))
    assert lone.stop() == 0


def test_a_server_that_hangs_is_not_waited_for_without_end(lone, server):
    server.pause()
    try:
        began = time.monotonic()
        answers = []

        def ask(method, path, body=None):
            answers.append(lone.client(timeout=60).request(method, path, body))

        threads = [threading.Thread(target=ask, args=what) for what in
                   [("POST", "/api/tickets", ticket_body("Meanwhile"))] * 3 + [("GET", "/api/tickets")] * 12]
        for thread in threads:
            thread.start()
        # Health is asked of no database, and must not queue behind those who wait for one.
        assert Client(lone.port, timeout=5).get("/healthz").status == 200
        for thread in threads:
            thread.join()
        print(f"a hanging server was given up after {time.monotonic() - began:.1f} s")
        assert len(answers) == 15 and time.monotonic() - began < ANSWER_WITHIN_S
        for answer in answers:
            assert_away(answer)
        assert_alive_but_not_ready(lone)
    finally:
        server.resume()
    wait_until(lambda: lone.client().get("/readyz").status == 200, 20, 0.2, "it is ready again")
    # Told to come again, it may have been done all the same, once the server woke: once.
    assert_recovers_after_doubt(lone)


def assert_recovers_after_doubt(desk):
    wait_until(lambda: desk.client().post("/api/tickets", ticket_body("After")).status == 201, 20, 0.2, "writes work again")
    [(tickets, last)] = desk.sql("SELECT count(*), max(id) FROM ticket")
    assert tickets == last and 2 <= int(tickets) <= 5
    assert desk.stop() == 0
    desk.check()


def test_a_desk_ends_properly_while_its_server_hangs(lone, server):
    server.pause()
    try:
        assert lone.stop(timeout=40) == 0
    finally:
        server.resume()


def test_idle_connections_that_were_cut_fail_no_request(lone, server):
    for round_ in range(5):
        assert server.cut_connections() > 0
        for i in range(4):
            assert lone.client().get("/api/tickets?limit=1").status == 200
        assert lone.client().post("/api/tickets", ticket_body(f"Cut {round_}")).status == 201
    stream = lone.events()
    server.cut_connections()
    number = lone.ticket("After the cut")["number"]
    assert stream.next(timeout=15, name="ticket.created")["json"]["number"] == number
    stream.close()


def test_a_full_disk_refuses_writes_serves_reads_and_recovers(servers, desks, small_disk):
    place = small_disk("96m", ",mode=777")
    data = place / "data"
    data.mkdir(mode=0o700)
    shutil.chown(data, "postgres", "postgres")
    server = servers(data=data, settings={"min_wal_size": "32MB", "max_wal_size": "32MB", "wal_recycle": "off", "log_checkpoints": "off"})
    desk = desks(create_database(server.url, "desk"))
    desk.admin()
    desk.start()
    kept = [desk.ticket(f"Before {i}" if i else "Before")["number"] for i in range(20)]
    ballast = place / "ballast"
    with open(ballast, "wb") as f, contextlib.suppress(OSError):
        while True:
            f.write(b"\0" * 65536)
            f.flush()
    refusals, made = 0, []
    for i in range(2000):
        answer = desk.client().post("/api/tickets", ticket_body(f"Full {i}", description="".join(chr(97 + (i * j) % 26) for j in range(20_000))))
        if answer.status == 201:
            made.append(answer.body["number"])
        else:
            assert_away(answer)
            refusals += 1
            if refusals == 5:
                break
    assert refusals == 5, "the disk never became full"
    if server.process.poll() is None:
        for number in kept[:3] + made[-3:]:
            assert desk.client().get(f"/api/tickets/{number}").status in (200, 503)
    assert desk.client().get("/healthz").status == 200
    result = desk.cli("mail-in", stdin=LETTER % (b"full", b"full") + b"x" * 3_000_000, check=False)
    assert result.returncode == TEMPFAIL, (result.returncode, result.stderr)
    ballast.unlink()
    if server.process.poll() is not None:
        # A full disk of its log ends the server itself: it does not promise what it can't write.
        server.start()
    assert_recovers(desk)
