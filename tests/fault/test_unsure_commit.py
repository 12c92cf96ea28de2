"""A commit whose answer was lost: what a server that was killed finds in its own log is no promise until a standby has it too."""
import threading
import time

import pytest

from desk import ticket_body, wait_until
from postgres import create_database

pytestmark = [pytest.mark.only("postgres", "concerns a server"), pytest.mark.timeout(200)]


def waits_for_standby(server):
    return server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") != [("0",)]


def hold_lane(server, seconds):
    server.sql(f"BEGIN; SELECT * FROM writer_lane FOR UPDATE; SELECT pg_sleep({seconds}); ROLLBACK", "desk")


def holding(server):
    return server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") != [("0",)]


def waiting_for_lane(server):
    [(n,)] = server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return int(n)


def test_a_commit_that_no_standby_has_is_not_acknowledged_because_its_server_has_it_after_a_crash(servers, desks):
    server = servers()
    desk = desks(create_database(server.url, "desk"))
    desk.admin()
    desk.start()
    # That a token was used is written too, with the first request: it must not be what waits below.
    desk.post("/api/tickets", ticket_body("The first")).must(201)
    time.sleep(1)
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.sql("SELECT pg_reload_conf()")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(desk.client(timeout=90).post("/api/tickets", ticket_body("Is it safe?"))))
    asking.start()
    wait_until(lambda: waits_for_standby(server), what="the commit waits for its standby")
    server.kill()
    server.start()
    # The restarted server shows the ticket to whoever asks, but another that lacks it may take over yet.
    wait_until(lambda: server.sql("SELECT count(*) FROM ticket", "desk") == [("2",)], what="its log has the ticket")
    wait_until(lambda: waits_for_standby(server), 15, what="the node waits again")
    time.sleep(1)
    assert not answers, answers[0].raw
    server.sql("ALTER SYSTEM RESET synchronous_standby_names")
    server.sql("SELECT pg_reload_conf()")
    asking.join(30)
    answers[0].must(201)
    assert sorted(t["subject"] for t in desk.active_tickets()) == ["Is it safe?", "The first"]
    assert desk.stop() == 0
    desk.check()


@pytest.mark.parametrize("held_s, told", [(33, 201), (58, 503)], ids=["within patience", "beyond it"])
def test_a_batch_whose_commit_hangs_is_never_done_twice(servers, desks, held_s, told):
    """The session that is lost still holds the lane, and commits in the end. Several writes share the batch."""
    server = servers()
    desk = desks(create_database(server.url, "desk"))
    desk.admin()
    desk.start()
    answers = {}

    def ask(label):
        answers[label] = desk.client(timeout=150).post("/api/tickets", ticket_body(label))

    # The first write waits for the lane that somebody holds, the others gather behind it. The lane is held once more
    # after it, so that they are one batch, which finds no standby when it commits.
    threads = [threading.Thread(target=hold_lane, args=(server, 2))]
    threads[0].start()
    wait_until(lambda: holding(server), what="the lane is held")
    threads += [threading.Thread(target=ask, args=(f"request {n}",)) for n in range(6)]
    for thread in threads[1:]:
        thread.start()
    wait_until(lambda: waiting_for_lane(server) == 1, what="the first batch waits")
    threads.append(threading.Thread(target=hold_lane, args=(server, 3)))
    threads[-1].start()
    threads[0].join()
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.sql("SELECT pg_reload_conf()")
    wait_until(lambda: waits_for_standby(server), what="a commit waits for its standby")
    time.sleep(held_s)
    server.sql("ALTER SYSTEM RESET synchronous_standby_names")
    server.sql("SELECT pg_reload_conf()")
    for thread in threads:
        thread.join(60)
    # What comes after has the lane only when the lost session is done.
    desk.client(timeout=60).post("/api/tickets", ticket_body("the next")).must(201)
    there = [t["subject"] for t in desk.active_tickets()]
    assert len(there) == len(set(there)), "done twice"
    for label, answer in answers.items():
        assert answer.status in (201, 503), answer.raw
        assert answer.status == 503 or label in there
    assert told in {answer.status for answer in answers.values()}
    assert told == 503 or all(answer.status == 201 for answer in answers.values())
    assert desk.stop() == 0
    desk.check()
